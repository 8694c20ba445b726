"""What scripts for Keras may do and other callers may not, and smaller things that they rely on."""

import numpy as np
import pytest

import fastlstm
from fastlstm import keras
from fastlstm.keras import backend, layers, tensorflow
from fastlstm.keras.script import finder
from fastlstm.reference.optimizers import clip_gradients


@pytest.fixture
def script():
    finder.install()
    yield
    finder.uninstall()


def small(optimizer="sgd"):
    model = keras.Sequential([layers.Dense(2, input_shape=(3,))])
    model.compile(optimizer, "mse")
    return model


def test_fractions_of_sequences_are_cut_off(script):
    with pytest.warns(UserWarning, match=r"sequences\[0\]: .* fractions are cut off"):
        found = keras.utils.pad_sequences([[1.7, -2.5], [3.0]])
    assert found.tolist() == [[1, -2], [0, 3]]


def test_fractions_of_words_are_cut_off(script):
    layer = layers.Embedding(4, 2)
    with pytest.warns(UserWarning, match="layer 'embedding.*' ?: .*fractions are cut off"):
        found = layer(np.array([[0.5, 2.9]]))
    np.testing.assert_array_equal(found, layer(np.array([[0, 2]])))


def test_fractions_are_refused_elsewhere():
    with pytest.raises(ValueError, match="expected whole numbers"):
        keras.utils.pad_sequences([[1.7]])
    with pytest.raises(ValueError, match="expected whole numbers"):
        layers.Embedding(4, 2)(np.array([[0.5]]))


@pytest.mark.parametrize("clips", [dict(clipnorm=0.02, clipvalue=0.01), dict(global_clipnorm=0.02, clipvalue=0.01)])
def test_norms_and_values_are_clipped(clips, script, rng):
    model = small(keras.optimizers.SGD(1.0, **clips))
    x, y = rng.normal(size=(8, 3)), rng.normal(size=(8, 2))
    kernel, bias = (np.float64(weight) for weight in model.get_weights())
    error = 2 * (x @ kernel + bias - y) / y.size
    gradients = clip_gradients([x.T @ error, error.sum(axis=0)], **clips)
    model.train_on_batch(x, y)
    for found, before, gradient in zip(model.get_weights(), (kernel, bias), gradients, strict=True):
        np.testing.assert_allclose(found, before - gradient, rtol=1e-5, atol=1e-7)


