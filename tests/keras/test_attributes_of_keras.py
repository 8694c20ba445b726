"""Attributes of the objects of Keras 1, 2 and 3: each is there, or an error says that it is missing and what to do."""

import importlib.util
import inspect
from pathlib import Path

import numpy as np
import peer_keras_attributes
import pytest
from peers import require_peer, start_beside, written_by

from fastlstm import keras
from fastlstm._internal import attribute_advice, other_attributes
from fastlstm._internal.keras_attributes import ATTRIBUTES
from fastlstm.keras import layers, tensorflow
from fastlstm.keras.preprocessing.sequence import TimeseriesGenerator


def begin():
    start_beside(peer_keras_attributes.__file__, *peer_keras_attributes.NEEDED)


PLACES = (
    "layers",
    "models",
    "optimizers",
    "optimizers.schedules",
    "losses",
    "metrics",
    "callbacks",
    "initializers",
    "regularizers",
    "constraints",
)
ARGUMENTS = {
    "units": 2,
    "filters": 2,
    "kernel_size": 2,
    "input_dim": 3,
    "output_dim": 2,
    "rate": 0.5,
    "n": 2,
    "dims": (1,),
    "target_shape": (4,),
    "function": abs,
    "num_heads": 2,
    "num_tokens": 3,
    "num_bins": 3,
    "equation": "ab,bc->ac",
    "output_shape": 2,
    "head_dim": 2,
    "num_query_heads": 2,
    "num_key_value_heads": 1,
    "key_dim": 2,
    "stddev": 0.1,
    "activation": "relu",
    "scale": 1.0,
    "filepath": "model.keras",
    "filename": "log.csv",
    "schedule": abs,
    "learning_rate": 0.1,
    "initial_learning_rate": 0.1,
    "decay_steps": 2,
    "first_decay_steps": 2,
    "decay_rate": 0.5,
    "boundaries": [1],
    "values": [0.1, 0.2],
    "num_classes": 2,
    "target_class_ids": [0],
    "sensitivity": 0.5,
    "specificity": 0.5,
    "recall": 0.5,
    "precision": 0.5,
    "axes": 1,
    "fn": np.subtract,
}
MADE = {
    "Bidirectional": lambda: layers.Bidirectional(layers.LSTM(2)),
    "Wrapper": lambda: layers.Wrapper(layers.Dense(2)),
    "TimeDistributed": lambda: layers.TimeDistributed(layers.Dense(2)),
    "RNN": lambda: layers.RNN(layers.LSTMCell(2)),
    "StackedRNNCells": lambda: layers.StackedRNNCells([layers.LSTMCell(2)]),
    "Discretization": lambda: layers.Discretization(num_bins=3),
    "InputLayer": lambda: layers.InputLayer((3,)),
    "Model": lambda: keras.Model(x := keras.Input((3,)), layers.Dense(1)(x)),
    "SymbolicTensor": lambda: keras.Input((3,)),
    "Tensor": lambda: tensorflow.constant([1.0, 2.0]),
    "TensorShape": lambda: tensorflow.constant([1.0]).get_shape(),
    "Variable": lambda: tensorflow.Variable([1.0]),
    "Dataset": lambda: tensorflow.data.Dataset.range(3),
    "Tokenizer": keras.preprocessing.text.Tokenizer,
    "TimeseriesGenerator": lambda: TimeseriesGenerator(np.zeros(9), np.zeros(9), 2),
    "PyDataset": keras.utils.PyDataset,
    "RaggedTensor": lambda: tensorflow.ragged.constant([[1], [2, 3]]),
    "SparseTensor": lambda: tensorflow.SparseTensor([[0]], [1.0], [3]),
    "GradientTape": tensorflow.GradientTape,
}
OBJECTS_OF_NO_STATE = ("Reduction", "InputSpec")
"""Classes whose objects scripts do not ask for more."""


def class_of(name):
    found = (vars(importlib.import_module(f"fastlstm.keras.{place}")).get(name) for place in PLACES)
    return next((cls for cls in found if inspect.isclass(cls)), None)


def example(name):
    """Return an object of the class of this name."""
    if name in MADE:
        return MADE[name]()
    cls = class_of(name)
    parameters = inspect.signature(cls).parameters.values()
    required = [one.name for one in parameters if one.default is one.empty and one.name in ARGUMENTS]
    return cls(**{one: ARGUMENTS[one] for one in required})


