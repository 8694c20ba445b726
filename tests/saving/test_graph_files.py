"""Random functional models in files: to Keras and back, from Keras 2, and the same bits within one package."""

import copy
import pickle
import re
import warnings
from functools import cache

import numpy as np
import peer_graph_files as graphs
import pytest
from peers import folder_for, is_installed, require_peer, require_peer_elsewhere

import fastlstm
from fastlstm.models import Model, clone_model

FEW, MANY = 10, 60
PEERS = {"keras": ("keras", "tensorflow"), "tf_keras": ("tf_keras",)}
BOUND, BOUND_AFTER_TRAINING = 4e-6, 2e-5


class Exchange:
    """A folder through which files went both ways, and what Keras has computed."""

    def __init__(self, folder, results):
        self.folder = folder
        self._results = results

    def arrays(self, label):
        count = sum(key.startswith(f"{label}/") for key in self._results)
        return [self._results[f"{label}/{i}"] for i in range(count)]

    def layers(self, case):
        return list(self._results[f"{case}/layers"])


@cache
def exchange(package, cases):
    """Write models, and start a process in which Keras reads them and writes others; None if Keras is missing."""
    if not all(map(is_installed, PEERS[package])):
        return None
    folder = folder_for(f"graphs-{package}-{cases}")
    for case in range(cases if package == "keras" else 0):
        model, batches = graphs.model_of(fastlstm, case)
        graphs.train(model, batches[: graphs.BEFORE])
        for ending in graphs.ENDINGS:
            (model.save_weights if ending == "weights.h5" else model.save)(folder / f"ours-{case}.{ending}")
    return graphs.start(package, folder, cases)


def begin():
    for package in PEERS:
        exchange(package, FEW)


@cache
def exchanged(package, cases):
    for name in PEERS[package]:
        require_peer_elsewhere(name)
    errors = exchange(package, cases).communicate()[1]
    folder = folder_for(f"graphs-{package}-{cases}")
    assert (folder / "results.npz").exists(), errors
    with np.load(folder / "results.npz") as results:
        return Exchange(folder, dict(results))


def assert_close(found, expected, bound=BOUND):
    assert [one.shape for one in found] == [one.shape for one in expected]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=bound)


def assert_files_of_keras_open(package, cases, case):
    """Check the three files of Keras for a case, before and after more training."""
    found = exchanged(package, cases)
    for ending in graphs.ENDINGS:
        model, batches = graphs.model_of(fastlstm, case, masks=package == "keras")
        path = found.folder / f"theirs-{case}.{ending}"
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            if ending == "weights.h5":
                model.load_weights(path)
            else:
                model = fastlstm.load_model(path)
        x = batches[0][0]
        assert_close(graphs.outputs_of(model, x), found.arrays(f"{case}/before/outputs"))
        graphs.train(model, batches[graphs.BEFORE :])
        assert_close(graphs.outputs_of(model, x), found.arrays(f"{case}/after/outputs"), BOUND_AFTER_TRAINING)


def assert_files_for_keras_open(found, case):
    """Check what Keras has made of the three files for it."""
    model, batches = graphs.model_of(fastlstm, case)
    x = batches[0][0]
    graphs.train(model, batches[: graphs.BEFORE])
    for ending in graphs.ENDINGS:
        label = f"{case}/opened-{ending}"
        assert_close(graphs.outputs_of(model, x), found.arrays(f"{label}/outputs"))
        weights = found.arrays(f"{label}/weights")  # in another order if there are masks
        assert sorted(one.tobytes() for one in model.get_weights()) == sorted(one.tobytes() for one in weights)
    graphs.train(model, batches[graphs.BEFORE :])
    assert_close(graphs.outputs_of(model, x), found.arrays(f"{case}/went-on/outputs"), BOUND_AFTER_TRAINING)
    names = [re.sub(r"_\d+$", "", name).replace("functional", "model") for name in found.layers(case)]
    assert [re.sub(r"_\d+$", "", layer.name) for layer in model.layers] == names


@pytest.mark.parametrize("case", range(FEW))
@pytest.mark.parametrize("package", PEERS)
def test_files_of_keras(package, case):
    assert_files_of_keras_open(package, FEW, case)


@pytest.mark.parametrize("case", range(FEW))
def test_files_for_keras(case):
    assert_files_for_keras_open(exchanged("keras", FEW), case)


@pytest.mark.slow
@pytest.mark.parametrize("case", range(MANY))
@pytest.mark.parametrize("package", PEERS)
def test_many_files_of_keras(package, case):
    assert_files_of_keras_open(package, MANY, case)


@pytest.mark.slow
@pytest.mark.parametrize("case", range(MANY))
def test_many_files_for_keras(case):
    assert_files_for_keras_open(exchanged("keras", MANY), case)


def saved_and_loaded(model, folder):
    """Yield copies of a model made by files and in memory, with the training state."""
    for ending in ("keras", "h5"):
        model.save(folder / f"model.{ending}")
        yield fastlstm.load_model(folder / f"model.{ending}")
    yield copy.deepcopy(model)
    yield pickle.loads(pickle.dumps(model))


@pytest.mark.parametrize("case", range(12))
def test_training_goes_on_with_the_same_bits(case, tmp_path):
    model, batches = graphs.model_of(fastlstm, case)
    graphs.train(model, batches[: graphs.BEFORE])
    copies = list(saved_and_loaded(model, tmp_path))
    for one in (model, *copies):
        graphs.train(one, batches[graphs.BEFORE :])
    for again in copies:
        assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]
        for one, other in zip(again.get_weights(), model.get_weights(), strict=True):
            assert (one == other).all()
        assert type(again.predict(batches[0][0], verbose=0)) is type(model.predict(batches[0][0], verbose=0))


@pytest.mark.parametrize("case", range(12))
def test_configurations_clones_and_weights_by_name(case, tmp_path):
    require_peer("safetensors")
    model, batches = graphs.model_of(fastlstm, case)
    x = batches[0][0]
    model.save_weights(tmp_path / "model.safetensors")
    others = [Model.from_config(model.get_config()), clone_model(model), graphs.model_of(fastlstm, case)[0]]
    for other in (*others, fastlstm.load_model(tmp_path / "model.safetensors")):
        other.load_weights(tmp_path / "model.safetensors")
        for one, two in zip(graphs.outputs_of(other, x), graphs.outputs_of(model, x), strict=True):
            assert (one == two).all()
    assert others[0].get_config() == others[1].get_config() == model.get_config()
