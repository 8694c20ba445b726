"""Mirror: a network with the layers of a graph and copies of their weights, for passes beside those of a model."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .._internal import tape
from .._internal.native import NETWORK_INPUT
from ..layers.base import Layer
from .native_model import ModelInput, network_for
from .nodes import CoreLayers, Node, Value


def all_flags(layer: Layer) -> list[bool]:
    """Return for each weight of a layer whether training may ever change it, whether or not the layer is frozen."""
    return [array.trainable for array in layer.weights]  # type: ignore[attr-defined]


class Mirror:
    """A network of nodes that copies the weights of their layers, wherever these are.

    Parameters
    ----------
    nodes, outputs
        As for `NativeModel`.
    inputs : sequence of ModelInput
        Of the graph.
    dtype : str
        'float32' or 'float64', whatever that of the layers is.
    trained : callable
        Returns for each weight of a layer whether the network has its gradient; nothing for a layer without weights.
    input_gradient : bool
        Whether gradients of the inputs are needed.
    casts : bool
        Whether weights may have another dtype.
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        outputs: Sequence[Value],
        inputs: Sequence[ModelInput],
        dtype: str,
        trained: Callable[[Layer], list[bool]],
        *,
        input_gradient: bool,
        casts: bool = False,
    ) -> None:
        self.network = network_for(inputs, dtype, input_gradient=input_gradient)
        core = CoreLayers(self.network)
        shapes = [one.batch_shape for one in inputs]
        self.network.set_outputs(core.places(nodes, outputs, [(NETWORK_INPUT, k) for k in range(len(inputs))], shapes))
        self.layers = core.layers
        """For each of the core's layers, the layer that it belongs to."""
        unique = list({id(layer): layer for layer in core.layers}.values())
        self.network.set_trainable([flag for layer in unique for flag in trained(layer)])
        self.weights: list[tuple[Any, int]] = [
            (array._store, array._index)  # type: ignore[attr-defined]
            for layer in unique
            if trained(layer)
            for array in layer.weights
        ]
        """For each parameter of the network, the weights that it is one of, and its number there."""
        self._dtype = np.dtype(dtype) if casts else None
        self.copy_weights()

    def copy_weights(self, given: Mapping[Any, Any] | None = None) -> None:
        """Take over the weights that have changed since, or the values that are given for them."""
        for number, (store, i) in enumerate(self.weights):
            value = None if given is None else given.get((store, i))
            current = store.arrays()[i].view(np.ndarray) if value is None else np.asarray(tape.plain(value))
            if self._dtype is not None:
                current = current.astype(self._dtype)
            if not self.network.weight_equals(number, current):
                self.network.set_weight(number, current)
