"""Models in files and back, within the package: nothing is lost, and what is damaged or unsafe is refused."""

import contextlib
import io
import json
import os
import subprocess
import sys
import zipfile

import h5py
import numpy as np
import pytest
from test_copies import compiled, fourth_power, go_on
from training_models import same

import fastlstm
from fastlstm import Input, Sequential, layers, losses, metrics, optimizers, schedules
from fastlstm.saving import _archive, _configuration, _reviving

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
    model = compiled()
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
    model = compiled()
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
    model = compiled()
    go_on(model, data)
    model.save_weights(tmp_path / f"model{ending}")
    other = compiled()
    other.load_weights(tmp_path / f"model{ending}")
    assert same(other, model)
    if ending == ".weights.h5":
        go_on(model, data)
        go_on(other, data)
        assert same(other, model)


def test_weights_out_of_whole_models(data, tmp_path):
    model = compiled()
    for ending in ENDINGS:
        model.save(tmp_path / f"model{ending}")
        other = compiled()
        other.set_weights([weight * 0 for weight in other.get_weights()])
        other.load_weights(tmp_path / f"model{ending}")
        assert same(other, model)


def test_a_model_out_of_safetensors(data, tmp_path):
    from safetensors.numpy import load_file

    model = compiled()
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


@pytest.mark.parametrize("ending", [".weights.h5", ".safetensors"])
def test_weights_that_do_not_fit(tmp_path, ending):
    small_path = tmp_path / f"small{ending}"
    first = Sequential([Input((5, 2)), layers.LSTM(3, name="a"), layers.Dense(1, name="b")])
    first.save_weights(small_path)
    other = Sequential([Input((5, 2)), layers.LSTM(3, name="a"), layers.Dense(2, name="b")])
    before = other.get_weights()
    with pytest.raises(ValueError, match=rf"small{ending}: layer 'b': expected .*\(3, 2\)"):
        other.load_weights(small_path)
    assert all((one == now).all() for one, now in zip(before, other.get_weights(), strict=True))
    with pytest.warns(UserWarning, match="layer 'b'.*stay as they are"):
        other.load_weights(small_path, skip_mismatch=True)
    expected = [*first.get_weights()[:3], *before[3:]]
    assert all((one == now).all() for one, now in zip(other.get_weights(), expected, strict=True))


def test_an_optimizer_that_does_not_fit_is_left_alone(data, tmp_path):
    model = compiled()
    go_on(model, data)
    model.save_weights(tmp_path / "a.weights.h5")
    other = compiled()
    other.compile("sgd", "mse")
    with pytest.warns(UserWarning, match="does not fit SGD here"):
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


ALL_LOSSES = [cls() for cls in losses._classes]
SOME_METRICS = [metrics.AUC(name="a"), metrics.F1Score(), metrics.Precision(top_k=2), metrics.MeanAbsoluteError()]


@pytest.mark.parametrize("value", [*ALL_LOSSES, losses.Huber(0.5), losses.Quantile((0.2, 0.7)), *SOME_METRICS])
def test_losses_and_metrics_are_described_and_made_again(value):
    again = _reviving.Reviver(None).revived(json.loads(json.dumps(_configuration.described(value))))
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


# Files that are damaged, or made to do harm


def rewritten(path, config=None, weights=None, **members):
    """Write an archive again with another description, or another HDF5 file."""
    with zipfile.ZipFile(path) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    if config is not None:
        found["config.json"] = json.dumps(config(json.loads(found["config.json"]))).encode()
    if weights is not None:
        stream = io.BytesIO(found["model.weights.h5"])
        with h5py.File(stream, "r+") as file:
            weights(file)
        found["model.weights.h5"] = stream.getvalue()
    with zipfile.ZipFile(path, "w") as archive:
        for name, contents in (found | members).items():
            archive.writestr(name, contents)


def layer_is(class_name, module="keras.layers", registered=None, **config):
    def change(description):
        entry = {"module": module, "class_name": class_name, "config": config, "registered_name": registered}
        description["config"]["layers"][1] = entry
        return description

    return change


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (
            layer_is("Lambda", function={"class_name": "__lambda__", "config": {"value": "x"}}),
            "Lambda keeps Python code",
        ),
        (
            layer_is("Dense", units=3, activation={"class_name": "__lambda__", "config": {"value": ["b", None, None]}}),
            "activation: a __lambda__ keeps Python code",
        ),
        (layer_is("Popen", "subprocess", args=["touch", "x"]), "'Popen' of the module 'subprocess'.*not imported"),
        (layer_is("system", "os", "os>system", command="touch x"), "'system' of the module 'os'"),
        (layer_is("Own", "some.module", "Package>Own"), "'Own' of the module 'some.module'.*custom_objects"),
        (layer_is("Conv1D", filters=3, kernel_size=2), "no layer 'Conv1D'; it has"),
        (
            layer_is("Dense", units=3, activation={"module": "os", "class_name": "function", "config": "system"}),
            "'system'",
        ),
        (layer_is("LSTM", units=3, dtype="mixed_float16"), "dtype: expected 'float32' or 'float64'"),
        (layer_is("LSTM", units=3, quantum=True), "LSTM: this package does not have its argument 'quantum'"),
        (layer_is("LSTM", units=-3), "units: expected an integer of at least 1"),
        (layer_is("LSTM", units=2**40), "units: expected an integer of at most"),
        (layer_is("LSTM"), "units"),
        (layer_is("Dense", "keras.layers", "fastlstm>Sequential", units=3), "layer|layers"),
    ],
)
def test_descriptions_that_are_refused(path, change, match):
    small().save(path)
    rewritten(path, config=change)
    with pytest.raises(ValueError, match=rf"(?s)model\.keras: .*{match}"):
        fastlstm.load_model(path, safe_mode=False)


