"""The training state besides the weights, so that interrupted training continues as if it had not been interrupted.

The optimizer's variables are stored where Keras stores them. A group that Keras ignores has the rest: the seeds drawn
for dropout, the states of stateful layers, the weights that do not decay, and weights given to a constructor, which
Keras stores in the description.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._internal.arrays import Array
from .._internal.checks import integer
from .._internal.native import Network
from ..layers import Dropout
from ..layers._rng import RngSteps
from ..layers.base import Layer
from ..layers.rnn.recurrent import Recurrent
from ..layers.rnn.recurrent_cell import RecurrentCell
from ..optimizers import Optimizer
from ..optimizers._loops import OwnSteps, key_of
from ..training.native_model import NativeModel
from . import hdf5, optimizer_state, weight_tree
from .saved_model import LayersOf, SavedModel

if TYPE_CHECKING:
    import h5py


_OPTIMIZER, _OURS = "optimizer/vars", "fastlstm"
_TEXT, _STATEFUL_STATE = "training.json", "carried_state"


def write(file: "h5py.File", model: SavedModel, layers_of: LayersOf | None = None) -> None:
    """Write the training state of a built model, the optimizer's in Keras's order or in that of `layers_of`."""
    trained = trained_by(model, layers_of)
    if trained is not None:
        saved = file.create_group(_OPTIMIZER)
        saved.attrs["name"] = trained.optimizer.name
        for i, array in enumerate(optimizer_state.variables(*trained)):
            saved[str(i)] = array
    write_ours(file, model)


class Training(NamedTuple):
    """An optimizer with the network that has its slots."""

    optimizer: Optimizer
    network: Network
    weights: list[optimizer_state.Trained]


def trained_by(model: SavedModel, layers_of: LayersOf | None) -> Training | None:
    """Return the optimizer of `compile` if it has begun to train a built model, in `fit` or in steps of users."""
    optimizer = model._compiled_optimizer
    if optimizer is None:
        return None
    loop = optimizer._own_steps
    if loop is not None and optimizer._network is loop.network:
        return _by_steps(model, optimizer, loop, layers_of)
    native = model._native_model()
    if native is None or optimizer._network is not native.network:
        return None

    def in_model(owner: Any, i: int) -> int | None:
        first = native.first_parameter(owner)
        return None if first is None else first + i

    return Training(optimizer, native.network, optimizer_state.trained_weights(model, in_model, layers_of))


def _by_steps(model: SavedModel, optimizer: Optimizer, steps: OwnSteps, layers_of: LayersOf | None) -> Training:
    """Return the optimizer of `compile` with the steps of users that it makes, or could make."""
    numbers = {key: number for number, key in enumerate(steps.keys)}

    def in_steps(owner: Any, i: int) -> int | None:
        return numbers.get(key_of(owner.weights[i]))

    return Training(optimizer, steps.network, optimizer_state.trained_weights(model, in_steps, layers_of))


def _steps_of_class(model: SavedModel) -> OwnSteps | None:
    """Return what could make the steps of the model's own class, which begin with all variables, and is not in use."""
    optimizer, variables = model._compiled_optimizer, model.trainable_weights
    if optimizer is None or not variables or not model._runs_own("train_step"):
        return None
    return optimizer._possible_steps(variables)


def write_ours(file: "h5py.File", model: SavedModel) -> None:
    """Write the part that Keras does not save."""
    native, group = model._native_model(), file.create_group(_OURS)
    if native is not None and native.stateful and native.network.state is not None:
        group[_STATEFUL_STATE] = native.network.state
    for leaf in weight_tree.leaves(model):
        if not leaf.in_tree:
            for weight, array in zip(leaf.layer._weights.declared, leaf.layer.weights, strict=True):
                group[f"{leaf.path}/{weight.name}"] = array
    group[_TEXT] = np.frombuffer(json.dumps(_described(model)).encode(), np.uint8)


def _described(model: SavedModel) -> dict[str, Any]:
    pattern = None if model._compiled_optimizer is None else model._compiled_optimizer._without_decay
    native = model._native_model()
    names = [] if native is None else sorted({parameter.name for parameter in native.network.parameters})
    return {
        "seeds": {leaf.path: leaf.layer._seed.drawn() for leaf in _seeded(model)},
        "draws": model._rng_steps.made,
        "without_decay": [name for name in names if pattern is not None and pattern.search(name)],
    }


def _seeded(model: SavedModel) -> list[Any]:
    return [leaf for leaf in weight_tree.leaves(model) if _draws(leaf.layer)]


def _draws(layer: Layer) -> bool:
    """Return whether training draws random numbers in a layer."""
    if isinstance(layer, Dropout):
        return layer.rate > 0
    return isinstance(layer, (Recurrent, RecurrentCell)) and layer._is_random()


def read_ours(file: "h5py.File") -> Mapping[str, Any]:
    """Return the part that Keras does not save; empty if Keras wrote the file."""
    group = hdf5.group_at(file, _OURS)
    if group is None:
        return {}
    found = json.loads(hdf5.numbers(hdf5.dataset(group, _TEXT), "uint8").tobytes())
    if not isinstance(found, dict):
        raise ValueError(f"{_OURS}/{_TEXT}: expected an object, got {str(found)[:100]}")
    return found


def saved_optimizer_variables(file: "h5py.File") -> list[Any]:
    """Return the optimizer's variables in a file."""
    group = hdf5.group_at(file, _OPTIMIZER)
    return [] if group is None else [hdf5.dataset(group, str(i)) for i in range(len(group))]


