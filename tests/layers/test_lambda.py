"""Lambda: functions of arrays as layers, against NumPy, finite differences in the core, and Keras."""

import copy
import subprocess
import sys

import numpy as np
import pytest
from core_networks import NETWORKS, gradients_of
from peers import require_peer

import fastlstm
from fastlstm import Input, Sequential, layers, load_model
from fastlstm.formats import python_code
from fastlstm.keras import ops
from fastlstm.models import Model, clone_model

STEPS, FEATURES = 5, 3

FUNCTIONS = {
    "distance": lambda ops, h, g: ops.exp(-ops.sum(ops.abs(h[:, -1] - g[:, -1]), axis=1, keepdims=True)),
    "mean of steps": lambda ops, h, g: ops.mean(h, axis=1) * 2,
    "weights of steps": lambda ops, h, g: h * ops.softmax(ops.sum(h * g, axis=2, keepdims=True), axis=1),
    "other steps": lambda ops, h, g: ops.expand_dims(ops.max(h, axis=1), 1) - 0.5,
    "features of steps": lambda ops, h, g: ops.reshape(h, (-1, STEPS * 4)),
}


@pytest.fixture(params=FUNCTIONS.values(), ids=FUNCTIONS)
def function(request):
    return request.param


def made(package, function, ops):
    x = package.Input((STEPS, FEATURES))
    at = package.layers
    h, g = at.LSTM(4, return_sequences=True)(x), at.GRU(4, return_sequences=True)(x)
    found = at.Lambda(lambda both: function(ops, *both))([h, g])
    return package.models.Model(x, [at.Dense(2)(found), found, h, g])


def test_values_are_those_of_the_function(function, rng):
    model = made(fastlstm, function, ops)
    x = rng.normal(size=(40, STEPS, FEATURES)).astype("float32")
    _, found, h, g = model.predict(x)
    np.testing.assert_allclose(found, function(ops, h, g), rtol=1e-6)
    assert model.output_shape[1] == (None, *found.shape[1:])
    for a, b in zip(model.predict(x[3:5]), model.predict(x), strict=True):
        np.testing.assert_array_equal(a, b[3:5])


@pytest.mark.filterwarnings("ignore:Gradients do not exist")
def test_training_equals_keras(function, rng):
    keras = require_peer("keras")
    ours, theirs = made(fastlstm, function, ops), made(keras, function, keras.ops)
    ours.set_weights(theirs.get_weights())
    x = rng.normal(size=(8, STEPS, FEATURES)).astype("float32")
    y = [rng.normal(size=output.shape).astype("float32") for output in ours.predict(x)]
    losses = []
    for model, options in ((ours, {}), (theirs, {"jit_compile": False})):
        model.compile("sgd", "mse", **options)
        losses.append(model.fit(x, y, batch_size=4, epochs=5, shuffle=False, verbose=0).history["loss"])
    np.testing.assert_allclose(*losses, rtol=2e-5)


class Bilinear:
    """x W x' of two inputs, with its gradients; as the core calls it."""

    def forward(self, inputs, weights, training):
        return np.ascontiguousarray(inputs[0] @ weights[0] * inputs[1] + weights[1])

    def backward(self, inputs, weights, training, d_output, wanted):
        a, b = inputs
        product = a @ weights[0]
        gradients = [
            (d_output * b) @ weights[0].T,
            d_output * product,
            np.einsum("ntd,nte->de", a, d_output * b),
            d_output.sum(axis=(0, 1)),
        ]
        return [np.ascontiguousarray(g) for g, one in zip(gradients, wanted, strict=True) if one]


