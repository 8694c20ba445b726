"""Models in files and back, within the package: nothing is lost."""

import io
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from peers import require_peer
from random_models import data_for, random_model
from training_models import compiled_model, fourth_power, go_on, same

import fastlstm
from fastlstm import Input, Sequential, layers, losses, metrics, optimizers, schedules
from fastlstm.formats import deserialize, serialize

ENDINGS = (".keras", ".h5")


@pytest.fixture
def data(rng):
    return rng.normal(size=(23, 5, 2)).astype("float32"), rng.normal(size=(23, 1)).astype("float32")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.keras"


def small():
    return Sequential([Input((5, 2)), layers.LSTM(3), layers.Dense(1)])


# Round trips


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_model_goes_on_with_the_same_bits(data, tmp_path, ending):
    model = compiled_model()
    go_on(model, data)
    model.save(tmp_path / f"model{ending}")
    again = fastlstm.load_model(str(tmp_path / f"model{ending}"))
    assert again.name == "copied"
    for one, other in zip(again.layers, model.layers, strict=True):
        assert one.get_config() == other.get_config()
    assert again.optimizer.get_config() == model.optimizer.get_config()
    assert again.metrics_names == model.metrics_names
    assert (again.predict(data[0], verbose=0) == model.predict(data[0], verbose=0)).all()
    assert go_on(again, data) == go_on(model, data)
    assert same(again, model)


@pytest.mark.parametrize("change", [{"learning_rate": 0.5}, {}])
def test_the_learning_rate_of_now_is_kept(data, path, change):
    model = small()
    model.compile(optimizers.Adam(0.1), "mse")
    for name, value in change.items():
        setattr(model.optimizer, name, value)
    model.save(path)
    assert fastlstm.load_model(path).optimizer.learning_rate == change.get("learning_rate", 0.1)


def test_dtype_frozen_layers_and_the_states_of_stateful_ones(rng, path):
    at = {"dtype": "float64"}
    model = Sequential(
        [
            Input((3, 2), batch_size=4, **at),
            layers.LSTM(3, stateful=True, return_sequences=True, trainable=False, **at),
            layers.GRU(2, stateful=True, **at),
        ]
    )
    x = rng.normal(size=(4, 3, 2))
    model.predict(x, batch_size=4, verbose=0)
    model.save(path)
    again = fastlstm.load_model(path)
    assert again.dtype == "float64"
    assert [layer.trainable for layer in again.layers] == [False, True]
    assert (again.predict(x, batch_size=4, verbose=0) == model.predict(x, batch_size=4, verbose=0)).all()


def test_a_fitted_series_keeps_its_scale(path):
    values = 100 + 20 * np.sin(np.arange(80) / 3)
    model = fastlstm.fit(values, window=6, units=4, epochs=2, seed=1, verbose=0)
    model.save(path)
    assert (fastlstm.load_model(path).forecast(values, 5) == model.forecast(values, 5)).all()


def test_an_adapted_normalization_keeps_what_it_was_fitted_to(rng, path):
    layer = layers.Normalization()
    layer.adapt(rng.normal(3, 2, size=(50, 2)))
    model = Sequential([Input((5, 2)), layer, layers.LSTM(3)])
    model.save(path)
    again = fastlstm.load_model(path)
    assert same(again, model)
    again.layers[0].adapt(rng.normal(size=(50, 2)))  # not given to the constructor, so that it can be adapted again


def test_without_compile(data, path):
    model = compiled_model()
    model.save(path)
    again = fastlstm.load_model(path, compile=False)
    assert again.optimizer is None
    assert same(again, model)


def test_a_model_that_is_not_built_has_no_weights(path):
    model = Sequential([layers.LSTM(3), layers.Dense(1)])
    with pytest.warns(UserWarning, match="is not built; the file will have no weights"):
        model.save(path)
    again = fastlstm.load_model(path)
    assert not again.built
    assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]


@pytest.mark.parametrize("ending", [".weights.h5", ".safetensors"])
def test_weights_alone(data, tmp_path, ending):
    if ending == ".safetensors":
        require_peer("safetensors")
    model = compiled_model()
    go_on(model, data)
    model.save_weights(tmp_path / f"model{ending}")
    other = compiled_model()
    other.load_weights(tmp_path / f"model{ending}")
    assert same(other, model)
    if ending == ".weights.h5":
        go_on(model, data)
        go_on(other, data)
        assert same(other, model)


def test_weights_out_of_whole_models(data, tmp_path):
    model = compiled_model()
    for ending in ENDINGS:
        model.save(tmp_path / f"model{ending}")
        other = compiled_model()
        other.set_weights([weight * 0 for weight in other.get_weights()])
        other.load_weights(tmp_path / f"model{ending}")
        assert same(other, model)


