"""What consists of Python code in a description: written as Keras does, and never run from a file.

A file names the function with a token of this process. Where the same process reads it, as a script does that keeps its
best model, the function itself is found. In other processes the caller passes it as one of `custom_objects`.
"""

import base64
import json
import marshal
import types
import uuid
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

KEY = "fastlstm_function"
"""The key of the token in a description; Keras ignores it."""

_MOST = 1000
"""How many functions and layers are kept, those that were described last."""

_written: OrderedDict[str, Any] = OrderedDict()


def token_of(thing: Any) -> str:
    """Return the token by which this process finds a function or a layer again."""
    token = next((token for token, one in _written.items() if one is thing), None)
    if token is None:
        token = uuid.uuid4().hex  # a new one also in processes that were forked
        _written[token] = thing
        if len(_written) > _MOST:
            _written.popitem(last=False)
    return token


def of_token(description: Any) -> Any:
    """Return what this process has described, None for the description of another process."""
    token = description.get(KEY) if isinstance(description, Mapping) else None
    return _written.get(token) if isinstance(token, str) else None


def described(function: Callable[..., Any]) -> dict[str, Any]:
    """Return the description of a function: Keras can run the code of a lambda and asks for functions by name."""
    if isinstance(function, types.FunctionType) and function.__name__ == "<lambda>":
        cells = function.__closure__
        found: dict[str, Any] = {
            "class_name": "__lambda__",
            "config": {
                "code": base64.encodebytes(marshal.dumps(function.__code__)).decode(),
                "defaults": _plain(function.__defaults__),
                "closure": _plain(tuple(cell.cell_contents for cell in cells)) if cells else None,
            },
        }
    else:
        name = getattr(function, "__name__", type(function).__name__)
        found = {"module": "builtins", "class_name": "function", "config": name, "registered_name": "function"}
    return {**found, KEY: token_of(function)}


def _plain(values: tuple[Any, ...] | None) -> list[Any] | None:
    """Return values as JSON has them, None if it has not."""
    if values is None:
        return None
    try:
        found: list[Any] = json.loads(json.dumps(list(values)))
    except (TypeError, ValueError):
        return None
    return found