def test_an_optimizer_can_be_assigned(rng):
    model, other = small(), keras.optimizers.Adam(0.1)
    x, y = rng.normal(size=(8, 3)), rng.normal(size=(8, 2))
    model.fit(x, y, verbose=0)
    before = model.optimizer
    expected = keras.models.clone_model(model)
    expected.set_weights(model.get_weights())
    expected.compile(keras.optimizers.Adam(0.1), "mse")
    model.optimizer = other
    assert model.optimizer is other
    assert other.iterations == 0
    for one in (model, expected):
        one.fit(x, y, verbose=0, shuffle=False, epochs=2)
    for a, b in zip(model.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    small(before)  # it belongs to no model any more


def test_an_optimizer_before_compile():
    class Trained(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(1)
            self.optimizer = keras.optimizers.SGD(0.5)

        def call(self, x):
            return self.dense(x)

    model = Trained()
    assert model.optimizer.learning_rate == 0.5
    model.compile("adam", "mse")
    assert type(model.optimizer).__name__ == "Adam"


def test_repeating_nothing_ends():
    nothing = tensorflow.data.Dataset.from_tensor_slices(np.arange(4)).skip(4)
    assert list(nothing.repeat()) == []
    assert list(nothing.repeat().batch(2)) == []


def test_validation_data_without_batches(script, rng):
    x, y = rng.normal(size=(8, 3)), rng.normal(size=(8, 2))
    rows = tensorflow.data.Dataset.from_tensor_slices((x, y))
    for empty in (rows.skip(8).repeat().batch(2), rows.skip(8).batch(2)):
        with pytest.warns(UserWarning, match="validation_data: there is no batch"):
            history = small().fit(rows.batch(4), validation_data=empty, epochs=2, verbose=0)
        assert list(history.history) == ["loss"]
        assert len(history.history["loss"]) == 2


def test_batches_of_windows_are_tensors():
    series = np.arange(20.0)
    for x, y in keras.preprocessing.timeseries_dataset_from_array(series, series[3:], 3):
        assert isinstance(x.numpy(), np.ndarray)
        assert y.numpy().shape == y.shape


def test_merges_of_arrays_of_any_rank(rng):
    for shape in ((4,), (2, 3, 4, 5)):
        a, b = rng.normal(size=(2, *shape)).astype("float32")
        np.testing.assert_array_equal(layers.add([a, b]), a + b)
        np.testing.assert_array_equal(layers.multiply([a, b]), a * b)
    assert layers.concatenate([a, b]).shape == (2, 3, 4, 10)
    with pytest.raises(ValueError, match="expected inputs of equal shapes"):
        layers.add([np.ones(3), np.ones(4)])


def test_an_input_of_one_size():
    assert keras.Input(7).shape == (None, 7)


def test_numbers_of_steps(rng):
    """A number for each step, with any number of steps: the same as with a known number of them."""
    x, y = rng.normal(size=(6, 5, 3)), rng.normal(size=(6, 5))

    def made(steps):
        inputs = keras.Input((steps, 3))
        h = layers.Dense(1)(layers.LSTM(2, return_sequences=True)(inputs))
        return keras.Model(inputs, tensorflow.square(tensorflow.squeeze(h, -1)))

    expected, model = made(5), made(None)
    model.set_weights(expected.get_weights())
    for one in (expected, model):
        one.compile("adam", "mse", metrics=["mae"])
        one.fit(x, y, epochs=3, shuffle=False, verbose=0)
    assert model.output_shape == (None, None)
    np.testing.assert_allclose(model.predict(x, verbose=0), expected.predict(x, verbose=0), rtol=1e-6)
    np.testing.assert_allclose(model.evaluate(x, y, verbose=0), expected.evaluate(x, y, verbose=0), rtol=1e-6)
    assert model.predict(x[:, :3], verbose=0).shape == model(x[:, :3]).shape == (6, 3)


def test_a_tape_records_a_model_that_is_built_by_its_call(rng):
    class Scaled(keras.layers.Layer):
        def build(self, shape):
            self.w = self.add_weight(shape=(shape[-1], 1), initializer="ones")
            self.b = self.add_weight(shape=(1,), initializer="zeros")

        def call(self, x):
            return tensorflow.matmul(x, self.w) + self.b

    class Whole(keras.Model):
        def __init__(self):
            super().__init__()
            self.first, self.last = layers.Dense(3), Scaled()

        def call(self, x):
            return tensorflow.squeeze(self.last(self.first(x)), -1)

    model, x = Whole(), rng.normal(size=(4, 5, 2)).astype("float32")
    with tensorflow.GradientTape() as tape:
        loss = tensorflow.reduce_mean(model(x, training=True) ** 2)
    gradients = dict(zip(["w", "b"], tape.gradient(loss, [model.last.w, model.last.b]), strict=True))
    y = model(x).numpy()
    hidden = x @ model.first.get_weights()[0] + model.first.get_weights()[1]
    np.testing.assert_allclose(gradients["b"], [2 * y.mean()], rtol=1e-5)
    np.testing.assert_allclose(gradients["w"][:, 0], 2 * np.einsum("nt,ntd->d", y, hidden) / y.size, rtol=1e-5)


def test_names_of_the_backend(script):
    from keras import backend as K
    from keras.backend import tf

    assert K.tensorflow_backend._get_available_gpus() == [] == backend._get_available_gpus()
    assert K._BACKEND == "tensorflow"
    assert tf.constant(1.0) == 1.0
    assert fastlstm.keras.backend.backend() == "tensorflow"


def test_validation_data_without_batches_is_refused_elsewhere(rng):
    x, y = rng.normal(size=(8, 3)), rng.normal(size=(8, 2))
    empty = tensorflow.data.Dataset.from_tensor_slices((x, y)).skip(8).batch(2)
    with pytest.raises(ValueError, match="validation_data: expected at least one batch, got none"):
        small().fit(x, y, validation_data=empty, verbose=0)


def test_errors_of_layers_for_unknown_steps_are_raised(rng):
    def shape_of(given):
        if given[1] is None:
            raise RuntimeError("something else")
        return given

    model = keras.Sequential([layers.Lambda(lambda x: x, shape_of), layers.Dense(2)])
    model.compile("sgd", "mse")
    with pytest.raises(RuntimeError, match="something else"):
        model.fit(rng.normal(size=(4, 3, 2)), rng.normal(size=(4, 3, 2)), verbose=0)
