"""Convolutions and poolings: values, masks, lengths, infinities."""

import numpy as np
import pytest

from fastlstm import Input, Sequential, layers

RNG = np.random.default_rng(0)


def windows_of(steps, size, stride, padding, dilation):
    """Return the steps of the input in the window of each step of the output, None where there is none."""
    reach = (size - 1) * dilation + 1
    count = (steps - reach) // stride + 1 if padding == "valid" else -(-steps // stride)
    before = 0
    if padding == "causal":
        before = reach - 1
    elif padding == "same":
        before = max(0, (count - 1) * stride + reach - steps) // 2
    starts = np.arange(count)[:, None] * stride - before
    found = starts + np.arange(size) * dilation
    return [[step if 0 <= step < steps else None for step in window] for window in found]


@pytest.mark.parametrize("case", range(40))
def test_a_convolution_is_a_sum_over_windows(case):
    rng = np.random.default_rng(case)
    steps, size, stride, dilation, groups = rng.integers(1, [30, 6, 4, 3, 4])
    padding = ("valid", "same", "causal")[rng.integers(3)]
    features, filters, rows = groups * rng.integers(1, 12), groups * rng.integers(1, 30), rng.integers(1, 9)
    if padding == "valid":
        steps += (size - 1) * dilation
    layer = layers.Conv1D(filters, size, stride, padding, dilation_rate=dilation, groups=groups, dtype="float64")
    x = rng.normal(size=(rows, steps, features))
    layer.build(x.shape)
    kernel, bias = (rng.normal(size=weight.shape) for weight in layer.weights)
    layer.set_weights([kernel, bias])
    windows = windows_of(steps, size, stride, padding, dilation)
    expected = np.tile(bias, (rows, len(windows), 1))
    for t, window in enumerate(windows):
        for tap, step in enumerate(window):
            for group in range(groups if step is not None else 0):
                of_x = slice(group * (features // groups), (group + 1) * (features // groups))
                of_y = slice(group * (filters // groups), (group + 1) * (filters // groups))
                expected[:, t, of_y] += x[:, step, of_x] @ kernel[tap, :, of_y]
    np.testing.assert_allclose(layer(x), expected, rtol=1e-11, atol=1e-11)


PADDED_AND_ACTIVATED = pytest.mark.parametrize(
    ("padding", "activation"), [("valid", None), ("same", "relu"), ("causal", "glu")]
)


def convolutions_of_further_axes(padding, activation, axes):
    """Return models of x and of its sequences as rows, with the same weights, and their inputs."""
    x = RNG.normal(size=(5, *axes, 9, 3))
    options = {"strides": 2, "padding": padding, "activation": activation, "dtype": "float64"}
    models = [
        Sequential([Input(shape, dtype="float64"), layers.Conv1D(6, 3, **options)]) for shape in (x.shape[1:], (9, 3))
    ]
    models[1].set_weights(models[0].get_weights())
    return models, x, x.reshape(-1, 9, 3)


@PADDED_AND_ACTIVATED
@pytest.mark.parametrize("axes", [(4,), (3, 2)])
def test_further_axes_of_a_convolution_are_samples(padding, activation, axes):
    models, x, rows = convolutions_of_further_axes(padding, activation, axes)
    y = models[0].predict(x, verbose=0)
    assert y.shape == models[0].compute_output_shape(x.shape) == (*x.shape[:-2], *y.shape[-2:])
    flat = y.reshape(-1, *y.shape[-2:])
    assert (flat == models[1].predict(rows, verbose=0)).all()
    assert (y == models[0].layers[0](x)).all()


@PADDED_AND_ACTIVATED
def test_training_of_a_convolution_of_further_axes(padding, activation):
    models, x, rows = convolutions_of_further_axes(padding, activation, (4,))
    targets = RNG.normal(size=models[0].compute_output_shape(x.shape))
    for model, inputs in zip(models, (x, rows), strict=True):
        model.add(layers.Flatten(dtype="float64"))
        outputs = targets.reshape(len(inputs), -1)
        model.compile("sgd", "mse")
        model.fit(inputs, outputs, batch_size=len(inputs), epochs=3, verbose=0)
    for found, expected in zip(models[0].get_weights(), models[1].get_weights(), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-11)


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (layers.LSTM(3), (2, 5, 1), r"ndim=3, found ndim=4; TimeDistributed .* Reshape\(\(2, 5\)\) makes each"),
        (layers.MaxPooling1D(), (None, 5, 2), r"ndim=3, found ndim=4; .* Reshape\(\(-1, 10\)\)"),
        (layers.Bidirectional(layers.GRU(3)), (5,), r"ndim=3, found ndim=2; add an axis with Reshape\(\(5, 1\)\), or"),
        (layers.Conv1D(3, 2), (5,), r"ndim=3 or 4 or 5, found ndim=2; add an axis with Reshape"),
        (layers.RepeatVector(2), (5, 2), "expected ndim=2, found ndim=3$"),
    ],
    ids=str,
)
def test_other_numbers_of_axes_are_refused_with_advice(layer, shape, message):
    with pytest.raises(ValueError, match=message):
        Sequential([Input(shape), layer])


@pytest.mark.parametrize("kind", ["MaxPooling1D", "AveragePooling1D"])
@pytest.mark.parametrize("case", range(15))
def test_pooling_is_over_the_steps_that_there_are(case, kind):
    rng = np.random.default_rng(case)
    steps, size, stride = rng.integers(1, [30, 6, 6])
    padding = ("valid", "same")[rng.integers(2)]
    steps += size - 1 if padding == "valid" else 0
    x = rng.normal(size=(3, steps, rng.integers(1, 40)))
    found = getattr(layers, kind)(size, stride, padding, dtype="float64")(x)
    pooled = np.max if kind.startswith("Max") else np.mean
    windows = windows_of(steps, size, stride, padding, 1)
    expected = [pooled(x[:, [s for s in window if s is not None]], axis=1) for window in windows]
    np.testing.assert_allclose(found, np.stack(expected, axis=1), rtol=1e-13)


def test_the_average_of_all_steps_leaves_masked_ones_out():
    x, mask = RNG.normal(size=(4, 5, 3)), RNG.random((4, 5)) < 0.6
    mask[:, 0], x[~mask] = True, np.nan
    found = layers.GlobalAveragePooling1D(dtype="float64")(x, mask=mask)
    expected = [row[valid].mean(0) for row, valid in zip(x, mask, strict=True)]
    np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_infinities_and_nan_stay_where_they_are():
    x = RNG.normal(size=(2, 6, 4))
    x[0, 2, 1], x[1, 3, 2] = np.inf, np.nan
    conv = layers.Conv1D(4, 1, groups=4)(x)
    assert np.isfinite(conv).sum() == conv.size - 2
    assert not np.isfinite(conv[0, 2, 1])
    pooled = layers.MaxPooling1D(2)(x)
    assert pooled[0, 1, 1] == np.inf
    assert np.isnan(pooled[1, 1, 2])
    assert np.isfinite(pooled).sum() == pooled.size - 2
    relu = layers.ReLU()(np.array([[-np.inf, np.inf, np.nan]]))
    assert relu[0, :2].tolist() == [0, np.inf]
    assert np.isnan(relu[0, 2])


def test_a_model_takes_sequences_of_any_length():
    model = Sequential(
        [
            Input((None, 3)),
            layers.Conv1D(5, 3, padding="causal", activation="relu"),
            layers.MaxPooling1D(2, padding="same"),
            layers.SeparableConv1D(4, 2, padding="same"),
            layers.GlobalMaxPooling1D(),
        ]
    )
    assert model.output_shape == (None, 4)
    for steps in (1, 2, 9, 31):
        assert model.predict(RNG.normal(size=(2, steps, 3)), verbose=0).shape == (2, 4)


def test_only_layers_of_one_step_can_be_streamed():
    x = RNG.normal(size=(1, 5, 3)).astype("float32")
    model = Sequential([Input((5, 3)), layers.Conv1D(4, 1), layers.PReLU(shared_axes=[1]), layers.LSTM(2)])
    stream = model.stream()
    for step in x[0]:
        last = stream.step(step)
    assert (last == model.predict(x, verbose=0)[0]).all()
    for layer in (layers.Conv1D(4, 2, padding="same"), layers.MaxPooling1D(), layers.UpSampling1D(), layers.PReLU()):
        with pytest.raises(ValueError, match="needs the whole sequence"):
            Sequential([Input((5, 3)), layer, layers.LSTM(2)]).stream()


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: layers.Conv1D(4, 0), ValueError, "kernel_size"),
        (lambda: layers.Conv1D(4, (1, 2)), TypeError, "kernel_size"),
        (lambda: layers.Conv1D(4, 2, padding="full"), ValueError, "padding: expected one of valid, same, causal"),
        (lambda: layers.Conv1D(4, 2, data_format="channels_first"), ValueError, "data_format"),
        (lambda: layers.Conv1D(4, 2, groups=3), ValueError, "groups"),
        (lambda: layers.Conv1D(4, 2, groups=2)(np.zeros((1, 5, 3))), ValueError, "cannot divide 3 features"),
        (lambda: layers.Conv1D(4, 6)(np.zeros((1, 5, 3))), ValueError, "at least 6 steps"),
        (lambda: layers.Conv1D(4, 2)(np.zeros((5, 3))), ValueError, r"expected shape \(N, T, D\)"),
        (lambda: layers.Conv1D(5, 2, activation="glu"), ValueError, "glu"),
        (lambda: layers.SeparableConv1D(4, 2, padding="causal"), ValueError, "padding"),
        (lambda: layers.DepthwiseConv1D(2, depth_multiplier=0), ValueError, "depth_multiplier"),
        (lambda: layers.MaxPooling1D(0), ValueError, "pool_size"),
        (lambda: layers.MaxPooling1D(6)(np.zeros((1, 5, 3))), ValueError, "at least 6 steps"),
        (lambda: layers.GlobalMaxPooling1D()(np.zeros((1, 0, 3))), ValueError, "at least one step"),
        (lambda: layers.GlobalMaxPooling1D(keepdims=1), TypeError, "keepdims"),
        (lambda: layers.Cropping1D((3, 2))(np.zeros((1, 5, 3))), ValueError, "leaves no step"),
        (lambda: layers.Cropping1D((1, 2, 3)), ValueError, "one number of steps or two"),
        (lambda: layers.ZeroPadding1D(-1), ValueError, "padding"),
        (lambda: layers.UpSampling1D(0), ValueError, "size"),
        (lambda: layers.Permute((2, 1, 3)), ValueError, "dims"),
        (lambda: layers.Permute((2, 1))(np.zeros((2, 3))), ValueError, "dims"),
        (lambda: layers.Permute((2, 1)).compute_output_shape((None, None, 3)), ValueError, "number of steps"),
        (lambda: layers.GroupNormalization(2)(np.zeros((1, 5, 3))), ValueError, "cannot divide 3 features"),
        (lambda: layers.GroupNormalization(0), ValueError, "groups"),
        (lambda: layers.RMSNormalization(axis=1), ValueError, "axis: only -1"),
        (lambda: layers.Softmax(axis=0), ValueError, "axis"),
        (lambda: layers.Softmax(axis=2)(np.zeros((2, 3))), ValueError, "axis: .* got 2"),
        (lambda: layers.PReLU().build((None, None, 3)), ValueError, "shared_axes"),
        (lambda: layers.PReLU(shared_axes=[3]), ValueError, "shared_axes"),
        (lambda: layers.ReLU(max_value=-1.0), ValueError, "max_value"),
        (lambda: layers.LeakyReLU(-0.1), ValueError, "negative_slope"),
        (lambda: layers.GaussianNoise(-0.1), ValueError, "stddev"),
        (lambda: layers.GaussianDropout(1.0), ValueError, "rate"),
        (lambda: layers.AlphaDropout(0.5, (1, None))(np.zeros((1, 5, 3))), ValueError, "noise_shape"),
        (lambda: layers.SpatialDropout1D(2.0), ValueError, "rate"),
    ],
)
def test_wrong_arguments(make, error, match):
    with pytest.raises(error, match=match):
        make()


