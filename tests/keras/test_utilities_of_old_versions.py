"""Functions of older versions: K.function, Progbar, several GPUs, mixed precision."""

import numpy as np
import pytest

from fastlstm import keras
from fastlstm.keras import backend as K


def test_functions_give_what_layers_compute(rng):
    model = keras.Sequential(
        [keras.layers.LSTM(4, input_shape=(5, 2)), keras.layers.Dropout(0.5), keras.layers.Dense(1)]
    )
    x = rng.standard_normal((3, 5, 2))
    of_lstm = K.function([model.layers[0].input, K.learning_phase()], [model.layers[0].output, model.output])
    h, y = of_lstm([x, 0])
    np.testing.assert_array_equal(h, keras.Model(model.input, model.layers[0].output).predict(x))
    np.testing.assert_array_equal(y, model.predict(x))
    dropped = K.function([model.input, K.learning_phase()], [model.layers[1].output])([x, 1])[0]
    assert (dropped == 0).any()
    with pytest.raises(ValueError, match="values: expected 2, one for each input, got 1"):
        of_lstm([x])


def test_a_bar_shows_means(capsys):
    bar = keras.utils.Progbar(4, stateful_metrics=["lr"])
    bar.update(2, [("loss", 1.0), ("lr", 0.1)])
    bar.add(2, [("loss", 3.0), ("lr", 0.2)])
    assert bar.values == {"loss": 2.0, "lr": 0.2}


def test_several_gpus_are_ignored():
    model = keras.Sequential([keras.layers.Dense(1)])
    with pytest.warns(UserWarning, match="multi_gpu_model"):
        assert keras.utils.multi_gpu_model(model, gpus=2) is model


def test_mixed_precision_is_ignored():
    with pytest.warns(UserWarning, match="set_global_policy"):
        keras.mixed_precision.set_global_policy("mixed_float16")
    assert keras.mixed_precision.global_policy().name == "float32"
    optimizer = keras.optimizers.Adam()
    assert keras.mixed_precision.LossScaleOptimizer(optimizer) is optimizer