def test_a_model_out_of_safetensors(data, tmp_path):
    load_file = require_peer("safetensors.numpy").load_file

    model = compiled_model()
    go_on(model, data)
    file = tmp_path / "model.safetensors"
    model.save_weights(file)
    again = fastlstm.load_model(file)
    assert same(again, model)
    assert again.optimizer.iterations == 0
    arrays = load_file(file)
    assert (arrays[f"{model.layers[1].name}/peephole"] == model.layers[1].peephole_weights).all()
    bidirectional = model.layers[2]
    inside = f"{bidirectional.name}/backward_layer/recurrent_kernel"
    assert (arrays[inside] == bidirectional.backward_layer.recurrent_kernel).all()


@pytest.mark.parametrize("seed", range(100))
def test_random_models_through_safetensors(seed, tmp_path, rng):
    require_peer("safetensors")
    model = random_model(seed)
    x = data_for(model, rng)
    model.save_weights(tmp_path / "model.safetensors")
    again = fastlstm.load_model(tmp_path / "model.safetensors")
    for ours, theirs in zip(again.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))


@pytest.mark.parametrize("ending", [".weights.h5", ".safetensors"])
def test_weights_that_do_not_fit(tmp_path, ending):
    if ending == ".safetensors":
        require_peer("safetensors")
    small_path = tmp_path / f"small{ending}"
    first = Sequential([Input((5, 2)), layers.LSTM(3, name="a"), layers.Dense(1, name="b")])
    first.save_weights(small_path)
    other = Sequential([Input((5, 2)), layers.LSTM(3, name="a"), layers.Dense(2, name="b")])
    before = other.get_weights()
    with pytest.raises(ValueError, match=rf"small{ending}: layer 'b': expected .*\(3, 2\)"):
        other.load_weights(small_path)
    assert all((one == now).all() for one, now in zip(before, other.get_weights(), strict=True))
    with pytest.warns(UserWarning, match="layer 'b'.*are unchanged"):
        other.load_weights(small_path, skip_mismatch=True)
    expected = [*first.get_weights()[:3], *before[3:]]
    assert all((one == now).all() for one, now in zip(other.get_weights(), expected, strict=True))


def test_an_optimizer_that_does_not_fit_is_left_alone(data, tmp_path):
    model = compiled_model()
    go_on(model, data)
    model.save_weights(tmp_path / "a.weights.h5")
    other = compiled_model()
    other.compile("sgd", "mse")
    with pytest.warns(UserWarning, match="does not fit this SGD"):
        other.load_weights(tmp_path / "a.weights.h5")
    assert same(other, model)
    assert other.optimizer.iterations == 0


# What is of the user's own


class Half(schedules.LearningRateSchedule):
    def __init__(self, start):
        self.start = start

    def __call__(self, step):
        return self.start / (1 + step)

    def get_config(self):
        return {"start": self.start}


class Largest(metrics.Metric):
    def __init__(self, name="largest", dtype=None):
        super().__init__(name=name)
        self.largest = self.add_variable(())

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.largest.assign(np.maximum(self.largest, np.abs(y_true - y_pred).max()))

    def result(self):
        return self.largest


class Constant(fastlstm.initializers.Initializer):
    def _values(self, shape):
        return np.full(shape, 0.125)


def test_classes_and_functions_of_ones_own(data, path):
    model = Sequential([Input((5, 2)), layers.LSTM(3, kernel_initializer=Constant()), layers.Dense(1)])
    model.compile(optimizers.SGD(Half(0.1)), fourth_power, metrics=[Largest()])
    model.fit(*data, verbose=0, epochs=2)
    model.save(path)
    saved = model.get_weights()
    own = {"Half": Half, "Largest": Largest, "Constant": Constant, "fourth_power": fourth_power}
    again = fastlstm.load_model(path, custom_objects=own)
    assert isinstance(again.layers[0].get_config()["kernel_initializer"], dict)
    for one in (model, again):
        one.fit(*data, verbose=0, shuffle=False)
    assert same(again, model)
    assert again.history.history == model.history.history
    for name in own:
        missing = {key: value for key, value in own.items() if key != name}
        with pytest.raises(ValueError, match=rf"model\.keras: .*{name}.*custom_objects"):
            fastlstm.load_model(path, custom_objects=missing)
    bare = fastlstm.load_model(path, {"Constant": Constant}, compile=False)
    assert all((one == other).all() for one, other in zip(bare.get_weights(), saved, strict=True))


ALL_LOSSES = [cls() for cls in losses.registry.entries.values()]
SOME_METRICS = [metrics.AUC(name="a"), metrics.F1Score(), metrics.Precision(top_k=2), metrics.MeanAbsoluteError()]


