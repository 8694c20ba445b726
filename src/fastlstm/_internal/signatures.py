"""Signatures of constructors that pass options on to their base class."""

import inspect

from .old_names import accepts_old_names


def takes_the_options_of(cls: type, base: type) -> None:
    """Show the keyword-only arguments of `base` in the signature of a constructor that passes ``**options`` on.

    The constructor also takes its arguments by the names that they had in older versions of Keras.
    """
    constructor = cls.__dict__.get("__init__")
    if constructor is None:
        return
    signature = inspect.signature(constructor)
    own = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
    if len(own) < len(signature.parameters):
        theirs = inspect.signature(base.__dict__.get("__init__", base.__init__)).parameters.values()  # type: ignore[misc]
        own += [p for p in theirs if p.kind is p.KEYWORD_ONLY and p.name not in signature.parameters]
        constructor.__signature__ = signature.replace(parameters=own)
    owners = [each.__name__ for each in cls.__mro__]
    cls.__init__ = accepts_old_names(constructor, owners)  # type: ignore[misc]
