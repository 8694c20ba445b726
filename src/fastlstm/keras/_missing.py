"""Names of Keras and TensorFlow that this package lacks: importing them works, using them raises an error."""

import difflib
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from ._hints import hint_for

PACKAGE = "fastlstm.keras"

fallbacks: list[Callable[[str], Any]] = []
"""Functions asked for the value of a missing name such as 'keras.layers.Conv2D'; they raise LookupError without one."""


class NotAvailableError(AttributeError, NotImplementedError):
    """A script uses something that Keras or TensorFlow has and this package lacks.

    It is an AttributeError so that `hasattr` returns False for the attributes of what is missing.
    """


class Missing:
    """Stands for a name that is missing here. Whatever is done with it raises `NotAvailableError`.

    Parameters
    ----------
    name : str
        The name as scripts write it, such as 'keras.layers.Conv2D'.
    similar : iterable of str
        The names of the module, among which the error message looks for the one that may be meant.
    """

    def __init__(self, name: str, similar: Any = ()) -> None:
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
        close = difflib.get_close_matches(name, self._similar, n=1, cutoff=0.8)
        hint = hint_for(self._name)
        if hint is None and close:
            hint = f"did you mean {module}.{close[0]}?"
        return f"fastlstm does not have {self._name}: {hint or 'run the script with Keras itself, or with --fallback'}"


def missing_names_of(module: str) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of a module of this package, which has a value for every public name.

    Parameters
    ----------
    module : str
        The name of the module, such as 'fastlstm.keras.layers'.

    Returns
    -------
    callable
        Returns what a fallback has under a name, or a `Missing`; raises AttributeError for names that begin with an
        underscore.
    """
    place = module.removeprefix("fastlstm.").removeprefix("keras.tensorflow")
    place = f"tf{place}" if module.startswith(f"{PACKAGE}.tensorflow") else place

    def __getattr__(name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        for fallback in fallbacks:
            try:
                return fallback(f"{place}.{name}")
            except LookupError:
                continue
        return Missing(f"{place}.{name}", sys.modules[module].__dict__)

    return __getattr__
