"""What is wrong with the number of axes of an input, in Keras's words, and what to do about it."""

from collections.abc import Collection


def explained(expected: Collection[int], shape: tuple[int | None, ...]) -> str:
    """Return the end of a message about a shape whose number of axes is none of the expected ones."""
    wanted = " or ".join(map(str, sorted(expected)))
    text = f"expected ndim={wanted}, found ndim={len(shape)}"
    if len(shape) == 2 and min(expected) == 3:
        return (
            f"{text}; add an axis with Reshape({_written((shape[1], 1))}), or let the layer before this one return all"
            " steps with return_sequences=True"
        )
    if len(shape) == 4 and max(expected) == 3:
        merged = None if None in shape[2:] else (shape[2] or 0) * (shape[3] or 0)
        return (
            f"{text}; TimeDistributed applies the layer to each of the sequences, and"
            f" Reshape({_written((shape[1], merged))}) makes each of them one step"
        )
    return text


def _written(shape: tuple[int | None, ...]) -> str:
    return f"({', '.join('-1' if size is None else str(size) for size in shape)})"
