"""Names, data and files that scripts of several versions of Keras rely on."""

import subprocess
import sys
from types import ModuleType

import numpy as np
import peer_tensorflow_cases
import pytest
import tensorflow_values
from peers import keras_on

from fastlstm import keras
from fastlstm._internal.not_available import NotAvailableError
from fastlstm.keras import layers
from fastlstm.keras import tensorflow as tf
from fastlstm.keras.script import finder


@pytest.fixture
def script():
    finder.install()
    yield
    finder.uninstall()


@pytest.fixture(scope="module")
def theirs():
    return keras_on("tensorflow").submit(peer_tensorflow_cases.plain_values).result()


@pytest.mark.parametrize("name", tensorflow_values.cases(tf))
def test_functions_of_tensorflow(theirs, name):
    found = tensorflow_values.cases(tf)[name]()
    found = found if isinstance(found, (list, tuple)) else [found]
    assert len(found) == len(theirs[name])
    for one, other in zip(found, theirs[name], strict=True):
        array = np.asarray(one)
        assert array.shape == other.shape
        if other.dtype.kind != "O":
            assert array.dtype == other.dtype
            np.testing.assert_allclose(array, other, rtol=2e-4, atol=2e-5)
        else:
            assert [str(each) for each in array] == [each.decode() for each in other]


def test_fewer_targets_than_predictions(script, rng):
    x, y = rng.normal(size=(8, 5, 2)), rng.normal(size=(8, 5, 1))
    model = keras.Sequential([keras.Input((5, 2)), layers.LSTM(4, return_sequences=True), layers.Dense(3)])
    model.compile("sgd", "mse", metrics=["mae"])
    difference = np.asarray(model.predict(x, verbose=0), np.float64) - y
    with pytest.warns(UserWarning, match="each target is used several times"):
        found = model.evaluate(x, y, verbose=0)
    np.testing.assert_allclose(found, [np.mean(difference**2), np.mean(abs(difference))], rtol=1e-5)
    model.compile("sgd", "binary_crossentropy")
    with pytest.raises(ValueError, match="expected shape"):
        model.fit(x, y, verbose=0)


@pytest.mark.parametrize("name", ["mse", "mae", "mape", "msle", "huber", "log_cosh"])
def test_losses_of_differences_repeat_targets(script, name, rng):
    y, p = rng.random((8, 1)) + 0.5, rng.random((8, 3)) + 0.5
    with pytest.warns(UserWarning, match="each target is used several times"):
        found = keras.losses.get(name)(y, p)
    np.testing.assert_allclose(found, keras.losses.get(name)(np.repeat(y, 3, axis=1), p), rtol=1e-12)


@pytest.mark.parametrize(
    "function",
    [
        keras.losses.binary_crossentropy,
        keras.losses.kl_divergence,
        keras.losses.poisson,
        keras.metrics.CategoricalAccuracy(),
    ],
)
def test_other_losses_do_not(script, function, rng):
    with pytest.raises(ValueError, match="y_true: expected the shape of y_pred"):
        function(rng.random((8, 1)), rng.random((8, 3)))


def test_data_as_tensorflow_1_takes_them(script, rng):
    x, y = rng.normal(size=(8, 3)), np.array([1, 2.5, np.float32(3), True, 0, 1, 2, 3], dtype=object)
    model = keras.Sequential([layers.Dense(1, input_shape=(3,))])
    model.compile("sgd", "mse")
    model.fit(x, y, verbose=5)
    np.testing.assert_array_equal(model.predict(x[..., None], verbose=0), model.predict(x, verbose=0))
    y[0] = 10**400
    with pytest.raises(ValueError, match="numbers that float64 can hold"):
        model.fit(x, y, verbose=0)
    with pytest.raises(TypeError, match="dtype object"):
        model.fit(x, y.astype(str).astype(object), verbose=0)


def test_such_data_are_refused_elsewhere(rng):
    model = keras.Sequential([layers.Dense(1, input_shape=(3,))])
    model.compile("sgd", "mse")
    for x, y, options in (
        (np.ones((4, 3)), np.ones(4).astype(object), {}),
        (np.ones((4, 3, 1)), np.ones(4), {}),
        (np.ones((4, 3)), np.ones(4), {"verbose": 3}),
    ):
        with pytest.raises((TypeError, ValueError)):
            model.fit(x, y, **options)


