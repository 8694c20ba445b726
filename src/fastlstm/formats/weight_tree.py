"""Weights in Keras's tree of groups: layers/lstm/cell/vars/0.

A layer's group is named after its class and numbered from the second of a class on; the attribute that holds its
weights and its inner layers are groups inside it. The layers of a model inside are in a group layers of its group.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._internal.arrays import Array
from .._internal.names import numbered, snake_case
from ..layers._weights import Weight
from ..layers.base import Layer
from . import hdf5, kinds
from .saved_model import LayersOf, SavedModel

if TYPE_CHECKING:
    import h5py

_OLDER = "_layer_checkpoint_dependencies"  # the name of 'layers' before Keras 3


class Leaf(NamedTuple):
    """A layer that owns weights: a layer of the model or of a model inside it, or one inside such a layer."""

    path: str
    """The path of its group."""
    layer: Layer
    owner: Layer
    """The layer of a model."""
    models: tuple[Any, ...]
    """The models inside the outermost one that contain the owner, outermost first."""

    @property
    def in_tree(self) -> bool:
        """Whether its weights are in the tree; constructor arguments are in the description."""
        return not self.layer._weights_are_arguments

    @property
    def where(self) -> str:
        """The names of the models and of the owner, for messages."""
        return "/".join(one.name for one in (*self.models, self.owner))

    @property
    def is_trained(self) -> bool:
        """Whether neither the layer nor what it is inside is frozen."""
        return all(one._trainable for one in (*self.models, self.owner, self.layer))


def leaves(model: SavedModel, layers_of: LayersOf | None = None) -> Iterator[Leaf]:
    """Yield the layers with weights once each, in Keras's order or in that of `layers_of`."""
    seen: set[int] = set()
    for leaf in all_leaves(model, layers_of):
        if id(leaf.layer) not in seen:
            seen.add(id(leaf.layer))
            yield leaf


def all_leaves(model: SavedModel, layers_of: LayersOf | None = None) -> Iterator[Leaf]:
    """Yield the same, and again for each further model that a layer is in."""
    yield from _leaves(model, layers_of or {}, "", ())


def _leaves(model: Any, layers_of: LayersOf, prefix: str, models: tuple[Any, ...]) -> Iterator[Leaf]:
    if getattr(model, "_is_subclassed", False):
        for within, layer in model._leaves(prefix.rstrip("/")):
            yield Leaf(within.lstrip("/"), layer, layer, models)
        return
    used: Counter[str] = Counter()
    for owner in layers_of.get(id(model), model._layers):
        path = f"{prefix}layers/{numbered(snake_case(kinds.class_name(owner)), used)}"
        inside = owner._model_inside if isinstance(owner, Layer) else None
        if inside is not None:
            outside = (*models, owner, inside.model)
            yield from _leaves(inside.model, layers_of, f"{path}/{inside.path}/", outside)
        elif isinstance(owner, Layer):
            for within, layer in owner._leaves(path):
                yield Leaf(within, layer, owner, models)
        else:
            yield from _leaves(owner, layers_of, f"{path}/", (*models, owner))


def models_in(model: Any) -> Iterator[Any]:
    """Yield a model and those inside, each as often as it occurs."""
    yield model
    for layer in model._layers:
        if not isinstance(layer, Layer):
            yield from models_in(layer)


def order_in_files(model: SavedModel) -> LayersOf:
    """Return the order of layers in files that describe the model."""
    return {id(one): one._layers_in_files for one in models_in(model)}


def write(file: "h5py.File", model: SavedModel, layers_of: LayersOf | None = None) -> None:
    """Write the weights of all layers, in Keras's order or in that of `layers_of`.

    Keras writes those of a layer that is in several models once, and cannot read them; they are written for each.
    """
    for leaf in all_leaves(model, layers_of):
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
    paths = (leaf.path, *_older(leaf.path))
    found_at = (hdf5.group_at(file, f"{path}/vars".lstrip("/")) for path in paths)  # a model's own are at the top
    group = next((one for one in found_at if one is not None), None)
    found = 0 if group is None else len(group)
    expected = len(declared) + len(leaf.layer._keras_extra)
    if group is None or found != expected:
        names = [*(weight.name for weight in declared), *(name for name, _ in leaf.layer._keras_extra)]
        raise ValueError(
            f"layer {leaf.where!r}: expected {expected} weights ({', '.join(names)}) in {leaf.path or 'the file'}, got"
            f" {found}"
        )
    return numbers_of(leaf, declared, [hdf5.dataset(group, str(i)) for i in range(len(declared))])


def _older(path: str) -> Iterator[str]:
    """Yield the paths of a group in files of Keras 2."""
    *parents, own = (_OLDER if part == "layers" else part for part in path.split("/"))
    yield "/".join([*parents, own])
    yield f"{path.rpartition('/')[0]}/_{own}"  # of the layers inside MultiHeadAttention


def numbers_of(leaf: Leaf, declared: Sequence[Weight], datasets: Sequence["h5py.Dataset"]) -> list[Array]:
    """Return datasets as the weights of a leaf; raise ValueError unless they have the declared shapes."""
    for weight, dataset in zip(declared, datasets, strict=True):
        if dataset.shape != weight.shape:
            raise ValueError(
                f"layer {leaf.where!r}: expected shape {weight.shape} of its {weight.name}, got {dataset.shape}"
            )
    return [hdf5.numbers(dataset, leaf.layer.dtype) for dataset in datasets]
