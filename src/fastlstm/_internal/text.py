"""Counts as text, for messages, titles and legends."""


def counted(count: int, noun: str) -> str:
    """Return the count with its noun: '1 value', '3,122 values'."""
    return f"{count:,} {noun}" + "s" * (count != 1)
