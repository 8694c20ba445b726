"""Wrong data and wrong order of calls: the right error, naming the argument, what was expected and what came."""

import numpy as np
import pytest

from fastlstm import Input, Sequential, callbacks, layers
from fastlstm.models import Model

X = np.zeros((8, 5, 2))
Y = np.zeros(8)
NAN = X.copy()
NAN[3, 4, 0] = np.nan
INF = Y.copy()
INF[5] = -np.inf
RAGGED = [[[1.0, 2.0]], [[1.0]]]
MASKED = np.ma.masked_array(X, mask=X == 0)


def built(loss="mse", outputs=1, **options):
    model = Sequential([Input((5, 2)), layers.LSTM(3, **options), layers.Dense(outputs)])
    model.compile("sgd", loss)
    return model


def unbuilt():
    return Sequential([layers.LSTM(3), layers.Dense(1)])


NOT_NUMBERS = [
    (np.zeros((8, 5, 2), complex), TypeError, "got dtype complex128"),
    (np.full((8, 5, 2), "a"), TypeError, "got dtype <U1"),
    (np.full((8, 5, 2), None), TypeError, "got dtype object"),
    (np.zeros((8, 5, 2), "M8[D]"), TypeError, "got dtype datetime64"),
    (None, TypeError, "got dtype object"),
    (MASKED, TypeError, "without a mask"),
    (RAGGED, ValueError, "rectangular"),
]
WRONG_SHAPES = [
    (np.zeros((3, 4)), ValueError, r"got \(3, 4\)"),
    (np.zeros((3, 5, 3)), ValueError, r"got \(3, 5, 3\)"),
    (np.zeros((3, 6, 2)), ValueError, r"expected shape \(N, 5, 2\), got \(3, 6, 2\)"),
    (np.zeros(()), ValueError, r"got \(\)"),
    (np.zeros((1, 3, 5, 2)), ValueError, r"got \(1, 3, 5, 2\)"),
]
ENTRIES = {
    "predict": Sequential.predict,
    "call": Sequential.__call__,
    "predict_on_batch": Sequential.predict_on_batch,
}


@pytest.mark.parametrize(("x", "error", "match"), NOT_NUMBERS)
@pytest.mark.parametrize("entry", ["predict", "call", "predict_on_batch"])
def test_inputs_that_are_not_numbers(entry, x, error, match):
    with pytest.raises(error, match=f"x: .*{match}"):
        ENTRIES[entry](built(), x)


@pytest.mark.parametrize(("x", "error", "match"), NOT_NUMBERS)
@pytest.mark.parametrize("entry", ["fit", "evaluate", "train_on_batch", "test_on_batch"])
def test_samples_that_are_not_numbers(entry, x, error, match):
    with pytest.raises(error, match=f"x: .*{match}"):
        getattr(built(), entry)(x, Y)


@pytest.mark.parametrize(("y", "error", "match"), NOT_NUMBERS)
@pytest.mark.parametrize("entry", ["fit", "evaluate", "train_on_batch", "test_on_batch"])
def test_targets_that_are_not_numbers(entry, y, error, match):
    expected = (ValueError, "y: expected targets, got None") if y is None else (error, f"y: .*{match}")
    with pytest.raises(expected[0], match=expected[1]):
        getattr(built(), entry)(X, y)


@pytest.mark.parametrize(("x", "error", "match"), WRONG_SHAPES)
@pytest.mark.parametrize("entry", ["predict", "call", "predict_on_batch"])
def test_inputs_of_a_wrong_shape(entry, x, error, match):
    with pytest.raises(error, match=f"x: .*{match}"):
        ENTRIES[entry](built(), x)
    after_a_right_one = built()
    after_a_right_one.predict(X)
    with pytest.raises(error, match=f"x: .*{match}"):
        after_a_right_one.predict(x)


@pytest.mark.parametrize(("x", "error", "match"), [case for case in WRONG_SHAPES if case[0].ndim])
@pytest.mark.parametrize("entry", ["fit", "evaluate", "train_on_batch", "test_on_batch"])
def test_samples_of_a_wrong_shape(entry, x, error, match):
    with pytest.raises(error, match=f"x: .*{match}"):
        getattr(built(), entry)(x, Y[: len(x)])