def restore(
    file: "h5py.File",
    model: SavedModel,
    saved: Sequence["h5py.Dataset"],
    layers_of: LayersOf | None,
    *,
    by_slot: bool = False,
) -> None:
    """Restore the training state of a model just created from a description.

    `saved` are the optimizer's variables, those of layers in the order of `layers_of`; `by_slot` is as for
    `optimizer_state.fitting`.
    """
    ours = read_ours(file)
    optimizer = model._compiled_optimizer
    if optimizer is not None and ours.get("without_decay"):
        names = [f"^{re.escape(str(name))}$" for name in ours["without_decay"]]
        optimizer.exclude_from_weight_decay(var_names=names)
    _restore_random_numbers(model, ours)
    _restore_optimizer(model, saved, layers_of, {}, "load_model", by_slot=by_slot)
    _restore_stateful_state(file, model)


def order_in(file: "h5py.File", model: SavedModel) -> LayersOf | None:
    """Return the order of layers in a file that describes the model; None for Keras's."""
    return weight_tree.order_in_files(model) if _OURS in file else None


def restore_arguments(file: "h5py.File", model: SavedModel) -> None:
    """Restore the weights that are constructor arguments, which Keras stores in the description."""
    for leaf in weight_tree.leaves(model):
        group = None if leaf.in_tree else hdf5.group_at(file, f"{_OURS}/{leaf.path}")
        if group is None:
            continue
        declared = leaf.layer._weights.declared
        datasets = [hdf5.dataset(group, weight.name) for weight in declared]
        leaf.layer._weights.write(weight_tree.numbers_of(leaf, declared, datasets))


def restore_training(
    file: "h5py.File", model: SavedModel, saved: Sequence["h5py.Dataset"], layers_of: LayersOf | None
) -> None:
    """Restore the training state of a compiled model if the file has the same kind of optimizer.

    `saved` and `layers_of` are as for `restore`.
    """
    if _restore_optimizer(model, saved, layers_of, read_ours(file), "load_weights"):
        _restore_stateful_state(file, model)


def _restore_optimizer(
    model: SavedModel,
    saved: Sequence["h5py.Dataset"],
    layers_of: LayersOf | None,
    ours: Mapping[str, Any],
    where: str,
    *,
    by_slot: bool = False,
) -> bool:
    """Restore the optimizer's state, and the random numbers of `ours`, if it fits; return whether it does."""
    optimizer = model._compiled_optimizer
    if optimizer is None or not saved:
        return False
    steps = _steps_of_class(model)
    trained = trained_by(model, layers_of) if steps is None else _by_steps(model, optimizer, steps, layers_of)
    fitting = None if trained is None else optimizer_state.fitting(*trained, saved, where, by_slot=by_slot)
    if trained is None or fitting is None:
        return False
    _restore_random_numbers(model, ours)
    native, network = model._native_model(), trained.network  # a new native model if a seed has changed
    if steps is not None:
        optimizer._go_on_with(steps)
    elif optimizer._network is not network:
        network = native.network
    optimizer_state.restore(optimizer, network, fitting)
    return True


def _restore_random_numbers(model: SavedModel, ours: Mapping[str, Any]) -> None:
    """Restore the drawn seeds and the RNG step; the native model is rebuilt if a seed changes."""
    seeds = ours.get("seeds", {})
    for leaf in _seeded(model):
        if leaf.path in seeds and leaf.layer._seed.take(seeds[leaf.path]):
            model._changed()
    if "draws" in ours:
        model._rng_steps = RngSteps(integer("draws", ours["draws"], 0))


def _restore_stateful_state(file: "h5py.File", model: SavedModel) -> None:
    group = hdf5.group_at(file, _OURS)
    if group is None or _STATEFUL_STATE not in group or not model.built:
        return
    dataset, network = hdf5.dataset(group, _STATEFUL_STATE), model._native_model().network
    if len(dataset.shape) != 2 or dataset.shape[1] != network.state_size:
        raise ValueError(f"{_STATEFUL_STATE}: expected shape (N, {network.state_size}), got {dataset.shape}")
    network.state = hdf5.numbers(dataset, model.dtype)


class NativeState(NamedTuple):
    """The state of a native model besides the weights, for copies and pickles."""

    stateful_state: Array | None
    steps: int
    slots: list[Array]


def of_native_model(native: NativeModel, optimizer: Optimizer | None) -> NativeState:
    """Return the state of a native model besides the weights."""
    network = native.network
    stateful_state = network.state if native.stateful else None
    if optimizer is None:
        return NativeState(stateful_state, 0, [])
    slots = [network.slot(*slot) for slot in _slots(network)]
    return NativeState(stateful_state, network.iterations, slots)


def restore_native_model(native: NativeModel, optimizer: Optimizer | None, state: NativeState) -> None:
    """Restore a state from `of_native_model`."""
    network = native.network
    network.state = state.stateful_state
    if optimizer is not None:
        for slot, array in zip(_slots(network), state.slots, strict=True):
            network.set_slot(*slot, array)
        network.iterations = state.steps


def _slots(network: Network) -> list[tuple[str, int]]:
    """Return the names and parameters of all slots."""
    trained = [i for i, parameter in enumerate(network.parameters) if parameter.trainable]
    return [(name, parameter) for name in network.slots for parameter in trained]
