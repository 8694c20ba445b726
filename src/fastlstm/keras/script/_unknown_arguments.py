"""Advice about arguments that functions and methods of this package do not have."""

import re
import sys
from typing import Any

from ..._internal.not_available import ELSEWHERE

_UNKNOWN = re.compile(r"([\w.]+)\(\) got an unexpected keyword argument '(\w+)'")
_PACKAGE = __name__.partition(".")[0]


def advice_for(error: BaseException) -> str | None:
    """Return what to do about a call with an argument that this package does not have; None for other errors.

    Python raises the error before the function is called, so that this can only be found out afterwards.

    Parameters
    ----------
    error : BaseException
        What a script has raised.
    """
    found = _UNKNOWN.search(str(error)) if isinstance(error, TypeError) else None
    if found is None or not _is_ours(found[1]):
        return None
    return (
        f"fastlstm: {found[1].rpartition('.')[2]} has no argument {found[2]!r} here: leave it out if the script works"
        f" without, otherwise {ELSEWHERE}"
    )


def _is_ours(name: str) -> bool:
    """Return whether a loaded module of this package has a function, or a class with a method, of this name."""
    first, *rest = name.split(".")
    for module_name, module in list(sys.modules.items()):
        if module_name.partition(".")[0] == _PACKAGE:
            found: Any = vars(module).get(first)
            for part in rest:
                found = getattr(found, part, None)
            if callable(found) and str(getattr(found, "__module__", "")).partition(".")[0] == _PACKAGE:
                return True
    return False
