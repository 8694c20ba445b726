"""The instruction set that was asked for is the one that runs; anything else is an error."""

import os
import subprocess
import sys

import pytest

from fastlstm import _core


def run(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, **environment}, check=False
    )


@pytest.mark.parametrize("name", _core.available_isas())
def test_the_forced_one_runs(name):
    done = run("import fastlstm; print(fastlstm.config.isa())", FASTLSTM_ISA=name)
    assert done.stdout.strip() == name


@pytest.mark.parametrize("name", ["sse9", "AVX2", " "])
def test_an_unknown_one_fails_at_import_and_lists_those_that_work(name):
    done = run("import fastlstm", FASTLSTM_ISA=name)
    assert done.returncode != 0
    assert f"got '{name}'" in done.stderr
    assert ", ".join(_core.available_isas()) in done.stderr


def test_an_empty_name_is_no_name():
    done = run("import fastlstm; print(fastlstm.config.isa())", FASTLSTM_ISA="", FASTLSTM_NUM_THREADS="")
    assert done.stdout.strip() == _core.available_isas()[0]


NARROW = """
from fastlstm import _core

def isa(network, units):
    net = network(3, True)
    options = {"activation": "tanh", "recurrent_activation": "sigmoid", "use_bias": True, "return_sequences": False}
    net.add("recurrent", cell="lstm", units=units, **options)
    net.parameters
    return net.isa

print(*[isa(_core.NetworkF32, units) for units in (1, 8, 9)], *[isa(_core.NetworkF64, units) for units in (4, 5)])
"""


@pytest.mark.skipif(_core.available_isas()[0] != "avx512", reason="about avx512")
def test_narrow_networks_take_narrow_vectors_unless_told_otherwise():
    assert run(NARROW, FASTLSTM_ISA="").stdout.split() == ["avx2", "avx2", "avx512", "avx2", "avx512"]
    for name in _core.available_isas():
        assert set(run(NARROW, FASTLSTM_ISA=name).stdout.split()) == {name}


def test_selecting_one():
    with pytest.raises(ValueError, match=r"expected one of .*got 'mmx'"):
        _core.set_isa("mmx")


@pytest.mark.parametrize("value", ["0", "-1", "two", "3x", "99999"])
def test_a_wrong_number_of_threads_fails_at_import(value):
    done = run("import fastlstm", FASTLSTM_NUM_THREADS=value)
    assert done.returncode != 0
    assert f"got '{value}'" in done.stderr


def test_the_number_of_threads_comes_from_the_environment():
    done = run("import fastlstm; print(fastlstm.get_num_threads())", FASTLSTM_NUM_THREADS="3")
    assert done.stdout.strip() == "3"


@pytest.mark.parametrize("value", [0, -2, 100_000])
def test_a_wrong_number_of_threads(value):
    with pytest.raises(ValueError, match="threads: expected"):
        _core.set_num_threads(value)
