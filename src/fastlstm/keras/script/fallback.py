"""Names that are missing here, taken from the installed Keras and TensorFlow."""

import importlib
from types import ModuleType
from typing import Any

from . import finder

_PACKAGES = {"keras": "keras", "tf": "tensorflow"}

_imported: dict[str, ModuleType] = {}


def value_of(name: str) -> Any:
    """Return what Keras or TensorFlow itself has under a name.

    Parameters
    ----------
    name : str
        Such as 'keras.layers.Conv2D' or 'tf.strings'.

    Returns
    -------
    object

    Raises
    ------
    LookupError
        If it is not installed or has no such name.
    """
    root, *path = name.split(".")
    try:
        value: Any = _package(_PACKAGES[root])
        for part in path:
            value = getattr(value, part)
    except (ImportError, AttributeError) as error:
        raise LookupError(name) from error
    return value


def _package(name: str) -> ModuleType:
    """Return a package itself, imported while this one makes way."""
    if name not in _imported:
        with finder.made_way():
            _imported[name] = importlib.import_module(name)
    return _imported[name]
