"""The import hook that gives scripts `keras` and `tensorflow`, made of this package."""

import importlib
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from ..._internal import keras_scripts
from .._hints import hinted_names
from .._missing import PACKAGE, missing

_KERAS_ROOTS = (
    "tensorflow.compat.v1.keras",
    "tensorflow.compat.v2.keras",
    "tensorflow.python.keras",
    "tensorflow.contrib.keras",
    "tensorflow.keras",
    "tf_keras",
    "keras",
)
_TENSORFLOW_ROOTS = ("tensorflow.compat.v1", "tensorflow.compat.v2", "tensorflow")
_ROOTS = {
    **dict.fromkeys(_KERAS_ROOTS, PACKAGE),
    **dict.fromkeys(_TENSORFLOW_ROOTS, f"{PACKAGE}.tensorflow"),
}
_MOVED = {
    f"{PACKAGE}.engine": ("layers", "models"),
    f"{PACKAGE}.initializations": ("initializers",),
    f"{PACKAGE}.legacy": ("layers",),
    f"{PACKAGE}.objectives": ("losses",),
    f"{PACKAGE}.tensorflow.python.client.device_lib": ("config",),
}
"""Where older versions had modules, with where their names are here."""
_INSIDE = ("api.", "_v1.", "_v2.", "src.", "python.", "_tf_keras.", "keras.")
"""Parts of paths that only say how Keras is divided into files."""
_OLD_MODULES = """
    advanced_activations api compat contrib convolutional convolutional_recurrent core cudnn_recurrent data_utils
    embeddings engine experimental generic_utils initializations io_utils keras layer_utils legacy local merge
    network noise normalization np_utils objectives pooling preprocessing python recurrent rmsprop_v2 src
    tensorflow_backend topology training v1 v2 vis_utils visualize_util wrappers
    """
"""Modules inside modules that scripts reach as attributes: `keras.utils.np_utils`."""
_INTERNALS = ("keras.src", "tensorflow.python", "tf_keras.src")  # what Keras and TensorFlow import while they run
_FOREIGN = ("collections.abc", "contextlib", "types", "typing", f"{PACKAGE}._inert", f"{PACKAGE}._missing")
_PRIVATE = ("script", "tensorflow")  # parts of this package that are not modules of Keras


def targets_of(name: str) -> tuple[str, ...] | None:
    """Return the modules of this package that a module of Keras or TensorFlow is made of.

    A module inside one that exists here, such as keras.layers.recurrent, has the names of the latter.

    Parameters
    ----------
    name : str
        The name that a script imports, such as 'keras.layers.recurrent'.

    Returns
    -------
    tuple of str or None
        None for a module of anything else; an empty tuple if nothing of the module exists here.
    """
    root = next((root for root in _ROOTS if name == root or name.startswith(f"{root}.")), None)
    if root is None:
        return None
    package, path = _ROOTS[root], name[len(root) + 1 :]
    if not path:
        return (package,)
    if package == PACKAGE:
        for part in _INSIDE:
            path = f"{path}.".removeprefix(part).removesuffix(".")
        if not path:
            return (package,)
        if path.split(".")[0] in _PRIVATE:
            return ()
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        place = ".".join([package, *parts[:length]])
        if place in _MOVED:
            return tuple(f"{package}.{part}" for part in _MOVED[place])
        if _exists(place):
            return (place,)
    return ()