@pytest.mark.parametrize("value", [None, [], 3, "x", {}, {"class_name": "Sequential"}, {"config": {"layers": 3}}])
def test_descriptions_that_are_none(path, value):
    small().save(path)
    rewritten(path, config=lambda _: value)
    with pytest.raises(ValueError, match=r"model\.keras: "):
        fastlstm.load_model(path)


def soft(file):
    del file["layers/dense/vars/0"]
    file["layers/dense/vars/0"] = h5py.SoftLink("/layers/lstm/cell/vars/0")


def external_link(file):
    del file["layers/dense/vars/0"]
    file["layers/dense/vars/0"] = h5py.ExternalLink("/etc/passwd", "/")


def link_of_a_group(file):
    file["elsewhere"] = h5py.ExternalLink("other.h5", "/")


def external_data(file):
    del file["layers/dense/vars/0"]
    file["layers/dense/vars"].create_dataset("0", (3, 1), "f4", external=[("/etc/passwd", 0, 12)])


def virtual(file):
    del file["layers/dense/vars/0"]
    layout = h5py.VirtualLayout((3, 1), "f4")
    layout[:] = h5py.VirtualSource("other.h5", "x", (3, 1))
    file["layers/dense/vars"].create_virtual_dataset("0", layout)


def huge(file):
    del file["layers/dense/vars/0"]
    file["layers/dense/vars"].create_dataset("0", (2**20, 2**20), "f4", chunks=(2**10, 2**10), compression="gzip")


def huge_state(file):
    del file["fastlstm/training.json"]
    file["fastlstm"].create_dataset("training.json", (2**40,), "u1", chunks=(2**20,), compression="gzip")


def text(file):
    del file["layers/dense/vars/0"]
    file["layers/dense/vars"].create_dataset("0", data=[["x"]] * 3, dtype=h5py.string_dtype())


def missing(file):
    del file["layers/dense"]


def a_group_in_its_place(file):
    del file["layers/dense/vars/0"]
    file["layers/dense/vars"].create_group("0")


def a_loop(file):
    file["layers/loop"] = file["layers"]
    del file["layers/dense"]


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (soft, "/layers/dense/vars/0 is an SoftLink"),
        (external_link, "/layers/dense/vars/0 is an ExternalLink"),
        (link_of_a_group, "/elsewhere is an ExternalLink"),
        (external_data, "/layers/dense/vars/0 is an external dataset"),
        (virtual, "/layers/dense/vars/0 is a virtual dataset"),
        (huge, r"expected shape \(3, 1\) of its kernel"),
        (huge_state, "next to nothing of it is in the file"),
        (text, "expected numbers, got dtype object"),
        (missing, r"expected 2 weights \(kernel, bias\) in layers/dense, got 0"),
        (a_group_in_its_place, "expected numbers"),
        (a_loop, "layers/dense, got 0"),
    ],
)
def test_weights_that_are_refused(path, change, match):
    small().save(path)
    rewritten(path, weights=change)
    for attempt in (lambda: fastlstm.load_model(path), lambda: small().load_weights(path)):
        with pytest.raises(ValueError, match=rf"model\.keras: .*{match}"):
            attempt()
        if change is huge_state:
            break  # weights alone do not look at it


def test_pickled_weights_are_refused(path):
    small().save(path)
    with zipfile.ZipFile(path) as archive:
        config = archive.read("config.json")
    stream = io.BytesIO()
    np.savez(stream, **{"layers/dense": np.array({"0": np.zeros(3)}, object)})
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", config)
        archive.writestr("model.weights.npz", stream.getvalue())
    with pytest.raises(ValueError, match=r"model\.weights\.npz, in which Keras pickles them.*weights_format='h5'"):
        fastlstm.load_model(path)


def test_an_archive_that_is_made_to_fill_the_memory(path, monkeypatch):
    monkeypatch.setattr(_archive, "_SMALL", 2**20)  # of four gigabytes
    small().save(path)
    with zipfile.ZipFile(path) as archive:
        config = archive.read("config.json")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", config)
        archive.writestr("model.weights.h5", bytes(2**21))
    with pytest.raises(ValueError, match=r"model\.weights\.h5 is to become 2097152 bytes out of"):
        fastlstm.load_model(path)


@pytest.mark.parametrize("ending", [".keras", ".h5", ".safetensors"])
def test_files_that_are_cut_off_or_changed(rng, tmp_path, ending):
    file = tmp_path / f"model{ending}"
    model = small()
    model.compile("adam", "mse")
    (model.save_weights if ending == ".safetensors" else model.save)(file)
    contents = file.read_bytes()
    for length in [0, 1, 7, *rng.integers(8, len(contents) - 1, 20).tolist()]:
        file.write_bytes(contents[:length])
        with pytest.raises(ValueError, match=rf"model{ending}: "):
            fastlstm.load_model(file)
    for _ in range(60):
        place, count = int(rng.integers(len(contents))), int(rng.integers(1, 40))
        noise = bytes(rng.integers(0, 256, count, dtype=np.uint8).tolist())
        file.write_bytes(contents[:place] + noise + contents[place + count :])
        with contextlib.suppress(ValueError):  # and nothing else; what was changed may have been a number
            fastlstm.load_model(file)