def test_outputs_inside_each_other(rng, tmp_path):
    inputs, first, second = keras.Input((4, 3)), keras.Input((5,)), keras.Input((5,))
    sequence, *states = layers.LSTM(5, return_sequences=True, return_state=True)(inputs, initial_state=[first, second])
    model = keras.Model([inputs, [first, second]], [sequence, states])
    x, h, c = rng.normal(size=(2, 4, 3)), rng.normal(size=(2, 5)), rng.normal(size=(2, 5))
    output, (last, _) = model.predict([x, [h, c]], verbose=0)
    np.testing.assert_array_equal(output[:, -1], last)
    model.save(tmp_path / "model.keras")
    again, (same, _) = keras.models.load_model(tmp_path / "model.keras").predict([x, [h, c]], verbose=0)
    np.testing.assert_array_equal(again, output)
    np.testing.assert_array_equal(same, last)


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_functional_models_stay_functional(ending, tmp_path):
    inputs = keras.Input((3,))
    keras.Model(inputs, layers.Dense(2)(inputs)).save(tmp_path / f"model.{ending}")
    loaded = keras.models.load_model(tmp_path / f"model.{ending}")
    assert [type(one).__name__ for one in loaded.layers] == ["InputLayer", "Dense"]
    assert loaded.layers[0].output.shape == (None, 3)


def test_models_that_begin_with_an_embedding(tmp_path):
    def made():
        return keras.Sequential([layers.Embedding(7, 3), layers.LSTM(4)])

    one, copied, loaded = made(), made(), made()
    copied.set_weights(one.get_weights())
    one.save_weights(tmp_path / "")  # a folder
    loaded.load_weights(tmp_path / "")
    expected = one.predict([[1, 2]], verbose=0)
    for other in (copied, loaded):
        np.testing.assert_array_equal(other.predict([[1, 2]], verbose=0), expected)


def test_models_that_begin_with_an_embedding_and_need_a_length():
    model = keras.Sequential([layers.Embedding(7, 3), layers.Flatten(), layers.Dense(2)])
    with pytest.raises(ValueError, match=r"is not built: start it with an Input\(shape\)"):
        model.get_weights()


@pytest.mark.parametrize("dtype", ["float64", "float16", "int32"])
def test_inputs_are_converted(dtype, rng):
    inputs = keras.Input((3,), dtype=dtype)
    model = keras.Model(inputs, layers.Dense(2)(inputs))
    kernel, bias = model.get_weights()
    x = rng.integers(-9, 9, (4, 3)).astype(dtype) if dtype == "int32" else rng.normal(size=(4, 3)).astype(dtype)
    found = model.predict(x, verbose=0)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, x.astype("float64") @ kernel.astype("float64") + bias, rtol=1e-5, atol=1e-6)


def test_names_can_be_assigned():
    layer, model = layers.Dense(2), keras.Sequential()
    layer.name, model.name = "first", "whole"
    model.add(keras.Input((3,)))
    model.add(layer)
    assert (model.name, model.get_layer("first")) == ("whole", layer)


def test_a_wrapper_in_several_models(rng):
    dense, x, step = layers.Dense(2), keras.Input((4, 3)), keras.Input((1, 3))
    wrapper = layers.TimeDistributed(dense)
    with pytest.raises(ValueError, match="is in use already"):
        layers.TimeDistributed(dense)
    training, inference = keras.Model(x, wrapper(x)), keras.Model(step, wrapper(step))
    training.compile("sgd", "mse")
    training.fit(rng.normal(size=(4, 4, 3)), rng.normal(size=(4, 4, 2)), verbose=0)
    given = rng.normal(size=(2, 1, 3))
    kernel, bias = training.get_weights()
    np.testing.assert_allclose(inference.predict(given, verbose=0), given @ kernel + bias, rtol=1e-5)


def test_arguments_of_a_wrapper_of_a_layer_in_use_are_not_lost():
    dense = layers.Dense(2)
    x = keras.Input((3,))
    model = keras.Model(x, dense(x))
    with pytest.raises(ValueError, match="is in use already"):
        layers.TimeDistributed(dense, name="named")
    assert model.layers[1] is dense
    with pytest.raises(TypeError):
        layers.TimeDistributed(layers.Dense(2), unknown=1)


def test_a_call_that_a_class_gets_later():
    class Later(keras.Model):
        pass

    with pytest.raises(TypeError, match="call: expected it in the definition of class Later"):
        Later.call = lambda self, x: x
    assert not hasattr(Later, "call")


