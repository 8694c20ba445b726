"""Weights in Keras's tree of groups: layers/lstm/cell/vars/0.

A layer's group is named after its class and numbered from the second of a class on; the attribute that holds its
weights and its inner layers are groups inside it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .._internal.arrays import Array
from .._internal.names import snake_case
from ..layers import Layer
from ..layers._weights import Weight
from . import hdf5

if TYPE_CHECKING:
    import h5py

_OLDER = "_layer_checkpoint_dependencies"  # the name of 'layers' before Keras 3


class Leaf(NamedTuple):
    """A layer that owns weights: a layer of the model or one inside it."""

    path: str
    """The path of its group."""
    layer: Layer
    owner: Layer
    """The layer of the model."""

    @property
    def in_tree(self) -> bool:
        """Whether its weights are in the tree; constructor arguments are in the description."""
        return not self.layer._weights_are_arguments


def leaves(layers: Iterable[Layer]) -> Iterator[Leaf]:
    """Yield the layers with weights, in the order of the model's weights."""
    used: Counter[str] = Counter()
    for owner in layers:
        name = snake_case(type(owner).__name__)
        count = used[name]
        used[name] += 1
        for path, layer in owner._leaves(f"layers/{name}_{count}" if count else f"layers/{name}"):
            yield Leaf(path, layer, owner)


def write(file: "h5py.File", layers: Iterable[Layer]) -> None:
    """Write the weights of all layers."""
    for leaf in leaves(layers):
        if not leaf.layer.built:
            continue
        group = file.create_group(f"{leaf.path}/vars")
        group.attrs["name"] = leaf.layer.name
        if not leaf.in_tree or not leaf.layer.weights:
            continue
        extra = [np.array(value, np.int32) for _, value in leaf.layer._keras_extra]
        for i, array in enumerate([*leaf.layer.weights, *extra]):
            group[str(i)] = array


def arrays_of(file: "h5py.File", leaf: Leaf, declared: Sequence[Weight]) -> list[Array]:
    """Return the weights of a leaf; raise ValueError unless they are as declared."""
    group = hdf5.group_at(file, f"{leaf.path}/vars")
    if group is None and _OLDER in file:
        group = hdf5.group_at(file, f"{leaf.path.replace('layers', _OLDER, 1)}/vars")
    found = 0 if group is None else len(group)
    expected = len(declared) + len(leaf.layer._keras_extra)
    if group is None or found != expected:
        names = [*(weight.name for weight in declared), *(name for name, _ in leaf.layer._keras_extra)]
        raise ValueError(
            f"layer {leaf.owner.name!r}: expected {expected} weights ({', '.join(names)}) in {leaf.path}, got {found}"
        )
    return numbers_of(leaf, declared, [hdf5.dataset(group, str(i)) for i in range(len(declared))])


def numbers_of(leaf: Leaf, declared: Sequence[Weight], datasets: Sequence["h5py.Dataset"]) -> list[Array]:
    """Return datasets as the weights of a leaf; raise ValueError unless they have the declared shapes."""
    for weight, dataset in zip(declared, datasets, strict=True):
        if dataset.shape != weight.shape:
            raise ValueError(
                f"layer {leaf.owner.name!r}: expected shape {weight.shape} of its {weight.name}, got {dataset.shape}"
            )
    return [hdf5.numbers(dataset, leaf.layer.dtype) for dataset in datasets]
