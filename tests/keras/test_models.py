"""Models with the methods, arguments and files of all versions of Keras."""

import io
import json

import numpy as np
import pytest

from fastlstm import keras
from fastlstm.keras import NotAvailableError, layers
from fastlstm.keras.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau


@pytest.fixture
def data(rng):
    x = rng.normal(size=(24, 6, 2))
    return x, (x[:, -1, 0] > 0).astype(int)


def model(metrics=("accuracy",), outputs=1):
    found = keras.Sequential([layers.LSTM(3, input_shape=(6, 2)), layers.Dense(outputs, activation="sigmoid")])
    found.compile(loss="binary_crossentropy" if outputs == 1 else "mse", optimizer="adam", metrics=list(metrics))
    return found


def batches(x, y, size=8):
    while True:
        for start in range(0, len(x), size):
            yield x[start : start + size], y[start : start + size]


def test_fit_takes_arguments_of_keras_1_and_2(data):
    with pytest.warns(UserWarning, match="workers= has no effect"):
        history = model().fit(*data, nb_epoch=2, verbose=0, workers=4)
    assert history.epoch == [0, 1]


@pytest.mark.parametrize("metric", ["acc", "accuracy"])
def test_the_history_has_both_names_of_the_accuracy(data, metric):
    history = model([metric]).fit(*data, epochs=1, verbose=0, validation_split=0.5).history
    assert history["acc"] == history["accuracy"]
    assert history["val_acc"] == history["val_accuracy"]
    with pytest.raises(KeyError):
        history["mae"]


def test_generators(data):
    one = model()
    history = one.fit_generator(batches(*data), 3, 2, verbose=0, validation_data=data)
    assert len(history.history["val_loss"]) == 2
    assert len(one.fit_generator(batches(*data), samples_per_epoch=24, nb_epoch=1, verbose=0).epoch) == 1
    assert len(one.evaluate_generator(batches(*data), steps=3)) == 2
    np.testing.assert_array_equal(one.predict_generator(batches(*data), 3), one.predict(data[0], verbose=0))


def test_classes(data):
    one, three = model(), model(outputs=3)
    np.testing.assert_array_equal(one.predict_classes(data[0]), one.predict_proba(data[0]) > 0.5)
    np.testing.assert_array_equal(three.predict_classes(data[0]), three.predict(data[0], verbose=0).argmax(-1))


def test_a_call_gives_a_tensor(data):
    one = model()
    np.testing.assert_array_equal(one(data[0]).numpy(), one.predict(data[0], verbose=0))


@pytest.mark.parametrize("name", ["model", "model.h5", "model.hdf5", "model.keras", "model.model"])
def test_models_are_saved_to_any_path(name, data, tmp_path):
    one = model()
    one.save(tmp_path / name)
    again = keras.models.load_model(tmp_path / name)
    assert isinstance(again, keras.Sequential)
    np.testing.assert_array_equal(again(data[0]), one(data[0]))
    assert again.optimizer.name == "adam"


@pytest.mark.parametrize("name", ["weights", "weights.h5", "weights.hdf5", "weights.weights.h5"])
def test_weights_are_saved_to_any_path(name, data, tmp_path):
    one, other = model(), model()
    one.save_weights(tmp_path / name)
    other.load_weights(str(tmp_path / name))
    np.testing.assert_array_equal(other(data[0]), one(data[0]))


def test_json():
    one = model()
    again = keras.models.model_from_json(one.to_json())
    assert again.get_config()["layers"][1:] == one.get_config()["layers"][1:]
    assert again.optimizer is None
    assert json.loads(one.to_json(indent=2))["class_name"] == "Sequential"
    with pytest.raises(NotAvailableError, match="use to_json"):
        one.to_yaml()
    with pytest.raises(NotAvailableError, match="model_from_json"):
        keras.models.model_from_yaml("")


