"""Files that are damaged, or made to do harm, are refused with an error that names them."""

import contextlib
import io
import json
import zipfile

import h5py
import numpy as np
import pytest
from peers import require_peer

import fastlstm
from fastlstm import Input, Sequential, layers
from fastlstm.formats import archive as archive_format


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.keras"


def small():
    return Sequential([Input((5, 2)), layers.LSTM(3), layers.Dense(1)])


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
            "Lambda stores Python code",
        ),
        (
            layer_is("Dense", units=3, activation={"class_name": "__lambda__", "config": {"value": ["b", None, None]}}),
            "activation: a __lambda__ stores Python code",
        ),
        (layer_is("Popen", "subprocess", args=["touch", "x"]), "'Popen' of the module 'subprocess'.*not imported"),
        (layer_is("system", "os", "os>system", command="touch x"), "'system' of the module 'os'"),
        (layer_is("Own", "some.module", "Package>Own"), "'Own' of the module 'some.module'.*custom_objects"),
        (layer_is("Conv2D", filters=3, kernel_size=2), "no layer 'Conv2D'; it has"),
        (
            layer_is("Dense", units=3, activation={"module": "os", "class_name": "function", "config": "system"}),
            "'system'",
        ),
        (layer_is("LSTM", units=3, dtype="mixed_float16"), "dtype: expected 'float32' or 'float64'"),
        (layer_is("LSTM", units=3, quantum=True), "LSTM: this package does not support its argument 'quantum'"),
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
        (soft, r"/layers/dense/vars/0 is a link \(SoftLink\)"),
        (external_link, r"/layers/dense/vars/0 is a link \(ExternalLink\)"),
        (link_of_a_group, r"/elsewhere is a link \(ExternalLink\)"),
        (external_data, "/layers/dense/vars/0 is an external dataset"),
        (virtual, "/layers/dense/vars/0 is a virtual dataset"),
        (huge, r"expected shape \(3, 1\) of its kernel"),
        (huge_state, "far more than the file stores"),
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
    monkeypatch.setattr(archive_format, "_SMALL", 2**20)  # of four gigabytes
    small().save(path)
    with zipfile.ZipFile(path) as archive:
        config = archive.read("config.json")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", config)
        archive.writestr("model.weights.h5", bytes(2**21))
    with pytest.raises(ValueError, match=r"model\.weights\.h5 would expand from .* to 2097152 bytes"):
        fastlstm.load_model(path)


@pytest.mark.parametrize("ending", [".keras", ".h5", ".safetensors"])
def test_files_that_are_cut_off_or_changed(rng, tmp_path, ending):
    if ending == ".safetensors":
        require_peer("safetensors")
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
