"""Names of Keras and TensorFlow that this package lacks: importing them works, using them raises an error."""

import difflib
import sys
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from .._internal.not_available import NotAvailableError, lacking
from ._hints import hint_for

PACKAGE = "fastlstm.keras"

_PROTOCOLS = ("_", "pytest", "setUp", "setup", "tearDown", "teardown")
"""Beginnings of the names that Python, notebooks and test runners ask every module for."""

fallbacks: list[Callable[[str], Any]] = []
"""Functions asked for the value of a missing name such as 'keras.layers.Conv2D'; they raise LookupError without one."""


class Missing:
    """Stands for a name that is missing here. Whatever is done with it raises `NotAvailableError`.

    Parameters
    ----------
    name : str
        The name as scripts write it, such as 'keras.layers.Conv2D'.
    similar : iterable of str
        The names of the module, among which the error message looks for the one that may be meant.
    """

    def __init__(self, name: str, similar: Iterable[str] = ()) -> None:
        self._name = name
        self._similar = similar

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise NotAvailableError(self._message())

    __call__ = __getitem__ = __iter__ = __enter__ = __exit__ = __mro_entries__ = _refuse
    __add__ = __radd__ = __mul__ = __rmul__ = __or__ = __ror__ = _refuse

    def __getattr__(self, attribute: str) -> NoReturn:
        if attribute.startswith("__"):  # protocols that Python and libraries ask for
            raise AttributeError(attribute)
        raise NotAvailableError(self._message())

    def __instancecheck__(self, value: object) -> bool:
        """Return False: nothing is an instance of a missing class."""
        return False

    def __repr__(self) -> str:
        return f"<{self._name}, which fastlstm lacks>"

    def _message(self) -> str:
        module, _, name = self._name.rpartition(".")
        spellings = {each.lower(): each for each in self._similar if not each.startswith("_")}
        close = difflib.get_close_matches(name.lower(), spellings, n=1, cutoff=0.8)
        hint = hint_for(self._name)
        if hint is None and close:
            hint = f"did you mean {module}.{spellings[close[0]]}?"
        return lacking(self._name, hint)


def missing(name: str, similar: Iterable[str] = ()) -> Any:
    """Return what a fallback has under a name that is missing here, otherwise a `Missing`.

    Parameters
    ----------
    name : str
        The name as scripts write it, such as 'keras.layers.Conv2D'.
    similar : iterable of str
        The names of its module.

    Returns
    -------
    object
    """
    for fallback in fallbacks:
        try:
            return fallback(name)
        except LookupError:
            continue
    return Missing(name, similar)


def missing_names_of(module: str) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of a module of this package, which has a value for every public name.

    Parameters
    ----------
    module : str
        The name of the module, such as 'fastlstm.keras.layers'.

    Returns
    -------
    callable
        Returns `missing` names; raises AttributeError for those that begin with an underscore.
    """
    inside = module.removeprefix(f"{PACKAGE}.tensorflow")
    place = module.removeprefix("fastlstm.") if inside == module else f"tf{inside}"

    def __getattr__(name: str) -> Any:
        if name.startswith(_PROTOCOLS):
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        return missing(f"{place}.{name}", vars(sys.modules[module]))

    return __getattr__
