"""What Keras and TensorFlow have and this package lacks: the error, and what its message says."""

import functools
from typing import Any

from .attribute_advice import advice_for, is_advised
from .other_attributes import other
from .own_properties import keep_errors, raised_by

ELSEWHERE = "run the script with Keras itself, or with --fallback"
"""What to do where nothing better is known."""


class NotAvailableError(AttributeError, NotImplementedError):
    """A script uses something that Keras or TensorFlow has and this package lacks.

    It is an AttributeError so that `hasattr` returns False for the attributes of what is missing.

    Parameters
    ----------
    message : str
        What is missing, and what to do instead.

    Examples
    --------
    >>> from fastlstm import keras
    >>> try:
    ...     keras.layers.Conv2D(8, 3)
    ... except keras.NotAvailableError as error:
    ...     print(str(error)[:45])
    fastlstm does not have keras.layers.Conv2D: i
    """

    __module__ = "fastlstm.keras"  # where it is public

    def __init__(self, message: str) -> None:
        super().__init__(message)


def lacking(name: str, advice: str | None = None) -> str:
    """Return the message for something that is missing, with what to do instead."""
    return f"fastlstm does not have {name}: {advice or ELSEWHERE}"


def attribute_of(owner: Any, name: str) -> Any:
    """Return an attribute that an object has in Keras, where it has one value or another name here.

    Parameters
    ----------
    owner : object
        The object. Its class or one of its base classes has the name of Keras's, or names that in `_also_in_keras`.
    name : str
        The attribute, which normal access does not find.

    Returns
    -------
    object

    Raises
    ------
    AttributeError
        If it is missing; of what an object of Keras or TensorFlow has, the message says what to do instead.
    """
    cls = type(owner)
    if name.startswith("_") and not is_advised(name):  # looked for often, by this package as well
        raise AttributeError(f"{cls.__name__!r} object has no attribute {name!r}", name=name, obj=owner)
    classes = [*(base.__name__ for base in cls.__mro__), *getattr(cls, "_also_in_keras", ())]
    try:
        return other(owner, name, classes)
    except LookupError:
        pass
    advice = advice_for(name, classes)
    if advice is not None or any(name in _attributes_of(base) for base in classes):
        raise NotAvailableError(lacking(f"{cls.__name__}.{name}", advice))
    raise AttributeError(f"{cls.__name__!r} object has no attribute {name!r}", name=name, obj=owner)


@functools.cache
def _attributes_of(cls: str) -> frozenset[str]:
    from .keras_attributes import ATTRIBUTES  # large, and rarely needed

    return frozenset(ATTRIBUTES.get(cls, "").split())


def has_attributes_of_keras(cls: Any) -> Any:
    """Return a class whose objects have `attribute_of` for what they lack.

    Parameters
    ----------
    cls : type
        The class, without a ``__getattr__`` of its own.

    Returns
    -------
    type
        The same.
    """

    def __getattr__(self: Any, name: str) -> Any:
        error = raised_by(self, name)
        if error is not None:
            raise error
        if name.startswith("__") or hasattr(type(self), name):  # a property that raises an AttributeError of its own
            return object.__getattribute__(self, name)
        return attribute_of(self, name)

    cls.__getattr__ = __getattr__
    before = cls.__init_subclass__.__func__ if "__init_subclass__" in vars(cls) else None

    def __init_subclass__(subclass: Any, /, **options: Any) -> None:
        if before is None:
            super(cls, subclass).__init_subclass__(**options)
        else:
            before(subclass, **options)
        keep_errors(subclass)

    cls.__init_subclass__ = classmethod(__init_subclass__)
    return cls
