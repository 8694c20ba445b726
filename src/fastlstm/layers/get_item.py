"""GetItem: some steps, or some features, of a sequence: what indexing of a symbolic tensor is."""

from typing import Any

from .._internal.native import Branch
from .base import Layer, Shape, registry


@registry.register()
class GetItem(Layer):
    """Choose steps of (N, T, D): what ``x[:, -1]`` or ``x[:, 2:5]`` of a symbolic tensor does.

    Parameters
    ----------
    key : int, slice or tuple
        The index, with the axis of samples, of which all are taken: ``(slice(None), -1)`` for the last step (N, D),
        ``(slice(None), slice(2, 5))`` for three steps (N, 3, D). Slices have no step, and all features are taken.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If the key chooses among samples or features, or takes every second step or so; when called, if there are too
        few steps.
    TypeError
        If the key is not made of integers and slices.

    Examples
    --------
    >>> from fastlstm import Input
    >>> x = Input((20, 3))
    >>> x[:, -1].shape, x[:, :5].shape
    ((None, 3), (None, 5, 3))
    """

    _in_keras = False

    def __init__(self, key: Any, **options: Any) -> None:
        super().__init__(**options)
        self.key = _plain(key)
        steps = self.key[1]
        if self.key[0] != slice(None) or any(one != slice(None) for one in self.key[2:]):
            raise ValueError(f"key: expected all samples and all features, as in x[:, -1] and x[:, 2:5], got {key!r}")
        if isinstance(steps, slice) and steps.step not in (None, 1):
            raise ValueError(f"key: expected a slice of neighbouring steps, got {key!r}")

    @property
    def _passes_mask(self) -> bool:
        return False

    @property
    def _works_step_by_step(self) -> bool:
        return False

    def _range(self, shape: Shape) -> tuple[int, int]:
        """Return how many steps are left out before and after the chosen ones."""
        if len(shape) != 3:
            raise ValueError(f"key: layer {self.name!r} chooses steps of (N, T, D), got {shape}")
        key, steps = self.key[1], shape[1]
        if isinstance(key, int):
            if steps is not None and not -steps <= key < steps:
                raise ValueError(f"key: expected one of {steps} steps, got {key}")
            key = slice(key, key + 1 or None)
        first, end = key.start or 0, key.stop
        if steps is not None:
            first, end, _ = key.indices(steps)
            return first, steps - max(end, first)
        if (first >= 0 and end is None) or (first == 0 and end < 0):
            return first, -(end or 0)
        raise ValueError(f"key: layer {self.name!r} needs to know the number of steps, got {shape}")

    def _output_shape(self, shape: Shape) -> Shape:
        if isinstance(self.key[1], int):
            if shape[1] is not None:
                self._range(shape)
            return (shape[0], shape[2])
        before, after = self._range(shape)
        return (shape[0], None if shape[1] is None else shape[1] - before - after, shape[2])

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        if isinstance(self.key[1], int):
            branch.add("step", step=self.key[1])
        else:
            before, after = self._range(shape)
            branch.add("step_range", before=-before, after=-after)

    def _arguments(self) -> dict[str, Any]:
        return {"key": [[one.start, one.stop] if isinstance(one, slice) else one for one in self.key]}


def _plain(key: Any) -> tuple[Any, ...]:
    """Return a key as a tuple of integers and slices, without an ellipsis at its end."""
    given = key if isinstance(key, (tuple, list)) else (key,)
    found = [slice(*one) if isinstance(one, (list, tuple)) else one for one in given if one is not Ellipsis]
    for one in found:
        parts = (one.start, one.stop, one.step) if isinstance(one, slice) else (one,)
        if not all(isinstance(part, int) or (part is None and isinstance(one, slice)) for part in parts):
            raise TypeError(f"key: expected integers and slices, got {key!r}")
    if len(found) < 2:
        found.append(slice(None))
    return tuple(found)
