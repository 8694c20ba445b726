"""Files that go to Keras and come from it: the same weights and predictions, and trainings that go on."""

import json
from functools import cache
from types import SimpleNamespace

import numpy as np
import peer_keras_files
import pytest
from peers import folder_for, is_installed, require_peer, require_peer_elsewhere

import fastlstm
from fastlstm.formats import deserialize, serialize

OWN = SimpleNamespace(
    **{name: getattr(fastlstm.layers, name) for name in ("LSTM", "GRU", "SimpleRNN", "MinGRU", "MinLSTM")},
    OneCycle=fastlstm.schedules.OneCycle,
    Quantile=fastlstm.losses.Quantile,
)
BACKENDS = ("tensorflow", "jax")
FEW, MANY = 8, 100
BOUND = 4e-6


class Exchange:
    """A folder through which files went both ways, and what Keras has computed."""

    def __init__(self, folder, results):
        self.folder = folder
        self._results = results

    def output(self, name):
        return self._results[f"{name}/output"]

    @property
    def steps(self):
        """Of the optimizer that has read weights alone."""
        return int(self._results["weights/steps"])

    def weights(self, name):
        count = sum(key.startswith(f"{name}/weights/") for key in self._results)
        return [self._results[f"{name}/weights/{i}"] for i in range(count)]


@cache
def exchange(cases):
    """Write models, and let Keras on each backend read them and write others: return the processes."""
    processes = {}
    for backend in [backend for backend in BACKENDS if is_installed("keras") and is_installed(backend)]:
        place = folder_for(f"{cases}-{backend}")
        for case in range(cases):
            peer_keras_files.model_of(fastlstm, OWN, case)[0].save(place / f"ours-{case}.keras")
        for name in peer_keras_files.TRAINED:
            model, batches = peer_keras_files.trained_model(fastlstm, OWN, name)
            peer_keras_files.train(model, batches[: peer_keras_files.BEFORE])
            model.save(place / f"ours-{name}.keras")
        model, batches = peer_keras_files.trained_model(fastlstm, OWN, "adam_amsgrad")
        peer_keras_files.train(model, batches)
        model.save(place / "ours.h5")
        model.save_weights(place / "ours.weights.h5")
        processes[backend] = peer_keras_files.start(backend, place, cases)
    return processes


def begin():
    exchange(FEW)


def exchanged(cases):
    """Return an Exchange for each backend."""
    require_peer_elsewhere("keras")
    found = {}
    for backend, process in exchange(cases).items():
        errors = process.communicate()[1]
        assert process.returncode == 0, f"Keras on {backend}: {errors}"
        place = folder_for(f"{cases}-{backend}")
        with np.load(place / "results.npz") as results:
            found[backend] = Exchange(place, dict(results))
    return found


@pytest.fixture(scope="module")
def few():
    return exchanged(FEW)


@pytest.fixture(scope="module")
def many():
    return exchanged(MANY)


def assert_close(found, expected):
    assert found.shape == expected.shape
    assert (np.abs(found - expected) / np.maximum(1, np.abs(expected))).max() < BOUND


def assert_same(exchange, case):
    ours, x = peer_keras_files.model_of(fastlstm, OWN, case)
    output = ours.predict(x, verbose=0)
    kept = [weight for weight in ours.layers if not weight._weights_are_arguments]
    theirs = fastlstm.load_model(exchange.folder / f"theirs-{case}.keras")
    for found in (exchange.output(f"ours-{case}"), exchange.output(f"theirs-{case}"), theirs.predict(x, verbose=0)):
        assert_close(found, output)
    weights = [weight for layer in kept for weight in layer.get_weights()]
    again = [weight for layer in theirs.layers if not layer._weights_are_arguments for weight in layer.get_weights()]
    for name, found in (("ours", exchange.weights(f"ours-{case}")), ("ours, read here", again)):
        assert len(found) == len(weights), name
        assert all((one == other).all() for one, other in zip(found, weights, strict=True)), name


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("case", range(FEW))
def test_a_few_models(few, backend, case):
    require_peer_elsewhere(backend)
    assert_same(few[backend], case)


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("case", range(MANY))
def test_many_models(many, backend, case):
    require_peer_elsewhere(backend)
    assert_same(many[backend], case)


@pytest.mark.parametrize("name", peer_keras_files.TRAINED)
def test_a_training_goes_on_in_the_other_package(few, name):
    require_peer_elsewhere("tensorflow")
    exchange = few["tensorflow"]
    model, batches = peer_keras_files.trained_model(fastlstm, OWN, name)
    peer_keras_files.train(model, batches)
    later = batches[peer_keras_files.BEFORE :]
    continued = fastlstm.load_model(exchange.folder / f"theirs-{name}.keras")
    peer_keras_files.train(continued, later)
    here = fastlstm.load_model(exchange.folder / f"ours-{name}.keras")
    before = here.get_weights()
    peer_keras_files.train(here, later)
    for one, other in zip(here.get_weights(), model.get_weights(), strict=True):
        assert (one == other).all()  # not even a bit, within one package
    assert any((one != other).any() for one, other in zip(before, model.get_weights(), strict=True))
    for found in (exchange.weights(f"ours-{name}"), exchange.weights(f"theirs-{name}"), continued.get_weights()):
        for one, other in zip(found, model.get_weights(), strict=True):
            assert np.abs(one - other).max() < 1e-5


