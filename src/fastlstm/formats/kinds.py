"""The kinds of objects that a model's description has: what Keras calls their module, and which classes there are."""

from collections.abc import Mapping
from typing import Any

from .. import constraints, initializers, layers, losses, metrics, optimizers, regularizers, schedules

OURS = "fastlstm.integrations.keras"
"""The module that has Keras classes for what Keras does not have."""
PACKAGE = "fastlstm"
"""Under which they are registered there: fastlstm>LSTM."""

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
CLASSES: Mapping[str, Mapping[str, Any]] = {
    "layers": {
        name: cls
        for name in layers.__all__
        if (cls := getattr(layers, name)) not in (layers.Layer, layers.RNN) and name != "Input"
    },
    "initializers": initializers._by_name,
    "regularizers": {cls.__name__: cls for cls in regularizers._classes},
    "constraints": {cls.__name__: cls for cls in constraints._classes},
    "optimizers": {cls.__name__: cls for cls in optimizers._classes},
    "schedules": {cls.__name__: cls for cls in schedules._classes},
    "losses": {cls.__name__: cls for cls in losses._classes},
    "metrics": {**{cls.__name__: cls for cls in metrics._classes}, "MeanMetricWrapper": metrics.MeanMetricWrapper},
}


def of_class(cls: type) -> str | None:
    """Return the kind of a class of this package, None for one of the user's own."""
    package, _, rest = cls.__module__.partition(".")
    kind = rest.partition(".")[0]
    return kind if package == PACKAGE and kind in MODULES else None


def of_module(module: str) -> str | None:
    """Return the kind of what Keras keeps in a module, also under the name that older versions gave it."""
    parts = module.split(".")
    if module == OURS or not {"keras", "tensorflow", "tf_keras"} & {parts[0]}:
        return None
    return next((kind for kind in ("schedules", *MODULES) if kind in parts), None)


def of_argument(name: str) -> str | None:
    """Return the kind of what is given under an argument's name, for descriptions that have no modules."""
    ending = name.rpartition("_")[2]
    found = {
        "initializer": "initializers",
        "regularizer": "regularizers",
        "constraint": "constraints",
        "layer": "layers",
        "rate": "schedules",
        "optimizer": "optimizers",
        "loss": "losses",
        "metrics": "metrics",
    }
    return found.get(ending)
