"""`tf.nn` on NumPy arrays: activations and cross-entropies of logits."""

from typing import Any

import numpy as np

from ... import losses
from ..._internal.deferred import defer_functions
from .. import _parts, activations
from .._arrays import softmax, tanh, tensor
from .._missing import missing_names_of
from ..backend import l2_normalize
from ._functions import top_k

__all__ = [
    "elu",
    "gelu",
    "l2_loss",
    "l2_normalize",
    "leaky_relu",
    "log_softmax",
    "moments",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "sigmoid_cross_entropy_with_logits",
    "silu",
    "softmax",
    "softmax_cross_entropy_with_logits",
    "softmax_cross_entropy_with_logits_v2",
    "softplus",
    "softsign",
    "sparse_softmax_cross_entropy_with_logits",
    "swish",
    "tanh",
    "top_k",
    "weighted_cross_entropy_with_logits",
]

__getattr__ = missing_names_of(__name__)

relu, relu6, elu, selu = activations.relu, activations.relu6, activations.elu, activations.selu
leaky_relu, gelu, silu, swish = activations.leaky_relu, activations.gelu, activations.silu, activations.silu
sigmoid, softplus, softsign = activations.sigmoid, activations.softplus, activations.softsign
log_softmax = activations.log_softmax


def sigmoid_cross_entropy_with_logits(labels: Any = None, logits: Any = None, name: str | None = None) -> Any:
    """Return the binary cross-entropy of each element."""
    return weighted_cross_entropy_with_logits(labels, logits, 1)


def weighted_cross_entropy_with_logits(
    labels: Any = None, logits: Any = None, pos_weight: Any = 1, name: str | None = None, **_: Any
) -> Any:
    """Return the binary cross-entropy of each element, with the part of the positive label multiplied by a weight."""
    weight = 1 + (pos_weight - 1) * labels
    return tensor((1 - labels) * logits + weight * np.logaddexp(0, np.negative(logits)))


def softmax_cross_entropy_with_logits(
    labels: Any = None, logits: Any = None, axis: int = -1, name: str | None = None, **_: Any
) -> Any:
    """Return the cross-entropy of each sample or step."""
    return tensor(losses.categorical_crossentropy(labels, logits, from_logits=True, axis=axis))


softmax_cross_entropy_with_logits_v2 = softmax_cross_entropy_with_logits


def sparse_softmax_cross_entropy_with_logits(
    labels: Any = None, logits: Any = None, name: str | None = None, **_: Any
) -> Any:
    """Return the cross-entropy of each sample or step, for class numbers."""
    return tensor(losses.sparse_categorical_crossentropy(labels, logits, from_logits=True))


def l2_loss(t: Any, name: str | None = None) -> Any:
    """Return half the sum of squares."""
    return tensor(np.sum(np.square(t)) / 2)


def moments(x: Any, axes: Any, shift: Any = None, keepdims: bool = False, name: str | None = None) -> tuple[Any, Any]:
    """Return the mean and the variance along axes."""
    return _parts.moments(x, axes, keepdims)


defer_functions(globals(), [name for name in __all__ if name.endswith(("logits", "logits_v2", "loss", "moments"))])
