"""Steps of an optimizer with gradients that a training loop has found: on copies of the variables in a network."""

import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from .._internal import native, tape
from .._internal.arrays import Array
from .._internal.native import Network


class OwnSteps:
    """Variables that an optimizer updates outside of `fit`.

    Parameters
    ----------
    variables : sequence
        Variables or weights.
    """

    def __init__(self, variables: Sequence[Any]) -> None:
        self.keys = [key_of(one) for one in variables]
        self.names = [str(one.name) for one in variables]
        self._stores = [(one._store, one._index) for one in variables]
        dtype = str(np.asarray(_array(self._stores[0])).dtype)
        self.network: Network = native.network(dtype, 1, False)
        shapes = [list(np.shape(_array(one))) for one in self._stores]
        self.network.add("variables", weights=shapes)
        for i, (store, index) in enumerate(self._stores):
            constraint = store.declared[index].constraint
            if constraint is not None:
                self.network.set_constraint(i, *constraint.core_arguments(len(shapes[i])))

    def is_for(self, variables: Sequence[Any]) -> bool:
        """Return whether it updates these variables, which may be in another order."""
        keys = [key_of(one) for one in variables]
        return keys == self.keys or sorted(keys) == sorted(self.keys)

    def take_slots(self, other: "OwnSteps") -> None:
        """Take over the slots of the variables that another one updates as well."""
        numbers = {key: number for number, key in enumerate(other.keys)}
        for number, key in enumerate(self.keys):
            for name in self.network.slots if key in numbers else ():
                values: Any = other.network.slot(name, numbers[key])
                self.network.set_slot(name, number, values)

    def step(self, variables: Sequence[Any], gradients: Sequence[Array | None], rate: float) -> None:
        """Make a step with the gradients of these variables; None stands for zeros."""
        network = self.network
        given_for = {key_of(one): gradient for one, gradient in zip(variables, gradients, strict=True)}
        for i, (key, place) in enumerate(zip(self.keys, self._stores, strict=True)):
            current = np.array(_array(place), order="C")  # np.ascontiguousarray gives numbers an axis
            network.set_weight(i, current)
            given = tape.plain(given_for[key])  # traced if another tape is open
            found = np.zeros_like(current) if given is None else np.asarray(given, current.dtype)
            network.set_gradient(i, np.array(np.broadcast_to(found, current.shape), order="C"))
        network.apply_gradients(rate)
        for i, (store, index) in enumerate(self._stores):
            store.write_at(index, np.array(network.weight(i)))


def _array(place: Any) -> Array:
    store, index = place
    array: Array = store.arrays()[index].view(np.ndarray)
    return array


def key_of(variable: Any, argument: str = "grads_and_vars") -> Any:
    """Return what identifies a variable or a weight as long as it exists."""
    store, index = place_of(variable, argument)
    return id(store), index


def place_of(variable: Any, argument: str) -> tuple[Any, int]:
    """Return the store that has the value of a variable or a weight, and its number there."""
    if getattr(variable, "_store", None) is None:
        raise TypeError(f"{argument}: expected variables or weights of layers, got {type(variable).__name__}")
    return variable._store, variable._index


def gradients_of(loss: Any, variables: Sequence[Any], recorded_by: Any) -> list[Any]:
    """Return the gradients of a loss: a function that is called now, or a value that a tape has recorded."""
    if recorded_by is not None:
        return list(recorded_by.gradient(loss() if callable(loss) else loss, list(variables)))
    if not callable(loss):
        raise ValueError(
            "tape: expected the gradient tape that has recorded the loss, which is not a function, got None"
        )
    session = tape.begin()
    try:
        value = loss()
    finally:
        tape.end(session)
    sources = [session.known((one._store, one._index)) for one in variables]
    return list(session.gradients([(value, np.ones_like(tape.plain(value)))], sources))


def pairs_of(grads_and_vars: Iterable[Any]) -> tuple[list[Any], list[Any]]:
    """Return gradients and variables; warn of those without a gradient."""
    pairs = list(grads_and_vars)
    if not pairs:
        raise ValueError("grads_and_vars: expected at least one gradient with its variable, got none")
    gradients, variables = [one for one, _ in pairs], [one for _, one in pairs]
    missing = [getattr(v, "name", "?") for g, v in pairs if g is None]
    if missing and len(missing) == len(pairs):
        raise ValueError(f"grads_and_vars: expected a gradient for some of the variables, got None for {missing}")
    if missing:
        warnings.warn(f"gradients do not exist for variables {missing}", UserWarning, stacklevel=4)
    return gradients, variables
