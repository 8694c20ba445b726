"""Functions on nested lists, tuples and dicts, whose leaves are anything else."""

from collections.abc import Callable
from typing import Any

from .._internal.nested import flatten, is_nested, like, pack_sequence_as
from ._missing import missing_names_of

__all__ = ["assert_same_structure", "flatten", "is_nested", "map_structure", "pack_sequence_as", "traverse"]

__getattr__ = missing_names_of(__name__)


def map_structure(func: Callable[..., Any], *structures: Any) -> Any:
    """Return a structure of what a function gives for the leaves of one structure, or of several of the same kind."""
    first = structures[0]
    for other in structures[1:]:
        assert_same_structure(first, other)
    if isinstance(first, dict):
        return {key: map_structure(func, *(each[key] for each in structures)) for key in first}
    if not is_nested(first):
        return func(*structures)
    return like(first, [map_structure(func, *each) for each in zip(*structures, strict=True)])


def traverse(func: Callable[[Any], Any], structure: Any, top_down: bool = True) -> Any:
    """Return a structure of what a function gives for each of its parts, or of the parts for which it gives None."""
    found = func(structure) if top_down else None
    if found is not None:
        return found
    if isinstance(structure, dict):
        structure = {key: traverse(func, entry, top_down) for key, entry in structure.items()}
    elif is_nested(structure):
        structure = like(structure, [traverse(func, entry, top_down) for entry in structure])
    found = None if top_down else func(structure)
    return structure if found is None else found


def assert_same_structure(a: Any, b: Any, check_types: bool = True) -> None:
    """Raise ValueError unless two structures are of the same kind.

    Parameters
    ----------
    a, b : object
        The structures.
    check_types : bool
        Whether a list and a tuple differ.
    """
    if not is_nested(a) and not is_nested(b):
        return
    same_type = type(a) is type(b) or (not check_types and isinstance(a, dict) == isinstance(b, dict))
    keys = sorted(a) == sorted(b) if isinstance(a, dict) and isinstance(b, dict) else True
    if is_nested(a) != is_nested(b) or not same_type or len(a) != len(b) or not keys:
        raise ValueError(f"expected structures of the same kind, got {a!r} and {b!r}")
    keys_of_a = sorted(a) if isinstance(a, dict) else range(len(a))
    for key in keys_of_a:
        assert_same_structure(a[key], b[key], check_types)