def test_json_of_keras_2():
    lstm = {"class_name": "LSTM", "config": {"name": "a", "units": 3, "batch_input_shape": [None, 6, 2]}}
    description = {"class_name": "Sequential", "config": [lstm], "keras_version": "2.1.0", "backend": "theano"}
    assert keras.models.model_from_json(json.dumps(description)).output_shape == (None, 3)


def test_subclassed_models_have_the_methods_of_all_versions(rng):
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.head = layers.Dense(1)

        def call(self, x):
            return self.head(x)

    own = Own()
    own.compile(optimizer=keras.optimizers.Adam(lr=0.01), loss="mse")
    x = rng.standard_normal((8, 3))
    assert "loss" in own.fit(x, np.zeros(8), nb_epoch=1, verbose=0).history
    assert own.predict_classes(x).shape == (8, 1)
    assert isinstance(own, keras.Model)
    assert isinstance(keras.Sequential(), keras.Model)


def test_models_from_inputs_and_outputs(data, tmp_path):
    x = keras.Input((6, 2))
    one = keras.Model(input=x, output=layers.Dense(1, activation="sigmoid")(layers.LSTM(3)(x)))
    one.compile(loss="binary_crossentropy", optimizer="adam", metrics=["acc"])
    assert "val_acc" in one.fit(*data, nb_epoch=1, validation_split=0.5, verbose=0).history
    one.save(tmp_path / "model")
    again = keras.models.load_model(tmp_path / "model")
    np.testing.assert_array_equal(again(data[0]).numpy(), one.predict(data[0], verbose=0))
    assert keras.models.model_from_json(one.to_json()).output_shape == (None, 1)


def test_checkpoints_have_any_path_and_a_period(data, tmp_path):
    path = str(tmp_path / "{epoch:02d}-{val_acc:.1f}.hdf5")
    callback = ModelCheckpoint(path, monitor="val_acc", mode="max", period=2)
    model().fit(*data, epochs=4, verbose=0, validation_split=0.5, callbacks=[callback])
    assert [file.name[:2] for file in sorted(tmp_path.iterdir())] == ["02", "04"]


def test_callbacks_find_the_older_name_of_the_accuracy(data):
    stop = EarlyStopping(monitor="val_acc", patience=1, min_delta=2.0)
    reduce = ReduceLROnPlateau(monitor="acc", patience=5, epsilon=0.1)
    history = model().fit(*data, epochs=9, verbose=0, validation_split=0.5, callbacks=[stop, reduce])
    assert history.epoch == [0, 1]
    assert (stop.monitor, reduce.monitor, reduce.min_delta) == ("val_accuracy", "accuracy", 0.1)


def test_tensorboard_is_left_out_without_its_package(monkeypatch):
    monkeypatch.setattr(keras.callbacks, "find_spec", lambda name: None)
    with pytest.warns(UserWarning, match="TensorBoard, which needs the package tensorboard, has no effect"):
        keras.callbacks.TensorBoard("logs", histogram_freq=1).on_train_begin()


def test_custom_objects_are_found(tmp_path):
    @keras.saving.register_keras_serializable()
    def distance(y_true, y_pred):
        return np.abs(y_true - y_pred).mean(axis=-1)

    one = model([distance])
    one.save(tmp_path / "model.keras")
    assert keras.models.load_model(tmp_path / "model.keras").metrics_names == ["loss", "distance"]
    with keras.utils.custom_object_scope({"other": distance}):
        assert "other" in keras.utils.get_custom_objects()
    assert "other" not in keras.utils.get_custom_objects()


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_pictures(ending, tmp_path):
    keras.utils.plot_model(model(), tmp_path / f"model.{ending}", show_shapes=True, rankdir="LR")
    assert (tmp_path / f"model.{ending}").stat().st_size > 1000


def test_a_picture_shows_each_layer():
    picture = keras.utils.model_to_dot(model(), show_shapes=True, show_layer_names=False)
    texts = [text.get_text() for text in picture.figure.axes[0].texts if text.get_text()]
    assert texts == ["Input\n(None, 6, 2)", "LSTM\n(None, 3)", "Dense\n(None, 1)"]
    assert picture.create(prog="dot", format="svg").startswith(b"<?xml")


