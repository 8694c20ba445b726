"""Results are the same bits alone, in a batch, rolled out, and on any number of threads."""

import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from at_once import at_once
from core_networks import ODD, Case

from fastlstm import _core

pytestmark = pytest.mark.idle_cores

CELLS = _core.cells()
LARGE = 300  # rows that are worth several threads


@pytest.mark.parametrize("units", ODD)
@pytest.mark.parametrize("features", [1, 17])
@pytest.mark.parametrize("cell", CELLS)
def test_a_row_alone_is_the_row_in_any_batch(isa, dtype, cell, units, features, rng):
    case = Case(features, (units, units), 3, dtype, return_sequences=True, output_activation="softmax", cell=cell)
    net = case.random_weights(rng).network()
    x, _ = case.sample(rng, 61, 5)
    whole = net.predict(x)
    for rows in (1, 2, 3, 7, 13, 60):
        for start in (0, 61 - rows):
            np.testing.assert_array_equal(net.predict(x[start : start + rows]), whole[start : start + rows])


@pytest.mark.parametrize("cell", CELLS)
def test_one_thread_and_four_predict_the_same_bits(isa, dtype, cell, threads, rng):
    case = Case(3, (33, 17), 2, dtype, cell=cell).random_weights(rng)
    x, y = case.sample(rng, LARGE, 20)
    results = []
    for count in (1, 4, 3):
        threads(count)
        net = case.network()
        results.append((net.predict(x), net.evaluate(x, y)))
    for out, loss in results[1:]:
        np.testing.assert_array_equal(out, results[0][0])
        assert loss == results[0][1]


def trained(case, x, y, steps=6):
    net = case.network()
    net.set_optimizer("adam", {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7})
    order = np.arange(len(x), dtype=np.int64)[::-1].copy()
    done, losses = 0, []
    while done < steps:
        done, loss = net.train(x, y, order, batch_size=64, first_step=done, learning_rate=0.01, seconds=0.0)
        losses.append(loss)
    return [net.weight(i).copy() for i in range(len(net.parameters))], losses


@pytest.mark.parametrize("cell", CELLS)
def test_one_thread_and_four_train_to_the_same_bits(isa, dtype, cell, threads, rng):
    case = Case(3, (33, 17), 2, dtype, cell=cell).random_weights(rng)
    x, y = case.sample(rng, 5 * 64 + 37, 12)
    results = []
    for count in (1, 4, 3):
        threads(count)
        results.append(trained(case, x, y))
    for weights, losses in results[1:]:
        assert losses == results[0][1]
        for found, expected in zip(weights, results[0][0], strict=True):
            np.testing.assert_array_equal(found, expected)


def test_one_call_of_many_steps_is_many_calls_of_one(isa, dtype, rng):
    case = Case(1, (17,), 1, dtype).random_weights(rng)
    x, y = case.sample(rng, 100, 6)
    order = rng.permutation(100).astype(np.int64)
    results = []
    for seconds in (0.0, 1e9):
        net = case.network()
        net.set_optimizer("rmsprop", {"rho": 0.9, "epsilon": 1e-7})
        done, losses = 0, 0.0
        while done < 25:
            done, losses = net.train(
                x, y, order, batch_size=4, first_step=done, learning_rate=0.01, seconds=seconds, loss_sum=losses
            )
        assert net.iterations == 25
        results.append(([net.weight(i).copy() for i in range(len(net.parameters))], losses))
    assert results[0][1] == results[1][1]
    for found, expected in zip(results[0][0], results[1][0], strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("rows", [1, 70])
@pytest.mark.parametrize("cell", CELLS)
def test_a_roll_out_is_the_loop_over_predict(isa, dtype, cell, rows, threads, rng):
    threads(4)
    case = Case(2, (17, 5), 2, dtype, cell=cell).random_weights(rng)
    net = case.network()
    history, _ = case.sample(rng, rows, 9)
    values = history
    for _ in range(40):
        values = np.concatenate([values, net.predict(np.ascontiguousarray(values[:, -9:]))[:, None]], axis=1)
    np.testing.assert_array_equal(net.forecast(history, 40), values[:, 9:])


def test_several_python_threads_predict_the_same_bits(isa, rng):
    case = Case(2, (33,), 2, "float32").random_weights(rng)
    net = case.network()
    x, _ = case.sample(rng, LARGE, 20)
    expected, wrong = net.predict(x), []

    def work():
        for _ in range(20):
            if not np.array_equal(net.predict(x), expected):
                wrong.append(1)

    at_once(4, work)
    assert not wrong


def test_writers_get_their_turn_while_others_predict(isa, rng):
    case = Case(2, (33,), 2, "float32").random_weights(rng)
    net = case.network()
    x, _ = case.sample(rng, LARGE, 20)
    stop, predictions = threading.Event(), []

    def work():
        while not stop.is_set():
            net.predict(x)
            predictions.append(1)

    workers = [threading.Thread(target=work, daemon=True) for _ in range(3)]
    for worker in workers:
        worker.start()
    waited = []
    for _ in range(20):
        before = len(predictions)
        net.set_weight(0, case.weights[0])
        waited.append(len(predictions) - before)
    stop.set()
    for worker in workers:
        worker.join()
    assert max(waited) < 100


SCRIPT = """
import os
import numpy as np
from fastlstm import _core

net = _core.NetworkF32(3, True)
options = dict(activation="tanh", recurrent_activation="sigmoid", use_bias=True, return_sequences=False)
net.add("recurrent", cell="lstm", units=64, **options)
rng = np.random.default_rng(1)
for i, parameter in enumerate(net.parameters):
    net.set_weight(i, rng.normal(size=parameter.shape).astype("f4"))
x = rng.normal(size=(400, 20, 3)).astype("f4")
"""


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="counts threads in /proc")
def test_four_threads_are_four():
    script = SCRIPT + (
        "before = len(os.listdir('/proc/self/task'))\n"
        "_core.set_num_threads(4)\n"
        "net.predict(x)\n"
        "print(len(os.listdir('/proc/self/task')) - before)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "3"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_goes_on():
    script = SCRIPT + (
        "_core.set_num_threads(4)\n"
        "expected = net.predict(x)\n"
        "child = os.fork()\n"
        "same = np.array_equal(net.predict(x), expected)\n"
        "if child == 0:\n"
        "    os._exit(0 if same else 1)\n"
        "print(same, os.waitpid(child, 0)[1])"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "True 0"


@pytest.mark.parametrize("rows", [1, 5, 37, 64])
@pytest.mark.parametrize("cell", CELLS)
def test_passes_apart_give_the_gradients_of_a_training_step(isa, dtype, cell, rows, threads, rng):
    case = Case(3, (17, 9), 2, dtype, loss="mean_absolute_error", cell=cell).random_weights(rng)
    x, y = case.sample(rng, rows, 12)
    together = case.network()
    together.loss_and_gradients(x, y)
    for count in (1, 4, 3):
        threads(count)
        net = case.network()
        kept = net.forward(x)
        net.backward(kept, np.sign(kept.output - y) * np.dtype(dtype).type(1 / y.size))
        for i in range(len(net.parameters)):
            np.testing.assert_array_equal(net.gradient(i), together.gradient(i))
