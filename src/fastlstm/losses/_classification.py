"""Losses for classes and distributions: cross-entropies, the Kullback-Leibler divergence and hinge losses."""

from typing import Any

import numpy as np

from .._internal import checks
from .._internal.arrays import Array
from ._class_values import require_classes
from ._native import NativeLoss, last_axis, registry

__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "CategoricalHinge",
    "Hinge",
    "KLDivergence",
    "SparseCategoricalCrossentropy",
    "SquaredHinge",
]

_EXACT = 2**24
"""float32 represents all integers up to this one exactly."""


class _Crossentropy(NativeLoss):
    """Base class of the cross-entropies with label smoothing."""

    _settings = ("from_logits", "label_smoothing")

    def __init__(
        self, from_logits: bool, label_smoothing: float, axis: int, reduction: Any, name: str | None, dtype: Any
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.from_logits = checks.flag("from_logits", from_logits)
        self.label_smoothing = checks.number("label_smoothing", label_smoothing, 0.0, 1.0)
        self.axis = last_axis(axis)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        return {
            **super().get_config(),
            "from_logits": self.from_logits,
            "label_smoothing": self.label_smoothing,
            "axis": self.axis,
        }


@registry.register("bce")
class BinaryCrossentropy(_Crossentropy):
    """Binary cross-entropy: the mean of ``-(y log p + (1 - y) log(1 - p))`` over the last axis.

    Parameters
    ----------
    from_logits : bool
        Whether outputs are logits z, with ``p = sigmoid(z)``. The loss is then computed as ``log(1 + exp(z)) - y * z``,
        which is accurate for large z. Otherwise outputs are probabilities, clipped to [1e-7, 1 - 1e-7].
    label_smoothing : float
        The amount s of smoothing, in [0, 1]: targets become ``y * (1 - s) + s / 2``.
    axis : int
        -1, the axis of the output's features; others are not supported.
    reduction : {'sum_over_batch_size', 'mean', 'sum', 'mean_with_sample_weight'}
        How the values of a batch become one number; `Loss` defines each.
    name : str, optional
        For display.
    dtype : None
        For Keras compatibility; the loss is computed in the model's dtype.

    Raises
    ------
    TypeError
        If `from_logits` is not True or False, `label_smoothing` is not a real number, `axis` is not an integer, or
        `name` is not a string.
    ValueError
        If `label_smoothing` is not in [0, 1], `axis` is not -1, or `reduction` or `dtype` is not supported.

    References
    ----------
    Keras 3, `keras.losses.BinaryCrossentropy`.

    Examples
    --------
    >>> round(BinaryCrossentropy()([[1.0], [0.0]], [[0.5], [0.5]]), 6)
    0.693147
    >>> BinaryCrossentropy(from_logits=True)([[0.0]], [[1000.0]])
    1000.0
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: Any = "sum_over_batch_size",
        name: str | None = "binary_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(from_logits, label_smoothing, axis, reduction, name, dtype)


@registry.register()
class CategoricalCrossentropy(_Crossentropy):
    """Categorical cross-entropy: ``-sum(y log p)`` over the last axis, for one-hot targets or probabilities y.

    Parameters
    ----------
    from_logits : bool
        Whether outputs are logits z, with ``p = softmax(z)``. The logarithm is then computed without p, which is
        accurate for large z. Otherwise outputs are probabilities, normalized to sum to 1 and clipped to [1e-7, 1 -
        1e-7].
    label_smoothing : float
        The amount s of smoothing, in [0, 1]: targets become ``y * (1 - s) + s / O`` for O classes.
    axis : int
        -1, the axis of the output's features; others are not supported.
    reduction : {'sum_over_batch_size', 'mean', 'sum', 'mean_with_sample_weight'}
        How the values of a batch become one number; `Loss` defines each.
    name : str, optional
        For display.
    dtype : None
        For Keras compatibility; the loss is computed in the model's dtype.

    Raises
    ------
    TypeError
        If `from_logits` is not True or False, `label_smoothing` is not a real number, `axis` is not an integer, or
        `name` is not a string.
    ValueError
        If `label_smoothing` is not in [0, 1], `axis` is not -1, or `reduction` or `dtype` is not supported.

    References
    ----------
    Keras 3, `keras.losses.CategoricalCrossentropy`.

    Examples
    --------
    >>> round(CategoricalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]]), 6)
    0.693147
    >>> CategoricalCrossentropy(from_logits=True)([[0.0, 1.0]], [[1000.0, 0.0]])
    1000.0
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: Any = "sum_over_batch_size",
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(from_logits, label_smoothing, axis, reduction, name, dtype)