@cache
def _exists(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # of its package
        return False


class ScriptModule(ModuleType):
    """A module of Keras or TensorFlow as a script sees it: the names of modules of this package.

    Parameters
    ----------
    name : str
        Its name in the script.
    targets : sequence of str
        The modules of this package.
    """

    def __init__(self, name: str, targets: Sequence[str]) -> None:
        super().__init__(name)
        self.__path__: list[str] = []  # modules may be inside
        self._targets = [importlib.import_module(target) for target in targets]
        self.__doc__ = self._targets[0].__doc__ if self._targets else None
        self.__all__ = self._public_names()

    def __getattr__(self, name: str) -> Any:
        inner = f"{self.__name__}.{name}"
        for target in self._targets:
            if name in vars(target):
                value = vars(target)[name]
                if isinstance(value, ModuleType) and value.__name__.startswith(PACKAGE) and targets_of(inner):
                    return importlib.import_module(inner)
                return value
        if name == "tf" and any(target.__name__ == f"{PACKAGE}.backend" for target in self._targets):
            return importlib.import_module("tensorflow")  # which the backend imports in Keras 2
        if name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        if name in _OLD_MODULES.split() or (not self._targets and targets_of(inner)):
            return importlib.import_module(inner)
        beside = _beside(self.__name__, name)
        if beside is not None:
            return importlib.import_module(beside)
        if self._targets:
            return getattr(self._targets[0], name)
        return missing(f"{_written(self.__name__)}.{name}")

    def __dir__(self) -> list[str]:
        return sorted({*vars(self), *self.__all__})

    def _public_names(self) -> list[str]:
        names: list[str] = []
        for target in self._targets:
            names += public_names(target)
            names += hinted_names(target.__name__.removeprefix(f"{PACKAGE}."))
        return [*dict.fromkeys(names)]


def public_names(module: ModuleType) -> list[str]:
    """Return the names that a module of this package offers.

    Parameters
    ----------
    module : module
        The module.

    Returns
    -------
    list of str
        Those in its ``__all__``; without one, all that do not begin with an underscore and are not from elsewhere.
    """
    found: list[str] | None = getattr(module, "__all__", None)
    if found is None:
        found = [name for name, value in vars(module).items() if not name.startswith("_") and not _is_foreign(value)]
    return found


def _is_foreign(value: Any) -> bool:
    """Return whether a value in a module comes from elsewhere and is there for the module's own code."""
    if isinstance(value, ModuleType):
        return not value.__name__.startswith(PACKAGE)
    return getattr(value, "__module__", None) in _FOREIGN


def _beside(module: str, name: str) -> str | None:
    """Return the module beside one of Keras's: keras.optimizers for `keras.models.optimizers`. None if there is none.

    Keras's modules import each other, and some scripts take them from there.
    """
    root = next(root for root in _ROOTS if module == root or module.startswith(f"{root}."))
    found = _ROOTS[root] == PACKAGE and module != root and name not in _PRIVATE and _exists(f"{PACKAGE}.{name}")
    return f"{root}.{name}" if found else None


def _written(name: str) -> str:
    """Return the name under which error messages and advice know a module."""
    for root, package in _ROOTS.items():
        if name.startswith(f"{root}."):
            return f"{'keras' if package == PACKAGE else 'tf'}.{name.removeprefix(f'{root}.')}"
    return name


class _ScriptFinder(MetaPathFinder, Loader):
    """Finds the modules of Keras and TensorFlow in this package."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        return None if targets_of(name) is None else ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return ScriptModule(spec.name, targets_of(spec.name) or ())

    def exec_module(self, module: ModuleType) -> None:
        pass  # it is complete


_finder = _ScriptFinder()
_displaced: dict[str, ModuleType] = {}


def install() -> None:
    """Let imports of Keras and TensorFlow find this package, whether they are installed or not."""
    if _finder not in sys.meta_path:
        _displaced.update(_taken_out())
        sys.meta_path.insert(0, _finder)
        keras_scripts.set_running(True)


def uninstall() -> None:
    """Let imports find Keras and TensorFlow themselves again."""
    if _finder in sys.meta_path:
        sys.meta_path.remove(_finder)
        keras_scripts.set_running(False)
        _taken_out()
        sys.modules.update(_displaced)
        _displaced.clear()


@contextmanager
def made_way() -> Iterator[None]:
    """Let imports inside a ``with`` find Keras and TensorFlow themselves; their insides stay imported afterwards."""
    ours = {name: sys.modules.pop(name) for name, module in [*sys.modules.items()] if isinstance(module, ScriptModule)}
    sys.meta_path.remove(_finder)
    try:
        yield
    finally:
        sys.meta_path.insert(0, _finder)
        for name in [*sys.modules]:
            if targets_of(name) and not name.startswith(_INTERNALS):
                del sys.modules[name]
        sys.modules.update(ours)


def _taken_out() -> dict[str, ModuleType]:
    """Remove the modules of Keras and TensorFlow from the imported ones, and return them."""
    return {name: sys.modules.pop(name) for name in [*sys.modules] if targets_of(name) is not None}
