"""EinsumDense: equations, gradients, files of Keras, arguments that do not fit."""

import numpy as np
import pytest
from peers import require_peer

import fastlstm
from fastlstm import Input, Sequential, layers, optimizers

RNG = np.random.default_rng(0)

# The equation, the shape of the output as the argument, the axes of the bias, the shape of the input and of the output.
EQUATIONS = [
    ("ab,bc->ac", 5, "c", (4, 3), (4, 5)),
    ("abc,cd->abd", (None, 5), None, (4, 6, 3), (4, 6, 5)),
    ("abc,cde->abde", (None, 2, 5), "de", (4, 6, 3), (4, 6, 2, 5)),
    ("abc,bd->adc", (5, None), "d", (4, 6, 3), (4, 5, 3)),
    ("abcd,cde->abe", (6, 7), "be", (4, 6, 2, 5), (4, 6, 7)),
    ("...x,xy->...y", 5, "y", (4, 6, 3), (4, 6, 5)),
    ("ab...,bc->ac...", 5, "c", (4, 6, 3), (4, 5, 3)),
]


def layer_of(package, equation, output_shape, bias_axes, **options):
    return package.layers.EinsumDense(equation, output_shape, bias_axes=bias_axes, **options)


def expected_of(equation, x, kernel, bias=0.0):
    return np.tanh(np.einsum(equation, x, kernel) + bias)


@pytest.mark.parametrize(("equation", "size", "bias_axes", "shape", "output_shape"), EQUATIONS)
def test_values_and_gradients(equation, size, bias_axes, shape, output_shape):
    x = RNG.normal(size=shape)
    layer = layer_of(fastlstm, equation, size, bias_axes, activation="tanh", dtype="float64")
    assert layer.compute_output_shape((None, *shape[1:])) == (None, *output_shape[1:])
    model = Sequential([Input(shape[1:]), layer, layers.Flatten(dtype="float64")])
    weights = [RNG.normal(size=weight.shape) for weight in model.get_weights()]
    model.set_weights(weights)
    expected = expected_of(equation, x, *weights)
    assert expected.shape == output_shape
    np.testing.assert_allclose(layer(x), expected, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(model.predict(x, verbose=0), expected.reshape(4, -1), rtol=1e-12, atol=1e-14)
    target = RNG.normal(size=(4, expected[0].size))
    model.compile(optimizers.SGD(1.0), "mse")
    model.train_on_batch(x, target)
    for k, weight in enumerate(weights):
        slopes = np.zeros_like(weight)
        for place in np.ndindex(weight.shape):
            losses = []
            for step in (1e-6, -1e-6):
                moved = [one.copy() for one in weights]
                moved[k][place] += step
                losses.append(((expected_of(equation, x, *moved).reshape(4, -1) - target) ** 2).mean())
            slopes[place] = (losses[0] - losses[1]) / 2e-6
        np.testing.assert_allclose(weight - model.get_weights()[k], slopes, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize(("equation", "size", "bias_axes", "shape", "output_shape"), EQUATIONS)
def test_files_and_training_of_keras(equation, size, bias_axes, shape, output_shape, tmp_path):
    keras = require_peer("keras")

    def model_of(package):
        layer = layer_of(package, equation, size, bias_axes, kernel_regularizer="l2", kernel_constraint="max_norm")
        model = package.Sequential([package.Input(shape[1:]), layer, package.layers.Flatten()])
        model.compile(package.optimizers.SGD(0.1), "mse")
        return model

    x, y = RNG.normal(size=shape).astype("float32"), RNG.normal(size=(4, int(np.prod(output_shape[1:]))))
    for writer, reader in ((fastlstm, keras), (keras, fastlstm), (fastlstm, fastlstm)):
        model = model_of(writer)
        model.save(tmp_path / "model.keras")
        again = reader.models.load_model(tmp_path / "model.keras")
        assert again.layers[0].get_config()["equation"] == equation
        for each in (model, again):
            for _ in range(3):
                each.train_on_batch(x, y.astype("float32"))
        for found, wanted in zip(again.get_weights(), model.get_weights(), strict=True):
            np.testing.assert_allclose(found, wanted, rtol=2e-5, atol=2e-6)
        found, wanted = (each.predict(x, verbose=0) for each in (again, model))
        np.testing.assert_allclose(found, wanted, rtol=2e-5, atol=2e-6)


def test_initial_values_have_the_variance_of_keras():
    layer = layers.EinsumDense("abc,cde->abde", (None, 30, 40))
    layer.build((None, 5, 100))
    assert np.std(layer.kernel) == pytest.approx(np.sqrt(2 / (100 + 30 * 40)), rel=0.02)


def test_any_number_of_steps():
    layer = layers.EinsumDense("abc,cd->abd", (None, 5))
    model = Sequential([Input((None, 3)), layer, layers.GRU(2)])
    x = RNG.normal(size=(2, 7, 3)).astype("float32")
    assert model.predict(x, verbose=0).shape == (2, 2)
    assert (model.predict(x[:, :4], verbose=0) == model.layers[1](layer(x[:, :4]))).all()


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: layers.EinsumDense("ab->a", 1), "equation: expected one such as"),
        (lambda: layers.EinsumDense("ab,bc->ad", 1), "equation: expected one such as"),
        (lambda: layers.EinsumDense("ab,bc->ac", 1, bias_axes="b"), "bias_axes: expected letters of 'ac'"),
        (lambda: layers.EinsumDense("ab,bc->ac", (1, 2)).build((None, 3)), "output_shape: .* a size for each of 'c'"),
        (lambda: layers.EinsumDense("abc,cd->abd", (5, 2)).build((None, 4, 3)), "output_shape: .* expected 4 for 'b'"),
        (lambda: layers.EinsumDense("ab,bc->ac", 1).build((None, 3, 4)), "input_shape: .* expected axes as in"),
        (lambda: layers.EinsumDense("abc,bd->adc", (5, 3)).build((None, None, 3)), "known sizes of its kernel"),
        (lambda: layers.EinsumDense("abc,cd->abd", (None, 5), bias_axes="b").build((None, None, 3)), "of its bias"),
        (lambda: layers.EinsumDense("ab,bc->ac", 1, lora_rank=2), "lora_rank: EinsumDense does not support it"),
    ],
)
def test_what_does_not_fit(make, match):
    with pytest.raises(ValueError, match=match):
        make()


@pytest.mark.parametrize(
    ("equation", "output_shape", "options", "error"),
    [
        ("ab,bc->ca", 3, {}, "equation"),
        ("\u00e4b,bc->\u00e4c", 3, {}, "equation"),
        ("ab,bc->ac", 3, {"bias_axes": ""}, "bias_axes"),
        ("ab,bc->ac", 2.5, {}, "output_shape"),
        ("ab,bc->ac", -1, {}, "output_shape"),
        ("ab,bc->ac", [True], {}, "output_shape"),
    ],
)
def test_bad_arguments_are_named(equation, output_shape, options, error):
    with pytest.raises((TypeError, ValueError), match=error):
        layers.EinsumDense(equation, output_shape, **options)
