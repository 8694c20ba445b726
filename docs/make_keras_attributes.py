"""Write src/fastlstm/_internal/keras_attributes.py: which attributes the objects of Keras and TensorFlow have.

It needs keras, tf_keras and tensorflow. Run it for another version of them; nothing of the package asks for it later.
"""

import contextlib
import inspect
import operator
import os
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import tensorflow as tf
import tf_keras

import fastlstm.keras

FILE = Path(__file__).parents[1] / "src/fastlstm/_internal/keras_attributes.py"
KINDS = {
    "layers": "Layer",
    "models": "Model",
    "optimizers": "Optimizer",
    "losses": "Loss",
    "metrics": "Metric",
    "callbacks": "Callback",
    "initializers": "Initializer",
    "regularizers": "Regularizer",
    "constraints": "Constraint",
    "optimizers.schedules": "LearningRateSchedule",
}
"""The modules of Keras with the base class of what is in them."""
EXAMPLES = {
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
    "layer": lambda module: module.layers.Dense(2),
    "cell": lambda module: module.layers.LSTMCell(2),
    "cells": lambda module: [module.layers.LSTMCell(2)],
    "filepath": "model.keras",
    "filename": "log.csv",
    "schedule": abs,
    "learning_rate": 0.1,
    "axes": 1,
}
"""Arguments for objects whose attributes are looked at."""
OTHERS = {
    "Dataset": [tf.data.Dataset],
    "Tensor": [tf.Tensor, type(tf.constant(1.0))],
    "SymbolicTensor": [keras.KerasTensor],
    "Variable": [tf.Variable, keras.Variable],
    "Tokenizer": [tf_keras.preprocessing.text.Tokenizer],
    "TimeseriesGenerator": [tf_keras.preprocessing.sequence.TimeseriesGenerator],
    "PyDataset": [keras.utils.PyDataset, tf_keras.utils.Sequence],
    "RaggedTensor": [tf.RaggedTensor],
    "SparseTensor": [tf.SparseTensor],
    "TensorShape": [tf.TensorShape],
    "GradientTape": [tf.GradientTape],
}
OLDER = {
    "Layer": """
        add_inbound_node add_outbound_node assert_input_compatibility create_input_layer init_updates trainable_count
        """,
    "Model": """
        add_input add_node add_output container_nodes flattened_layers get_output_layer get_source_inputs input_spec
        legacy_get_config pop_layer run_internal_graph uses_learning_phase constraints regularizers
        """,
    "Optimizer": "get_gradients get_updates weights updates",
    "Tokenizer": "get_counts",
}
"""Names of versions of Keras that cannot be installed any more."""


def attributes(cls: type, module: Any) -> set[str]:
    """Return the public names that objects of a class have."""
    found = set(dir(cls))
    parameters = inspect.signature(cls.__init__).parameters
    given = {}
    for name, parameter in list(parameters.items())[1:]:
        if parameter.default is parameter.empty and name in EXAMPLES:
            value = EXAMPLES[name]
            given[name] = value(module) if inspect.isfunction(value) else value
    with contextlib.suppress(Exception):  # if it cannot be made so simply, its class has most of the names
        found |= set(dir(cls(**given)))
    return {name for name in found if not name.startswith("_")}


def classes() -> Iterator[tuple[str, type, Any, str]]:
    """Yield the classes that this package has as well, with the module that they are from and their base class."""
    for path, base in KINDS.items():
        ours = vars(operator.attrgetter(path)(fastlstm.keras))
        for module in (keras, tf_keras):
            for name, value in inspect.getmembers(operator.attrgetter(path)(module), inspect.isclass):
                if inspect.isclass(ours.get(name)):
                    yield name, value, module, base


def table() -> dict[str, list[str]]:
    """Return the names of each class; those that its base class has are left out."""
    found: dict[str, set[str]] = {}
    bases: dict[str, str] = {}
    for name, cls, module, base in classes():
        found.setdefault(name, set()).update(attributes(cls, module))
        if name != base:
            bases[name] = base
    for name, several in OTHERS.items():
        for cls in several:
            found.setdefault(name, set()).update(one for one in dir(cls) if not one.startswith("_"))
    for name, older in OLDER.items():
        found[name] |= set(older.split())
    for name, base in bases.items():
        found[name] -= found.get(base, set())
    return {name: sorted(found[name]) for name in sorted(found) if found[name]}


def text(names: dict[str, list[str]]) -> str:
    """Return the module."""
    lines = [
        '"""The attributes of the objects of Keras and TensorFlow by class, without those of the base class.',
        "",
        "docs/make_keras_attributes.py has written this file.",
        '"""',
        "",
        "ATTRIBUTES = {",
    ]
    for name, attributes_of_class in names.items():
        line = f'    "{name}": "{" ".join(attributes_of_class)}",'
        if len(line) <= 120:
            lines.append(line)
        else:
            wrapped = textwrap.wrap(" ".join(attributes_of_class), 110)
            lines += [f'    "{name}": """', *(f"        {one}" for one in wrapped), '        """,']
    return "\n".join([*lines, "}", '"""Names, divided by spaces."""', ""])


if __name__ == "__main__":
    FILE.write_text(text(table()), encoding="utf-8")