def test_the_learning_rate_is_read_and_set_by_the_backend(data):
    one = model()
    rate = one.optimizer.lr
    assert keras.backend.get_value(rate) == np.float32(0.001)
    keras.backend.set_value(one.optimizer.lr, 0.5)
    assert one.optimizer.learning_rate == 0.5
    one.optimizer.learning_rate.assign(0.25)
    assert one.optimizer.lr == 0.25


def test_pictures_of_graphs_have_a_box_for_each_layer(tmp_path):
    x = keras.Input((5, 2))
    low = keras.layers.LSTM(3, return_sequences=True)(x)
    both = keras.layers.concatenate([keras.layers.GRU(3, return_sequences=True)(low), low, x])
    graph = keras.Model(x, keras.layers.Dense(1)(both))
    picture = keras.utils.plot_model(graph, tmp_path / "graph.png", show_shapes=True)
    texts = [text.get_text() for text in picture.figure.axes[0].texts if text.get_text()]
    assert [text.split(" ")[0] for text in texts] == [layer.name for layer in graph.layers]
    assert "(None, 5, 8)" in texts[-2]
    assert (tmp_path / "graph.png").stat().st_size > 1000


def test_unknown_values_are_monitored_as_in_keras_2(tmp_path):
    model = keras.Sequential([keras.layers.Dense(1, input_shape=(1,))])
    model.compile("sgd", "mse")
    monitors = [
        keras.callbacks.EarlyStopping(monitor="val_mean_absolute_error", patience=1),
        keras.callbacks.ReduceLROnPlateau(monitor="nothing"),
        keras.callbacks.ModelCheckpoint(tmp_path / "{epoch}.h5", monitor="val_accuracy", save_best_only=True),
    ]
    with pytest.warns(UserWarning, match="in the logs") as warned:
        history = model.fit(np.ones((4, 1)), np.ones(4), epochs=3, verbose=0, callbacks=monitors)
    assert len(history.epoch) == 3
    for monitor in monitors:
        assert any(f"{monitor.monitor!r} in the logs" in str(one.message) for one in warned)
    assert [one._larger_is_better() for one in monitors] == [False, False, True]


def test_models_are_saved_to_open_files():
    found, again = model(), io.BytesIO()
    found.build((None, 6, 2))
    found.save(again)
    again.seek(0)
    loaded = keras.models.load_model(again)
    assert type(loaded) is keras.Sequential
    assert (loaded.predict(np.ones((1, 6, 2)), verbose=0) == found.predict(np.ones((1, 6, 2)), verbose=0)).all()


@pytest.mark.parametrize("kind", ["chain", "chain with an input", "graph", "subclass"])
def test_losses_of_layers_alone_are_trained(kind):
    class Squares(keras.layers.Layer):
        def call(self, x):
            self.add_loss(keras.ops.mean(x**2))
            return x

    class Subclass(keras.Model):
        def __init__(self, *layers):
            super().__init__()
            self.first, self.second = layers

        def call(self, x):
            return self.second(self.first(x))

    layers = [keras.layers.Dense(1, kernel_initializer="ones", use_bias=False), Squares()]
    x = keras.Input((3,))
    model = {
        "chain": lambda: keras.Sequential(layers),
        "chain with an input": lambda: keras.Sequential([x, *layers]),
        "graph": lambda: keras.Model(x, layers[1](layers[0](x))),
        "subclass": lambda: Subclass(*layers),
    }[kind]()
    model.compile("sgd")
    history = model.fit(np.ones((4, 3)), batch_size=4, verbose=0).history
    np.testing.assert_allclose(history["loss"], [9.0], rtol=1e-6)
    np.testing.assert_allclose(layers[0].get_weights()[0], np.full((3, 1), 1 - 0.01 * 6), rtol=1e-6)
