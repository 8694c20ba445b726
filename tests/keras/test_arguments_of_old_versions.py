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


def test_names_of_single_functions_mean_nothing_in_layers_of_users():
    class Shifted(keras.layers.Layer):
        def __init__(self, x=1, shape=None, **options):
            super().__init__(**options)
            self.x, self.shape = x, shape

        def call(self, inputs):
            return inputs + self.x

    with pytest.raises(TypeError, match="y"):
        Shifted(y=5)
    layer = Shifted(input_shape=(3, 2))
    assert layer.shape is None
    assert keras.Sequential([layer]).input_shape == (None, 3, 2)


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


@pytest.mark.parametrize(
    "make",
    [
        lambda: layers.Dense(2, autocast=False, dynamic=False),
        lambda: layers.RNN(layers.LSTMCell(2), time_major=False),
        lambda: layers.Embedding(3, 2, sparse=False),
        lambda: layers.Softmax(robust_masking=False),
        lambda: layers.InputLayer(input_shape=(3,), optional=False),
        lambda: layers.InputLayer(batch_input_shape=(2, 3), input_tensor=None),
        lambda: layers.Input((3,), tensor=None),
        lambda: optimizers.Adam(jit_compile=True, adaptive_epsilon=False),
        lambda: callbacks.BackupAndRestore("folder", save_before_preemption=False),
    ],
)
def test_arguments_without_effect(make):
    assert make() is not None


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: layers.LSTM(2, time_major=True), "time_major: LSTM does not support it"),
        (lambda: layers.Dense(2, dynamic=True), "dynamic: Dense does not support it"),
        (lambda: layers.Embedding(3, 2, sparse=True), "sparse: Embedding does not support it"),
        (lambda: layers.Input((3,), tensor=1.0), "tensor: Input does not support it"),
    ],
)
def test_arguments_with_an_effect_are_refused(make, match):
    with pytest.raises(ValueError, match=match):
        make()


def test_states_are_set(rng):
    layer = layers.LSTM(2, stateful=True)
    model = keras.Sequential([keras.Input((4, 3), batch_size=5), layer])
    x, states = rng.normal(size=(5, 4, 3)).astype("float32"), rng.normal(size=(2, 5, 2)).astype("float32")
    expected = layers.LSTM(2)
    expected.build((None, 4, 3))
    expected.set_weights(model.get_weights())
    layer.reset_states(states=list(states))
    np.testing.assert_allclose(model.predict(x, verbose=0), expected(x, initial_state=list(states)), rtol=1e-6)
    layer.reset_states()
    np.testing.assert_allclose(model.predict(x, verbose=0), expected(x), rtol=1e-6)
    with pytest.raises(ValueError, match=r"states: layer .* is not stateful"):
        layers.GRU(2).reset_states(states[0])


def batches(rng, rows, seen):
    while True:
        seen.append(rows)
        yield rng.normal(size=(rows, 3)), rng.normal(size=(rows, 2))


def test_generators_by_the_number_of_samples(rng):
    model = keras.Sequential([layers.Dense(2, input_shape=(3,))])
    model.compile("sgd", "mse")
    seen, held_out = [], []
    model.fit_generator(
        batches(rng, 4, seen),
        samples_per_epoch=12,
        nb_epoch=2,
        validation_data=batches(rng, 5, held_out),
        nb_val_samples=10,
        verbose=0,
    )
    assert len(seen) == 6
    assert len(held_out) == 4
    counted = []
    model.evaluate_generator(batches(rng, 4, counted), val_samples=8)
    assert len(counted) == 2


def test_metrics_of_one_batch(rng):
    model = keras.Sequential([layers.Dense(2, input_shape=(3,))])
    model.compile("sgd", "mse")
    x, y = rng.normal(size=(4, 3)), rng.normal(size=(4, 2))
    assert model.test_on_batch(x, y, reset_metrics=True) == model.test_on_batch(x, y)
    for method in (model.train_on_batch, model.test_on_batch):
        with pytest.raises(keras.NotAvailableError, match="reset_metrics=False: metrics are those of the batch"):
            method(x, y, reset_metrics=False)


def test_names_of_arrays_in_functions(rng):
    x, y = rng.normal(size=(2, 3)), rng.normal(size=(2, 3))
    K = keras.backend
    np.testing.assert_array_equal(K.maximum(x, y=y), np.maximum(x, y))
    np.testing.assert_array_equal(K.pow(x, a=2), x**2)
    np.testing.assert_array_equal(K.tile(x, n=(2, 1)), np.tile(x, (2, 1)))
    np.testing.assert_array_equal(K.repeat_elements(x, rep=2, axis=1), np.repeat(x, 2, axis=1))
    np.testing.assert_array_equal(keras.ops.argmax(x, axis=-1, keepdims=True), np.argmax(x, -1, keepdims=True))
    np.testing.assert_array_equal(keras.utils.to_categorical(y=[0, 2], num_classes=3), np.eye(3)[[0, 2]])


def test_metrics_before_the_weights_of_losses(rng):
    """The order of `compile` before Keras 3."""
    x, y = rng.normal(size=(4, 3)), rng.normal(size=(4, 2))

    def compiled(*args, **options):
        model = keras.Sequential([layers.Dense(2, input_shape=(3,), kernel_initializer="ones")])
        model.compile("sgd", "mse", *args, **options)
        return model.evaluate(x, y, verbose=0)

    expected = compiled(loss_weights=[2.0], metrics=["mae"])
    assert compiled(["mae"], [2.0]) == expected
    assert compiled([2.0], ["mae"]) == expected
    assert compiled(["mae"]) == compiled(metrics=["mae"])


def test_a_rate_with_a_decay_is_set(rng):
    optimizer = optimizers.SGD(lr=0.5, decay=0.25)
    weight = keras.Variable([1.0])
    for k, rate in enumerate((0.5, 0.5 / 1.25, 0.2 / 1.5)):
        if k == 2:
            keras.backend.set_value(optimizer.lr, 0.2)
        before = weight.numpy()
        optimizer.apply_gradients([([1.0], weight)])
        np.testing.assert_allclose(before - weight.numpy(), rate, rtol=1e-6)
    assert keras.backend.get_value(optimizer.lr) == pytest.approx(0.2)


def test_the_rows_of_a_batch_beside_a_shape():
    layer = keras.layers.LSTM(3, batch_size=4, input_shape=(5, 2), stateful=True)
    model = keras.Sequential([layer, keras.layers.Dense(1, batch_size=4)])
    assert model.input_shape == (4, 5, 2)
    assert model.output_shape == (4, 1)
    with pytest.raises(ValueError, match="batch_size: expected an integer of at least 1"):
        keras.layers.Dense(1, batch_size=0, input_dim=3)
