"""fit, evaluate and predict on lists, frames, generators and data sets: the same as on arrays, and as in Keras."""

import warnings
from array import array
from collections import deque, namedtuple

import numpy as np
import pytest
from batch_sources import Iterated, Numbered, batches, fitted, same, small_model
from peers import require_peer

import fastlstm
from fastlstm import Input, Sequential, datasets, layers, optimizers
from fastlstm.training.batch_data import gives_batches

KERAS_WARNING = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture
def data(rng):
    return rng.normal(size=(50, 5, 2)), rng.normal(size=(50, 1))


@pytest.mark.parametrize("kind", [Numbered, Iterated, "generator", "windows"])
def test_batches_are_trained_on_as_parts_of_an_array_are(kind, data):
    expected = fitted(*data, batch_size=16, epochs=3)
    if kind == "generator":
        model = fitted(batches(data, times=3), epochs=3, steps_per_epoch=4)
    else:
        source = Iterated(data) if kind is Iterated else Numbered(*data)
        model = fitted(source, epochs=3)
    assert same(model, expected)
    assert model.history.history == expected.history.history
    assert model.history.params["steps"] == (None if kind is Iterated else 4)


@pytest.mark.parametrize("kind", ["PyDataset", "generator"])
@pytest.mark.parametrize("weights_of_three", [False, True])
@KERAS_WARNING
def test_losses_are_those_of_keras(kind, weights_of_three, data):
    keras = require_peer("keras")
    data = [array.astype("float32") for array in data]

    class Theirs(keras.utils.PyDataset):
        def __init__(self):
            super().__init__()
            self.numbered = Numbered(*data)

        def __len__(self):
            return len(self.numbered)

        def __getitem__(self, i):
            return (*self.numbered[i], None)[: 3 if weights_of_three else 2]

    def generator():
        return ((*batch, None)[: 3 if weights_of_three else 2] for batch in batches(data, times=3))

    histories = []
    for kit in (keras, fastlstm):
        model = small_model(kit, "float32")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Keras's, that a generator is not shuffled
            history = model.fit(
                Theirs() if kind == "PyDataset" else generator(),
                epochs=3,
                steps_per_epoch=None if kind == "PyDataset" else 4,
                validation_data=Theirs(),
                validation_freq=2,
                validation_steps=2,
                shuffle=False,
                verbose=0,
            )
        histories.append(history.history)
    assert set(histories[1]) == {"loss", "val_loss"}
    for name, values in histories[1].items():
        np.testing.assert_allclose(values, histories[0][name], rtol=1e-5)


@pytest.mark.parametrize("steps", [1, 3, 4])
@pytest.mark.parametrize("kind", ["arrays", "numbered"])
@KERAS_WARNING
def test_epochs_of_some_steps_go_on_where_the_last_one_ended_as_in_keras(steps, kind, data):
    keras = require_peer("keras")
    data = [array.astype("float32") for array in data]
    histories = []
    for kit in (keras, fastlstm):
        model = small_model(kit, "float32")
        source = data
        if kind == "numbered":
            numbered = Numbered(*data)
            source = (numbered,)
            if kit is keras:

                class Theirs(keras.utils.PyDataset):
                    def __len__(self):
                        return 4

                    def __getitem__(self, i):
                        return Numbered(*data)[i]

                source = (Theirs(),)
        options = {"batch_size": 16} if kind == "arrays" else {}
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            history = model.fit(*source, epochs=5, steps_per_epoch=steps, shuffle=False, verbose=0, **options)
        warned = [
            str(one.message) for one in caught if "ran out" in str(one.message) or "fewer than" in str(one.message)
        ]
        histories.append((history.history["loss"], bool(warned)))
    np.testing.assert_allclose(histories[1][0], histories[0][0], rtol=1e-5)
    assert histories[1][1] == histories[0][1]


def test_steps_per_epoch_gives_the_batch_size_of_arrays(data):
    assert same(fitted(*data, steps_per_epoch=5, epochs=2), fitted(*data, batch_size=10, epochs=2))


