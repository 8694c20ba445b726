"""Once PyTorch's modules are here, passes run on its threads: in processes of their own, since that stays."""

import os
import subprocess
import sys

import pytest
from peers import require_peer

from fastlstm import _core

SCRIPT = """
import os, threading
import numpy as np, torch
import fastlstm
from fastlstm import _core
model = fastlstm.Sequential([fastlstm.layers.LSTM(32, return_sequences=True), fastlstm.layers.LSTM(16)])
model.build((None, 40, 3))
x = np.random.default_rng(1).normal(size=(96, 40, 3)).astype("float32")
def threads_of_process():
    return len(os.listdir("/proc/self/task"))
def predicted(threads):
    fastlstm.set_num_threads(threads)
    return model.predict(x, verbose=0, batch_size=96)
alone = predicted(1)
"""


def run(code, **environment):
    """Return what a script prints after the preparations above."""
    require_peer("torch")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT + code],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize("limit", ["1", "3"])
def test_same_bits_on_any_number_of_borrowed_threads(limit):
    code = (
        "import fastlstm.integrations.torch\n"
        "for own, theirs in [(4, 1), (4, 2), (2, 4), (3, 8), (1, 2)]:\n"
        "    torch.set_num_threads(theirs)\n"
        "    torch.ones(300, 300) @ torch.ones(300, 300)\n"
        "    print(np.array_equal(predicted(own), alone))\n"
    )
    assert run(code, OMP_THREAD_LIMIT=limit) == ["True"] * 5


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counts the threads of the process in /proc")
def test_passes_bring_no_threads_beside_those_of_torch():
    code = (
        "import fastlstm.integrations.torch\n"
        "torch.set_num_threads(3)\n"
        "torch.ones(1000, 1000).exp()\n"
        "before = threads_of_process()\n"
        "predicted(3)\n"
        "print(threads_of_process() - before)\n"
    )
    assert run(code) == ["0"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_has_threads_of_its_own():
    code = (
        "import fastlstm.integrations.torch\n"
        "same = np.array_equal(predicted(2), alone)\n"
        "child = os.fork()\n"
        "again = np.array_equal(predicted(2), alone)\n"
        "if child == 0:\n"
        "    os._exit(0 if again else 1)\n"
        "print(same, again, os.waitpid(child, 0)[1])\n"
    )
    assert run(code) == ["True", "True", "0"]


def test_calls_from_many_threads_at_once():
    code = (
        "import fastlstm.integrations.torch\n"
        "fastlstm.set_num_threads(2)\n"
        "found = []\n"
        "def call():\n"
        "    for _ in range(20):\n"
        "        found.append(np.array_equal(model.predict(x, verbose=0, batch_size=96), alone))\n"
        "callers = [threading.Thread(target=call) for _ in range(4)]\n"
        "[one.start() for one in callers]\n"
        "[one.join() for one in callers]\n"
        "print(len(found), all(found))\n"
    )
    assert run(code) == ["80", "True"]


@pytest.mark.parametrize("library", ["no such library", _core.__file__])
def test_libraries_without_openmp_have_no_threads_to_lend(library):
    script = f"from fastlstm import _core; print(_core.borrow_threads({library!r}), len(_core.isa()) > 0)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
