"""Calls of layers on arrays inside a function of a network, with the weights that the network has at the moment."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from .._internal import tape
from ._calls_in_traces import WeightOf
from ._own_weights import OwnWeights
from ._trainable import Trainable
from .batch_normalization import BatchNormalization
from .variable import Variable


def require_carried(parts: Iterable[Any], what: str, needed: str) -> None:
    """Raise ValueError for layers that do more than compute an output, which would be lost in a function.

    Parameters
    ----------
    parts : iterable of layer or model
        What the function calls.
    what, needed : str
        What becomes a function, and what it needs instead, for the error message.
    """
    for part in parts:
        if isinstance(part, BatchNormalization):
            found = "a BatchNormalization"
        elif getattr(part, "_activity_regularizer", None) is not None:
            found = f"layer {part.name!r}, which has an activity_regularizer,"
        elif isinstance(part, Trainable) and getattr(part, "stateful", False):
            found = f"layer {part.name!r}, which is stateful,"
        else:
            require_carried(part._inner_layers() if isinstance(part, Trainable) else part._layers, what, needed)
            continue
        raise ValueError(f"{what} with {found} in it needs {needed}")


def variables_of(leaves: Iterable[Any]) -> list[Variable]:
    """Return the weights of layers that own them, which are built, as variables."""
    found: list[Variable] = []
    for leaf in leaves:
        if isinstance(leaf, OwnWeights):
            found += leaf.variables_inside
            continue
        found += [WeightOf(leaf, number) for number in range(len(leaf.weights))]
    return found


@contextmanager
def values_of(
    variables: Sequence[Variable], values: Sequence[Any], others: Sequence[Any], training: bool
) -> Iterator[None]:
    """Let arrays stand for variables, and layers inside train or not.

    Parameters
    ----------
    variables, values
        The variables and their arrays, traced ones if their gradients are wanted.
    others : sequence
        The other arrays of the computation.
    training : bool
        What layers do that are not told.
    """
    given = {(one._store, one._index): value for one, value in zip(variables, values, strict=True)}
    with tape.given_values(given, others, training):
        yield