def test_numbered_batches_are_shuffled_and_those_of_generators_are_not(data):
    source = Numbered(*data, batch_size=5)
    fastlstm.utils.set_random_seed(3)
    fitted(source, epochs=3, shuffle=True)
    orders = np.reshape(source.asked, (3, 10))
    assert (np.sort(orders) == np.arange(10)).all()
    assert len({tuple(order) for order in orders}) == 3
    assert source.told == ["begin", "end"] * 3
    assert same(fitted(batches(data), shuffle=True), fitted(*data, batch_size=16))


def test_windows_keep_the_order_that_they_were_made_with(rng):
    series = rng.normal(size=(60, 2))
    make = datasets.timeseries_dataset_from_array
    x, y = make(series[:-5], series[5:, :1], 5, batch_size=None)._windows, series[5:56, :1]
    one = fitted(make(series[:-5], series[5:, :1], 5, batch_size=16), epochs=2, shuffle=True)
    assert same(one, fitted(x, y, batch_size=16, epochs=2))
    other = fitted(make(series[:-5], series[5:, :1], 5, batch_size=16, shuffle=True, seed=1), epochs=2)
    assert not same(one, other)
    assert one.evaluate(make(series[:-5], series[5:, :1], 5)) == pytest.approx(one.evaluate(x, y), rel=1e-12)
    np.testing.assert_array_equal(one.predict(make(series[:-5], None, 5, batch_size=7)), one.predict(x))


def test_evaluate_and_predict(data):
    model = small_model()
    expected = model.evaluate(*data)
    assert model.evaluate(Numbered(*data)) == pytest.approx(expected, rel=1e-12)
    assert model.evaluate(batches(data)) == pytest.approx(expected, rel=1e-12)
    assert model.evaluate(Numbered(*data), steps=2) == pytest.approx(model.evaluate(data[0][:32], data[1][:32]))
    assert model.evaluate(*data, steps=2) == pytest.approx(model.evaluate(data[0][:50], data[1][:50]))
    assert model.evaluate(*data, batch_size=10, steps=2) == pytest.approx(model.evaluate(data[0][:20], data[1][:20]))
    outputs = model.predict(data[0])
    np.testing.assert_array_equal(model.predict(Numbered(*data)), outputs)
    np.testing.assert_array_equal(model.predict(batches(data), steps=2), outputs[:32])
    np.testing.assert_array_equal(model.predict(data[0], batch_size=10, steps=3), outputs[:30])
    np.testing.assert_array_equal(model.predict((data[0][i : i + 9],) for i in range(0, 50, 9)), outputs)
    np.testing.assert_array_equal(model.predict(data[0][i : i + 9] for i in range(0, 50, 9)), outputs)


def test_validation_on_batches(data):
    source = Numbered(*data)
    history = fitted(*data, epochs=4, validation_data=source, validation_freq=[1, 4]).history.history
    assert len(history["loss"]) == 4
    assert len(history["val_loss"]) == 2
    arrays = fitted(*data, epochs=4, validation_data=data, validation_freq=[1, 4]).history.history
    np.testing.assert_allclose(history["val_loss"], arrays["val_loss"], rtol=1e-12)
    some = fitted(*data, validation_data=data, validation_batch_size=10, validation_steps=2)
    assert some.history.history["val_loss"] == [pytest.approx(some.evaluate(data[0][:20], data[1][:20]))]


def test_a_validation_generator_may_run_out(data):
    with pytest.warns(UserWarning, match="validation_data: no batch is left"):
        history = fitted(*data, epochs=3, validation_data=batches(data)).history.history
    assert (len(history["loss"]), len(history["val_loss"])) == (3, 1)


