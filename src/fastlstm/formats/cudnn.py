"""CuDNNLSTM and CuDNNGRU of Keras 2, whose files have the weights as cuDNN takes them.

For each gate, cuDNN has matrices W (H, D) and R (H, H) and two biases (H,). Their numbers are in the files in this
order, in arrays that have the shapes of Keras's kernels: (D, 4H), (H, 4H) and (8H,) for an LSTM.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .._internal.arrays import Array
from ..layers._weights import Weight
from ..layers.rnn.recurrent import Recurrent
from . import hdf5
from .weight_tree import Leaf

_CLASSES = {"CuDNNLSTM": ("LSTM", {}), "CuDNNGRU": ("GRU", {"reset_after": True})}
_GATES = {"lstm": 4, "gru": 3}


def translate(found: dict[str, Any]) -> None:
    """Turn the description of a CuDNNLSTM or CuDNNGRU into that of an LSTM or GRU that computes the same."""
    if found["class_name"] not in _CLASSES:
        return
    found["class_name"], arguments = _CLASSES[found["class_name"]]
    found["config"].update(activation="tanh", recurrent_activation="sigmoid", **arguments)
    found["config"].pop("time_major", None)


def arrays_of(leaf: Leaf, declared: Sequence[Weight], datasets: Sequence[Any]) -> list[Array] | None:
    """Return the weights of a leaf in Keras's layout if they are in that of cuDNN, otherwise None."""
    layer = leaf.layer
    gates = _GATES.get(layer.cell.name) if isinstance(layer, Recurrent) else None
    if gates is None or [one.shape for one in datasets] != [
        *(weight.shape for weight in declared[:2]),
        (2 * gates * layer.units,),
    ]:
        return None
    kernel, recurrent_kernel, bias = (hdf5.numbers(one, layer.dtype) for one in datasets)
    biases = bias.reshape(2, -1)
    return [
        _by_gate(kernel, gates),
        _by_gate(recurrent_kernel, gates),
        biases.sum(axis=0) if gates == 4 else biases,
    ]


def _by_gate(kernel: Array, gates: int) -> Array:
    """Return a kernel whose blocks of columns hold matrices (H, D), of which Keras has the transposes."""
    blocks = [block.reshape(block.shape[::-1]).T for block in np.split(kernel, gates, axis=1)]
    joined: Array = np.concatenate(blocks, axis=1)
    return joined
