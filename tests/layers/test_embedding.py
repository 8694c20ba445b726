"""Layers in models: whole numbers for an Embedding, shapes that must be known, and what a model does not take."""

import numpy as np
import pytest

from fastlstm import Input, Sequential, layers

N, T, D = 6, 5, 3


def embedding_model(steps=T, **options):
    model = Sequential([Input((steps,)), layers.Embedding(4, 3, **options), layers.GRU(2), layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


@pytest.fixture
def indices(rng):
    return rng.integers(0, 4, (N, T))


@pytest.mark.parametrize("mask_zero", [False, True])
def test_an_embedding_looks_vectors_up(rng, indices, mask_zero):
    model = embedding_model(mask_zero=mask_zero)
    embedding, gru, dense = model.layers
    assert (embedding(indices) == embedding.embeddings[indices]).all()
    vectors = gru(embedding.embeddings[indices], mask=embedding.compute_mask(indices))
    np.testing.assert_allclose(model.predict(indices), dense(vectors), rtol=1e-6, atol=1e-7)


def test_whole_numbers_of_any_type(indices):
    model = embedding_model()
    want = model.predict(indices)
    for same in (indices.astype(np.int8), indices.astype(np.uint64), indices.astype(float), indices.tolist()):
        assert (model.predict(same) == want).all()
        assert (model(same) == want).all()
        assert (model.layers[0](same) == model.layers[0](indices)).all()


@pytest.mark.parametrize("entry", ["predict", "call", "fit", "evaluate", "layer", "validation"])
@pytest.mark.parametrize(
    ("value", "match"),
    [
        (4, r"whole numbers from 0 to 3, input_dim being 4; got 4 at \[2, 3\]"),
        (-1, r"whole numbers from 0 to 3, input_dim being 4; got -1 at \[2, 3\]"),
        (1.5, r"whole numbers from 0 to 3, input_dim being 4; got 1.5 at \[2, 3\]"),
        (2 + 1e-12, "whole numbers from 0 to 3"),
        (2**24 + 1, "got 16777217 at"),
        (np.nan, r"got nan at \[2, 3\]"),
        (np.inf, r"got inf at \[2, 3\]"),
    ],
)
def test_numbers_that_are_no_index(indices, entry, value, match):
    model, y = embedding_model(), np.zeros(N)
    wrong = indices.astype(float) if isinstance(value, float) else indices.copy()
    wrong[2, 3] = value
    entries = {
        "predict": lambda: model.predict(wrong),
        "call": lambda: model(wrong),
        "fit": lambda: model.fit(wrong, y, verbose=0),
        "evaluate": lambda: model.evaluate(wrong, y),
        "layer": lambda: model.layers[0](wrong),
        "validation": lambda: model.fit(indices, y, validation_data=(wrong, y), verbose=0),
    }
    with pytest.raises(ValueError, match=match):
        entries[entry]()


def test_other_inputs_of_an_embedding(indices):
    model = embedding_model()
    for wrong, error, match in [
        (np.full((N, T), "a"), TypeError, "x: expected real"),
        (indices > 1, TypeError, "x: expected real"),
        (indices[:, :3], ValueError, r"x: expected shape \(N, 5\), got \(6, 3\)"),
        (indices[:, :, None], ValueError, "x: .*"),
        (indices[0], ValueError, "x: .*"),
    ]:
        with pytest.raises(error, match=match):
            model.predict(wrong)
    with pytest.raises(ValueError, match=r"expected shape \(N, T\), got \(6, 5, 1\)"):
        layers.Embedding(4, 3)(indices[:, :, None])


def test_an_embedding_takes_any_number_of_steps(rng):
    model = embedding_model(None)
    assert (model.input_shape, model.output_shape) == ((None, None), (None, 1))
    for steps in (1, 7, 0):
        assert model.predict(rng.integers(0, 4, (N, steps))).shape == (N, 1)
    assert model.predict(np.zeros((0, 3), int)).shape == (0, 1)


def test_the_first_data_builds_a_model_with_an_embedding(rng, indices):
    model = Sequential([layers.Embedding(4, 3), layers.GRU(2), layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(indices, rng.normal(size=N), epochs=2, verbose=0)
    assert model.input_shape == (None, T)
    assert model.count_params() == 4 * 3 + 3 * 6 + 2 * 6 + 12 + 3


def test_weights_of_an_embedding(rng):
    values = rng.normal(size=(4, 3)).astype(np.float32)
    for given in (values, [values], values.tolist(), (values,)):
        layer = layers.Embedding(4, 3, weights=given)
        assert layer.built
        assert (layer.embeddings == values).all()
    one = layers.Embedding(1, 3, weights=values[:1])
    assert (one.embeddings == values[:1]).all()
    with pytest.raises(ValueError, match=r"embeddings: .* expected shape \(4, 3\), got \(3, 4\)"):
        layers.Embedding(4, 3, weights=values.T)


@pytest.mark.parametrize("layer", [layers.Flatten, lambda: layers.Reshape((-1, 2))])
def test_the_number_of_steps_must_be_known(rng, layer):
    with pytest.raises(ValueError, match=r"needs to know the number of steps.*Input\(\(T, D\)\)"):
        Sequential([Input((None, 2)), layer()])
    model = Sequential([layer()])
    with pytest.raises(ValueError, match="number of steps"):
        model.build((None, None, 2))
    x = rng.normal(size=(N, 4, 2)).astype(np.float32)
    assert (model.predict(x).ravel() == x.ravel()).all()
    with pytest.raises(ValueError, match="at least one step"):
        layer()(np.zeros((N, 0, 2)))


def test_a_window_without_memory_learns(rng):
    x = rng.normal(size=(200, 4, 2))
    y = x[:, 1, 0] - 2 * x[:, 3, 1]
    model = Sequential([Input((4, 2)), layers.Flatten(), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.optimizer.learning_rate = 0.1
    model.fit(x, y, epochs=20, verbose=0)
    kernel = model.layers[1].kernel.ravel()
    np.testing.assert_allclose(kernel, [0, 0, 1, 0, 0, 0, 0, -2], atol=1e-3)


@pytest.mark.parametrize(
    ("target", "match"),
    [((4, 4), "can not bring the 15 numbers"), ((-1, 4), "can not bring the 15 numbers"), ((15, 2), "can not bring")],
)
def test_reshapes_that_do_not_fit(target, match):
    with pytest.raises(ValueError, match=match):
        layers.Reshape(target)(np.zeros((N, T, D)))


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: layers.Reshape(()), ValueError, "target_shape"),
        (lambda: layers.Reshape((1, 2, 3)), ValueError, "target_shape"),
        (lambda: layers.Reshape((-1, -1)), ValueError, "-1 at most once"),
        (lambda: layers.Reshape((0, 3)), ValueError, "target_shape"),
        (lambda: layers.Reshape((-2, 3)), ValueError, "target_shape"),
        (lambda: layers.Reshape(3), TypeError, "target_shape"),
        (lambda: layers.Reshape((2.0, 3)), TypeError, "target_shape"),
        (lambda: layers.Flatten("channels_first"), ValueError, "data_format"),
        (lambda: layers.Dense(3, "glu"), ValueError, "'glu' multiplies one half of its input by the other"),
        (lambda: layers.Activation("glu")(np.zeros((N, D))), ValueError, "got a width of 3"),
        (lambda: layers.Activation("no such"), ValueError, "unknown activation"),
        (lambda: layers.LayerNormalization(axis=1), ValueError, "axis: only -1"),
        (lambda: layers.LayerNormalization(epsilon=-1.0), ValueError, "epsilon"),
        (lambda: layers.LayerNormalization(center=1), TypeError, "center"),
        (lambda: layers.Rescaling([1.0, 2.0])(np.zeros((N, D))), ValueError, r"scale: expected .* shape \(3,\)"),
        (lambda: layers.Rescaling(1.0, np.nan), ValueError, "offset: NaN"),
        (lambda: layers.Rescaling("2"), TypeError, "scale: expected real"),
        (lambda: layers.Masking("0"), TypeError, "mask_value"),
        (lambda: layers.Masking()(np.zeros((N, D))), ValueError, r"expected shape \(N, T, D\)"),
        (lambda: layers.Embedding(0, 3), ValueError, "input_dim"),
        (lambda: layers.Embedding(3, 2.5), TypeError, "output_dim"),
        (lambda: layers.Embedding(3, 2, mask_zero=1), TypeError, "mask_zero"),
        (lambda: layers.Embedding(3, 2, lora_rank=2), ValueError, "lora_rank: Embedding does not support it"),
        (lambda: layers.TimeDistributed(layers.GRU(2)), ValueError, "brings a vector to a vector"),
        (lambda: layers.TimeDistributed(layers.Flatten()), ValueError, "brings a vector to a vector"),
        (lambda: layers.TimeDistributed(layers.Dropout(0.5, (1, None))), ValueError, "brings a vector to a vector"),
        (lambda: layers.TimeDistributed("dense"), TypeError, "layer: expected a layer, got 'dense'"),
        (lambda: layers.Dense(2, lora_alpha=1), ValueError, "lora_alpha"),
        (lambda: layers.Dense(2, kernel_regularizer=3), TypeError, "regularizer"),
        (lambda: layers.Dense(2, activity_regularizer="l4"), ValueError, "unknown regularizer"),
    ],
)
def test_wrong_arguments(make, error, match):
    with pytest.raises(error, match=match):
        make()


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: Input((None,)), None, ""),
        (lambda: Sequential([Input((None,)), layers.Dense(2)]), ValueError, "number of features"),
        (lambda: Sequential([Input((3,)), layers.Dense(2), layers.Embedding(3, 2)]), ValueError, "must be the first"),
        (lambda: Sequential([Input((3, 2)), layers.Embedding(3, 2)]), ValueError, r"expected shape \(N, T\)"),
        (Input, TypeError, "shape"),
        (lambda: Input((3, 2), batch_shape=(4, 3, 2)), ValueError, "batch_shape: expected it alone"),
        (lambda: Input(batch_shape=(4,)), ValueError, "shape"),
        (lambda: Input(batch_shape=3), TypeError, "batch_shape"),
        (lambda: Input((3, 2), batch_size=0), ValueError, "batch_size"),
    ],
)
def test_inputs(make, error, match):
    if error is None:
        make()
        return
    with pytest.raises(error, match=match):
        make()


