"""Few rows, or large weights: threads share units or layers of the same rows, and the bits are those of one thread."""

import time

import numpy as np
import pytest
from core_networks import NETWORKS, gradients_of

from fastlstm import _core

pytestmark = pytest.mark.idle_cores

CELLS = _core.cells()
UNITS, FEATURES, STEPS = 83, 5, 60


def network(cell, dtype, rng, *, units=UNITS, depth=2, both_ways=False, **options):
    """Return a stack of recurrent layers of odd sizes, with random weights."""
    net = NETWORKS[dtype](FEATURES, True, True)
    activation = "linear" if cell.startswith("min_") else "tanh"
    common = {"cell": cell, "activation": activation, "recurrent_activation": "sigmoid", "use_bias": True, **options}
    for i in range(depth - 1):
        net.add("recurrent", **common, units=units - i, return_sequences=True)
    last = {**common, "units": units - 16, "return_sequences": False}
    if both_ways:
        net.add("bidirectional", forward=last, backward={**last, "go_backwards": True}, merge_mode="concat")
    else:
        net.add("recurrent", **last)
    net.add("dense", units=3, use_bias=True)
    net.set_loss("mean_squared_error")
    for i, parameter in enumerate(net.parameters):
        net.set_weight(i, (rng.normal(size=parameter.shape) / np.sqrt(units)).astype(dtype))
    return net


def everything(net, dtype, rows, rng, *, rng_step=None, masked=False):
    """Return what a network gives out: outputs, states, gradients of everything, weights after some steps."""
    x = rng.normal(size=(rows, STEPS, FEATURES)).astype(dtype)
    y = rng.normal(size=(rows, 3)).astype(dtype)
    state = rng.normal(size=(rows, net.state_size)).astype(dtype)
    mask = rng.random((rows, STEPS)) < 0.8 if masked else None
    results = [net.predict(x), *net.run(x, state=state, mask=mask, rng_step=rng_step)]
    kept = net.forward(x, state=state, mask=mask, rng_step=rng_step)
    out, final = kept.output, kept.state
    results += [out, final, *net.backward(kept, np.ones_like(out), np.ones_like(final)), *gradients_of(net)]
    results += [np.float64(net.loss_and_gradients(x, y, mask)), *gradients_of(net)]
    net.set_optimizer("adam", {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7})
    order = np.arange(rows, dtype=np.int64)
    for _ in range(3):
        net.train(x, y, order, batch_size=rows, first_step=0, learning_rate=0.01, seconds=0.0, mask=mask)
    return results + [net.weight(i).copy() for i in range(len(net.parameters))]


OPTIONS = {
    "plain": {},
    "backwards": {"go_backwards": True},
    "random": {"dropout": 0.2, "zoneout": 0.1},
    "clipped": {"clip": 0.3},
    "both ways": {"both_ways": True},
}


def same_bits(make, threads, **options):
    results = []
    for count in (1, 2, 4):
        threads(count)
        rng = np.random.default_rng(5)
        results.append(everything(make(rng), rng=rng, **options))
    for found in results[1:]:
        for a, b in zip(found, results[0], strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", OPTIONS)
@pytest.mark.parametrize("cell", CELLS)
def test_few_rows(isa, dtype, cell, name, threads):
    same_bits(
        lambda rng: network(cell, dtype, rng, **OPTIONS[name]),
        threads,
        dtype=dtype,
        rows=1 if name == "plain" else 3,
        rng_step=7 if name == "random" else None,
        masked=name != "plain",
    )


@pytest.mark.parametrize("cell", ["lstm", "gru_reset_before"])
def test_recurrent_dropout(isa, dtype, cell, threads):
    same_bits(lambda rng: network(cell, dtype, rng, recurrent_dropout=0.3), threads, dtype=dtype, rows=2, rng_step=3)


@pytest.mark.parametrize("name", ["plain", "backwards", "random", "clipped"])
@pytest.mark.parametrize("cell", CELLS)
def test_small_layers(isa, dtype, cell, name, threads):
    same_bits(
        lambda rng: network(cell, dtype, rng, units=21, depth=4, **OPTIONS[name]),
        threads,
        dtype=dtype,
        rows=1,
        rng_step=7 if name == "random" else None,
        masked=name == "clipped",
    )


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_recurrent_dropout_of_small_layers(isa, dtype, cell, threads):
    make = lambda rng: network(cell, dtype, rng, units=21, depth=4, recurrent_dropout=0.3)  # noqa: E731
    same_bits(make, threads, dtype=dtype, rows=1, rng_step=3)


@pytest.mark.parametrize(
    ("units", "depth", "rows", "expected"),
    [(32, 1, 64, "rows"), (128, 1, 1, "units"), (128, 2, 1, "units"), (32, 2, 1, "layers"), (32, 4, 1, "layers")],
)
def test_what_threads_share(rng, threads, units, depth, rows, expected):
    threads(2)
    net = network("lstm", "float32", rng, units=units, depth=depth)
    for _ in range(50):  # other programs may want the cores for a while
        if net.sharing(rows, 500) == (2, expected):
            return
        time.sleep(0.1)
    assert net.sharing(rows, 500) == (2, expected)


def test_weights_that_fit_no_cache(isa, threads):
    def trained(count):
        threads(count)
        rng = np.random.default_rng(8)
        net = NETWORKS["float32"](9, True)
        options = {"activation": "tanh", "recurrent_activation": "sigmoid", "use_bias": True, "return_sequences": False}
        net.add("recurrent", cell="lstm", units=301, **options)
        net.set_loss("mean_squared_error")
        for i, parameter in enumerate(net.parameters):
            net.set_weight(i, (rng.normal(size=parameter.shape) / 17).astype("f4"))
        x, y = rng.normal(size=(37, 6, 9)).astype("f4"), rng.normal(size=(37, 301)).astype("f4")
        return [net.predict(x), np.float64(net.loss_and_gradients(x, y)), *gradients_of(net)]

    alone, together = trained(1), trained(2)
    for a, b in zip(alone, together, strict=True):
        np.testing.assert_array_equal(a, b)
