"""Contenders compute what the float64 reference computes; the suite and the table of costs count right.

Nothing is timed, or for a moment only.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec

import numpy as np
import pytest
from peers import require_peer_elsewhere

from fastlstm.benchmarks import cell_costs, measure, processes, rounds, task, workloads
from fastlstm.benchmarks.contenders import CONTENDERS, QUICK
from fastlstm.benchmarks.workloads import Size, Workload

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


def test_the_list_of_works():
    found = workloads.all_workloads(4)
    assert len(set(found)) == len(found)
    for kind in ("train", "predict", "stream", "roll_out"):
        assert {work.cell for work in found if work.kind == kind} == set(workloads.GATES)
    assert {work.curve for work in found} == {None, "T", "H", "N", "threads"}
    assert {work.threads for work in found if work.curve == "threads"} == {1, 2, 4}
    assert {work.threads for work in workloads.all_workloads(4, fewer_threads=False)} == {4}
    assert {*workloads.quick_workloads(4)} <= {*found}
    assert all(
        any(CONTENDERS[name].does(work) for name in QUICK if name != "fastlstm")
        for work in workloads.quick_workloads(4)
    )


@pytest.mark.parametrize("cell", workloads.GATES)
def test_operations_are_counted(cell):
    """By the products of the reference, from the shapes of its weights."""
    size = Size(5, 3, 4, 2)
    shapes = task.reference.CELLS[cell].shapes(size.D, size.H)
    products = np.prod(shapes["kernel"]) + np.prod(shapes["recurrent_kernel"])
    assert Workload("predict", cell, size, 1).operations == 2 * size.N * size.T * products
    assert Workload("train", cell, size, 1).operations == 3 * Workload("predict", cell, size, 1).operations
    assert Workload("import", None, None, 1).operations is None


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


# Gate blocks fed by x, and by h, of each cell.
FED = {
    "simple_rnn": (1, 1),
    "lstm": (4, 4),
    "peephole_lstm": (4, 4),
    "coupled_lstm": (3, 3),
    "coupled_peephole_lstm": (3, 3),
    "gru": (3, 3),
    "gru_reset_before": (3, 3),
    "min_gru": (2, 0),
    "min_lstm": (3, 0),
}


@pytest.mark.parametrize("name", cell_costs.ROWS)
def test_rows_train_and_count_their_operations(name):
    row, (h, n, t, d, _) = cell_costs.ROWS[name], cell_costs.TINY[1]
    training = cell_costs.Training(row, cell_costs.TINY[1])
    before = training.model.get_weights()
    training.epoch()
    assert all(weight.dtype == row.dtype for weight in before)
    assert any((new != old).any() for new, old in zip(training.model.get_weights(), before, strict=True))
    assert ((training.x == 0).all(axis=-1).any()) == row.masked
    gx, gh = FED[training.directions[0].cell.name]
    one_way = 2 * n * t * h * (2 * (gx * d + gh * h) + gh * h)
    assert training.operations() == one_way * (2 if row.both_ways else 1)


def test_activations_are_counted():
    def counted(name):
        return cell_costs.Training(cell_costs.ROWS[name], cell_costs.TINY[0]).activations()

    each = 4 * 2 * 3
    assert counted("LSTM") == {"sigmoid": 3 * each, "tanh": 2 * each}
    assert counted("LSTM, coupled") == {"sigmoid": 2 * each, "tanh": 2 * each}
    assert counted("LSTM, activation sigmoid") == {"sigmoid": 5 * each}
    assert counted("Bidirectional LSTM") == {"sigmoid": 6 * each, "tanh": 4 * each}
    assert counted("GRU, reset before") == {"sigmoid": 2 * each, "tanh": each}
    assert counted("SimpleRNN") == {"tanh": each}
    assert counted("minLSTM") == {"sigmoid": 2 * each}


def test_the_table_of_costs(capsys):
    result = cell_costs.measure(["LSTM", "minGRU"], rounds=2, quick=True)
    size = cell_costs.TINY[0].title
    assert all(len(seconds) == 2 for rows in result["seconds"].values() for seconds in rows.values())
    lstm, min_gru = result["said"]["LSTM"], result["said"]["minGRU"]
    result["seconds"][size] = {"LSTM": [2e-6, 1e-6, 9e-6], "minGRU": [1e-6, 1e-6, 3e-6]}
    result["seconds"]["sigmoid float32"] = {cell_costs.ACTIVATIONS: [1e-9]}
    base, row = cell_costs.table(result)[size]
    assert (base["row"], base["ratio"], base["limit"]) == ("LSTM", 1, 1.4)
    assert row["ratio"] == pytest.approx(0.5 * lstm["operations"][size] / min_gru["operations"][size])
    assert row["flops"] == pytest.approx(min_gru["operations"][size] / 1e-6)
    assert row["activations"] == pytest.approx(4 * 2 * 3 * 1e-9 / min_gru["threads"] / 1e-6)
    cell_costs.show(result)
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].startswith(size)
    assert lines[3].split()[:2] == ["LSTM", "2.0"]
    assert "over" in lines[4]
