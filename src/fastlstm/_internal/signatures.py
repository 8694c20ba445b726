"""Signatures of constructors that pass options on to their base class."""

import inspect


def takes_the_options_of(cls: type, base: type) -> None:
    """Show the keyword-only arguments of `base` in the signature of a constructor that passes ``**options`` on."""
    constructor = cls.__dict__.get("__init__")
    if constructor is None:
        return
    signature = inspect.signature(constructor)
    own = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
    if len(own) < len(signature.parameters):
        theirs = inspect.signature(base.__dict__.get("__init__", base.__init__)).parameters.values()  # type: ignore[misc]
        own += [p for p in theirs if p.kind is p.KEYWORD_ONLY and p.name not in signature.parameters]
        constructor.__signature__ = signature.replace(parameters=own)
