"""The circle loss of embeddings."""

from typing import Any

import numpy as np

from .._internal import checks
from .._internal.arrays import Array, finite_array, numbers, real_array
from ._batch_loss import BatchLoss
from ._native import registry

__all__ = ["Circle", "circle"]


@registry.register()
class Circle(BatchLoss):
    """Circle loss: draws embeddings of one class together, and those of different classes apart.

    Outputs (N, D) are embeddings of length 1 (`layers.UnitNormalization` makes them so), targets class numbers (N,).
    The value of a sample compares it with all others of the batch, so that batches should have several samples of a
    class. Only samples with a value above zero count. The gradient is exact.

    Parameters
    ----------
    gamma : float
        The scale of the similarities.
    margin : float
        How much nearer than that samples of one class should be to each other.
    remove_diagonal : bool
        Whether a sample is not compared with itself.
    reduction : {'sum_over_batch_size', 'mean', 'sum', 'mean_with_sample_weight'}
        How the values of a batch become one number; `Loss` defines each.
    name : str, optional
        For display.
    dtype : None
        For Keras compatibility; the loss is computed in float64.

    Raises
    ------
    TypeError
        If an argument has the wrong type.
    ValueError
        If `reduction` or `dtype` is not supported.

    References
    ----------
    Sun et al., "Circle loss: a unified perspective of pair similarity optimization", CVPR 2020.

    Examples
    --------
    >>> round(Circle(gamma=2.0)([0, 0, 1], [[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]]), 6)
    0.614095
    """

    def __init__(
        self,
        gamma: float = 80.0,
        margin: float = 0.4,
        remove_diagonal: bool = True,
        reduction: Any = "sum_over_batch_size",
        name: str | None = "circle",
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.gamma, self.margin = checks.number("gamma", gamma), checks.number("margin", margin)
        self.remove_diagonal = checks.flag("remove_diagonal", remove_diagonal)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        more = {"gamma": self.gamma, "margin": self.margin, "remove_diagonal": self.remove_diagonal}
        return {**super().get_config(), **more}

    def _converted(
        self, name: str, y: Any, output_shape: tuple[int, ...], width: int, dtype: str, *, finite: bool
    ) -> Array:
        """Return class numbers (N,)."""
        y = numbers(name, y)
        if len(output_shape) != 2:
            raise ValueError(f"y_pred: expected embeddings (N, D), got an output {output_shape}")
        if y.shape not in (output_shape[:1], (output_shape[0], 1)):
            raise ValueError(f"{name}: expected shape {output_shape[:1]}, class numbers, got {y.shape}")
        return (finite_array if finite else real_array)(name, y, dtype).reshape(-1)

    def _values(self, y_true: Array, y_pred: Array) -> Array:
        rows = y_pred.astype(np.float64)
        return _values(y_true, rows, y_true, rows, self.remove_diagonal, self.gamma, self.margin)[0]

    def reduced(
        self, y_true: Array, y_pred: Array, weight: Array | None, valid: Array | None = None
    ) -> tuple[float, Array]:
        """Return the weighted and reduced loss of a batch, and its gradient; embeddings (N, D) have no mask."""
        rows = y_pred.astype(np.float64)
        values, slopes = _values(y_true, rows, y_true, rows, self.remove_diagonal, self.gamma, self.margin)
        counted = (values > 0).astype(np.float64)
        shares = counted if weight is None else counted * self._weight_of_each(values, weight)
        divisor = {"sum": 1.0, "mean_with_sample_weight": shares.sum()}.get(str(self.reduction), counted.sum())
        shares = np.divide(shares, divisor, out=np.zeros(values.shape), where=divisor != 0)
        by_similarity = shares[:, None] * slopes
        return float((values * shares).sum()), by_similarity @ rows + by_similarity.T @ rows


def circle(
    y_true: Any,
    y_pred: Any,
    ref_labels: Any = None,
    ref_embeddings: Any = None,
    remove_diagonal: bool = True,
    gamma: float = 80,
    margin: float = 0.4,
) -> Array:
    """Return the circle loss of each embedding against others.

    Parameters
    ----------
    y_true : array_like
        Class numbers (N,).
    y_pred : array_like
        Embeddings (N, D) of length 1.
    ref_labels : array_like, optional
        Class numbers (M,) of the embeddings to compare with. Default: `y_true`.
    ref_embeddings : array_like, optional
        Embeddings (M, D) to compare with. Default: `y_pred`.
    remove_diagonal : bool
        Whether an embedding is not compared with the other of the same number.
    gamma : float
        The scale of the similarities.
    margin : float
        How much nearer than that embeddings of one class should be to each other.

    Returns
    -------
    ndarray
        The value of each embedding (N,), float64.

    Raises
    ------
    TypeError
        If an argument has the wrong type.
    ValueError
        If the shapes do not fit to each other.

    References
    ----------
    Sun et al., "Circle loss: a unified perspective of pair similarity optimization", CVPR 2020.

    Examples
    --------
    >>> circle([0, 0, 1], [[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]], gamma=2.0).round(4)
    array([0.4518, 0.7763, 0.    ])
    """
    labels, rows = numbers("y_true", y_true), numbers("y_pred", y_pred).astype(np.float64)
    others = rows if ref_embeddings is None else numbers("ref_embeddings", ref_embeddings).astype(np.float64)
    their_labels = labels if ref_labels is None else numbers("ref_labels", ref_labels)
    for name, classes, of in (("y_true", labels, rows), ("ref_labels", their_labels, others)):
        if of.ndim != 2 or of.shape[1] != rows.shape[1] or classes.shape not in (of.shape[:1], (len(of), 1)):
            raise ValueError(
                f"{name}: expected class numbers (N,) for embeddings (N, D), got {classes.shape} for {of.shape}"
            )
    return _values(labels.reshape(-1), rows, their_labels.reshape(-1), others, remove_diagonal, gamma, margin)[0]


def _values(
    labels: Array, rows: Array, their_labels: Array, others: Array, remove_diagonal: bool, gamma: float, margin: float
) -> tuple[Array, Array]:
    """Return the value of each row, and its derivatives by the similarities with the others."""
    similarity = rows @ others.T
    distance = np.maximum(1 - similarity, 0)
    near = np.where(similarity == 1, 0.5, similarity < 1)  # the slope of the distance, with the sign changed
    same = labels[:, None] == their_labels
    with_same = same & (np.eye(*same.shape) == 0) if remove_diagonal else same
    toward, apart = np.maximum(margin + distance, 0), np.maximum(1 + margin - distance, 0)
    # The logarithms of the terms, and their derivatives by the distance.
    together = _log_sum(-gamma * toward * (margin - distance), with_same)
    d_together = gamma * (toward - (toward > 0) * (margin - distance))
    different = _log_sum(gamma * apart * (1 - margin - distance), ~same)
    d_different = -gamma * (apart + (apart > 0) * (1 - margin - distance))
    total = together[0] + different[0]
    values: Array = np.logaddexp(0, total)
    slope = np.exp(-np.logaddexp(0, -total))[:, None]
    return values, -near * slope * (together[1] * d_together + different[1] * d_different)


def _log_sum(terms: Array, chosen: Array) -> tuple[Array, Array]:
    """Return the logarithm of the sum of the exponentials of the chosen terms of each row, and the share of each."""
    largest = np.where(chosen, terms, -np.inf).max(axis=1, keepdims=True, initial=-np.inf)
    exponentials = np.where(chosen, np.exp(terms - np.where(np.isfinite(largest), largest, 0)), 0)
    total = exponentials.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore"):
        logs = (np.log(total) + np.where(np.isfinite(largest), largest, 0))[:, 0]
    return logs, np.divide(exponentials, total, out=np.zeros(terms.shape), where=total > 0)
