"""Convolutions, poolings, normalizations and the like against Keras: outputs, gradients, training, files."""

import numpy as np
import pytest
from peers import require_peer

import fastlstm

ROWS, STEPS, FEATURES, UPDATES = 12, 8, 4, 20

# What is between an Input, or a Masking, and a GRU. Each is built by Keras and by this package.
PASSES_MASK = {
    "batch normalization": lambda at: [at.BatchNormalization(momentum=0.8)],
    "batch normalization plain": lambda at: [at.BatchNormalization(center=False, scale=False, epsilon=0.1)],
    "leaky relu": lambda at: [at.LeakyReLU(0.2)],
    "relu": lambda at: [at.ReLU(max_value=1.0, negative_slope=0.1, threshold=0.25)],
    "elu": lambda at: [at.ELU(alpha=0.7)],
    "prelu": lambda at: [at.PReLU()],
    "prelu shared": lambda at: [at.PReLU(alpha_initializer="ones", shared_axes=[1])],
    "unit normalization": lambda at: [at.UnitNormalization()],
    "group normalization": lambda at: [at.GroupNormalization(2)],
    "instance normalization": lambda at: [at.GroupNormalization(-1, scale=False)],
}
DROPS_MASK = {
    "conv": lambda at: [at.Conv1D(5, 3)],
    "conv same strided": lambda at: [at.Conv1D(5, 4, strides=3, padding="same", activation="relu")],
    "conv causal": lambda at: [at.Conv1D(6, 3, padding="causal", dilation_rate=2, use_bias=False)],
    "conv groups": lambda at: [at.Conv1D(6, 3, groups=2, padding="same", kernel_regularizer="l2")],
    "conv constrained": lambda at: [at.Conv1D(3, 2, kernel_constraint="max_norm", bias_regularizer="l1")],
    "conv deep": lambda at: [
        at.Conv1D(20, 3, padding="same", activation="relu"),
        at.BatchNormalization(),
        at.MaxPooling1D(2),
        at.Conv1D(7, 2, activation="tanh"),
    ],
    "depthwise": lambda at: [at.DepthwiseConv1D(3, depth_multiplier=2)],
    "depthwise same": lambda at: [at.DepthwiseConv1D(4, padding="same", activation="relu")],
    "separable": lambda at: [at.SeparableConv1D(5, 3, depth_multiplier=2)],
    "separable same": lambda at: [at.SeparableConv1D(5, 2, strides=2, padding="same", use_bias=False)],
    "max pooling": lambda at: [at.MaxPooling1D(3, strides=2)],
    "max pooling same": lambda at: [at.MaxPooling1D(3, padding="same")],
    "average pooling": lambda at: [at.AveragePooling1D(2)],
    "average pooling same": lambda at: [at.AveragePooling1D(3, strides=2, padding="same")],
    "global max pooling": lambda at: [at.GlobalMaxPooling1D(keepdims=True)],
    "global average pooling": lambda at: [at.GlobalAveragePooling1D(keepdims=True)],
    "rms normalization": lambda at: [at.RMSNormalization()],
    "zero padding": lambda at: [at.ZeroPadding1D((2, 1))],
    "cropping": lambda at: [at.Cropping1D((1, 2))],
    "up sampling": lambda at: [at.UpSampling1D(3)],
    "permute": lambda at: [at.Permute((2, 1))],
    "softmax over steps": lambda at: [at.Softmax(axis=1)],
}
RANDOM = {
    "spatial dropout": lambda at: [at.SpatialDropout1D(0.3, seed=1)],
    "gaussian noise": lambda at: [at.GaussianNoise(0.3, seed=2)],
    "gaussian dropout": lambda at: [at.GaussianDropout(0.3)],
    "alpha dropout": lambda at: [at.AlphaDropout(0.3)],
    "softmax": lambda at: [at.Softmax()],
}
VECTORS = {
    "batch normalization of vectors": lambda at: [at.BatchNormalization(), at.PReLU()],
    "group normalization of vectors": lambda at: [at.GroupNormalization(2), at.RMSNormalization()],
    "global pooling": lambda at: [],
}
STACKS = PASSES_MASK | DROPS_MASK


def random_stack(case):
    """Return a builder of two or three of the stacks, one after the other."""
    rng = np.random.default_rng([2028, case])
    short = [name for name in STACKS if "global" not in name and "deep" not in name and "valid" not in name]
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
    model.compile(package.optimizers.Adam(1e-2), "mse")
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
    assert_close(own.predict(data[0][0], verbose=0), peer.predict(data[0][0], verbose=0), 4e-6)
    losses = [[float(model.train_on_batch(x, y)) for x, y in data] for model in (own, peer)]
    np.testing.assert_allclose(*losses, rtol=2e-5, atol=2e-5)
    for ours, theirs in zip(own.get_weights(), peer.get_weights(), strict=True):
        assert_close(ours, theirs, 5e-4)
    assert_close(own.predict(data[0][0], verbose=0), peer.predict(data[0][0], verbose=0), 2e-4)


@pytest.mark.parametrize("name", STACKS)
def test_twenty_steps(name):
    assert_trains_alike(STACKS[name])


@pytest.mark.parametrize("name", PASSES_MASK)
def test_twenty_steps_with_a_mask(name):
    assert_trains_alike(PASSES_MASK[name], masked=True)


@pytest.mark.filterwarnings("ignore:Layer .* was passed an input with a mask")
@pytest.mark.parametrize("name", DROPS_MASK)
def test_twenty_steps_after_a_mask(name):
    assert_trains_alike(DROPS_MASK[name], masked=True)


@pytest.mark.parametrize("name", VECTORS)
def test_twenty_steps_of_vectors(name):
    assert_trains_alike(VECTORS[name], vectors=True)


@pytest.mark.parametrize("case", range(12))
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
    assert_close(there.predict(x, verbose=0), expected, 4e-6)
    assert (here.predict(x, verbose=0) == expected).all()
    assert (again.predict(x, verbose=0) == expected).all()
    assert [layer.get_config() for layer in again.layers] == [layer.get_config() for layer in own.layers]
    theirs_and_ours = zip(there.layers, peer.layers, strict=True)
    for read, built in theirs_and_ours:
        known = {key: value for key, value in built.get_config().items() if key not in ("name", "seed")}
        assert {key: read.get_config()[key] for key in known} == known
