"""Contenders compute what the float64 reference computes; the suite and the table of costs count right.

Nothing is timed, or for a moment only.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec

import numpy as np
import pytest
from peers import require_peer_elsewhere

from fastlstm.benchmarks import measure, processes, rounds, task, workloads
from fastlstm.benchmarks.contenders import CONTENDERS
from fastlstm.benchmarks.workloads import Size, Workload

pytestmark = pytest.mark.idle_cores

SLOW = ("torch.compile", "keras-tensorflow")
NEEDS = {
    "torch": ["torch"],
    "torch.compile": ["torch"],
    "jax": ["jax", "optax"],
    "keras-tensorflow": ["keras", "tensorflow"],
    "keras-jax": ["keras", "jax"],
    "keras-torch": ["keras", "torch"],
    "onnxruntime": ["onnx", "onnxruntime"],
}
TINY = {
    "train": Size(5, 3, 4, 2),
    "predict": Size(5, 3, 4, 2),
    "stream": Size(5, 1, 1, 2),
    "roll_out": Size(5, 1, 4, 1),
}
WITHOUT_PEERS = ("fastlstm", "numpy")


def tiny_works(name):
    made = [Workload(kind, cell, size, 1) for cell in workloads.GATES for kind, size in TINY.items()]
    return [work for work in made if CONTENDERS[name].does(work)]


@pytest.fixture(scope="module")
def two_at_a_time(request):
    """Let two contenders at a time, of the tests that run, do their works; return {contender: what became of it}."""
    items = [item for item in request.session.items if request.fixturename in getattr(item, "fixturenames", ())]
    with ThreadPoolExecutor(2) as executor:
        names = [item.callspec.params["name"] for item in items]
        yield {name: executor.submit(agreeing_version, name) for name in names if is_installed(name)}
        executor.shutdown(cancel_futures=True)


def is_installed(name):
    return all(find_spec(peer) is not None for peer in NEEDS.get(name, []))


def agreeing_version(name):
    """Return the version of a contender whose answers are right."""
    with processes.start("serve", name, rounds.cores()) as server:
        for work in tiny_works(name):
            right = task.expected(work.kind, work.cell, work.size)
            request = {"kind": work.kind, "cell": work.cell, "size": work.size, "right": right, "seconds": 0}
            assert server.ask(request) is None, work.title
        return server.said["version"]


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in CONTENDERS]
)
def test_contenders_agree(two_at_a_time, name):
    for peer in NEEDS.get(name, []):
        require_peer_elsewhere(peer)
    assert name.split(".")[0].split("-")[0] in two_at_a_time[name].result()


def test_each_library_has_the_works_it_should():
    done = {name: {(work.kind, work.cell) for work in tiny_works(name)} for name in CONTENDERS}
    everything = {(kind, cell) for kind in TINY for cell in workloads.GATES}
    assert done["fastlstm"] == done["numpy"] == everything
    assert done["onnxruntime"] == {(kind, cell) for kind, cell in everything if kind != "train"}
    others = {(kind, cell) for kind, cell in everything if cell != "peephole_lstm"}
    for name in ("torch", "jax", "keras-tensorflow", "keras-jax", "keras-torch"):
        assert done[name] == others
    assert {name for name in CONTENDERS if CONTENDERS[name].does(Workload("sine_job", None, None, 1))} >= {
        "fastlstm",
        "keras-jax",
        "keras-tensorflow",
    }


@pytest.mark.parametrize("cell", workloads.GATES)
@pytest.mark.parametrize("kind", TINY)
@pytest.mark.parametrize("name", WITHOUT_PEERS)
def test_a_wrong_contender_is_found_out(name, kind, cell):
    def answered(change):
        given = task.make_task(kind, cell, TINY[kind])
        contender = CONTENDERS[name]()
        contender.build(task.Task(cell, given.size, given.x, given.y, change(given.weights)))
        return task.answers(contender, kind, given)

    def swapped(weights):  # the first gate block and the last, or two units
        blocks = workloads.GATES[cell] if workloads.GATES[cell] > 1 else 5
        kernel = np.concatenate(np.split(weights["kernel"], blocks, axis=1)[::-1], axis=1)
        return {**weights, "kernel": kernel}

    right = task.expected(kind, cell, TINY[kind])
    task.require_right(kind, answered(dict), right)
    with pytest.raises(ValueError, match="expected the float64 reference's"):
        task.require_right(kind, answered(swapped), right)


@pytest.mark.parametrize("cell", workloads.GATES)
def test_wrong_training_is_found_out(cell, monkeypatch):
    right = task.expected("train", cell, TINY["train"])
    monkeypatch.setattr("fastlstm.benchmarks.contenders.fastlstm.LEARNING_RATE", 1.05 * task.LEARNING_RATE)
    contender, given = CONTENDERS["fastlstm"](), task.make_task("train", cell, TINY["train"])
    contender.build(given)
    with pytest.raises(ValueError, match="expected the float64 reference's"):
        task.require_right("train", task.answers(contender, "train", given), right)


def test_answers_of_a_wrong_shape_or_nan_are_found_out():
    given = task.make_task("predict", "lstm", TINY["predict"])
    contender = CONTENDERS["numpy"]()
    contender.build(given)
    contender.predict = lambda x: np.zeros((len(x), 2))
    with pytest.raises(ValueError, match=r"expected shape \(3, 1\), got \(3, 2\)"):
        task.answers(contender, "predict", given)
    with pytest.raises(ValueError, match="error of nan"):
        task.require_right("predict", [np.nan, 1.0], [1.0, 1.0])


def test_a_server_tells_its_error_and_goes_on():
    with processes.start("serve", "numpy", 1) as server:
        request = {"kind": "predict", "cell": "gru", "size": TINY["predict"], "right": [1.0, 2.0, 3.0], "seconds": 0}
        with pytest.raises(RuntimeError, match="numpy: ValueError: answer: expected the float64 reference's"):
            server.ask(request)
        assert server.ask({**request, "right": None}) is None
        assert server.ask({**request, "right": None, "seconds": 1e-4}) > 0


def test_a_server_that_stops():
    with pytest.raises(RuntimeError, match="who: stopped at its start"):
        rounds.Server("who", ["-c", "pass"])
    with rounds.Server("who", ["-c", "print('{}'); input()"]) as server, pytest.raises(RuntimeError, match="stopped"):
        server.ask("anything")


def test_a_result():
    chosen = [
        Workload("train", "lstm", TINY["train"], 1),
        Workload("import", None, None, 1),
        Workload("stream", "gru", TINY["stream"], 1),
    ]
    result = json.loads(json.dumps(measure.measure(chosen, WITHOUT_PEERS, rounds=2, quick=True)))
    assert [*result] == ["machine", "versions", "left_out", "limits", "rows"]
    assert [*result["versions"]] == [*WITHOUT_PEERS]
    assert result["left_out"] == {}
    assert {"multiply_adds", "product_numpy"} <= {*result["limits"]}
    assert all(rate > 1e8 for rate in result["limits"].values())
    train, start, _ = result["rows"]
    assert [row["work"] for row in result["rows"]] == [work.kind for work in chosen]
    assert train["size"] == {"H": 5, "N": 3, "T": 4, "D": 2}
    assert (start["size"], start["cell"], start["operations"]) == (None, None, None)
    for row in result["rows"]:
        assert [*row["values"]] == [*WITHOUT_PEERS]
        assert all(len(values) == 2 and min(values) > 0 for values in row["values"].values())


def test_a_contender_that_is_not_installed_is_left_out(monkeypatch):
    missing, start = """print('{"missing": "No module named torch"}')""", processes.start

    def start_without_torch(role, name, threads):
        return rounds.Server(name, ["-c", missing]) if name == "torch" else start(role, name, threads)

    monkeypatch.setattr(processes, "start", start_without_torch)
    monkeypatch.setattr(measure, "LIMITS", {})
    result = measure.measure([Workload("train", "lstm", TINY["train"], 1)], ["numpy", "torch"], rounds=1, quick=True)
    assert result["left_out"] == {"torch": "No module named torch"}
    assert [*result["rows"][0]["values"]] == [*result["versions"]] == ["numpy"]


def test_the_sine_job_as_a_process():
    took = processes.sine_job("fastlstm")
    assert took["seconds"] > 0
    assert 10e6 < took["bytes"] < 200e6


def test_a_sine_job_that_fails(monkeypatch):
    monkeypatch.setitem(CONTENDERS, "nobody", CONTENDERS["numpy"])
    with pytest.raises(RuntimeError, match=r"nobody: .* failed: KeyError: 'nobody'"):
        processes.sine_job("nobody")
