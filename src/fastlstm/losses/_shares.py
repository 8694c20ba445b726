"""How the values of a batch become one number: the share that each has in it."""

from typing import Any

import numpy as np

from .._internal.arrays import Array, numbers
from .._internal.deferred import deferring_in
from .._internal.tape import plain


def shares_of(shape: tuple[int, ...], reduction: str | None, sample_weight: Array | None, name: str) -> Array:
    """Return the factors of values of a shape in the loss of a batch.

    Parameters
    ----------
    shape : tuple of int
        The shape of the values: of samples, of samples and steps, and so on; () for one number for the whole batch,
        which is multiplied with the mean (or sum) of the weights, as in Keras.
    reduction : str
        That of the loss.
    sample_weight : ndarray, optional
        Weights (N,) or (N, T). The weight of a sample applies to all its values.
    name : str
        The name of the loss, for messages.

    Returns
    -------
    ndarray
        Factors of this shape; zeros if they would be divided by 0.
    """
    weights = np.ones(shape) if sample_weight is None else _weight_of_each(shape, sample_weight, name)
    if reduction == "sum":
        divisor = 1.0
    else:
        divisor = weights.sum() if reduction == "mean_with_sample_weight" else float(weights.size)
    shares: Array = weights / divisor if divisor else np.zeros(weights.shape)
    return shares if shape else np.asarray(shares.sum())


def masked_weights(weight: Any, valid: Array, reduction: str | None) -> Array:
    """Return the weights of steps where a mask lets them count, and zeros elsewhere.

    Parameters
    ----------
    weight : array_like, optional
        Sample weights (N,) or (N, T), with an axis of size 1 after these or without, or one for all.
    valid : ndarray of bool
        The mask (N, T).
    reduction : str
        That of the loss. Means are over the valid steps alone: their weights make up for the others.

    Returns
    -------
    ndarray
        Weights (N, T).
    """
    factors = valid.astype(np.float64)
    if reduction in ("sum_over_batch_size", "mean"):
        factors *= factors.size / max(factors.sum(), 1.0)
    if weight is None:
        return factors
    weight = numbers("sample_weight", weight)
    if weight.ndim == factors.ndim + 1 and weight.shape[-1] == 1:
        weight = weight[..., 0]
    product: Array = factors * weight.reshape(weight.shape + (1,) * (factors.ndim - weight.ndim))
    return product


def mask_of(y_pred: Any) -> Array | None:
    """Return the mask that layers have given predictions, None without one or if they stand for later values.

    A loss of those is called again once the values are there, with the mask that they have then.
    """
    if deferring_in((y_pred,)) is not None:
        return None
    mask = getattr(y_pred, "_keras_mask", None)
    return None if mask is None else np.asarray(plain(mask), np.bool_)


def _weight_of_each(shape: tuple[int, ...], weight: Array, name: str) -> Array:
    """Return the weight of each value; those of samples if there is one value for the batch."""
    weight = weight.astype(np.float64)
    if not shape:
        return weight
    if weight.ndim == len(shape) + 1 and weight.shape[-1] == 1:
        weight = weight[..., 0]
    if weight.ndim > len(shape):
        raise ValueError(
            f"sample_weight or mask of y_pred: expected one for each sample, since the loss {name!r} has no values for"
            f" steps (nor does a mask of its output fit such values), got shape {weight.shape}"
        )
    if weight.shape != shape[: weight.ndim]:
        raise ValueError(
            f"sample_weight or mask of y_pred: expected values of the loss {name!r} for each sample, to be weighted"
            f" with {weight.shape}, got values {shape}"
        )
    return np.broadcast_to(weight.reshape(weight.shape + (1,) * (len(shape) - weight.ndim)), shape)
