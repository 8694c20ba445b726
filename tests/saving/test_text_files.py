"""Files of models that take texts or tokens, to Keras and from it."""

import json
import zipfile

import numpy as np
import peer_text_files
import pytest
from peers import folder_for, require_peer, written_by

import fastlstm
from fastlstm import keras

MODELS = peer_text_files.MODELS


def written_here(name):
    return peer_text_files.weighted(MODELS[name](keras), 3)


@pytest.fixture(scope="module")
def exchange():
    folder = folder_for("peer_text_files")
    for name in MODELS:
        written_here(name).save(folder / f"ours-{name}.keras")
    return written_by(peer_text_files.__file__, *peer_text_files.NEEDED)


@pytest.mark.parametrize("name", MODELS)
def test_keras_reads_ours(name, exchange):
    _, results = exchange
    ours = written_here(name).predict(peer_text_files.data_of(name), verbose=0)
    np.testing.assert_allclose(results[f"ours/{name}"], ours, rtol=0, atol=4e-6)


@pytest.mark.parametrize("package", [fastlstm, keras.models])
@pytest.mark.parametrize("name", MODELS)
def test_files_of_keras_are_read(name, package, exchange):
    folder, results = exchange
    model = package.load_model(folder / f"{name}.keras")
    output = model.predict(peer_text_files.data_of(name), verbose=0)
    np.testing.assert_allclose(output, results[f"keras/{name}"], rtol=0, atol=4e-6)


def names_of_layers(model):
    """Without Inputs, which a graph that is a chain loses."""
    return [type(layer).__name__ for layer in model.layers if not isinstance(layer, fastlstm.layers.InputLayer)]


@pytest.mark.parametrize("ending", ["keras", "h5", "safetensors"])
@pytest.mark.parametrize("name", MODELS)
def test_there_and_back(name, ending, tmp_path):
    if ending == "safetensors":
        require_peer("safetensors")
    model, path = written_here(name), tmp_path / f"model.{ending}"
    (model.save_weights if ending == "safetensors" else model.save)(path)
    x = peer_text_files.data_of(name)
    again = fastlstm.load_model(path)
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
    assert names_of_layers(again) == names_of_layers(model)


def test_a_model_inside_another(tmp_path):
    inner, x = written_here("characters"), keras.Input((1,), dtype="string")
    model, data = keras.Model(x, keras.layers.Rescaling(2.0)(inner(x))), peer_text_files.data_of("characters")
    np.testing.assert_array_equal(model.predict(data, verbose=0), 2 * inner.predict(data, verbose=0))
    with pytest.raises(ValueError, match="inside another one converts its inputs: convert them outside"):
        model.save(tmp_path / "model.keras")


def test_frequencies_of_terms_without_weights_are_refused(exchange, tmp_path):
    folder, _ = exchange
    path = tmp_path / "changed.keras"
    with zipfile.ZipFile(folder / "counts.keras") as source, zipfile.ZipFile(path, "w") as changed:
        for name in source.namelist():
            content = source.read(name)
            if name == "config.json":
                config = json.loads(content)
                config["config"]["layers"][1]["config"]["output_mode"] = "tf_idf"
                content = json.dumps(config).encode()
            changed.writestr(name, content)
    with pytest.raises(ValueError, match="inverse document frequencies of 'TextVectorization' are not read"):
        fastlstm.load_model(path)