@pytest.mark.parametrize("value", [*ALL_LOSSES, losses.Huber(0.5), losses.Quantile((0.2, 0.7)), *SOME_METRICS])
def test_losses_and_metrics_are_described_and_made_again(value):
    again = deserialize.Deserializer(None).deserialize(json.loads(json.dumps(serialize.described(value))))
    assert type(again) is type(value)
    assert again.get_config() == value.get_config()


# Writing


def test_a_file_is_written_whole_or_not_at_all(path, monkeypatch):
    model = small()
    model.save(path)
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        small().save(path)
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == ["model.keras"]


def test_a_process_that_is_killed_while_it_writes_leaves_the_old_file(path):
    script = (
        "import os, sys, fastlstm\n"
        "model = fastlstm.Sequential([fastlstm.Input((5, 2)), fastlstm.layers.LSTM(3)])\n"
        "os.fsync = lambda _: os._exit(9)\n"
        "model.save(sys.argv[1])\n"
    )
    model = small()
    model.save(path)
    assert subprocess.run([sys.executable, "-c", script, str(path)], check=False).returncode == 9
    assert same(fastlstm.load_model(path), model)


def test_existing_files_links_and_rights(path):
    small().save(path)
    with pytest.raises(FileExistsError, match="overwrite=True"):
        small().save(path, overwrite=False)
    link = path.with_name("link.keras")
    link.symlink_to(path)
    path.chmod(0o640)
    model = small()
    model.save(link)
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert same(fastlstm.load_model(path), model)


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda model, at: model.save(at / "model.txt"), ValueError, "filepath: expected a path that ends with .keras"),
        (lambda model, at: model.save_weights(at / "model.h5"), ValueError, "ends with .weights.h5 or .safetensors"),
        (lambda model, at: model.save(at / "none" / "model.keras"), FileNotFoundError, "none"),
        (lambda model, at: fastlstm.load_model(at / "none.keras"), FileNotFoundError, "none"),
        (lambda model, at: fastlstm.load_model(at), OSError, "directory"),
        (lambda model, at: Sequential([layers.LSTM(2)]).save_weights(at / "a.weights.h5"), ValueError, "is not built"),
        (lambda model, at: Sequential([layers.LSTM(2)]).load_weights(at / "a.weights.h5"), ValueError, "is not built"),
        (
            lambda model, at: fastlstm.load_model(at / "a.keras", custom_objects=3),
            TypeError,
            "custom_objects: expected",
        ),
    ],
)
def test_wrong_arguments(tmp_path, call, error, match):
    with pytest.raises(error, match=match):
        call(small(), tmp_path)


def test_importing_the_package_imports_neither_h5py_nor_keras():
    script = "import sys, fastlstm; print([name for name in ('h5py', 'safetensors', 'keras') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_a_missing_package_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "safetensors", None)
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    with pytest.raises(ImportError, match=r"fastlstm\[safetensors\]"):
        small().save_weights(tmp_path / "a.safetensors")
    monkeypatch.setitem(sys.modules, "keras", None)
    monkeypatch.delitem(sys.modules, "fastlstm.integrations.keras", raising=False)
    with pytest.raises(ImportError, match=r"fastlstm\[keras\]"):
        import fastlstm.integrations.keras  # noqa: F401


def test_open_files(tmp_path, rng):
    h5py = pytest.importorskip("h5py")
    model = Sequential([Input((4, 2)), layers.LSTM(3), layers.Dense(1)])
    model.compile("adam", "mse")
    x = rng.normal(size=(3, 4, 2))
    expected = model.predict(x, verbose=0)
    memory = io.BytesIO()
    model.save(memory)
    memory.seek(0)
    assert (fastlstm.load_model(memory).predict(x, verbose=0) == expected).all()
    with open(tmp_path / "model.h5", "wb") as file:  # the name says which format
        model.save(file)
    with h5py.File(tmp_path / "models.h5", "w") as file:
        model.save(file.create_group("inner"))
    with h5py.File(tmp_path / "models.h5", "r") as file:
        found = [fastlstm.load_model(tmp_path / "model.h5"), fastlstm.load_model(file["inner"])]
        other = Sequential([Input((4, 2)), layers.LSTM(3), layers.Dense(1)])
        other.load_weights(file["inner"])
    for again in (*found, other):
        assert (again.predict(x, verbose=0) == expected).all()
    memory = io.BytesIO()
    model.save_weights(memory)
    memory.seek(0)
    other.set_weights([0 * weight for weight in other.get_weights()])
    other.load_weights(memory)
    assert (other.predict(x, verbose=0) == expected).all()
    with pytest.raises(TypeError, match="filepath: expected a file that is open in binary mode"):
        fastlstm.load_model(io.StringIO("text"))
    with pytest.raises(ValueError, match="the file: the file is damaged or not an archive"):
        fastlstm.load_model(io.BytesIO(b"nothing"))
