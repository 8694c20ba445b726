"""Functions on nested lists, tuples and dicts, whose leaves are anything else."""

from collections.abc import Callable
from typing import Any

from ._missing import missing_names_of

__all__ = ["assert_same_structure", "flatten", "is_nested", "map_structure", "pack_sequence_as", "traverse"]

__getattr__ = missing_names_of(__name__)


def is_nested(structure: Any) -> bool:
    """Return whether a value is a list, tuple or dict."""
    return isinstance(structure, (list, tuple, dict))


def flatten(structure: Any) -> list[Any]:
    """Return the leaves in order; those of a dict in the order of its sorted keys."""
    if not is_nested(structure):
        return [structure]
    entries = [structure[key] for key in sorted(structure)] if isinstance(structure, dict) else structure
    return [leaf for entry in entries for leaf in flatten(entry)]


def map_structure(func: Callable[..., Any], *structures: Any) -> Any:
    """Return a structure of what a function gives for the leaves of one structure, or of several of the same kind."""
    first = structures[0]
    for other in structures[1:]:
        assert_same_structure(first, other)
    if isinstance(first, dict):
        return {key: map_structure(func, *(each[key] for each in structures)) for key in first}
    if not is_nested(first):
        return func(*structures)
    return _like(first, [map_structure(func, *each) for each in zip(*structures, strict=True)])


def traverse(func: Callable[[Any], Any], structure: Any, top_down: bool = True) -> Any:
    """Return a structure of what a function gives for each of its parts, or of the parts for which it gives None."""
    found = func(structure) if top_down else None
    if found is not None:
        return found
    if isinstance(structure, dict):
        structure = {key: traverse(func, entry, top_down) for key, entry in structure.items()}
    elif is_nested(structure):
        structure = _like(structure, [traverse(func, entry, top_down) for entry in structure])
    found = None if top_down else func(structure)
    return structure if found is None else found


def pack_sequence_as(structure: Any, flat_sequence: Any) -> Any:
    """Return a structure of the same kind with other leaves."""
    leaves = list(flat_sequence)
    if len(leaves) != len(flatten(structure)):
        raise ValueError(f"flat_sequence: expected {len(flatten(structure))} leaves, got {len(leaves)}")
    rest = iter(leaves)
    return _filled(structure, rest)


def _filled(structure: Any, leaves: Any) -> Any:
    if isinstance(structure, dict):
        found = {key: _filled(structure[key], leaves) for key in sorted(structure)}
        return {key: found[key] for key in structure}
    return _like(structure, [_filled(each, leaves) for each in structure]) if is_nested(structure) else next(leaves)


def _like(structure: Any, entries: list[Any]) -> Any:
    return type(structure)(*entries) if hasattr(structure, "_fields") else type(structure)(entries)


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
