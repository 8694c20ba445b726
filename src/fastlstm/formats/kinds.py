"""The kinds of objects in a model's description: Keras's module and the classes of each."""

from collections.abc import Mapping
from typing import Any

from .._internal.preprocessors import Preprocessor
from ..constraints import registry as constraints
from ..initializers._base import registry as initializers
from ..layers.base import registry as layers
from ..losses._native import registry as losses
from ..metrics import MeanMetricWrapper
from ..metrics._base import registry as metrics
from ..optimizers._base import registry as optimizers
from ..preprocessing import Discretization, Hashing, IntegerLookup, StringLookup, TextVectorization
from ..regularizers import registry as regularizers
from ..schedules._base import registry as schedules

OURS = "fastlstm.integrations.keras"
"""The module with Keras classes for layers and losses that Keras lacks."""
PACKAGE = "fastlstm"
"""The package under which they are registered: fastlstm>LSTM."""

SHARED = "fastlstm_shared"
"""The key of a number that several models of a file give the same layer; Keras ignores it."""

MODULES = {
    "layers": "keras.layers",
    "initializers": "keras.initializers",
    "regularizers": "keras.regularizers",
    "constraints": "keras.constraints",
    "optimizers": "keras.optimizers",
    "schedules": "keras.optimizers.schedules",
    "losses": "keras.losses",
    "metrics": "keras.metrics",
}
PREPROCESSORS = {cls.__name__: cls for cls in (Discretization, Hashing, IntegerLookup, StringLookup, TextVectorization)}
"""What Keras has as layers for texts and tokens."""

CLASSES: Mapping[str, Mapping[str, Any]] = {
    "layers": {
        **{cls._keras_class: cls for cls in layers.entries.values() if getattr(cls, "_keras_class", "")},  # in .h5
        **layers.entries,
        **PREPROCESSORS,
    },
    "initializers": initializers.names,  # Keras gives some of them two names
    "regularizers": regularizers.entries,
    "constraints": constraints.entries,
    "optimizers": optimizers.entries,
    "schedules": schedules.entries,
    "losses": losses.entries,
    "metrics": {**metrics.entries, "MeanMetricWrapper": MeanMetricWrapper},  # which a name alone cannot create
}


def class_name(layer: Any) -> str:
    """Return the name of Keras's class of a layer or a model; of a user's class, its own name."""
    cls = type(layer)
    is_graph = cls.__module__.partition(".")[0] == PACKAGE and cls.__name__ == "Model"
    return "Functional" if is_graph else getattr(cls, "_keras_class", "") or cls.__name__


def of_class(cls: type) -> str | None:
    """Return the kind of a class of this package, None for a user's class."""
    package, _, rest = cls.__module__.partition(".")
    if package == PACKAGE and issubclass(cls, Preprocessor):
        return "layers"
    kind = rest.partition(".")[0]
    return kind if package == PACKAGE and kind in MODULES else None


def of_module(module: str) -> str | None:
    """Return the kind of the classes in a module of Keras, including the names of older versions."""
    parts = module.split(".")
    if module == OURS or not {"keras", "tensorflow", "tf_keras"} & {parts[0]}:
        return None
    return next((kind for kind in ("schedules", *MODULES) if kind in parts), None)


def of_argument(name: str) -> str | None:
    """Return the kind of an argument's value by the argument's name, for descriptions without a module."""
    ending = name.rpartition("_")[2]
    found = {
        "initializer": "initializers",
        "regularizer": "regularizers",
        "constraint": "constraints",
        "layer": "layers",
        "cell": "layers",
        "cells": "layers",
        "rate": "schedules",
        "optimizer": "optimizers",
        "loss": "losses",
        "metrics": "metrics",
    }
    return found.get(ending)
