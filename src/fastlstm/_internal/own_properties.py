"""Properties of users' classes: an AttributeError in one is shown, although Python asks `__getattr__` instead."""

import functools
import threading
import weakref
from typing import Any

_raised = threading.local()


class OwnProperty(property):
    """A property that keeps the message of the AttributeError that it has raised last.

    Parameters
    ----------
    fget, fset, fdel, doc
        As for `property`.
    name : str
        Its name.
    """

    def __init__(self, fget: Any = None, fset: Any = None, fdel: Any = None, doc: Any = None, name: str = "") -> None:
        super().__init__(fget, fset, fdel, doc)
        self.name = name

    def __get__(self, owner: Any, cls: Any = None) -> Any:
        """Return the value for an object."""
        try:
            return super().__get__(owner, cls)
        except AttributeError as error:
            _keep(owner, self.name, error)
            raise


class OwnCachedProperty(functools.cached_property[Any]):
    """The same for a property that computes its value once.

    Parameters
    ----------
    func
        As for `functools.cached_property`.
    name : str
        Its name.
    """

    def __init__(self, func: Any, name: str) -> None:
        super().__init__(func)
        self.__set_name__(type(self), name)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        """Return the value for an object."""
        try:
            return super().__get__(instance, owner)
        except AttributeError as error:
            assert self.attrname is not None
            _keep(instance, self.attrname, error)
            raise


def _keep(owner: Any, name: str, error: AttributeError) -> None:
    # Not the error itself: its frames would keep the object, if nobody asks.
    _raised.last = weakref.ref(owner), name, type(error), error.args


def keep_errors(cls: type) -> None:
    """Let the properties of a class that a user defines keep their errors for `raised_by`."""
    if cls.__module__.partition(".")[0] == __package__.partition(".")[0] or not cls.__weakrefoffset__:
        return
    for name, value in list(vars(cls).items()):
        if type(value) is property:  # those of other types may have a `__get__` that matters
            setattr(cls, name, OwnProperty(value.fget, value.fset, value.fdel, value.__doc__, name))
        elif type(value) is functools.cached_property:
            setattr(cls, name, OwnCachedProperty(value.func, name))


def raised_by(owner: Any, name: str) -> AttributeError | None:
    """Return an error as the one that a property of an object has just raised, None without one.

    Parameters
    ----------
    owner : object
        The object.
    name : str
        The property, because of which Python has called ``__getattr__``.

    Returns
    -------
    AttributeError or None
    """
    last, _raised.last = getattr(_raised, "last", None), None
    if last is None or last[0]() is not owner or last[1] != name:
        return None
    kind, args = last[2:]
    error: AttributeError = kind.__new__(kind, *args)
    return error