def asked(owner, attribute):
    """Return the error that asking for an attribute raises, None without one."""
    try:
        getattr(owner, attribute)
    except (AttributeError, ValueError, RuntimeError, TypeError) as error:
        return error
    return None


@pytest.mark.filterwarnings("ignore:.*TensorBoard")
@pytest.mark.parametrize("name", sorted(set(ATTRIBUTES) - set(OBJECTS_OF_NO_STATE)))
def test_each_is_there_or_says_what_to_do(name):
    owner = example(name)
    for attribute in ATTRIBUTES[name].split():
        error = asked(owner, attribute)
        if isinstance(error, keras.NotAvailableError):
            assert str(error).startswith(f"fastlstm does not have {type(owner).__name__}.{attribute}: ")
            assert not hasattr(owner, attribute)
        elif error is not None:  # it is there, but not yet
            assert inspect.getattr_static(type(owner), attribute, None) is not None, (attribute, error)
            assert "object has no attribute" not in str(error)


def test_other_attributes_are_missing_as_in_python():
    layer = layers.Dense(2)
    with pytest.raises(AttributeError, match=r"^'Dense' object has no attribute 'kernle'") as raised:
        _ = layer.kernle
    assert not isinstance(raised.value, keras.NotAvailableError)
    with pytest.raises(AttributeError, match="'Sequential' object has no attribute 'nothing'"):
        _ = keras.Sequential().nothing


def test_errors_of_properties_stay_as_they_are():
    class Loud(keras.callbacks.Callback):
        @property
        def model_name(self):
            raise AttributeError("not yet")

    with pytest.raises(AttributeError, match="not yet"):
        _ = Loud().model_name


@pytest.mark.parametrize(
    ("make", "attribute", "advice"),
    [
        (lambda: layers.LSTM(2), "inbound_nodes", "call it again"),
        (lambda: layers.LSTM(2), "_inbound_nodes", "call it again"),
        (lambda: layers.Dense(2), "quantize", "onnx"),
        (keras.Sequential, "export", "fastlstm.integrations.onnx.export"),
        (keras.optimizers.Adam, "get_updates", "tf.GradientTape"),
        (lambda: tensorflow.constant(1.0), "graph", "there are no graphs"),
        (lambda: tensorflow.data.Dataset.range(3), "make_one_shot_iterator", "for batch in dataset"),
    ],
)
def test_advice(make, attribute, advice):
    with pytest.raises(keras.NotAvailableError, match=advice):
        getattr(make(), attribute)


def test_what_only_other_objects_have():
    assert not hasattr(keras.losses.MeanSquaredError(), "dtype_policy")


def test_advice_is_about_what_is_missing():
    """Nothing that there is has advice on how to do without it."""
    for owner, names in attribute_advice._ADVICE_OF.items():
        if owner in ATTRIBUTES or class_of(owner) is not None:
            made = example("Dense" if owner == "Layer" else "Mean" if owner == "Metric" else owner)
            there = [name for name in names if hasattr(made, name)]
            assert there == [], owner


EXAMPLES = {"Layer": "Dense", "RNN": "LSTM", "RecurrentCell": "LSTMCell", "Metric": "Mean", "Optimizer": "SGD"}
"""For base classes, a class of which there are objects."""


@pytest.mark.filterwarnings("ignore:.*TensorBoard")
@pytest.mark.parametrize("name", other_attributes.CONSTANT)
def test_constants(name):
    owner = example(EXAMPLES.get(name, name))
    for attribute, value in other_attributes.CONSTANT[name].items():
        assert getattr(owner, attribute) == value, attribute


IN_KERAS = {
    "Layer": lambda k: k.layers.Dropout(0.5),
    "RNN": lambda k: k.layers.LSTM(2),
    "Conv1D": lambda k: k.layers.Conv1D(2, 2),
    "Conv1DTranspose": lambda k: k.layers.Conv1DTranspose(2, 2),
    "SeparableConv1D": lambda k: k.layers.SeparableConv1D(2, 2),
    "Flatten": lambda k: k.layers.Flatten(),
    "BatchNormalization": lambda k: k.layers.BatchNormalization(),
    "SpatialDropout1D": lambda k: k.layers.SpatialDropout1D(0.5),
    "Metric": lambda k: k.metrics.Mean(),
}