@registry.register()
class SparseCategoricalCrossentropy(NativeLoss):
    """Categorical cross-entropy, ``-log p`` of the target class, for targets that are class numbers from 0 to O - 1.

    Parameters
    ----------
    from_logits : bool
        Whether outputs are logits z, with ``p = softmax(z)``. The logarithm is then computed without p, which is
        accurate for large z. Otherwise outputs are probabilities, normalized to sum to 1 and clipped to [1e-7, 1 -
        1e-7].
    ignore_class : int, optional
        A class number, which need not be that of a class (such as -1), whose samples and steps are ignored as if
        masked.
    reduction : {'sum_over_batch_size', 'mean', 'sum', 'mean_with_sample_weight'}
        How the values of a batch become one number; `Loss` defines each.
    axis : int
        -1, the axis of the output's features; others are not supported.
    name : str, optional
        For display.
    dtype : None
        For Keras compatibility; the loss is computed in the model's dtype.

    Raises
    ------
    TypeError
        If `from_logits` is not True or False, `ignore_class` or `axis` is not an integer, or `name` is not a string.
    ValueError
        If `ignore_class` is out of range, `axis` is not -1, or `reduction` or `dtype` is not supported.

    References
    ----------
    Keras 3, `keras.losses.SparseCategoricalCrossentropy`.

    Examples
    --------
    >>> round(SparseCategoricalCrossentropy()([1], [[0.5, 0.5]]), 6)
    0.693147
    >>> round(SparseCategoricalCrossentropy(ignore_class=-1)([1, -1], [[0.5, 0.5], [0.9, 0.1]]), 6)
    0.693147
    """

    _settings = ("from_logits", "ignore_class")

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: Any = "sum_over_batch_size",
        axis: int = -1,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.from_logits = checks.flag("from_logits", from_logits)
        self.ignore_class = (
            None if ignore_class is None else checks.integer("ignore_class", ignore_class, -_EXACT, _EXACT)
        )
        last_axis(axis)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        return {**super().get_config(), "from_logits": self.from_logits, "ignore_class": self.ignore_class}

    def _output_width(self, targets: Array) -> int:
        """Return the smallest possible number of classes."""
        return max(1, int(targets.max()) + 1)

    def _require_targets(self, name: str, y: Array, outputs: int) -> None:
        require_classes(name, y if self.ignore_class is None else np.where(y == self.ignore_class, 0, y), outputs)


@registry.register("kld", "kullback_leibler_divergence")
class KLDivergence(NativeLoss):
    """Kullback-Leibler divergence: ``sum(y log(y / p))`` over the last axis, with y and p clipped to [1e-7, 1].

    Parameters
    ----------
    reduction : {'sum_over_batch_size', 'mean', 'sum', 'mean_with_sample_weight'}
        How the values of a batch become one number; `Loss` defines each.
    name : str, optional
        For display.
    dtype : None
        For Keras compatibility; the loss is computed in the model's dtype.

    Raises
    ------
    TypeError
        If `name` is not a string.
    ValueError
        If `reduction` or `dtype` is not supported.

    References
    ----------
    Kullback and Leibler, "On information and sufficiency", Ann. Math. Statist. 22, 1951.

    Examples
    --------
    >>> round(KLDivergence()([[0.5, 0.5]], [[0.25, 0.75]]), 6)
    0.143841
    """

    def __init__(
        self, reduction: Any = "sum_over_batch_size", name: str | None = "kl_divergence", dtype: Any = None
    ) -> None:
        super().__init__(name, reduction, dtype)


@registry.register()
class Hinge(NativeLoss):
    """Hinge loss: the mean of ``max(1 - y * p, 0)`` over the last axis, for labels y of -1 and 1, or 0 and 1.

    Every label 0 counts as -1; in Keras this holds only for batches whose labels are all 0 or 1. At the kink the
    gradient is half the slope beside it, as in Keras on JAX.

    Parameters
    ----------
    reduction : {'sum_over_batch_size', 'mean', 'sum', 'mean_with_sample_weight'}
        How the values of a batch become one number; `Loss` defines each.
    name : str, optional
        For display.
    dtype : None
        For Keras compatibility; the loss is computed in the model's dtype.

    Raises
    ------
    TypeError
        If `name` is not a string.
    ValueError
        If `reduction` or `dtype` is not supported.

    References
    ----------
    Keras 3, `keras.losses.Hinge`.

    Examples
    --------
    >>> Hinge()([[1.0], [0.0]], [[0.5], [0.5]])
    1.0
    """

    def __init__(self, reduction: Any = "sum_over_batch_size", name: str | None = "hinge", dtype: Any = None) -> None:
        super().__init__(name, reduction, dtype)


@registry.register()
class SquaredHinge(NativeLoss):
    """Squared hinge loss: the mean of ``max(1 - y * p, 0)**2`` over the last axis.

    Labels y are -1 and 1, or 0 and 1; every label 0 counts as -1.

    Parameters
    ----------
    reduction : {'sum_over_batch_size', 'mean', 'sum', 'mean_with_sample_weight'}
        How the values of a batch become one number; `Loss` defines each.
    name : str, optional
        For display.
    dtype : None
        For Keras compatibility; the loss is computed in the model's dtype.

    Raises
    ------
    TypeError
        If `name` is not a string.
    ValueError
        If `reduction` or `dtype` is not supported.

    References
    ----------
    Keras 3, `keras.losses.SquaredHinge`.

    Examples
    --------
    >>> SquaredHinge()([[1.0], [0.0]], [[0.5], [0.5]])
    1.25
    """

    def __init__(
        self, reduction: Any = "sum_over_batch_size", name: str | None = "squared_hinge", dtype: Any = None
    ) -> None:
        super().__init__(name, reduction, dtype)


@registry.register()
class CategoricalHinge(NativeLoss):
    """Categorical hinge loss: ``max(max((1 - y) * p) - sum(y * p) + 1, 0)`` over the last axis, for one-hot y.

    Parameters
    ----------
    reduction : {'sum_over_batch_size', 'mean', 'sum', 'mean_with_sample_weight'}
        How the values of a batch become one number; `Loss` defines each.
    name : str, optional
        For display.
    dtype : None
        For Keras compatibility; the loss is computed in the model's dtype.

    Raises
    ------
    TypeError
        If `name` is not a string.
    ValueError
        If `reduction` or `dtype` is not supported.

    References
    ----------
    Crammer and Singer, "On the algorithmic implementation of multiclass kernel-based vector machines", JMLR 2, 2001.

    Examples
    --------
    >>> CategoricalHinge()([[1.0, 0.0]], [[0.75, 0.5]])
    0.75
    """

    def __init__(
        self, reduction: Any = "sum_over_batch_size", name: str | None = "categorical_hinge", dtype: Any = None
    ) -> None:
        super().__init__(name, reduction, dtype)
