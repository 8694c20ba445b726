"""Calls of layers on arrays inside a function of a network, with the weights that the network has at the moment."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from .._internal import tape
from ._calls_in_traces import WeightOf
from ._own_weights import OwnWeights
from .batch_normalization import BatchNormalization
from .variable import Variable, substituted


def variables_of(leaves: Iterable[Any], what: str) -> list[Variable]:
    """Return the weights of layers as variables.

    Parameters
    ----------
    leaves : iterable of Layer
        Layers that own weights, which are built.
    what : str
        What they are inside of, for the error message: its steps or its call need values.
    """
    found: list[Variable] = []
    for leaf in leaves:
        if isinstance(leaf, OwnWeights):
            found += leaf.variables_inside
            continue
        if isinstance(leaf, BatchNormalization):
            raise ValueError(f"{what} with a BatchNormalization in it needs an input with a known number of steps")
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
    of_layers = {
        (one._store, one._index): value
        for one, value in zip(variables, values, strict=True)
        if isinstance(one, WeightOf)
    }
    with substituted(variables, values), tape.given_values(of_layers, [*values, *others], training):
        yield
