"""`tf.nn` on NumPy arrays: activations and cross-entropies of logits."""

from typing import Any

import numpy as np

from ... import losses
from ..._internal.deferred import defer_functions
from ..._internal.not_available import NotAvailableError
from .. import _parts, activations
from .._arrays import plain, softmax, tanh, tensor
from .._indexed import in_top_k as _in_top_k
from .._missing import missing_names_of
from ..backend import bias_add as _bias_add
from ..backend import dropout as _dropout
from ..backend import l2_normalize
from ._functions import top_k
from ._places import zero_fraction

__all__ = [
    "batch_normalization",
    "bias_add",
    "compute_average_loss",
    "crelu",
    "dropout",
    "elu",
    "embedding_lookup",
    "gelu",
    "in_top_k",
    "l2_loss",
    "l2_normalize",
    "leaky_relu",
    "log_softmax",
    "moments",
    "relu",
    "relu6",
    "scale_regularization_loss",
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
    "zero_fraction",
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


def dropout(
    x: Any,
    rate: Any = None,
    noise_shape: Any = None,
    seed: int | None = None,
    name: str | None = None,
    keep_prob: Any = None,
) -> Any:
    """Return an array with elements set to 0 at random, the others divided by ``1 - rate``."""
    if (rate is None) == (keep_prob is None):  # the latter says what is kept, in TensorFlow 1
        raise ValueError(f"rate: expected a number, or keep_prob instead of it, got {rate!r} and {keep_prob!r}")
    rate = 1 - keep_prob if rate is None else rate
    return _dropout(x, rate, noise_shape, seed)


def embedding_lookup(
    params: Any, ids: Any, partition_strategy: Any = None, name: str | None = None, max_norm: Any = None
) -> Any:
    """Return the rows of an array at the indices."""
    if max_norm is not None:
        raise NotAvailableError(
            "fastlstm does not have tf.nn.embedding_lookup with max_norm: use tf.clip_by_norm of the rows"
        )
    return tensor(np.take(params, plain(ids), axis=0))


def bias_add(value: Any, bias: Any, data_format: str | None = None, name: str | None = None) -> Any:
    """Return an array with a bias added along its last axis, or the second one where channels come first."""
    return _bias_add(value, bias, data_format)


def crelu(features: Any, axis: int = -1, name: str | None = None) -> Any:
    """Return the positive parts of elements and of their negatives."""
    return tensor(np.maximum(np.concatenate([features, np.negative(features)], axis), 0))


def in_top_k(targets: Any, predictions: Any, k: int, name: str | None = None) -> Any:
    """Return whether the class of each sample is among those with the `k` highest predictions."""
    return _in_top_k(targets, predictions, k)


def compute_average_loss(per_example_loss: Any, sample_weight: Any = None, global_batch_size: Any = None) -> Any:
    """Return the sum of losses, weighted if there are weights, divided by the size of the batch."""
    total = per_example_loss if sample_weight is None else per_example_loss * sample_weight
    return tensor(np.sum(total) / (np.shape(per_example_loss)[0] if global_batch_size is None else global_batch_size))


def scale_regularization_loss(regularization_loss: Any) -> Any:
    """Return the sum of penalties: there is one replica."""
    return tensor(np.sum(regularization_loss))


def batch_normalization(
    x: Any, mean: Any, variance: Any, offset: Any, scale: Any, variance_epsilon: float, name: str | None = None
) -> Any:
    """Return an array normalized with given means and variances."""
    return _parts.normalized(x, mean, variance, offset, scale, variance_epsilon)


_DEFERRED = ("batch_normalization", "bias_add", "crelu", "dropout", "embedding_lookup", "in_top_k")
defer_functions(globals(), _DEFERRED)
defer_functions(globals(), [name for name in __all__ if name.endswith(("logits", "logits_v2", "loss", "moments"))])