@pytest.mark.parametrize("ending", ["keras", "h5"])
@pytest.mark.parametrize("given", ["numbers", "padded", "tokens"])
def test_functional_models_that_are_chains(few, given, ending):
    require_peer_elsewhere("tensorflow")
    exchange = few["tensorflow"]
    model = fastlstm.load_model(exchange.folder / f"chain-{given}.{ending}")
    assert_close(model.predict(peer_keras_files.data_for(given), verbose=0), exchange.output(f"chain-{given}"))


@pytest.mark.parametrize("number", range(len(peer_keras_files.REFUSED)))
def test_models_that_are_not_supported_are_refused(few, number):
    require_peer_elsewhere("tensorflow")
    with pytest.raises(ValueError, match=peer_keras_files.REFUSED[number]):
        fastlstm.load_model(few["tensorflow"].folder / f"graph-{number}.keras")


def test_weights_alone_and_the_older_format(few):
    require_peer_elsewhere("tensorflow")
    exchange = few["tensorflow"]
    model, batches = peer_keras_files.trained_model(fastlstm, OWN, "adam_amsgrad")
    peer_keras_files.train(model, batches)
    expected = model.predict(batches[0][0], verbose=0)
    for name in ("h5", "weights"):
        assert_close(exchange.output(name), expected)
        for one, other in zip(exchange.weights(name), model.get_weights(), strict=True):
            assert (one == other).all()
    assert exchange.steps == model.optimizer.iterations == len(batches)
    from_weights, _ = peer_keras_files.trained_model(fastlstm, OWN, "adam_amsgrad")
    from_weights.load_weights(exchange.folder / "theirs.weights.h5")
    from_older, _ = peer_keras_files.trained_model(fastlstm, OWN, "adam_amsgrad")
    from_older.load_weights(exchange.folder / "theirs.h5")
    whole = fastlstm.load_model(exchange.folder / "theirs.h5")
    peer_keras_files.train(model, batches)
    for again in (from_weights, from_older, whole):
        assert again.optimizer.iterations == len(batches)
        peer_keras_files.train(again, batches)
        for one, other in zip(again.get_weights(), model.get_weights(), strict=True):
            assert np.abs(one - other).max() < 1e-5


ARGUMENTS = {
    "IoU": (3, (0, 2)),
    "MeanIoU": (3,),
    **dict.fromkeys(
        ("SensitivityAtSpecificity", "SpecificityAtSensitivity", "PrecisionAtRecall", "RecallAtPrecision"), (0.4,)
    ),
}
"""Of metrics that have no default for them."""

DESCRIBED = [
    *(cls() for cls in fastlstm.losses.registry.entries.values() if cls is not fastlstm.losses.Quantile),
    *(fastlstm.losses.BinaryCrossentropy(True, 0.1), fastlstm.losses.SparseCategoricalCrossentropy(ignore_class=2)),
    *(cls(*ARGUMENTS.get(name.removeprefix("OneHot"), ())) for name, cls in fastlstm.metrics.registry.entries.items()),
    *(fastlstm.metrics.AUC(curve="PR"), fastlstm.metrics.Precision(top_k=2), fastlstm.metrics.Recall(0.3)),
    *(cls() for cls in fastlstm.regularizers.registry.entries.values()),
    *(cls() for cls in fastlstm.constraints.registry.entries.values()),
    *(cls() for cls in fastlstm.initializers.registry.entries.values()),
    *(cls(0.1, decay_steps=10) for cls in (fastlstm.schedules.CosineDecay, fastlstm.schedules.PolynomialDecay)),
    *(cls(0.1, 10, 0.5) for cls in (fastlstm.schedules.ExponentialDecay, fastlstm.schedules.InverseTimeDecay)),
    fastlstm.schedules.PiecewiseConstantDecay([10, 20], [0.1, 0.2, 0.3]),
    fastlstm.schedules.CosineDecayRestarts(0.1, 10),
    *(cls(weight_decay=0.1, clipnorm=1.0) for cls in fastlstm.optimizers.registry.entries.values()),
]


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's
@pytest.mark.parametrize("value", DESCRIBED, ids=lambda value: type(value).__name__)
def test_descriptions_are_read_by_keras_and_come_back(value):
    keras = require_peer("keras")
    description = json.loads(json.dumps(serialize.described(value)))
    theirs = keras.saving.deserialize_keras_object(description)
    assert type(theirs).__name__ == type(value).__name__
    again = keras.saving.serialize_keras_object(theirs)
    for name, entry in description["config"].items():
        if name in again["config"] and entry is not None:
            assert again["config"][name] == pytest.approx(entry), name
    ours = deserialize.Deserializer(None).deserialize(json.loads(json.dumps(again)))
    assert type(ours) is type(value)


@pytest.mark.parametrize("ending", ["keras", "h5"])
@pytest.mark.parametrize("input_dtype", ["float64", "float32"])
def test_models_in_float64(tmp_path, input_dtype, ending):
    keras = require_peer("keras")
    at, x = keras.layers, np.random.default_rng(3).normal(size=(6, 5, 3)).astype("float32")
    first = keras.Input((5, 3), dtype=input_dtype)
    model = keras.Sequential([first, at.LSTM(4, return_sequences=True, dtype="float64"), at.GRU(3, dtype="float64")])
    model.save(tmp_path / f"model.{ending}")
    found = fastlstm.load_model(tmp_path / f"model.{ending}").predict(x, verbose=0)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, model.predict(x, verbose=0), rtol=0, atol=1e-14)