def test_the_input_s_configuration_makes_an_equal_input():
    for made in (Input((None,)), Input((5, 2), 3, "float64", name="own"), Input(batch_shape=(4, None, 2))):
        again = type(made)(**made.get_config())
        assert again.get_config() == made.get_config()
        assert again.batch_shape == made.batch_shape


def test_summary_of_other_layers(capsys):
    model = Sequential([Input((7,)), layers.Embedding(10, 4), layers.Bidirectional(layers.LSTM(3, peephole=True))])
    model.add(layers.LayerNormalization(name="norm"))
    model.add(layers.Dropout(0.5))
    model.add(layers.Dense(2))
    model.summary(line_length=100)
    rows = [line.replace("│", "").split() for line in capsys.readouterr().out.splitlines() if "(None" in line]
    assert [row[1:] for row in rows] == [
        ["(Embedding)", "(None,", "7,", "4)", "40"],
        ["(Bidirectional)", "(None,", "6)", str(2 * (12 * (4 + 3 + 1) + 9))],
        ["(LayerNormalization)", "(None,", "6)", "12"],
        ["(Dropout)", "(None,", "6)", "0"],
        ["(Dense)", "(None,", "2)", "14"],
    ]
    keep = model.count_params()
    assert keep == sum(layer.count_params() for layer in model.layers)


def test_forecast_with_other_layers(rng):
    history = rng.normal(size=(9, 2))
    model = Sequential(
        [Input((6, 2)), layers.LayerNormalization(), layers.Bidirectional(layers.GRU(3)), layers.Dense(2)]
    )
    values = history[-6:]
    for _ in range(4):
        values = np.concatenate([values, model.predict(values[None, -6:])])
    np.testing.assert_allclose(model.forecast(history, 4), values[6:], rtol=1e-6)
    stateful = Sequential([Input((6, 2)), layers.GRU(2, stateful=True)])
    with pytest.raises(ValueError, match=r"forecast: .*stateful"):
        stateful.forecast(history, 4)


def test_a_call_takes_true_or_false_for_training():
    model = Sequential([Input((3,)), layers.Dense(2)])
    for call in (model, model.layers[0]):
        with pytest.raises(TypeError, match="training: expected True or False"):
            call(np.zeros((2, 3)), training=1)