@pytest.mark.parametrize("entry", ["fit", "evaluate", "train_on_batch", "test_on_batch"])
def test_lengths_and_emptiness(entry):
    call = getattr(built(), entry)
    with pytest.raises(ValueError, match=r"y: expected as many samples as x, 8, got shape \(7,\)"):
        call(X, Y[:7])
    with pytest.raises(ValueError, match="x: expected at least one sample"):
        call(X[:0], Y[:0])
    with pytest.raises(ValueError, match=r"y: expected as many samples as x, 8, got shape \(\)"):
        call(X, 1.0)


@pytest.mark.parametrize("entry", ["fit", "train_on_batch"])
def test_training_data_must_be_finite(entry):
    call = getattr(built(), entry)
    with pytest.raises(ValueError, match=r"x: NaN at \[3, 4, 0\]"):
        call(NAN, Y)
    with pytest.raises(ValueError, match=r"y: Inf at \[5\]"):
        call(X, INF)
    with pytest.raises(ValueError, match=r"x: Inf at \[0, 0, 0\].*float32"):
        call(X + 1e300, Y)


def test_validation_data_must_be_finite_and_a_pair():
    model = built()
    for data, error, match in [
        ((NAN, Y), ValueError, r"validation_data\[0\]: NaN at \[3, 4, 0\]"),
        ((X, INF), ValueError, r"validation_data\[1\]: Inf at \[5\]"),
        ((X, Y[:3]), ValueError, r"validation_data\[1\]: expected as many samples"),
        ((X,), ValueError, r"validation_data: expected a tuple \(x, y\) or \(x, y, sample_weight\), got 1"),
        (X, TypeError, r"validation_data: expected a tuple"),
    ]:
        with pytest.raises(error, match=match):
            model.fit(X, Y, validation_data=data, verbose=0)


@pytest.mark.parametrize("entry", ["predict", "evaluate"])
def test_nan_goes_through_prediction_and_evaluation(entry):
    model = built()
    result = model.predict(NAN)[3] if entry == "predict" else model.evaluate(NAN, Y)
    assert np.isnan(result).all()


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"batch_size": 0}, ValueError, "batch_size: expected an integer of at least 1, got 0"),
        ({"batch_size": 2.0}, TypeError, "batch_size"),
        ({"batch_size": True}, TypeError, "batch_size"),
        ({"epochs": -1}, ValueError, "epochs"),
        ({"epochs": "3"}, TypeError, "epochs"),
        ({"initial_epoch": -1}, ValueError, "initial_epoch"),
        ({"verbose": 3}, ValueError, "verbose"),
        ({"verbose": "yes"}, ValueError, "verbose"),
        ({"shuffle": 2}, TypeError, "shuffle"),
        ({"validation_split": 1.0}, ValueError, "validation_split"),
        ({"validation_split": -0.1}, ValueError, "validation_split"),
        ({"validation_split": 0.99}, ValueError, "validation_split: 0.99 of 8 samples"),
        ({"validation_split": "half"}, TypeError, "validation_split"),
        ({"callbacks": [print]}, TypeError, "callbacks"),
        ({"callbacks": callbacks.History}, TypeError, "callbacks"),
        ({"callbacks": 3}, TypeError, "callbacks"),
        ({"steps_per_epoch": 0}, ValueError, "steps_per_epoch: expected an integer of at least 1"),
        ({"steps_per_epoch": 2.0}, TypeError, "steps_per_epoch"),
        ({"validation_steps": 0}, ValueError, "validation_steps"),
        ({"validation_freq": 0}, ValueError, "validation_freq"),
        ({"validation_freq": "2"}, TypeError, "validation_freq"),
        ({"validation_freq": [1, 2.5]}, TypeError, "validation_freq"),
        ({"validation_data": (X, Y), "validation_batch_size": -1}, ValueError, "batch_size"),
    ],
)
def test_options_of_fit(options, error, match):
    model = built()
    before = model.get_weights()
    with pytest.raises(error, match=match):
        model.fit(X, Y, **{"verbose": 0, **options})
    assert all((a == b).all() for a, b in zip(model.get_weights(), before, strict=True))