@pytest.mark.parametrize("input_gradient", [False, True])
def test_a_function_with_weights_in_the_core(isa, threads, input_gradient, rng):
    net = NETWORKS["float64"]([3, 4], [True, True], input_gradient)
    options = {"activation": "tanh", "recurrent_activation": "sigmoid", "return_sequences": True}
    hidden = net.add("recurrent", inputs=[(-1, 1)], cell="gru", units=4, **options)
    weights = [[3, 4], [4]]
    net.add("function", inputs=[(-1, 0), hidden], function=Bilinear(), features=4, sequence=True, weights=weights)
    for i, parameter in enumerate(net.parameters):
        net.set_weight(i, 0.5 * rng.normal(size=parameter.shape))
    net.set_loss("mean_squared_error")
    x, y = [rng.normal(size=(9, STEPS, 3)), rng.normal(size=(9, STEPS, 4))], rng.normal(size=(9, STEPS, 4))
    results = []
    for count in (1, 3):
        threads(count)
        results.append([np.float64(net.loss_and_gradients(x, y)), *gradients_of(net), net.predict(x)])
    for a, b in zip(*results, strict=True):
        np.testing.assert_array_equal(a, b)
    for i, gradient in enumerate(gradients_of(net)):
        weight = net.weight(i).copy()
        for place in rng.choice(weight.size, size=min(6, weight.size), replace=False):
            losses = []
            for move in (1e-6, -1e-6):
                moved = weight.copy()
                moved.flat[place] += move
                net.set_weight(i, moved)
                losses.append(net.evaluate(x, y))
            net.set_weight(i, weight)
            slope = (losses[0] - losses[1]) / 2e-6
            assert gradient.flat[place] == pytest.approx(slope, rel=1e-5, abs=1e-8)


def test_bits_do_not_depend_on_threads(function, threads, rng):
    x = rng.normal(size=(67, STEPS, FEATURES)).astype("float32")
    model = made(fastlstm, function, ops)
    y = [rng.normal(size=output.shape) for output in model.predict(x)]
    weights, found = model.get_weights(), []
    for count in (1, 2, 4):
        threads(count)
        model.set_weights(weights)
        model.compile("adam", "mse")
        losses = model.fit(x, y, 24, 2, shuffle=False, verbose=0).history["loss"]
        found.append([np.float64(losses), *model.get_weights()])
    for others in found[1:]:
        for a, b in zip(others, found[0], strict=True):
            np.testing.assert_array_equal(a, b)


def test_the_first_layer_and_any_length(rng):
    model = Sequential(
        [
            layers.Lambda(lambda x: ops.expand_dims(x, -1), input_shape=[None]),
            layers.LSTM(3, return_sequences=True),
            layers.Lambda(lambda x: x * 400.0),
        ]
    )
    x = rng.normal(size=(4, 7)).astype("float32")
    np.testing.assert_allclose(model.predict(x), 400 * model.layers[1](x[..., None]), rtol=1e-6)
    assert model.output_shape == (None, None, 3)


def test_arguments_and_arrays(rng):
    layer = layers.Lambda(lambda x, factor: x * factor, arguments={"factor": 3.0})
    np.testing.assert_array_equal(layer(np.ones((2, 4))), np.full((2, 4), 3, "float32"))
    assert layers.Lambda(lambda x: x[:, :2], output_shape=(2,)).compute_output_shape((None, 4)) == (None, 2)
    shape = layers.Lambda(lambda x: x[:, :2], output_shape=lambda shape: (shape[0], 2)).compute_output_shape((None, 4))
    assert shape == (None, 2)


def test_copies_and_files(tmp_path, rng):
    x = Input((4,))
    model = Model(x, layers.Dense(1)(layers.Lambda(np.tanh, name="squash")(layers.Dense(3)(x))))
    a = rng.normal(size=(5, 4))
    clone = clone_model(model)
    clone.set_weights(model.get_weights())
    for again in (copy.deepcopy(model), clone):
        np.testing.assert_array_equal(again.predict(a), model.predict(a))
    for ending in ("keras", "h5"):
        model.save(tmp_path / f"model.{ending}")
        np.testing.assert_array_equal(fastlstm.load_model(tmp_path / f"model.{ending}").predict(a), model.predict(a))
    model.save_weights(tmp_path / "model.weights.h5")
    clone.set_weights([weight * 0 for weight in model.get_weights()])
    clone.load_weights(tmp_path / "model.weights.h5")
    np.testing.assert_array_equal(clone.predict(a), model.predict(a))


def failing(x):
    if len(x) > 3:
        raise KeyError("no such thing")
    return x


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda x: layers.Lambda(3), TypeError, "function: expected a function, got 3"),
        (lambda x: layers.Lambda(np.abs, mask=True), ValueError, "mask: expected None"),
        (layers.Lambda(lambda x: x[:1]), ValueError, "returns as many rows as it gets"),
        (layers.Lambda(lambda x: x.sum()), ValueError, "returns as many rows as it gets"),
        (layers.Lambda(lambda x: x.nothing), AttributeError, "nothing"),
    ],
)
def test_errors_when_made(make, error, match):
    with pytest.raises(error, match=match):
        make(Input((4,)))