def test_slopes_of_steps_belong_to_one_length():
    layer = layers.PReLU()
    layer.build((None, 5, 3))
    with pytest.raises(ValueError, match=r"slopes of shape \(5, 3\)"):
        layer(np.zeros((1, 4, 3)))


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("name", ["GlobalAveragePooling1D", "GlobalMaxPooling1D"])
def test_poolings_of_the_last_axis(name, keepdims, rng):
    x, y = rng.normal(size=(6, 3, 5)), rng.normal(size=(6, 2))
    pool = {"GlobalAveragePooling1D": np.mean, "GlobalMaxPooling1D": np.max}[name]
    layer = getattr(layers, name)("channels_first", keepdims, dtype="float64")
    np.testing.assert_allclose(layer(x), pool(x, axis=2, keepdims=keepdims), rtol=1e-12)
    assert layer.compute_output_shape((None, 3, 5)) == ((None, 3, 1) if keepdims else (None, 3))
    assert layer.get_config()["data_format"] == "channels_first"
    flat = [layers.Flatten(dtype="float64")] if keepdims else []
    model = Sequential([Input((3, 5)), layer, *flat, layers.Dense(2, dtype="float64")])
    other = Sequential(
        [
            Input((3, 5)),
            layers.Permute((2, 1), dtype="float64"),
            getattr(layers, name)(dtype="float64"),
            layers.Dense(2, dtype="float64"),
        ]
    )
    other.set_weights(model.get_weights())
    for one in (model, other):
        one.compile("adam", "mse")
        one.fit(x, y, epochs=2, shuffle=False, verbose=0)
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)