def test_a_call_that_is_replaced(rng):
    class Replaced(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(2)

        def call(self, x):
            raise NotImplementedError

    Replaced.call = lambda self, x, training=None: self.dense(x) * (2 if training else 1)
    model, x = Replaced(), rng.normal(size=(4, 3)).astype("float32")
    np.testing.assert_allclose(model(x, True), 2 * model(x, False), rtol=1e-6)
    model.compile("sgd", "mse")
    assert len(model.fit(x, np.ones((4, 2)), epochs=2, verbose=0).history["loss"]) == 2


def test_states_for_a_number_of_rows(rng):
    class Steps(keras.Model):
        def __init__(self):
            super().__init__()
            self.cell, self.gru = layers.LSTMCell(4), layers.GRU(4)

        def call(self, x):
            states = self.cell.get_initial_state(batch_size=50, dtype=tf.float32)
            for t in range(3):
                output, states = self.cell(x[:, t], states)
            return output + self.gru(x, initial_state=tf.zeros((50, 4)))

    model, x = Steps(), rng.normal(size=(50, 3, 2)).astype("float32")
    lstm, gru = layers.LSTM(4), layers.GRU(4)
    found = np.asarray(model(x))
    lstm(x), gru(x)
    lstm.set_weights(model.get_weights()[:3])
    gru.set_weights(model.get_weights()[3:])
    np.testing.assert_allclose(found, lstm(x) + gru(x), rtol=1e-5, atol=1e-6)


def test_gradients_of_steps_of_cells(rng):
    cell, x = layers.GRUCell(3, dtype="float64"), rng.normal(size=(2, 4))
    state = cell.get_initial_state(batch_size=2)
    with tf.GradientTape() as tape:
        output, _ = cell(x, state)
        loss = tf.reduce_sum(output**2)
    found = tape.gradient(loss, cell.trainable_variables)
    weights = cell.get_weights()
    for place, index in ((0, (1, 2)), (2, (0, 4))):
        values = []
        for sign in (1, -1):
            moved = [one.copy() for one in weights]
            moved[place][index] += sign * 1e-5
            cell.set_weights(moved)
            values.append(float(np.sum(np.asarray(cell(x, state)[0]) ** 2)))
        np.testing.assert_allclose(found[place][index], (values[0] - values[1]) / 2e-5, rtol=1e-6, atol=1e-9)


def test_losses_that_only_layers_add_in_batches_without_targets(rng):
    class Penalty(layers.Layer):
        def call(self, x):
            self.add_loss(tf.reduce_mean(x**2))
            return x

    inputs = keras.Input((3,))
    model = keras.Model(inputs, Penalty()(layers.Dense(2)(inputs)))
    model.compile("sgd")
    batches = [(rng.normal(size=(4, 3)), None)] * 3
    history = model.fit(iter(batches * 2), steps_per_epoch=3, epochs=2, verbose=0).history
    assert history["loss"][1] < history["loss"][0]


@pytest.fixture
def flags(monkeypatch):
    """The functions of flags at the beginning of a script."""
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))
    monkeypatch.setattr(sys, "argv", ["script.py"])
    return tf.flags


def test_flags(flags, monkeypatch):
    app = tf.app
    monkeypatch.setattr(sys, "argv", ["script.py", "--size=3", "--nofast", "-f", "kernel.json", "rest"])
    flags.DEFINE_integer("size", 1, "A size.")
    flags.DEFINE_bool("fast", True, "Whether.")
    flags.DEFINE_float("rate", 0.5, "A rate.")
    flags.DEFINE_list("names", "a,b", "Names.")
    values = flags.FLAGS
    assert (values.size, values.fast, values.rate, values.names) == (3, False, 0.5, ["a", "b"])
    values.rate = 0.25
    assert values.flag_values_dict()["rate"] == 0.25
    with pytest.raises(AttributeError, match="flag 'other' is not defined"):
        values.other  # noqa: B018
    with pytest.raises(SystemExit) as stopped:
        app.run(lambda arguments: arguments)
    assert stopped.value.code == ["script.py", "-f", "kernel.json", "rest"]


def test_each_script_has_its_own_flags(flags, monkeypatch):
    flags.DEFINE_integer("depth", 1, "A depth.")
    flags.DEFINE_integer("depth", 1, "The same again.")
    assert flags.FLAGS.depth == 1
    with pytest.raises(ValueError, match="flag 'depth': expected one definition"):
        flags.DEFINE_integer("depth", 2, "Another one.")
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))
    flags.DEFINE_string("depth", "deep", "Of another script.")
    assert flags.FLAGS.flag_values_dict() == {"depth": "deep"}


