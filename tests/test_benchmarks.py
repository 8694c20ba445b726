"""The benchmark's contenders compute what the float64 reference computes; nothing is timed here."""

import pytest
from contenders import CONTENDERS
from job import make_job
from peers import require_peer
from sine_job import check, show

PEERS = {"torch": ["torch"], "jax": ["jax", "optax"], "keras-jax": ["keras"], "onnxruntime": ["onnx", "onnxruntime"]}


@pytest.mark.parametrize("name", CONTENDERS)
def test_contenders_agree(name):
    for peer in PEERS.get(name, []):
        require_peer(peer)
    job = make_job()
    contender = CONTENDERS[name](job)
    check(contender, job)
    assert name.split("-")[0] in contender.version()
    if "roll-out" in contender.works:
        assert contender.roll_out().shape == (295, 1)


def test_a_wrong_contender_is_found_out():
    job = make_job()
    contender = CONTENDERS["fastlstm"](job)
    contender.model.set_weights([weight + 0.01 for weight in contender.model.get_weights()])
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        check(contender, job)


def test_the_table(capsys):
    seconds = {"train": {"fastlstm": [1e-4, 2e-4, 3e-4], "torch": [1e-3, 1e-3, 1e-3]}}
    show({"versions": {"fastlstm": "fastlstm 0"}, "seconds": seconds})
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2].split()[:3] == ["fastlstm", "200.0", "µs"]
    assert lines[-1].split()[-1] == "5.0x"
