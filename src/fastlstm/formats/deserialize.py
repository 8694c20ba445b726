"""Create objects from descriptions in Keras's format, only of classes of this package and of the caller."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .. import activations
from .._internal.files import RefusedError
from .._internal.names import lookup
from ..layers import InputLayer, Lambda
from ..layers.computation import Computation
from . import kinds, python_code

_OF_LAMBDA = ("function_type", "mask", "mask_type", "module", "output_shape_module", "output_shape_type")
"""Arguments of a Lambda in files that say how its functions are stored, or that it lacks."""
_WITHOUT_EFFECT = ("jit_compile", "is_legacy_optimizer", "time_major", "fn", "from_serialized")
_OF_PREPROCESSORS = ("dtype", "trainable", "vocabulary_dtype", "vocabulary_size")
"""Arguments of Keras's layers for texts and tokens that have no effect."""
_BY_NAME = ("loss", "metrics", "weighted_metrics")  # older files store functions by name only


class Deserializer:
    """Creates objects from descriptions.

    Parameters
    ----------
    custom_objects : mapping, optional
        Classes and functions of the caller, by their names in the file.
    """

    def __init__(self, custom_objects: Mapping[str, Any] | None) -> None:
        if custom_objects is not None and not isinstance(custom_objects, Mapping):
            raise TypeError(f"custom_objects: expected a dict of classes and functions, got {custom_objects!r}")
        self._custom = dict(custom_objects or {})
        self.model_inside: Callable[[Mapping[str, Any]], Any] | None = None
        """Returns the model of a description, for a layer that contains one; None if it describes something else."""

    def deserialize(self, value: Any, argument: str = "") -> Any:
        """Return plain data with descriptions replaced by objects; `argument` is the name of the argument it is for."""
        if isinstance(value, list):
            return [self.deserialize(entry, argument) for entry in value]
        if isinstance(value, str) and value in self._custom and argument in _BY_NAME:
            return self._custom[value]
        if not isinstance(value, dict):
            return value
        if not isinstance(value.get("class_name"), str):
            by_output = argument in _BY_NAME  # a dict with an entry for each output
            return {key: self.deserialize(entry, argument if by_output else key) for key, entry in value.items()}
        return self._object(value, argument)

    def input(self, value: Mapping[str, Any], dtype: str | None) -> InputLayer:
        """Return an Input with its own dtype, or that of the layers, if any, where the description has none."""
        config = dict(value["config"])
        return InputLayer(**self._arguments(InputLayer, {**config, "dtype": config.get("dtype") or dtype}))

    def _object(self, value: Mapping[str, Any], argument: str) -> Any:
        name, config = value["class_name"], value.get("config")
        function = python_code.of_token(value)
        if callable(function) and name in ("__lambda__", "function") and self.of_caller(value) is None:
            return function
        if name == "__lambda__":
            raise RefusedError(f"{argument or 'layers'}: a {name} stores Python code in the file, which is never run")
        if name == "Lambda":
            return self._lambda(self._plain(config))
        if name == Computation.__name__ and value.get("module") == kinds.OURS:
            return self._computation(value)
        model = self.model_inside and self.model_inside(value)
        if model is not None:
            return model
        own = self.of_caller(value)
        if own is not None:
            return self._custom_object(own, config)
        if name == "function":
            return self._function(config, value.get("module"))
        if name == "DTypePolicy":
            return self._plain(config)["name"]
        if name in ("__numpy__", "__tensor__"):
            return np.asarray(self._plain(config)["value"], self._plain(config)["dtype"])
        cls = self._class(value, argument)
        given = self._plain(config)
        if name in kinds.PREPROCESSORS:
            hashed = ("oov_method",) if given.get("oov_method") == "floormod" else ()  # as here
            given = {key: one for key, one in given.items() if key not in (*_OF_PREPROCESSORS, *hashed)}
            return cls.from_config(self._arguments(cls, given))
        return cls(**self._arguments(cls, given))

    def _lambda(self, config: Mapping[str, Any]) -> Lambda:
        """Return a Lambda of the function that this process has saved, or that the caller has passed."""
        arguments = {name: one for name, one in config.items() if name not in _OF_LAMBDA}
        stored = config.get("function")
        names = (config.get("name"), stored.get("config") if isinstance(stored, dict) else stored)
        of_caller = (self._custom.get(name) for name in names if isinstance(name, str))
        function = next((one for one in of_caller if one is not None), python_code.of_token(stored))
        if function is None:
            raise RefusedError(
                "layers: a Lambda stores Python code in the file, which is never run: pass its function as"
                f" custom_objects={{{config.get('name')!r}: ...}}"
            )
        shape = arguments.pop("output_shape", None)
        found = Lambda(**self._arguments(Lambda, {**arguments, "function": None}) | {"function": function})
        found.output_shape_argument = python_code.of_token(shape) or _shape_of(shape)
        return found

    @staticmethod
    def _computation(value: Mapping[str, Any]) -> Computation:
        """Return functions of symbolic tensors that this process has saved."""
        saved = python_code.of_token(value)
        config = value.get("config")
        if not isinstance(saved, Computation):
            function = config.get("function") if isinstance(config, dict) else None
            raise RefusedError(
                f"layers: the model has {function!r} of symbolic tensors, which is Python code and not in the file: run"
                " the code that creates the model, and load_weights"
            )
        found: Computation = type(saved)(**saved.get_config())
        return found

    @staticmethod
    def _plain(config: Any) -> Mapping[str, Any]:
        if not isinstance(config, dict):
            raise ValueError(f"config: expected a dict, got {config!r}")
        return config

    def _class(self, value: Mapping[str, Any], argument: str) -> Any:
        name, module, registered = value["class_name"], value.get("module"), value.get("registered_name")
        package, _, own = registered.partition(">") if isinstance(registered, str) else ("", "", "")
        if package == kinds.PACKAGE:
            for classes in kinds.CLASSES.values():
                if own in classes:
                    return classes[own]
        kind = kinds.of_argument(argument) if module is None else kinds.of_module(str(module))
        if kind is None:
            where = "" if module is None else f" of the module {module!r}"
            raise RefusedError(
                f"{argument or 'model'}: expected a class of Keras, got {name!r}{where}; modules that a file names are"
                f" not imported: pass the class or function as custom_objects={{{name!r}: ...}}"
            )
        if kind == "layers" and name not in kinds.CLASSES[kind]:
            known = ", ".join(sorted(kinds.CLASSES[kind]))
            raise RefusedError(f"layers: this package has no layer {name!r}; it has {known}")
        return lookup(kind, name, kinds.CLASSES[kind])

    def _arguments(self, cls: Any, config: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments for a class; unknown ones that are None or False are omitted."""
        if not callable(cls):
            raise TypeError(f"expected a class, got {cls!r}")
        taken = inspect.signature(cls).parameters
        known = {name for name, parameter in taken.items() if parameter.kind is not parameter.VAR_KEYWORD}
        arguments = {}
        for name, value in config.items():
            if name in known:
                arguments[name] = self.deserialize(value, name)
            elif value not in (None, False) and name not in _WITHOUT_EFFECT:
                raise RefusedError(
                    f"{cls.__name__}: this package does not support its argument {name!r}, got {value!r}"
                )
        return arguments

    def _function(self, name: Any, module: Any) -> Any:
        if isinstance(name, str) and module in ("builtins", "keras.activations") and name in activations.__all__:
            return name
        if isinstance(name, str) and module in ("builtins", "keras.losses", "keras.metrics"):
            return name
        raise RefusedError(
            f"expected the name of a function of Keras, got {name!r} of the module {module!r}; the file does not"
            f" contain your own functions: pass it as custom_objects={{{name!r}: ...}}, or load with compile=False"
        )

    def of_caller(self, value: Mapping[str, Any]) -> Any:
        """Return the caller's class or function for a description, None if there is none."""
        for key in (value.get("registered_name"), value["class_name"], value.get("config")):
            if isinstance(key, str) and key in self._custom:
                return self._custom[key]
        return None

    def _custom_object(self, found: Any, config: Any) -> Any:
        """Return the caller's function, or an object of the caller's class."""
        if not isinstance(found, type):
            return found
        from_config: Callable[..., Any] | None = getattr(found, "from_config", None)
        if from_config is None:
            raise TypeError(f"custom_objects: {found.__name__} has no from_config")
        return from_config(self.deserialize(self._plain(config)))


def _shape_of(value: Any) -> Any:
    """Return the shape of a Lambda's result, None if a function for it was stored."""
    if isinstance(value, list) and all(one is None or isinstance(one, int) for one in value):
        return tuple(value)
    return value if isinstance(value, int) else None
