"""Nested lists, tuples and dicts, whose leaves are anything else."""

from typing import Any


def is_nested(structure: Any) -> bool:
    """Return whether a value is a list, tuple or dict."""
    return isinstance(structure, (list, tuple, dict))


def has_levels(structure: Any) -> bool:
    """Return whether there are lists, tuples or dicts in a list, tuple or dict."""
    entries = structure.values() if isinstance(structure, dict) else structure if is_nested(structure) else ()
    return any(map(is_nested, entries))


def flatten(structure: Any) -> list[Any]:
    """Return the leaves in order; those of a dict in the order of its sorted keys."""
    if not is_nested(structure):
        return [structure]
    entries = [structure[key] for key in sorted(structure)] if isinstance(structure, dict) else structure
    return [leaf for entry in entries for leaf in flatten(entry)]


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
    return like(structure, [_filled(each, leaves) for each in structure]) if is_nested(structure) else next(leaves)


def leaves_as(structure: Any, value: Any) -> list[Any] | None:
    """Return what a value has in the place of each leaf of a structure, None if it is arranged in another way."""
    if not is_nested(structure):
        return [value]
    if isinstance(structure, dict):
        if not isinstance(value, dict) or any(key not in value for key in structure):
            return None
        pairs = [(structure[key], value[key]) for key in sorted(structure)]
    else:
        if not isinstance(value, (list, tuple)) or len(value) != len(structure):
            return None
        pairs = list(zip(structure, value, strict=True))
    found: list[Any] = []
    for part, of_part in pairs:
        leaves = leaves_as(part, of_part)
        if leaves is None:
            return None
        found += leaves
    return found


def like(structure: Any, entries: list[Any]) -> Any:
    """Return other entries in a list, or in a tuple of the same kind."""
    if isinstance(structure, list):  # also one of variables, whose class takes other arguments
        return entries
    return type(structure)(*entries) if hasattr(structure, "_fields") else type(structure)(entries)
