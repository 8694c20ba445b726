"""The import hook: which module of this package stands for which module of Keras and TensorFlow."""

import importlib
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from fastlstm import keras
from fastlstm.keras import NotAvailableError
from fastlstm.keras.script import finder

LAYERS, ROOT = ("fastlstm.keras.layers",), ("fastlstm.keras",)


@pytest.mark.parametrize(
    ("name", "targets"),
    [
        ("keras", ROOT),
        ("tf_keras", ROOT),
        ("tensorflow.keras", ROOT),
        ("tensorflow.python.keras", ROOT),
        ("tensorflow.contrib.keras", ROOT),
        ("tensorflow.compat.v1.keras", ROOT),
        ("keras.layers", LAYERS),
        ("keras.layers.core", LAYERS),
        ("keras.layers.recurrent", LAYERS),
        ("keras.layers.advanced_activations", LAYERS),
        ("tensorflow.keras.layers.experimental.preprocessing", LAYERS),
        ("tensorflow.python.keras.layers.recurrent_v2", LAYERS),
        ("keras.src.layers", LAYERS),
        ("keras.utils.np_utils", ("fastlstm.keras.utils",)),
        ("keras.engine.topology", ("fastlstm.keras.layers", "fastlstm.keras.models")),
        ("keras.objectives", ("fastlstm.keras.losses",)),
        ("keras.api.callbacks", ("fastlstm.keras.callbacks",)),
        ("keras.optimizers.schedules", ("fastlstm.keras.optimizers.schedules",)),
        ("keras.wrappers.scikit_learn", ("fastlstm.keras.wrappers.scikit_learn",)),
        ("keras.applications.vgg16", ()),
        ("keras.script", ()),
        ("tensorflow", ("fastlstm.keras.tensorflow",)),
        ("tensorflow.compat.v1", ("fastlstm.keras.tensorflow",)),
        ("tensorflow.math", ("fastlstm.keras.tensorflow.math",)),
        ("tensorflow.python.client.device_lib", ("fastlstm.keras.tensorflow.config",)),
        ("tensorflow.contrib.rnn", ()),
        ("keras_tuner", None),
        ("tensorflow_datasets", None),
        ("numpy", None),
    ],
)
def test_targets(name, targets):
    assert finder.targets_of(name) == targets


@pytest.fixture
def hook():
    finder.install()
    yield
    finder.uninstall()


@pytest.mark.usefixtures("hook")
def test_modules_of_a_script():
    core = importlib.import_module("keras.layers.core")
    assert core.Dense is keras.layers.Dense
    tf = importlib.import_module("tensorflow")
    assert tf.keras.layers.LSTM is tf.compat.v1.keras.layers.LSTM is keras.layers.LSTM
    assert tf.keras.utils.np_utils.to_categorical is keras.utils.to_categorical
    assert tf.optimizers.Adam is keras.optimizers.Adam
    assert importlib.import_module("keras").optimizers.legacy.Adam is keras.optimizers.Adam
    assert tf.config.experimental.list_physical_devices("GPU") == []
    assert tf.keras.models.optimizers.Adam is keras.optimizers.Adam
    assert "LSTM" in dir(tf.keras.layers)


@pytest.mark.usefixtures("hook")
def test_scripts_have_rates_of_dropout_limited_as_in_keras(rng):
    from keras.layers import LSTM, Dropout

    with pytest.warns(UserWarning, match=r"recurrent_dropout: expected a number in \[0, 1\], got -0.2; 0 is used"):
        layer = LSTM(3, dropout_U=-0.2, dropout_W=0.2)
    assert (layer.dropout, layer.recurrent_dropout) == (0.2, 0.0)
    with pytest.warns(UserWarning, match="rate: expected .*, got 2; 1 is used"):
        assert Dropout(2).rate == 1.0
    with pytest.warns(UserWarning, match="dropout: "):
        layer = LSTM(3, dropout=1.5)
    assert np.array_equal(layer(rng.normal(size=(2, 4, 2)), training=True), layer(np.zeros((2, 4, 2))))


def test_rates_of_dropout_are_not_limited_without_a_script():
    with pytest.raises(ValueError, match="recurrent_dropout: expected a finite number in"):
        keras.layers.LSTM(3, dropout_U=-0.2)


@pytest.mark.usefixtures("hook")
def test_star_imports_have_missing_names_with_advice():
    names = {}
    exec("from keras.layers import *\nfrom keras.backend import *", names)
    assert names["LSTM"] is keras.layers.LSTM
    assert names["epsilon"] is keras.backend.epsilon
    with pytest.raises(NotAvailableError):
        names["Conv2D"](3, 3)


@pytest.mark.usefixtures("hook")
@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("from keras.applications.vgg16 import VGG16 as found", r"keras\.applications\.vgg16\.VGG16: its layers take"),
        ("from tensorflow.contrib.rnn import LSTMCell as found", r"tf\.contrib\.rnn\.LSTMCell: it is outside Keras"),
        ("from tensorflow import gradients as found", r"tf\.gradients: there are no graphs: train with model\.fit"),
        ("import tensorflow; found = tensorflow.keras.layers.Conv3D", r"keras\.layers\.Conv3D"),
    ],
)
def test_missing_modules_and_names(statement, message):
    names = {}
    exec(statement, names)
    with pytest.raises(NotAvailableError, match=message):
        names["found"]()


@pytest.mark.usefixtures("hook")
def test_sessions_and_settings_have_no_effect():
    with pytest.warns(UserWarning, match="has no effect"):
        exec(
            textwrap.dedent(
                """
                import tensorflow.compat.v1 as tf
                from keras import backend as K
                tf.disable_v2_behavior()
                config = tf.ConfigProto(allow_soft_placement=True)
                config.gpu_options.allow_growth = True
                with tf.Session(config=config, graph=tf.get_default_graph()) as session:
                    session.run(tf.global_variables_initializer())
                K.set_session(session)
                with tf.device("/GPU:0"), tf.distribute.MirroredStrategy().scope():
                    tf.config.experimental.set_memory_growth("GPU:0", True)
                tf.logging.set_verbosity(tf.logging.ERROR)
                assert K.get_session() is not None and not tf.test.is_gpu_available()
                """
            ),
            {},
        )
    session = importlib.import_module("tensorflow").Session
    with pytest.raises(NotAvailableError, match=r"tf\.Session\.run: there are no graphs"):
        session.run(3)


def test_the_hook_gives_way_again():
    """In a process of its own, since it looks at what is imported."""
    code = """
        import sys, types
        keras = sys.modules["keras"] = types.ModuleType("keras")
        from fastlstm.keras import load_ipython_extension, unload_ipython_extension
        load_ipython_extension(None)
        from keras.layers import LSTM
        assert LSTM.__module__.startswith("fastlstm")
        unload_ipython_extension(None)
        import keras as again
        assert again is keras and "keras.layers" not in sys.modules
        """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True)
