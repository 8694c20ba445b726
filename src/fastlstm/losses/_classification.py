"""Losses of classes and distributions: the cross-entropies, the divergence, the hinges."""

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
"""Up to here float32 has every whole number."""


class _Crossentropy(NativeLoss):
    """What the cross-entropies of labels share."""

    _settings = ("from_logits", "label_smoothing")

    def __init__(
        self, from_logits: bool, label_smoothing: float, axis: int, reduction: Any, name: str | None, dtype: Any
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.from_logits = checks.flag("from_logits", from_logits)
        self.label_smoothing = checks.number("label_smoothing", label_smoothing, 0.0, 1.0)
        self.axis = last_axis(axis)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "from_logits": self.from_logits,
            "label_smoothing": self.label_smoothing,
            "axis": self.axis,
        }


@registry.register("bce")
class BinaryCrossentropy(_Crossentropy):
    """Mean of ``-(y log p + (1 - y) log(1 - p))`` over the last axis, p within [1e-7, 1 - 1e-7].

    Parameters
    ----------
    from_logits : bool
        Whether p is ``sigmoid(z)`` of outputs z; the loss is then ``log(1 + exp(z)) - y * z``, which no large z spoils.
        Otherwise outputs are probabilities.
    label_smoothing : float
        A share s, from 0 to 1: targets become ``y * (1 - s) + s / 2``.
    axis : int
        -1.
    reduction, name, dtype
        See `Loss`.

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
    """``-sum(y log p)`` over the last axis, y being one-hot or probabilities.

    Parameters
    ----------
    from_logits : bool
        Whether p is ``softmax(z)`` of outputs z; the logarithm is then taken without computing p, which no large z
        spoils. Otherwise outputs are probabilities, made to sum to 1 and brought within [1e-7, 1 - 1e-7].
    label_smoothing : float
        A share s, from 0 to 1: targets become ``y * (1 - s) + s / O`` for O classes.
    axis : int
        -1.
    reduction, name, dtype
        See `Loss`.

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
    """The categorical cross-entropy for targets that are class numbers, from 0 to O - 1, instead of one-hot rows.

    Parameters
    ----------
    from_logits : bool
        As for `CategoricalCrossentropy`.
    ignore_class : int, optional
        A class number, of a class or of none (such as -1), whose samples and steps do not count, as if masked.
    reduction, axis, name, dtype
        See `Loss`; the axis is -1.

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
        """Return the constructor's arguments."""
        return {**super().get_config(), "from_logits": self.from_logits, "ignore_class": self.ignore_class}

    def _output_width(self, targets: Array) -> int:
        """Return the number of classes that there must be at least."""
        return max(1, int(targets.max()) + 1)

    def _require_targets(self, name: str, y: Array, outputs: int) -> None:
        require_classes(name, y if self.ignore_class is None else np.where(y == self.ignore_class, 0, y), outputs)


@registry.register("kld", "kullback_leibler_divergence")
class KLDivergence(NativeLoss):
    """``sum(y log(y / p))`` over the last axis, y and p within [1e-7, 1].

    Parameters
    ----------
    reduction, name, dtype
        See `Loss`.

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
    """Mean of ``max(1 - y * p, 0)`` over the last axis, for labels y of -1 and 1, or 0 and 1: a 0 is taken for -1.

    Keras takes it so only in batches that have no other labels than 0 and 1. The gradient at the bend is half of that
    beside it, as Keras has it on JAX.

    Parameters
    ----------
    reduction, name, dtype
        See `Loss`.

    Examples
    --------
    >>> Hinge()([[1.0], [0.0]], [[0.5], [0.5]])
    1.0
    """

    def __init__(self, reduction: Any = "sum_over_batch_size", name: str | None = "hinge", dtype: Any = None) -> None:
        super().__init__(name, reduction, dtype)


@registry.register()
class SquaredHinge(NativeLoss):
    """Mean of ``max(1 - y * p, 0)**2`` over the last axis, for labels as `Hinge` takes them.

    Parameters
    ----------
    reduction, name, dtype
        See `Loss`.

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
    """``max(max((1 - y) * p) - sum(y * p) + 1, 0)`` over the last axis, for one-hot y.

    Parameters
    ----------
    reduction, name, dtype
        See `Loss`.

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