@pytest.mark.parametrize("options", [{"batch_size": 0}, {"verbose": 7}])
@pytest.mark.parametrize("entry", ["predict", "evaluate"])
def test_options_of_predict_and_evaluate(entry, options):
    arguments = (X,) if entry == "predict" else (X, Y)
    with pytest.raises(ValueError, match=next(iter(options))):
        getattr(built(), entry)(*arguments, **options)


@pytest.mark.parametrize(
    "use",
    [
        lambda model: model.count_params(),
        lambda model: model.get_weights(),
        lambda model: model.set_weights([]),
        lambda model: model.weights,
        lambda model: model.output_shape,
        lambda model: model.forecast(Y, 1),
    ],
)
def test_use_before_build_says_what_to_do(use):
    with pytest.raises(ValueError, match="build"):
        use(unbuilt())


def test_an_unbuilt_layer_has_no_weights_yet():
    layer = layers.Dense(2, name="mine")
    assert layer.weights == layer.get_weights() == []
    assert not hasattr(layer, "kernel")
    for use, error in [
        (lambda: layer.kernel, AttributeError),
        (lambda: layer.set_weights([np.ones((3, 2)), np.ones(2)]), ValueError),
        (layer.count_params, ValueError),
    ]:
        with pytest.raises(error, match="layer 'mine' has no weights yet: call build"):
            use()


@pytest.mark.parametrize("entry", ["fit", "evaluate", "train_on_batch", "test_on_batch"])
def test_training_needs_compile_and_a_loss(entry):
    model = unbuilt()
    for _ in range(2):
        with pytest.raises(ValueError, match="call compile"):
            getattr(model, entry)(X, Y)
        model.compile("sgd")


def test_a_model_without_layers():
    for model in (Sequential(), Sequential([Input((5, 2))])):
        with pytest.raises(ValueError, match="no layers"):
            model.predict(X)
        with pytest.raises(ValueError, match="no layers"):
            model.pop()


def test_adding_layers():
    for wrong in (layers.LSTM, "lstm", None):
        with pytest.raises(TypeError, match="layer: expected an instance"):
            Sequential().add(wrong)
    model = built()
    with pytest.raises(ValueError, match="expected an Input only as the first layer"):
        model.add(Input((5, 2)))
    with pytest.raises(ValueError, match=r"expected shape \(N, T, D\), got \(None, 1\)"):
        model.add(layers.LSTM(3))
    assert len(model.layers) == 2
    dense = layers.Dense(1)
    wrapper = layers.TimeDistributed(dense)
    with pytest.raises(ValueError, match="is in use already, inside another layer"):
        Sequential([Input((5, 2)), dense])
    assert wrapper.layer is dense
    with pytest.raises(ValueError, match="the name 'a' is already taken"):
        Sequential([Input((5,)), layers.Dense(1, name="a"), layers.Dense(1, name="a")])


def test_dtypes_that_disagree_are_both_named():
    with pytest.raises(ValueError, match="layer 'b' is float32, 'a' is float64"):
        Sequential([layers.LSTM(1, dtype="float64", name="a"), layers.Dense(1, name="b")])
    for dtype in (None, "float32", "float64"):
        x = Input((3,), dtype=dtype)
        ends = [layers.Dense(1, dtype="float32", name="a")(x), layers.Dense(1, dtype="float64", name="b")(x)]
        with pytest.raises(ValueError, match="layer 'b' is float64, 'a' is float32"):
            Model(x, ends)
    with pytest.raises(ValueError, match="'w' is float32, its layer 'd' is float64"):
        layers.TimeDistributed(layers.Dense(1, dtype="float64", name="d"), dtype="float32", name="w")


def test_build_and_get_layer():
    model = built()
    with pytest.raises(ValueError, match="was built for"):
        model.build((None, 5, 3))
    with pytest.raises(TypeError, match="input_shape"):
        unbuilt().build(5)
    with pytest.raises(ValueError, match="features"):
        unbuilt().build((None, 5, None))
    with pytest.raises(ValueError, match="has no layer 'nobody'"):
        model.get_layer("nobody")
    with pytest.raises(ValueError, match=r"index: model .* has 2 layers, got 2"):
        model.get_layer(index=2)
    with pytest.raises(ValueError, match="either a name or an index"):
        model.get_layer()