def test_errors_of_the_function_are_raised(threads, rng):
    x = Input((4,))
    for count in (1, 2):
        threads(count)
        model = Model(x, layers.Lambda(failing)(layers.Dense(3)(x)))
        model.compile("sgd", "mse")
        with pytest.raises(KeyError, match="no such thing"):
            model.predict(rng.normal(size=(9, 4)))
        with pytest.raises(KeyError, match="no such thing"):
            model.fit(rng.normal(size=(9, 4)), rng.normal(size=(9, 3)), verbose=0)
        assert model.predict(rng.normal(size=(2, 4))).shape == (2, 3)
    model = Model(x, layers.Lambda(lambda x: np.array([[1.0, 2.0]]) if len(x) > 3 else x[:, :2])(layers.Dense(3)(x)))
    with pytest.raises(ValueError, match="as many rows as it gets, 9, got shape"):
        model.predict(rng.normal(size=(9, 4)))


IN_ANOTHER_PROCESS = """
import sys
import numpy as np
import fastlstm

path, objects = sys.argv[1], {"twice": lambda x, by: x * by, "lambda": lambda x: x + 1}
try:
    fastlstm.load_model(path)
except ValueError as error:
    print(error)
print(fastlstm.load_model(path, custom_objects=objects).predict(np.ones((2, 3))).tolist())
"""


def twice(x, by=2):
    return x * by


def test_functions_of_files_are_passed_in_other_processes(tmp_path):
    path = tmp_path / "model.keras"
    plus_one = layers.Lambda(lambda x: x + 1, name="lambda")
    Sequential([Input((3,)), plus_one, layers.Lambda(twice, arguments={"by": 3})]).save(path)
    command = [sys.executable, "-c", IN_ANOTHER_PROCESS, path]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert (
        "a Lambda stores Python code in the file, which is never run: pass its function as custom_objects" in found[0]
    )
    assert found[1] == str(np.full((2, 3), 6.0).tolist())


def test_keras_reads_files_with_lambdas(tmp_path, rng):
    require_peer("keras")
    import keras

    path = tmp_path / "model.keras"
    a = rng.normal(size=(4, 3)).astype("float32")
    model = Sequential([Input((3,)), layers.Lambda(lambda x: x * 3 + 1), layers.Lambda(twice), layers.Dense(2)])
    model.save(path)
    again = keras.models.load_model(path, custom_objects={"twice": twice}, safe_mode=False)
    np.testing.assert_allclose(again.predict(a, verbose=0), model.predict(a), rtol=0, atol=4e-6)


def test_functions_of_symbolic_tensors_in_files(tmp_path, rng):
    x = Input((5, 3))
    h = layers.LSTM(4, return_sequences=True)(x)
    g = layers.Lambda(lambda both: both[0] + both[1])([h, h])
    model = Model(x, np.concatenate([np.tanh(h[:, 0]), g[:, -1] * 2], axis=-1))
    a = rng.normal(size=(6, 5, 3))
    for ending in ("keras", "h5"):
        model.save(tmp_path / f"model.{ending}")
        np.testing.assert_array_equal(fastlstm.load_model(tmp_path / f"model.{ending}").predict(a), model.predict(a))
    clone = clone_model(model)
    clone.set_weights(model.get_weights())
    np.testing.assert_array_equal(clone.predict(a), model.predict(a))


def test_functions_of_the_caller_come_first(tmp_path, rng):
    def double(x):
        return 2 * x

    x = rng.normal(size=(2, 3))
    model = Sequential([Input((3,)), layers.Lambda(double, output_shape=3, name="scaled")])
    model.save(tmp_path / "model.keras")
    for names, factor in (((), 2), (("double",), 5), (("scaled",), 5)):
        found = load_model(tmp_path / "model.keras", dict.fromkeys(names, lambda x: 5 * x))
        np.testing.assert_allclose(found.predict(x, verbose=0), factor * x, rtol=1e-6)
        assert found.layers[0].output_shape_argument == 3


def test_functions_are_not_kept_without_bound():
    for _ in range(python_code._MOST + 5):
        python_code.token_of(lambda x: x)
    assert len(python_code._written) == python_code._MOST
