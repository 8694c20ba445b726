"""Convolutions, poolings, normalizations and the like against Keras: outputs, gradients, training, files."""

import numpy as np
import pytest
from keras_stacks import DROPS_MASK, PASSES_MASK, RANDOM, STACKS
from peers import array_of, require_peer

import fastlstm

ROWS, STEPS, FEATURES, UPDATES = 12, 8, 4, 20

VECTORS = {
    "batch normalization of vectors": lambda at: [at.BatchNormalization(), at.PReLU()],
    "group normalization of vectors": lambda at: [at.GroupNormalization(2), at.RMSNormalization()],
    "global pooling": lambda at: [],
}


def random_stack(case):
    """Return a builder of two or three of the stacks, one after the other."""
    rng = np.random.default_rng([2028, case])
    short = [name for name in PASSES_MASK | DROPS_MASK if "global" not in name and "deep" not in name]
    names = [short[i] for i in rng.choice(len(short), size=rng.integers(2, 4), replace=False)]
    # Several windows may be longer than what is left of the steps.
    return lambda at: [at.UpSampling1D(3), *(layer for name in names for layer in STACKS[name](at))]


def model_of(package, make, *, masked=False, vectors=False, weights=None):
    """Return a compiled model with random weights, or these."""
    at, rng = package.layers, np.random.default_rng(5)
    stack = [at.Input((STEPS, FEATURES))]
    if masked:
        stack.append(at.Masking())
    if vectors:
        stack += [at.Conv1D(6, 3), at.GlobalMaxPooling1D(), *make(at)]
    else:
        stack += [*make(at), at.GRU(3)]
    stack.append(at.Dense(2))
    model = package.Sequential(stack)
    model.compile(package.optimizers.SGD(0.05, momentum=0.8), "mse")
    for layer in model.layers:
        drawn = [rng.uniform(-0.6, 0.6, weight.shape).astype(np.float32) for weight in layer.get_weights()]
        if type(layer).__name__ == "BatchNormalization":
            drawn[-1] = np.abs(drawn[-1]) + np.float32(0.2)
        layer.set_weights(drawn)
    if weights is not None:
        model.set_weights(weights)
    return model


def batches(masked):
    rng = np.random.default_rng(6)
    for _ in range(UPDATES):
        x = rng.normal(size=(ROWS, STEPS, FEATURES)).astype(np.float32)
        if masked:
            x[np.arange(STEPS) >= rng.integers(1, STEPS + 1, (ROWS, 1))] = 0
        yield x, rng.normal(size=(ROWS, 2)).astype(np.float32)


def assert_close(found, expected, bound):
    assert found.shape == expected.shape
    assert (np.abs(found - expected) / np.maximum(1, np.abs(expected))).max() < bound


def assert_trains_alike(make, **options):
    masked = options.get("masked", False)
    peer = model_of(require_peer("keras"), make, **options)
    own = model_of(fastlstm, make, **options)
    for ours, theirs in zip(own.get_weights(), peer.get_weights(), strict=True):
        assert (ours == theirs).all()
    data = list(batches(masked))
    assert_close(own(data[0][0]), array_of(peer(data[0][0])), 4e-6)
    losses = [[float(model.train_on_batch(x, y)) for x, y in data] for model in (own, peer)]
    np.testing.assert_allclose(*losses, rtol=2e-5, atol=2e-5)
    for ours, theirs in zip(own.get_weights(), peer.get_weights(), strict=True):
        assert_close(ours, theirs, 5e-4)
    assert_close(own(data[0][0]), array_of(peer(data[0][0])), 2e-4)


@pytest.mark.parametrize("name", [name for name in STACKS if name != "average pooling same"])
def test_twenty_steps(name):
    assert_trains_alike(STACKS[name])


@pytest.mark.parametrize("name", PASSES_MASK)
def test_twenty_steps_with_a_mask(name):
    assert_trains_alike(PASSES_MASK[name], masked=True)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Layer .* was passed an input with a mask")
@pytest.mark.parametrize("name", DROPS_MASK)
def test_twenty_steps_after_a_mask(name):
    assert_trains_alike(DROPS_MASK[name], masked=True)


@pytest.mark.parametrize("name", VECTORS)
def test_twenty_steps_of_vectors(name):
    assert_trains_alike(VECTORS[name], vectors=True)


@pytest.mark.parametrize("case", range(6))
def test_twenty_steps_of_random_stacks(case):
    assert_trains_alike(random_stack(case))


@pytest.mark.filterwarnings("ignore:.*HDF5 file", "ignore:.*legacy")
@pytest.mark.parametrize("ending", ["keras", "h5"])
@pytest.mark.parametrize("name", STACKS | RANDOM)
def test_files_go_both_ways(name, ending, tmp_path):
    keras, make = require_peer("keras"), (STACKS | RANDOM)[name]
    x = next(iter(batches(masked=False)))[0]
    own, peer = model_of(fastlstm, make), model_of(keras, make)
    own.save(tmp_path / f"own.{ending}")
    peer.save(tmp_path / f"peer.{ending}")
    there = keras.saving.load_model(tmp_path / f"own.{ending}")
    here = fastlstm.load_model(tmp_path / f"peer.{ending}")
    again = fastlstm.load_model(tmp_path / f"own.{ending}")
    for ours, theirs in zip(own.get_weights(), there.get_weights(), strict=True):
        assert (ours == theirs).all()
    expected = own.predict(x, verbose=0)
    if name != "average pooling same":
        assert_close(array_of(there(x)), expected, 4e-6)
    assert (here.predict(x, verbose=0) == expected).all()
    assert (again.predict(x, verbose=0) == expected).all()
    assert [layer.get_config() for layer in again.layers] == [layer.get_config() for layer in own.layers]
    theirs_and_ours = zip(there.layers, peer.layers, strict=True)
    for read, built in theirs_and_ours:
        known = {key: value for key, value in built.get_config().items() if key not in ("name", "seed")}
        assert {key: read.get_config()[key] for key in known} == known
