"""`fastlstm convert`: every kind of file to every other, by way of the same predictions."""

import itertools
import json

import numpy as np
import pytest
from peers import require_peer

import fastlstm
from fastlstm import layers

ENDINGS = (".keras", ".h5", ".safetensors", ".onnx", ".pt")
NEEDS = {".onnx": "onnx", ".pt": "torch", ".safetensors": "safetensors"}


def require(*endings):
    for ending in endings:
        if ending in NEEDS:
            require_peer(NEEDS[ending])


@pytest.fixture
def model(rng):
    model = fastlstm.Sequential(
        [
            layers.Input((6, 2)),
            layers.Bidirectional(layers.GRU(4, return_sequences=True)),
            layers.LSTM(5),
            layers.Dense(3, activation="tanh"),
        ]
    )
    model.set_weights([rng.normal(size=array.shape) for array in model.get_weights()])
    return model


@pytest.mark.parametrize(("source", "target"), [*itertools.permutations(ENDINGS, 2)])
def test_every_kind_becomes_every_other(source, target, model, run, rng):
    require(source, target)
    model.save("first.keras")
    assert run("convert", "first.keras", f"a{source}")[0] == 0
    status, out, err = run("convert", f"a{source}", f"b{target}", "--json")
    assert (status, err) == (0, [])
    assert json.loads(out[-1])["parameters"] == model.count_params()
    assert run("convert", f"b{target}", "last.keras")[0] == 0
    x = rng.normal(size=(4, 6, 2))
    found = fastlstm.load_model("last.keras").predict(x, verbose=0)
    np.testing.assert_allclose(found, model.predict(x, verbose=0), rtol=4e-6, atol=4e-6)


def test_the_state_of_training_is_kept_where_files_have_it(model, run, rng):
    model.compile("adam", "mse")
    x, y = rng.normal(size=(8, 6, 2)), rng.normal(size=(8, 3))
    model.fit(x, y, epochs=1, verbose=0)
    model.save("a.keras")
    assert run("convert", "a.keras", "b.h5")[0] == 0
    again = fastlstm.load_model("b.h5")
    for one in (model, again):
        one.fit(x, y, epochs=2, shuffle=False, verbose=0)
    assert again.history.history == model.history.history


@pytest.mark.parametrize("name", ["m.txt", "m", "m.weights.h5"])
def test_what_no_model_is_in(name, model, run):
    model.save("a.keras")
    for arguments in ((name, "b.keras"), ("a.keras", name)):
        status, _, err = run("convert", *arguments)
        assert status == 1
        assert err == [
            f"fastlstm: {name}: expected the file of a whole model, with a name that ends with .keras, .h5, .hdf5,"
            " .safetensors, .onnx, .pt, .pth"
        ]


def test_pickles_of_other_things_are_refused(run, tmp_path):
    torch = require_peer("torch")

    class Unknown(torch.nn.Module):
        pass

    globals()["Unknown"] = Unknown
    Unknown.__qualname__ = "Unknown"
    torch.save(Unknown(), "unknown.pt")
    torch.save({"weight": torch.zeros(3)}, "state.pt")
    (tmp_path / "damaged.pt").write_bytes(b"PK\x03\x04 and no more")
    for name, reason in (("unknown.pt", "Unknown"), ("state.pt", "whole model"), ("damaged.pt", "damaged")):
        status, _, err = run("convert", name, "out.keras")
        assert status == 1
        assert len(err) == 1
        assert err[0].startswith(f"fastlstm: {name}: ")
        assert reason in err[0]
    assert not (tmp_path / "out.keras").exists()