@pytest.mark.parametrize("kind", ["array", "list"])
def test_a_model_without_input_is_built_by_the_first_batch(kind, data):
    seen = []

    def source():
        for x, y in batches(data):
            seen.append(len(x))
            yield (x.tolist(), y.tolist()) if kind == "list" else (x, y)

    model = Sequential([layers.LSTM(3), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(source(), verbose=0)
    assert seen == [16, 16, 16, 2]
    assert model.input_shape == (None, None, 2)
    model = Sequential([layers.LSTM(3), layers.Dense(1)])
    assert model.predict(batches(data)).shape == (50, 1)


def test_a_generator_that_ends_ends_the_fit(data):
    with pytest.warns(UserWarning, match="x: no batch is left for epoch 2"):
        model = fitted(batches(data), epochs=3)
    assert model.history.epoch == [0]
    with pytest.warns(UserWarning, match="x: there were fewer than 3 batches left"):
        model = fitted(batches(data, times=2), epochs=3, steps_per_epoch=3)
    assert model.history.epoch == [0, 1, 2]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = fitted(batches(data), epochs=4, steps_per_epoch=3)
    assert [str(one.message).split(";")[0] for one in caught] == [
        "x: there were fewer than 3 batches left, so the epoch ended early",
        "x: no batch is left for epoch 3",
    ]
    assert model.history.epoch == [0, 1]


def test_stateful_models_carry_their_states_over_batches(rng):
    x, y = rng.normal(size=(12, 5, 2)), rng.normal(size=(12, 1))
    models = []
    for source in ((x, y), (Numbered(x, y, 4),)):
        model = Sequential([Input((5, 2)), layers.GRU(3, stateful=True, seed=1), layers.Dense(1)])
        model.set_weights([np.full(array.shape, 0.1) for array in model.get_weights()])
        model.compile("sgd", "mse")
        model.fit(*source, batch_size=4, epochs=2, shuffle=False, verbose=0)
        models.append(model)
    assert same(*models)
    with pytest.raises(ValueError, match="stateful"):
        models[0].fit(Numbered(x, y, 5), verbose=0)


def test_frames_and_series_without_importing_pandas(data, rng):
    pandas = require_peer("pandas")
    x, y = rng.normal(size=(40, 3)), rng.normal(size=40)
    frame = pandas.DataFrame(x, columns=["a", "b", "c"], index=range(100, 140))
    series = pandas.Series(y, index=frame.index)

    def fit(x, y, **options):
        model = Sequential([Input((3,), dtype="float64"), layers.Dense(1, dtype="float64")])
        model.set_weights([[[0.1], [0.2], [0.3]], [0.0]])
        model.compile(optimizers.SGD(0.1), "mse")
        model.fit(x, y, verbose=0, shuffle=False, **options)
        return model

    expected = fit(x, y, validation_split=0.25)
    for given in ((frame, series), (frame.convert_dtypes(), series.convert_dtypes()), (x.tolist(), y.tolist())):
        model = fit(*given, validation_split=0.25)
        assert same(model, expected)
        np.testing.assert_array_equal(model.predict(given[0]), expected.predict(x))
        assert model.evaluate(*given) == expected.evaluate(x, y)
    mixed = frame.assign(b=frame["b"].gt(0).astype(int), c=pandas.array([1, 2] * 20, dtype="Int64"))
    assert same(fit(mixed, series), fit(mixed.to_numpy(dtype=float), y))
    gaps = frame.assign(a=pandas.array([None, *[1] * 39], dtype="Int64"))
    assert np.isnan(expected.predict(gaps)[0]).all()
    with pytest.raises(ValueError, match="NaN at"):
        fit(gaps, series)
    with pytest.raises(TypeError, match="expected real integers or floats"):
        fit(frame.assign(a="1"), series)
    flags = frame.assign(a=pandas.array([True, False] * 20, dtype="boolean"))
    assert same(fit(flags, series), fit(flags.to_numpy(dtype=float), y))


def test_frames_are_windows_and_batches(rng):
    pandas = require_peer("pandas")
    frame = pandas.DataFrame(rng.normal(size=(30, 2)), columns=["a", "b"])
    x, y = datasets.timeseries_dataset_from_array(frame, frame["a"], 4)[0]
    np.testing.assert_array_equal(x[3], frame.to_numpy()[3:7])
    np.testing.assert_array_equal(y, frame["a"].to_numpy()[:27])


def nothing():
    return iter(())


@pytest.mark.parametrize(
    ("source", "options", "error", "match"),
    [
        (lambda data: Numbered(*data), {"y": [1.0]}, ValueError, "y: expected None if x is a source of batches"),
        (lambda data: Numbered(*data), {"validation_split": 0.2}, ValueError, "validation_split: expected None"),
        (lambda data: nothing(), {}, ValueError, "x: expected at least one batch, got none"),
        (lambda data: Numbered(data[0][:0], data[1][:0]), {}, ValueError, "x: expected at least one batch, got none"),
        (lambda data: iter([(*data, np.ones(3))]), {}, ValueError, "x, batch 0: sample_weight: expected shape"),
        (lambda data: Numbered(*data), {"sample_weight": [1.0]}, ValueError, "sample_weight: expected None if x"),
        (lambda data: iter([(*data, 1, 2)]), {}, ValueError, "x, batch 0: expected a batch .*, got 4 entries"),
        (lambda data: iter([{"x": data[0]}]), {}, ValueError, "x, batch 0: y: expected targets, got None"),
        (lambda data: iter([data[0]]), {}, ValueError, "x, batch 0: y: expected targets, got None"),
        (lambda data: iter([data, (data[0][:, :4], data[1])]), {}, ValueError, r"x, batch 1: x: expected shape"),
        (lambda data: iter([(data[0], data[1][:3])]), {}, ValueError, "x, batch 0: y: expected as many samples"),
        (lambda data: iter([(data[0] * np.nan, data[1])]), {}, ValueError, "x, batch 0: x: NaN at"),
    ],
)
def test_what_is_refused(source, options, error, match, data):
    model = small_model()
    before = model.get_weights() if "batch 1" not in match else None
    with pytest.raises(error, match=match):
        model.fit(source(data), verbose=0, **options)
    assert before is None or all((a == b).all() for a, b in zip(model.get_weights(), before, strict=True))


def test_a_data_set_without_an_end_needs_a_number_of_steps(data):
    keras = require_peer("keras")

    class Endless(keras.utils.PyDataset):
        num_batches = None

        def __getitem__(self, i):
            return data

    with pytest.raises(ValueError, match="expected a number of steps"):
        small_model().fit(Endless(), verbose=0)
    assert same(fitted(Endless(), steps_per_epoch=2), fitted(*data, batch_size=50, epochs=2))


def test_data_loaders_of_torch(data):
    torch = require_peer("torch")
    pairs = torch.utils.data.TensorDataset(*map(torch.from_numpy, data))
    loader = torch.utils.data.DataLoader(pairs, batch_size=16)
    assert same(fitted(loader, epochs=2), fitted(*data, batch_size=16, epochs=2))


def test_a_split_of_indices_and_class_numbers(rng):
    x, y = rng.integers(0, 9, (40, 6)), rng.integers(0, 3, 40)
    results = []
    for options in ({"validation_split": 0.25}, {"validation_data": (x[30:], y[30:])}):
        model = Sequential([layers.Embedding(9, 4), layers.LSTM(3), layers.Dense(3, activation="softmax")])
        model.build((None, 6))
        model.set_weights([0.1 * np.arange(array.size).reshape(array.shape) % 1 for array in model.get_weights()])
        model.compile("sgd", "sparse_categorical_crossentropy")
        rows = 40 if "validation_split" in options else 30
        results.append(model.fit(x[:rows], y[:rows], shuffle=False, verbose=0, **options).history)
    assert results[0] == results[1]


@pytest.mark.parametrize(
    "value",
    [
        [[1.0]],
        ((1.0,),),
        range(3),
        np.zeros((2, 2)),
        np.float32(1.0),
        deque([[1.0]]),
        array("d", [1.0]),
        "text",
        {"x": 1},
        None,
        3.0,
        namedtuple("Row", "a b")(1.0, 2.0),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_an_array_is_no_source_of_batches(value):
    assert not gives_batches(value)
