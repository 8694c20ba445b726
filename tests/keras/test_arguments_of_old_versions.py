"""Arguments by their names in Keras 1 and 2, and those that have been dropped since."""

import numpy as np
import pytest

from fastlstm import keras
from fastlstm.keras import activations, callbacks, constraints, layers, optimizers, regularizers


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (lambda: layers.LeakyReLU(alpha=0.2), lambda: layers.LeakyReLU(negative_slope=0.2)),
        (lambda: layers.PReLU(init="one"), lambda: layers.PReLU(alpha_initializer="ones")),
        (lambda: layers.Embedding(9, 4, init="normal"), lambda: layers.Embedding(9, 4, "normal")),
        (
            lambda: layers.Embedding(9, 4, W_regularizer="l2", W_constraint="non_neg"),
            lambda: layers.Embedding(9, 4, embeddings_regularizer="l2", embeddings_constraint="non_neg"),
        ),
        (
            lambda: layers.LSTM(output_dim=4, init="normal", inner_init="identity", forget_bias_init="one"),
            lambda: layers.LSTM(4, kernel_initializer="normal", recurrent_initializer="identity"),
        ),
        (lambda: layers.LSTM(4, forget_bias_init="zero"), lambda: layers.LSTM(4, unit_forget_bias=False)),
        (lambda: layers.LSTM(4, time_major=False), lambda: layers.LSTM(4)),
        (
            lambda: layers.BatchNormalization(mode=0, beta_init="one", gamma_init="zero", fused=True),
            lambda: layers.BatchNormalization(beta_initializer="ones", gamma_initializer="zeros"),
        ),
        (lambda: layers.UpSampling1D(length=3), lambda: layers.UpSampling1D(3)),
        (lambda: layers.Reshape(dims=(3, 4)), lambda: layers.Reshape((3, 4))),
        (
            lambda: layers.AtrousConvolution1D(4, 3, atrous_rate=2, border_mode="same"),
            lambda: layers.Conv1D(4, 3, dilation_rate=2, padding="same"),
        ),
        (lambda: layers.ThresholdedReLU(0.5), lambda: layers.ReLU(threshold=0.5)),
        (lambda: regularizers.l2(l=0.3), lambda: regularizers.L2(0.3)),
        (lambda: regularizers.l1l2(l1=0.1, l2=0.2), lambda: regularizers.L1L2(0.1, 0.2)),
        (lambda: regularizers.activity_l1(0.1), lambda: regularizers.L1(0.1)),
        (lambda: constraints.maxnorm(m=3), lambda: constraints.MaxNorm(3)),
        (lambda: optimizers.Nadam(lr=0.02, schedule_decay=0.004), lambda: optimizers.Nadam(0.02)),
    ],
)
def test_old_names_mean_the_present_ones(old, new):
    found, expected = old().get_config(), new().get_config()
    for config in (found, expected):
        config.pop("name", None)
    assert found == expected


def test_the_slope_of_relu_was_called_alpha():
    np.testing.assert_array_equal(activations.relu(np.array([-2.0, 3.0]), alpha=0.5), [-1.0, 3.0])
    assert layers.Dense(3, activation=activations.relu).get_config()["activation"] == "relu"


def test_what_was_dropped_is_refused_where_it_would_change_the_result():
    with pytest.raises(ValueError, match=r"mode: BatchNormalization does not support it \(leave it out\), got 1"):
        layers.BatchNormalization(mode=1)
    with pytest.raises(ValueError, match="time_major"):
        layers.LSTM(4, time_major=True)
    with pytest.raises(TypeError, match="alpha"):
        layers.LeakyReLU(alpha=0.1, negative_slope=0.2)
    with pytest.raises(TypeError, match="mode"):
        layers.Dense(3, mode=0)


def test_the_dropout_of_an_embedding_is_ignored_with_a_warning():
    with pytest.warns(UserWarning, match="SpatialDropout1D"):
        layers.Embedding(9, 4, dropout=0.2)


def test_the_progress_display_counts_steps():
    callbacks.ProgbarLogger(count_mode="samples")


def test_the_shape_of_a_batch_and_the_number_of_steps():
    layer = keras.layers.Embedding(10, 4, batch_input_shape=(2, 5), input_length=5)
    assert keras.Sequential([layer, keras.layers.LSTM(3, stateful=True)]).output_shape == (2, 3)
    with pytest.raises(ValueError, match="at most one of them"):
        keras.layers.Embedding(10, 4, batch_input_shape=(2, 5), input_length=6)


def test_weights_before_they_exist():
    layer = keras.layers.Dense(2)
    layer.set_weights(layer.get_weights())
    with pytest.raises(ValueError, match="has no weights yet"):
        layer.set_weights([np.ones((3, 2)), np.ones(2)])


@pytest.mark.parametrize(("name", "cls"), [("maxnorm", "MaxNorm"), ("nonneg", "NonNeg"), ("unitnorm", "UnitNorm")])
def test_names_of_constraints_in_keras_1(name, cls):
    assert type(keras.layers.Dense(2, kernel_constraint=name).kernel_constraint) is getattr(keras.constraints, cls)


def test_constants_of_a_shape():
    assert keras.backend.constant(1, shape=(2, 3), name="ones").tolist() == [[1, 1, 1], [1, 1, 1]]
