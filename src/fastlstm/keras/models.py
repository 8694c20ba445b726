"""Models: `Sequential` with the methods of all versions of Keras, loading and copying."""

import contextlib
import json
import os
from collections.abc import Mapping
from typing import Any, NoReturn

from .. import models as _models
from .._internal.not_available import NotAvailableError
from ..layers import Embedding, Input, InputLayer
from ..models import clone_model
from ._custom_objects import all_custom_objects
from ._merge import Merge, become_merged
from ._methods import MethodsOfKeras, file_of
from ._missing import missing_names_of

__all__ = [
    "Input",
    "InputLayer",
    "Model",
    "Sequential",
    "clone_model",
    "load_model",
    "model_from_config",
    "model_from_json",
    "model_from_yaml",
    "save_model",
]

__getattr__ = missing_names_of(__name__)


class Model(MethodsOfKeras, _models.Model):
    """A model of layers between inputs and outputs, with the methods of all versions of Keras.

    Parameters
    ----------
    inputs : SymbolicTensor, or list or dict of them
        Results of `Input`.
    outputs : SymbolicTensor, or list or dict of them
        What was computed from the inputs by calling layers.
    name : str, optional
        Default: model, model_1, ...
    **options
        `trainable`; `input` and `output`, the names of the first two arguments in Keras 1.

    Raises
    ------
    TypeError, ValueError
        If an argument is wrong.

    Examples
    --------
    >>> from fastlstm import keras
    >>> x = keras.Input((20, 1))
    >>> keras.Model(x, keras.layers.LSTM(4)(x)).output_shape
    (None, 4)
    """

    def __init__(self, inputs: Any = None, outputs: Any = None, name: str | None = None, **options: Any) -> None:
        inputs, outputs = options.pop("input", inputs), options.pop("output", outputs)
        super().__init__(inputs, outputs, name, **options)


class Sequential(Model, _models.Sequential):
    """A model of layers one after the other, with the methods of all versions of Keras.

    It is a `fastlstm.Sequential` that also has `fit_generator`, `predict_classes`, `to_json` and so on, and that saves
    to paths with any ending.

    Parameters
    ----------
    layers : iterable of layers, optional
        Usually starting with an `Input` or a layer with an `input_shape`.
    name : str, optional
        Default: sequential, sequential_1, ...
    trainable : bool
        Whether training changes the weights.

    Raises
    ------
    ValueError
        If a layer does not fit the layers before it, is already in use, has a name that is taken, or has another dtype.
    TypeError
        If `layers` is not an iterable of layers.

    Examples
    --------
    >>> from fastlstm import keras
    >>> model = keras.Sequential([keras.Input((20, 1)), keras.layers.LSTM(4)])
    >>> keras.models.model_from_json(model.to_json()).output_shape
    (None, 4)
    """

    __init__ = _models.Sequential.__init__

    def _require_built(self) -> None:
        """Build a model that begins with an Embedding, which needs no input shape for that in Keras 1 and 2."""
        if not self.built and self._nodes and isinstance(self._nodes[0].layer, Embedding):
            with contextlib.suppress(ValueError):  # of a layer that needs to know the number of steps
                self.build((None, None))
        super()._require_built()

    def add(self, layer: Any) -> None:
        """Add a layer at the end, as `fastlstm.Sequential.add` does; a `Merge` of Keras 1 only as the first one."""
        if isinstance(layer, Merge):
            become_merged(self, layer)
        else:
            super().add(layer)


def model_classes() -> Any:
    """Return the classes of loaded models."""
    from ..formats import saved_model

    return saved_model.ModelClasses(chain=Sequential, graph=Model, joins_chains=False)


def load_model(
    filepath: str | os.PathLike[str],
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,
    safe_mode: bool = True,
    **options: Any,
) -> Any:
    """Return the model in a file or folder, as `fastlstm.load_model` does; the ending of the path does not matter."""
    from ..formats import model_files  # slow to import

    objects = all_custom_objects(custom_objects)
    return model_files.load_model(file_of(filepath), objects, compile, safe_mode, model_classes=model_classes())


def save_model(model: MethodsOfKeras, filepath: str | os.PathLike[str], overwrite: bool = True, **options: Any) -> None:
    """Write a model to a file, as `Sequential.save` does."""
    model.save(filepath, overwrite, **options)


def model_from_config(config: dict[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Return a new model from its description, with initial weights and not compiled."""
    from ..formats import build, deserialize, keras2

    objects = all_custom_objects(custom_objects)
    older = keras2.wrote(str(config.get("keras_version", "3" if "module" in config else "")))
    described = keras2.translated(config) if older else config
    return build.with_initial_weights(described, deserialize.Deserializer(objects), model_classes())


def model_from_json(json_string: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Return a new model from the text that `to_json` of any version of Keras has written."""
    return model_from_config(json.loads(json_string), custom_objects)


def model_from_yaml(*_: Any, **__: Any) -> NoReturn:
    """Raise NotAvailableError: reading YAML could run code, and Keras has dropped it too."""
    raise NotAvailableError("fastlstm does not have model_from_yaml, which Keras has dropped: use model_from_json")