def test_values_of_flags(flags):
    flags.DEFINE_float("r", 1, "A rate.")
    assert type(flags.FLAGS.r) is float
    with pytest.raises(AttributeError, match="flag 'rr' is not defined"):
        flags.FLAGS.rr = 2
    with pytest.raises(NotAvailableError, match="DEFINE_multi_integer"):
        flags.DEFINE_multi_integer("sizes", [1], "Sizes.")


def test_required_flags(flags, monkeypatch, capsys):
    flags.DEFINE_string("data", None, "A file.")
    flags.mark_flag_as_required("data")
    with pytest.raises(SystemExit):
        tf.app.run(lambda arguments: None)
    assert "--data: expected a value" in capsys.readouterr().err
    monkeypatch.setattr(sys, "argv", ["script.py", "--data=x.csv"])
    with pytest.raises(SystemExit) as stopped:
        tf.app.run(lambda arguments: flags.FLAGS.data)
    assert stopped.value.code == "x.csv"
    with pytest.raises(AttributeError, match="flag 'other' is not defined"):
        flags.mark_flags_as_required(["other"])


def test_files_of_texts_and_bytes(tmp_path):
    path = tmp_path / "folder" / "file"
    for content in ("ä\r\nb\n", b"\xff\x00\x01", b"text\x00"):
        tf.io.write_file(path, content)
        expected = content.encode() if isinstance(content, str) else content
        assert path.read_bytes() == expected
        assert tf.io.read_file(str(path)).numpy() == expected
        tf.io.write_file(tf.constant(str(path)), tf.io.read_file(path))
        assert path.read_bytes() == expected
    with tf.io.gfile.GFile(path, "w") as file:
        file.write("ä")
    assert path.read_bytes() == "ä".encode()
    with tf.io.gfile.GFile(path, "rb") as file:
        assert file.read() == "ä".encode()
    with pytest.raises(TypeError, match="contents: expected a text or bytes, got int"):
        tf.io.write_file(path, 3)


def test_messages_appear():
    lines = "tf.logging.set_verbosity(tf.logging.INFO); tf.logging.info('step %d', 3); tf.logging.debug('no')"
    script = f"from fastlstm.keras import tensorflow as tf; tf.logging.info('early'); {lines}"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines() == ["INFO:tensorflow:step 3"]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("AdamOptimizer", {"lr": 0.5}),
        ("AdamOptimizer", {"beta_1": 0.1}),
        ("MomentumOptimizer", {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True}),
        ("RMSPropOptimizer", {"learning_rate": 0.1, "rho": 0.5}),
        ("GradientDescentOptimizer", {"learning_rate": 0.1, "momentum": 0.9}),
        ("AdagradOptimizer", {"learning_rate": 0.1, "epsilon": 0.5}),
        ("AdadeltaOptimizer", {"decay": 0.5}),
    ],
)
def test_arguments_that_optimizers_of_tensorflow_1_lack(name, options):
    with pytest.raises(TypeError, match="unexpected keyword argument"):
        getattr(tf.train, name)(**options)


def test_optimizers_of_tensorflow_1():
    assert tf.train.MomentumOptimizer(0.1, 0.9, use_nesterov=True).get_config()["nesterov"]
    assert tf.train.RMSPropOptimizer(0.1, use_locking=True, centered=True).get_config()["centered"]
    config = tf.train.AdamOptimizer(0.01).get_config()
    assert (config["learning_rate"], config["epsilon"]) == (0.01, 1e-8)
    assert tf.train.MomentumOptimizer(0.1, 0.9).get_config()["momentum"] == 0.9
    assert tf.train.RMSPropOptimizer(0.1).get_config()["rho"] == 0.9


def test_names_of_keras_3(script):
    import keras as of_script
    from keras import api
    from keras.api._v2.keras.layers import LSTM

    assert of_script.Layer is api.Layer is layers.Layer
    assert LSTM is layers.LSTM
    assert of_script.version() == keras.__version__
    with pytest.warns(UserWarning, match=r"keras\.device has no effect"), of_script.device("cpu:0"):
        assert isinstance(keras.Input((3,)), of_script.KerasTensor)


def test_elements_of_weights(script):
    layer = layers.Dense(2)
    layer.build((None, 3))
    assert float(layer.kernel[0, 0].numpy()) == layer.get_weights()[0][0, 0]
    assert layer.kernel[0].numpy().shape == (2,)