@pytest.mark.parametrize(
    ("weights", "error", "match"),
    [
        ([np.zeros((2, 12))], ValueError, "expected 5 arrays, got 1"),
        ([np.zeros((2, 12)), np.zeros((3, 12)), np.zeros(12), np.zeros((1, 3)), np.zeros(1)], ValueError, "kernel: .*"),
        ([np.full((2, 12), "a"), np.zeros((3, 12)), np.zeros(12), np.zeros((3, 1)), np.zeros(1)], TypeError, "kernel"),
    ],
)
def test_weights_that_do_not_fit(weights, error, match):
    with pytest.raises(error, match=match):
        built().set_weights(weights)


@pytest.mark.parametrize(
    ("history", "steps", "error", "match"),
    [
        (np.zeros((4, 2)), 3, ValueError, "history: expected at least 5 steps, the model's window, got 4"),
        (np.zeros((6, 3)), 3, ValueError, r"history: expected shape \(T, 2\) or \(N, T, 2\), got \(6, 3\)"),
        (np.zeros(6), 3, ValueError, "history: expected shape"),
        (np.zeros((1, 1, 6, 2)), 3, ValueError, "history: expected shape"),
        (0.0, 3, ValueError, "history: expected shape"),
        (np.zeros((6, 2)), -1, ValueError, "steps"),
        (np.zeros((6, 2)), 1.5, TypeError, "steps"),
        (np.full((6, 2), "a"), 3, TypeError, "history"),
    ],
)
def test_forecast(history, steps, error, match):
    with pytest.raises(error, match=match):
        built(outputs=2).forecast(history, steps)


@pytest.mark.parametrize(
    ("outputs", "known", "error", "match"),
    [
        (
            1,
            None,
            ValueError,
            r"known: expected shape \(3, 1\), the coming values of the last 1 of the model's 2 features",
        ),
        (1, np.zeros((2, 1)), ValueError, r"known: expected shape \(3, 1\), got \(2, 1\)"),
        (1, np.zeros((1, 3, 1)), ValueError, r"known: expected shape \(3, 1\), got \(1, 3, 1\)"),
        (1, ["a"] * 3, TypeError, "known"),
        (2, np.zeros((3, 1)), ValueError, "known: expected None"),
    ],
)
def test_what_a_forecast_is_told_of_the_future(outputs, known, error, match):
    with pytest.raises(error, match=match):
        built(outputs=outputs).forecast(np.zeros((6, 2)), 3, known=known)


def test_forecast_needs_an_output_that_can_be_fed_back():
    with pytest.raises(ValueError, match="output has 3 values, its input 2 features"):
        built(outputs=3).forecast(np.zeros((6, 2)), 3)
    with pytest.raises(ValueError, match=r"output \(N, D\)"):
        built(outputs=2, return_sequences=True).forecast(np.zeros((6, 2)), 3)
    with pytest.raises(ValueError, match=r"input \(T, D\)"):
        Sequential([Input((2,)), layers.Dense(2)]).forecast(np.zeros((6, 2)), 3)
    with pytest.raises(ValueError, match="at least 1 steps"):
        Sequential([Input((None, 2)), layers.LSTM(2)]).forecast(np.zeros((0, 2)), 3)


def test_a_failed_compile_changes_nothing():
    model = built()
    optimizer = model.optimizer
    model.train_on_batch(X, Y)
    with pytest.raises(ValueError, match="unknown loss"):
        model.compile("adam", "msee")
    assert model.optimizer is optimizer
    assert optimizer.iterations == 1


def test_an_optimizer_belongs_to_one_model():
    first, second = built(), built()
    with pytest.raises(ValueError, match="belongs to another model"):
        second.compile(first.optimizer, "mse")
    second.train_on_batch(X, Y)
    assert second.optimizer.iterations == 1
    optimizer = first.optimizer
    first.compile("sgd", "mse")
    second.compile(optimizer, "mse")
    assert second.optimizer is optimizer


def test_the_learning_rate_is_a_number():
    optimizer = built().optimizer
    with pytest.raises(TypeError, match="learning_rate"):
        optimizer.learning_rate = "fast"
    optimizer.iterations = 3
    assert optimizer.iterations == 3
