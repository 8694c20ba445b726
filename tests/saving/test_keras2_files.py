"""Files that Keras 2 has written: models, also in words that Keras 3 does not know, and trainings that go on."""

import json
import shutil
import warnings

import h5py
import numpy as np
import peer_keras2
import pytest
from peers import require_peer, start_beside, written_by

import fastlstm
from fastlstm import cli

ENDINGS = ("h5", "keras")


def begin():
    start_beside(peer_keras2.__file__, *peer_keras2.NEEDED)


@pytest.fixture(scope="module")
def written():
    return written_by(peer_keras2.__file__, *peer_keras2.NEEDED)


def assert_predicts(model, name, results):
    expected = results[f"{name}/output"]
    np.testing.assert_allclose(model.predict(peer_keras2.data_of(name), verbose=0), expected, rtol=0, atol=4e-6)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("name", peer_keras2.MODELS)
def test_models(written, name, ending):
    folder, results = written
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = fastlstm.load_model(folder / f"{name}.{ending}")
    assert_predicts(model, name, results)
    model.reset_state()
    model.load_weights(folder / f"{name}.weights.h5")
    assert_predicts(model, name, results)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("name", peer_keras2.HARD_SIGMOIDS)
def test_hard_sigmoids_compute_what_they_did(written, name, ending):
    folder, results = written
    with pytest.warns(UserWarning, match=r"hard_sigmoid of Keras 2 .* 1\.2 times"):
        model = fastlstm.load_model(folder / f"{name}.{ending}")
    assert_predicts(model, name, results)


def older(path, version):
    """Rewrite an .h5 file from here as Keras 2.0 to 2.2 would have written it."""
    with h5py.File(path, "r+") as file:
        file.attrs["keras_version"] = version
        description, training = json.loads(file.attrs["model_config"]), json.loads(file.attrs["training_config"])
        for entry in description["config"]["layers"]:
            entry["config"].pop("reset_after", None)
        training["optimizer_config"]["config"]["lr"] = training["optimizer_config"]["config"].pop("learning_rate")
        file.attrs["model_config"], file.attrs["training_config"] = json.dumps(description), json.dumps(training)
        saved = file["optimizer_weights"]
        steps, _, *slots = [saved[name][()] for name in saved.attrs["weight_names"]]
        del file["optimizer_weights"]
        slots = [*slots[::2], *slots[1::2]]  # all momentums, then all velocities
        slots += [np.zeros(1, np.float32)] * (len(slots) // 2)  # in place of those of amsgrad
        group = file.create_group("optimizer_weights")
        group.attrs["weight_names"] = [b"/iterations", *(f"param_{i}".encode() for i in range(len(slots)))]
        file["iterations"] = steps
        for i, slot in enumerate(slots):
            group[f"param_{i}"] = slot


@pytest.mark.parametrize("version", ["2.0.6", "2.2.4"])
def test_early_versions(version, tmp_path, rng):
    at = fastlstm.layers
    model = fastlstm.Sequential([fastlstm.Input((5, 3)), at.GRU(4, reset_after=False), at.Dense(1)])
    model.compile("adam", "mse")
    x, y = rng.normal(size=(12, 5, 3)), rng.normal(size=(12, 1))
    model.fit(x, y, verbose=0)
    model.save(tmp_path / "model.h5")
    older(tmp_path / "model.h5", version)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = fastlstm.load_model(tmp_path / "model.h5")
    for each in (model, again):
        each.fit(x, y, shuffle=False, verbose=0)
    for one, other in zip(again.get_weights(), model.get_weights(), strict=True):
        assert (one == other).all()


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("name", peer_keras2.REFUSED)
def test_what_has_no_equal_is_refused(written, name, ending):
    folder, _ = written
    with pytest.raises(ValueError, match=peer_keras2.REFUSED[name]):
        fastlstm.load_model(folder / f"{name}.{ending}")


@pytest.mark.parametrize(
    ("name", "ending"),
    [(name, ending) for name in peer_keras2.TRAINED for ending in ENDINGS[: 1 if name.startswith("legacy") else 2]],
)
def test_a_training_goes_on(written, name, ending):
    folder, results = written
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = fastlstm.load_model(folder / f"{name}.{ending}")
    assert [metric.name for metric in model.metrics] == ["mae", "root"]
    for x, y in peer_keras2.batches_of(name)[peer_keras2.BEFORE :]:
        model.train_on_batch(x, y)
    for i, weight in enumerate(model.get_weights()):
        np.testing.assert_allclose(weight, results[f"{name}/{i}"], rtol=0, atol=1e-5)


def test_descriptions_of_before_2_3(written, tmp_path):
    folder, results = written
    path = shutil.copy(folder / "lstm.h5", tmp_path)
    optimizer = {"class_name": "SGD", "config": {"lr": 0.1, "momentum": 0.0, "decay": 0.5, "nesterov": False}}
    training = {"optimizer_config": optimizer, "loss": "mse", "metrics": ["mae"], "sample_weight_mode": None}
    with h5py.File(path, "r+") as file:
        layers = json.loads(file.attrs["model_config"])["config"]["layers"][1:]
        file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": layers})
        file.attrs["training_config"] = json.dumps(training)
        file.attrs["keras_version"] = "2.1.6"
    model = fastlstm.load_model(path)
    assert model.input_shape == (None, peer_keras2.STEPS, peer_keras2.FEATURES)
    assert_predicts(model, "lstm", results)
    rates = [float(model.optimizer._learning_rate(step)) for step in (0, 1, 4)]
    assert rates == pytest.approx([0.1, 0.1 / 1.5, 0.1 / 3])
    assert (model.optimizer.learning_rate, model.optimizer.decay) == (0.1, 0.5)


@pytest.mark.filterwarnings("ignore:load_model. the hard_sigmoid of Keras 2:UserWarning")
@pytest.mark.parametrize("name", ["bidirectional", "functional", "hard_gru"])
def test_convert_brings_a_model_to_keras_3(written, tmp_path, name):
    keras = require_peer("keras")
    folder, results = written
    assert cli.main(["convert", str(folder / f"{name}.h5"), str(tmp_path / "new.keras")]) == 0
    model = keras.saving.load_model(tmp_path / "new.keras")
    found = model.predict(peer_keras2.data_of(name), verbose=0)
    np.testing.assert_allclose(found, results[f"{name}/output"], rtol=0, atol=4e-6)
