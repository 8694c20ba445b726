"""What the tensors of a graph stand for while it is read: constants, and the layers that compute them from the input.

The graph is followed node by node: the inputs and outputs of each node are such values. Only constants are computed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np

from ...._internal.arrays import Array
from ....layers.base import Layer


@dataclass(frozen=True)
class OpenSize:
    """A size that the graph leaves open, or a multiple or product of such sizes."""

    symbols: tuple[str, ...]
    factor: int = 1

    def __mul__(self, other: Any) -> "OpenSize":
        if isinstance(other, OpenSize):
            return OpenSize(tuple(sorted(self.symbols + other.symbols)), self.factor * other.factor)
        return OpenSize(self.symbols, self.factor * int(other))

    __rmul__ = __mul__


Size: TypeAlias = int | OpenSize


@dataclass(frozen=True)
class Axis:
    """An axis of a tensor, or one part of an axis that joins several."""

    kind: str
    """'batch', 'time', 'features', 'direction' of a recurrent node, or 'one' for an axis that was added."""
    size: Size


Axes: TypeAlias = tuple[tuple[Axis, ...], ...]
"""The axes of a tensor, each with its parts, outermost first."""


def size_of(parts: tuple[Axis, ...]) -> Size:
    """Return the size of an axis."""
    size: Size = 1
    for part in parts:
        size = part.size * size if isinstance(part.size, OpenSize) else size * part.size
    return size


@dataclass(frozen=True, eq=False)
class LayerSpec:
    """A layer to create: its class, arguments and weights."""

    layer_class: type[Layer]
    arguments: dict[str, Any]
    weights: tuple[Array, ...] = ()

    def with_(self, **changes: Any) -> "LayerSpec":
        """Return a copy with other arguments."""
        return replace(self, arguments={**self.arguments, **changes})


@dataclass(frozen=True)
class Mask:
    """A mask of valid steps, from a Masking or an Embedding."""

    source: object
    time_reversed: bool = False


@dataclass(frozen=True, eq=False)
class PendingRecurrent:
    """A recurrent node that is not yet resolved to a layer, which depends on the outputs that are used."""

    directions: tuple[LayerSpec, ...]
    """One layer per direction; go_backwards is relative to the order of time."""
    layers: dict[Any, LayerSpec] = field(default_factory=dict)
    """The layers it has been resolved to, by the outputs used, so that the same outputs share one layer."""


@dataclass(frozen=True, eq=False)
class Tensor:
    """The output of layers applied to the input."""

    layers: tuple[LayerSpec, ...]
    """The layers, starting at the input."""
    axes: Axes
    element: int
    """Element type, as ONNX numbers it."""
    node: PendingRecurrent | None = None
    """A recurrent node after the layers that is not resolved yet."""
    directions: tuple[int, ...] = ()
    """The directions of that node in this tensor."""
    merge: str | None = None
    """How the directions were merged."""
    time_reversed: bool = False
    """Whether the steps are in the reverse order of the input."""
    mask: Mask | None = None

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kind of each axis; parts are joined by *."""
        return tuple("*".join(part.kind for part in parts) for parts in self.axes)

    @property
    def shape(self) -> tuple[Size, ...]:
        """The size of each axis."""
        return tuple(size_of(parts) for parts in self.axes)

    def place(self, kind: str) -> int | None:
        """Return the index of the axis of a kind, or None."""
        return next((i for i, found in enumerate(self.kinds) if found == kind), None)

    def with_axes(self, axes: Any) -> "Tensor":
        """Return a copy with other axes."""
        return replace(self, axes=tuple(axes))

    def reshaped_by(self, *specs: LayerSpec, axes: Any) -> "Tensor":
        """Append layers that change the axes and drop the mask."""
        return Tensor((*self.layers, *specs), tuple(axes), self.element)

    def then(self, *specs: LayerSpec, features: int | None = None) -> "Tensor":
        """Append layers that keep all axes but the features."""
        axes = self.axes if features is None else (*self.axes[:-1], (Axis("features", features),))
        return replace(self, layers=(*self.layers, *specs), axes=axes)


@dataclass(frozen=True, eq=False)
class StackedStates:
    """Stacked final states of several recurrent nodes, like h_n of PyTorch."""

    parts: tuple[Tensor, ...]
    """Each (N, H)."""


@dataclass(frozen=True, eq=False)
class ComputedIndices:
    """Integers computed elementwise from those of the input."""

    source: Tensor
    function: Callable[[Array], Array]


@dataclass(frozen=True)
class Filled:
    """A constant with equal entries, whose shape may be open."""

    value: Any
    shape: tuple[Any, ...] = field(compare=False)


@dataclass(frozen=True)
class Unsupported:
    """An output that no layer has, or a constant that is not computed; using it is an error."""

    reason: str
    constant: bool = False


Constant: TypeAlias = Array | Filled
Value: TypeAlias = Array | Filled | Tensor | StackedStates | Mask | ComputedIndices | Unsupported


def is_constant(value: Any) -> bool:
    """Return whether a value does not depend on the input; None stands for an omitted input."""
    return (
        value is None or isinstance(value, (np.ndarray, Filled)) or (isinstance(value, Unsupported) and value.constant)
    )