@pytest.mark.parametrize("name", IN_KERAS)
def test_constants_are_those_of_keras(name):
    theirs = IN_KERAS[name](require_peer("keras"))
    for attribute, value in other_attributes.CONSTANT[name].items():
        if hasattr(theirs, attribute) and attribute != "use_cudnn":  # 'auto', which means False on a CPU
            found = getattr(theirs, attribute)
            assert (tuple(found) if isinstance(found, list) else found) == value, attribute


@pytest.mark.parametrize("name", other_attributes.OTHER_NAME)
def test_other_names(name):
    owner = example(EXAMPLES.get(name, name))
    for attribute, present in other_attributes.OTHER_NAME[name].items():
        found, expected = getattr(owner, attribute), getattr(owner, present)
        if isinstance(expected, list):  # of variables
            assert len(found) == len(expected), attribute
            assert all(map(np.array_equal, found, expected)), attribute
        else:
            assert found == expected, attribute


def test_attributes_that_may_be_changed():
    lstm = layers.LSTM(2)
    assert (lstm.unroll, lstm.implementation, lstm.time_major, lstm.dynamic) == (False, 2, False, False)
    assert lstm.updates == lstm.metrics == ()
    assert lstm.compute_dtype == lstm.dtype
    assert lstm.path == lstm.name
    lstm = layers.LSTM(2, unroll=True, implementation=1)
    assert (lstm.unroll, lstm.implementation) == (True, 1)
    assert layers.RNN(layers.LSTMCell(2), unroll=True).unroll
    assert layers.LSTMCell(2, implementation=1).implementation == 1
    assert layers.Embedding(3, 2, input_length=5).input_length == 5
    assert layers.Embedding(3, 2).input_length is None
    model = keras.Sequential([layers.Dense(1, input_shape=(2,))])
    assert not model.run_eagerly
    model.run_eagerly = True
    assert model.run_eagerly
    model.compile("sgd", "mse", run_eagerly=True, steps_per_execution=4)
    assert (model.run_eagerly, model.steps_per_execution) == (True, 4)
    model.compile("sgd", "mse")
    assert (model.run_eagerly, model.steps_per_execution) == (False, 1)
    mean = keras.metrics.Mean()
    assert len(mean.weights) == len(mean.variables) == 2


def test_steps_of_functions_of_the_loss(rng):
    x, y = rng.normal(size=(8, 3)).astype("float32"), rng.normal(size=(8, 1)).astype("float32")
    weight, start = tensorflow.Variable(np.zeros((3, 1), "float32")), np.zeros((3, 1))

    def loss():
        return tensorflow.reduce_mean(tensorflow.square(tensorflow.matmul(x, weight) - y))

    slope = 2 * x.T @ (x @ start - y) / 8
    optimizer = keras.optimizers.SGD(0.1)
    optimizer.minimize(loss, var_list=[weight])
    np.testing.assert_allclose(weight.numpy(), start - 0.1 * slope, rtol=1e-5)
    weight.assign(start)
    with tensorflow.GradientTape() as tape:
        value = loss()
    optimizer.minimize(value, [weight], tape=tape)
    np.testing.assert_allclose(weight.numpy(), start - 0.1 * slope, rtol=1e-5)
    with pytest.raises(ValueError, match="tape: expected the gradient tape"):
        optimizer.minimize(value, [weight])


def test_metrics_are_merged():
    one, other, both = (keras.metrics.MeanSquaredError() for _ in range(3))
    for metrics, (y, p) in (((one, both), ([1.0], [3.0])), ((other, both), ([2.0, 4.0], [2.5, 3.0]))):
        for metric in metrics:
            metric.update_state(y, p)
    one.merge_state([other])
    assert float(one.result()) == float(both.result())
    with pytest.raises(ValueError, match="AUC keeps no sums in variables"):
        keras.metrics.AUC().merge_state([])


def test_the_list_is_that_of_the_installed_versions():
    _, results = written_by(peer_keras_attributes.__file__, *peer_keras_attributes.NEEDED)
    spec = importlib.util.find_spec("fastlstm._internal.keras_attributes")
    assert Path(spec.origin).read_text(encoding="utf-8") == str(results["text"]), "run docs/make_keras_attributes.py"
