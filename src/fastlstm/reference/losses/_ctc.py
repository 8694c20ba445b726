"""Connectionist temporal classification, in probabilities of each step that are scaled to sum 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .._arrays import FloatArray, check_array
from ._mean import Scalar

__all__ = ["ctc"]


def ctc(
    y_true: NDArray[np.integer], y_pred: FloatArray, sample_weight: FloatArray | None = None
) -> tuple[Scalar, FloatArray]:
    """Return the mean over samples of -log P(labels), and its gradient.

    Parameters
    ----------
    y_true : ndarray (N, L) of int
        Labels from 1 on, then zeros.
    y_pred : ndarray (N, T, C)
        Logits; class 0 is the blank.
    sample_weight : ndarray (N,), optional
        Weights of the samples, in the dtype of `y_pred`.

    Returns
    -------
    loss : scalar
        The mean, in the dtype of `y_pred`.
    gradient : ndarray (N, T, C)
        Gradient of the loss with respect to `y_pred`.

    Raises
    ------
    ValueError, TypeError
        If shapes or dtypes differ.

    References
    ----------
    Graves et al., "Connectionist temporal classification: labelling unsegmented sequence data with recurrent neural
    networks", ICML 2006.

    Examples
    --------
    >>> import numpy as np
    >>> loss, gradient = ctc(np.array([[1]]), np.zeros((1, 2, 2)))
    >>> bool(np.isclose(loss, -np.log(3 / 4))), bool(np.isclose(gradient[0, 0, 0], 1 / 2 - 1 / 3))
    (True, True)
    """
    check_array("y_pred", y_pred, np.shape(y_pred), "(N, T, C)")
    shifted = np.exp(y_pred - y_pred.max(axis=-1, keepdims=True))
    p = shifted / shifted.sum(axis=-1, keepdims=True)
    weight = np.ones(len(p), p.dtype) if sample_weight is None else sample_weight
    loss, gradient = p.dtype.type(0), np.zeros_like(p)
    for n, labels in enumerate(y_true):
        value, gradient[n] = _row(labels[labels > 0], p[n])
        loss += weight[n] * value
        gradient[n] *= weight[n]
    return loss / len(p), gradient / len(p)


def _row(labels: NDArray[np.integer], p: FloatArray) -> tuple[Scalar, FloatArray]:
    """Return the loss of a row and its gradient, with recursions that are products with the matrix of transitions."""
    states = np.zeros(2 * len(labels) + 1, int)
    states[1::2] = labels
    count = len(states)
    reach = np.eye(count, dtype=bool) | np.eye(count, k=1, dtype=bool)
    for s in range(3, count, 2):
        reach[s - 2, s] = states[s] != states[s - 2]
    transition, emitted = reach.astype(p.dtype), p[:, states]
    start, end = np.zeros((2, count), p.dtype)
    start[:2] = end[-2:] = 1
    forward, scale = [], []
    row = start
    for at in emitted:
        row = row * at
        scale.append(row.sum())
        forward.append(row / scale[-1])
        row = forward[-1] @ transition
    likelihood = np.log(scale).sum() + np.log(forward[-1] @ end)
    gradient, back = p.copy(), end
    for t in reversed(range(len(p))):
        share = forward[t] * back
        np.subtract.at(gradient[t], states, share / share.sum())
        back = transition @ (emitted[t] * back)
        back = back / back.sum()
    return -likelihood, gradient
