"""What the tensors of a graph that is read stand for: constants, and what layers make of the input.

A graph is read by following it: each node's inputs are one of these values, and so are its outputs. Nothing is
computed but constants.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np

from ..._internal.arrays import Array
from ...layers import Layer


@dataclass(frozen=True)
class Open:
    """A size that the graph leaves open, or a multiple or a product of such."""

    symbols: tuple[str, ...]
    factor: int = 1

    def __mul__(self, other: Any) -> "Open":
        if isinstance(other, Open):
            return Open(tuple(sorted(self.symbols + other.symbols)), self.factor * other.factor)
        return Open(self.symbols, self.factor * int(other))

    __rmul__ = __mul__


Size: TypeAlias = int | Open


@dataclass(frozen=True)
class Axis:
    """An axis of a tensor, or a part of one, where axes were brought together."""

    kind: str
    """'batch', 'time', 'features', 'direction' of a recurrent node, or 'one' for an axis that was added."""
    size: Size


Axes: TypeAlias = tuple[tuple[Axis, ...], ...]
"""The axes of a tensor, each with its parts, outermost first."""


def size_of(parts: tuple[Axis, ...]) -> Size:
    """Return the size of an axis."""
    size: Size = 1
    for part in parts:
        size = part.size * size if isinstance(part.size, Open) else size * part.size
    return size


@dataclass(frozen=True, eq=False)
class Spec:
    """A layer to be."""

    made: type[Layer]
    arguments: dict[str, Any]
    weights: tuple[Array, ...] = ()

    def with_(self, **changes: Any) -> "Spec":
        """Return the same with other arguments."""
        return replace(self, arguments={**self.arguments, **changes})


@dataclass(frozen=True)
class Mask:
    """Which steps are valid, as a Masking or an Embedding made it."""

    source: object
    turned: bool = False


@dataclass(frozen=True, eq=False)
class Recurrent:
    """A recurrent node that has not become a layer yet: that depends on which of its outputs are used."""

    directions: tuple[Spec, ...]
    """With go_backwards as it is in the order of time."""
    layers: dict[Any, Spec] = field(default_factory=dict)
    """What it has become, by the outputs that were used: whoever uses the same outputs has the same layer."""


@dataclass(frozen=True, eq=False)
class Tensor:
    """What layers make of the input."""

    chain: tuple[Spec, ...]
    """The layers, from the input on."""
    axes: Axes
    element: int
    """ONNX's number of the type of its numbers."""
    node: Recurrent | None = None
    """The recurrent node after them, if it is not one of them yet."""
    held: tuple[int, ...] = ()
    """Which of its directions this tensor has."""
    merge: str | None = None
    """How they were brought to one."""
    turned: bool = False
    """Whether the steps are in the opposite order of the input's."""
    mask: Mask | None = None

    @property
    def kinds(self) -> tuple[str, ...]:
        """What each axis is; parts are joined by *."""
        return tuple("*".join(part.kind for part in parts) for parts in self.axes)

    @property
    def shape(self) -> tuple[Size, ...]:
        """The size of each axis."""
        return tuple(size_of(parts) for parts in self.axes)

    def place(self, kind: str) -> int | None:
        """Return which axis is of a kind, or None."""
        return next((i for i, found in enumerate(self.kinds) if found == kind), None)

    def with_axes(self, axes: Any) -> "Tensor":
        """Return the same with other axes."""
        return replace(self, axes=tuple(axes))

    def reshaped_by(self, *specs: Spec, axes: Any) -> "Tensor":
        """Return what further layers make of this that give other axes, and no mask."""
        return Tensor((*self.chain, *specs), tuple(axes), self.element)

    def then(self, *specs: Spec, features: int | None = None) -> "Tensor":
        """Return what further layers make of this, which keep all axes but the features."""
        axes = self.axes if features is None else (*self.axes[:-1], (Axis("features", features),))
        return replace(self, chain=(*self.chain, *specs), axes=axes)


@dataclass(frozen=True, eq=False)
class Stack:
    """Final states of several recurrent nodes one above the other: PyTorch's h_n."""

    parts: tuple[Tensor, ...]
    """Each (N, H)."""


@dataclass(frozen=True, eq=False)
class Entries:
    """Whole numbers that are computed from those of the input, each from one."""

    source: Tensor
    of: Callable[[Array], Array]


@dataclass(frozen=True)
class Filled:
    """A constant all of whose numbers are the same, of a shape that may be open."""

    value: Any
    shape: tuple[Any, ...] = field(compare=False)


@dataclass(frozen=True)
class Refused:
    """An output that no layer gives, or a constant that is not computed here: an error where it is used."""

    reason: str
    constant: bool = False


Constant: TypeAlias = Array | Filled
Value: TypeAlias = Array | Filled | Tensor | Stack | Mask | Entries | Refused


def is_constant(value: Any) -> bool:
    """Return whether a value, or None for an input that is left out, does not depend on the input."""
    return value is None or isinstance(value, (np.ndarray, Filled)) or (isinstance(value, Refused) and value.constant)
