"""Cross-entropies, the Kullback-Leibler divergence and hinge losses as metrics."""

from typing import Any

import numpy as np

from .. import losses
from .._internal import checks
from ._base import registry
from ._reduction import MeanOfFunction

__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "CategoricalHinge",
    "Hinge",
    "KLDivergence",
    "Poisson",
    "SparseCategoricalCrossentropy",
    "SquaredHinge",
]


@registry.register("bce", "BCE")
class BinaryCrossentropy(MeanOfFunction):
    """Mean binary cross-entropy, ``-(y log p + (1 - y) log(1 - p))``, with p clipped to [1e-7, 1 - 1e-7].

    Parameters
    ----------
    name : str
        The key of the result in logs and in the history.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.
    from_logits : bool
        Whether predictions are logits instead of probabilities.
    label_smoothing : float
        The amount s of smoothing, in [0, 1]: targets become ``y * (1 - s) + s / 2``.

    Raises
    ------
    TypeError
        If `from_logits` is not True or False, `label_smoothing` is not a real number, or `name` is not a string.
    ValueError
        If `label_smoothing` is not in [0, 1], `name` is empty, or `dtype` is neither 'float32' nor 'float64'.

    References
    ----------
    Keras 3, `keras.metrics.BinaryCrossentropy`.

    Examples
    --------
    >>> round(float(BinaryCrossentropy()([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]])), 4)
    0.8149
    """

    _direction = "down"

    def __init__(
        self,
        name: str = "binary_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
    ) -> None:
        self.from_logits = checks.flag("from_logits", from_logits)
        self.label_smoothing = checks.number("label_smoothing", label_smoothing, 0.0, 1.0)
        super().__init__(
            losses.binary_crossentropy, name, dtype, from_logits=self.from_logits, label_smoothing=self.label_smoothing
        )


@registry.register()
class CategoricalCrossentropy(MeanOfFunction):
    """Mean categorical cross-entropy, ``-sum(y log p)``, for one-hot targets; p is normalized to sum to 1.

    Parameters
    ----------
    name : str
        The key of the result in logs and in the history.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.
    from_logits : bool
        Whether predictions are logits instead of probabilities.
    label_smoothing : float
        The amount s of smoothing, in [0, 1]: targets become ``y * (1 - s) + s / O`` for O classes.
    axis : int
        The axis of the classes, at least -1.

    Raises
    ------
    TypeError
        If `from_logits` is not True or False, `label_smoothing` is not a real number, `axis` is not an integer, or
        `name` is not a string.
    ValueError
        If `label_smoothing` is not in [0, 1], `axis` is less than -1, `name` is empty, or `dtype` is neither 'float32'
        nor 'float64'.

    References
    ----------
    Keras 3, `keras.metrics.CategoricalCrossentropy`.

    Examples
    --------
    >>> round(float(CategoricalCrossentropy()([[0, 1], [1, 0]], [[0.5, 0.5], [0.5, 0.5]])), 4)
    0.6931
    """

    _direction = "down"

    def __init__(
        self,
        name: str = "categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
    ) -> None:
        self.from_logits = checks.flag("from_logits", from_logits)
        self.label_smoothing = checks.number("label_smoothing", label_smoothing, 0.0, 1.0)
        self.axis = checks.integer("axis", axis, -1)
        super().__init__(
            losses.categorical_crossentropy,
            name,
            dtype,
            from_logits=self.from_logits,
            label_smoothing=self.label_smoothing,
            axis=self.axis,
        )


@registry.register()
class SparseCategoricalCrossentropy(MeanOfFunction):
    """Mean categorical cross-entropy, ``-log p`` of the target class, for targets that are class numbers.

    Parameters
    ----------
    name : str
        The key of the result in logs and in the history.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.
    from_logits : bool
        Whether predictions are logits instead of probabilities.
    ignore_class : int, optional
        A class number whose samples have the value 0. As in Keras, they count in the mean all the same, unless there
        are sample weights.
    axis : int
        The axis of the classes, at least -1.

    Raises
    ------
    TypeError
        If `from_logits` is not True or False, `axis` is not an integer, or `name` is not a string.
    ValueError
        If `axis` is less than -1, `name` is empty, or `dtype` is neither 'float32' nor 'float64'.

    References
    ----------
    Keras 3, `keras.metrics.SparseCategoricalCrossentropy`.

    Examples
    --------
    >>> round(float(SparseCategoricalCrossentropy()([1, 0], [[0.5, 0.5], [0.5, 0.5]])), 4)
    0.6931
    """

    _direction = "down"

    def __init__(
        self,
        name: str = "sparse_categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
    ) -> None:
        self.from_logits = checks.flag("from_logits", from_logits)
        self.ignore_class = ignore_class
        self.axis = checks.integer("axis", axis, -1)
        super().__init__(
            losses.sparse_categorical_crossentropy,
            name,
            dtype,
            from_logits=self.from_logits,
            ignore_class=self.ignore_class,
            axis=self.axis,
        )

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Add a batch.

        Parameters
        ----------
        y_true : array_like
            Class numbers.
        y_pred : array_like
            Predictions.
        sample_weight : array_like, optional
            The weight of each sample, or of each of its steps.

        Raises
        ------
        TypeError
            If an argument is neither real numbers nor booleans.
        ValueError
            If shapes do not fit, or a class number is out of range.
        """
        if sample_weight is not None and self.ignore_class is not None:
            counted = np.reshape(np.asarray(y_true) != self.ignore_class, np.shape(y_pred)[:-1])
            axes = max(counted.ndim, np.ndim(sample_weight))
            weights, counted = (
                np.reshape(one, np.shape(one) + (1,) * (axes - np.ndim(one))) for one in (sample_weight, counted)
            )
            sample_weight = weights * counted
        super().update_state(y_true, y_pred, sample_weight)


@registry.register()
class KLDivergence(MeanOfFunction):
    """Mean Kullback-Leibler divergence, ``sum(y log(y / p))``, with y and p clipped to [1e-7, 1].

    Parameters
    ----------
    name : str
        The key of the result in logs and in the history.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.

    Raises
    ------
    TypeError
        If `name` is not a string.
    ValueError
        If `name` is empty, or `dtype` is neither 'float32' nor 'float64'.

    References
    ----------
    Keras 3, `keras.metrics.KLDivergence`.

    Examples
    --------
    >>> round(float(KLDivergence()([[0.5, 0.5]], [[0.25, 0.75]])), 4)
    0.1438
    """

    _direction = "down"

    def __init__(self, name: str = "kl_divergence", dtype: Any = None) -> None:
        super().__init__(losses.kl_divergence, name, dtype)


@registry.register()
class Poisson(MeanOfFunction):
    """Mean Poisson loss, ``p - y * log(p + 1e-7)``.

    Parameters
    ----------
    name : str
        The key of the result in logs and in the history.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.

    Raises
    ------
    TypeError
        If `name` is not a string.
    ValueError
        If `name` is empty, or `dtype` is neither 'float32' nor 'float64'.

    References
    ----------
    Keras 3, `keras.metrics.Poisson`.

    Examples
    --------
    >>> float(Poisson()([[0.0]], [[1.0]]))
    1.0
    """

    _direction = "down"

    def __init__(self, name: str = "poisson", dtype: Any = None) -> None:
        super().__init__(losses.poisson, name, dtype)


@registry.register()
class Hinge(MeanOfFunction):
    """Mean hinge loss, ``max(1 - y * p, 0)``, for targets -1 and 1; if a batch has only 0 and 1, 0 counts as -1.

    Parameters
    ----------
    name : str
        The key of the result in logs and in the history.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.

    Raises
    ------
    TypeError
        If `name` is not a string.
    ValueError
        If `name` is empty, or `dtype` is neither 'float32' nor 'float64'.

    References
    ----------
    Keras 3, `keras.metrics.Hinge`.

    Examples
    --------
    >>> float(Hinge()([[-1.0], [1.0]], [[-1.0], [0.0]]))
    0.5
    """

    _direction = "down"
    _sums_samples = False  # whether labels are 0 and 1 is decided batch by batch

    def __init__(self, name: str = "hinge", dtype: Any = None) -> None:
        super().__init__(losses.hinge, name, dtype)


@registry.register()
class SquaredHinge(MeanOfFunction):
    """Mean squared hinge loss, ``max(1 - y * p, 0)**2``.

    Targets are -1 and 1; if a batch has only 0 and 1, 0 counts as -1.

    Parameters
    ----------
    name : str
        The key of the result in logs and in the history.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.

    Raises
    ------
    TypeError
        If `name` is not a string.
    ValueError
        If `name` is empty, or `dtype` is neither 'float32' nor 'float64'.

    References
    ----------
    Keras 3, `keras.metrics.SquaredHinge`.

    Examples
    --------
    >>> float(SquaredHinge()([[-1.0], [1.0]], [[-1.0], [-1.0]]))
    2.0
    """

    _direction = "down"
    _sums_samples = False  # whether labels are 0 and 1 is decided batch by batch

    def __init__(self, name: str = "squared_hinge", dtype: Any = None) -> None:
        super().__init__(losses.squared_hinge, name, dtype)


@registry.register()
class CategoricalHinge(MeanOfFunction):
    """Mean categorical hinge loss, ``max(max((1 - y) * p) - sum(y * p) + 1, 0)``, for one-hot targets.

    Parameters
    ----------
    name : str
        The key of the result in logs and in the history.
    dtype : {'float32', 'float64'}, optional
        For Keras compatibility; sums are always float64.

    Raises
    ------
    TypeError
        If `name` is not a string.
    ValueError
        If `name` is empty, or `dtype` is neither 'float32' nor 'float64'.

    References
    ----------
    Keras 3, `keras.metrics.CategoricalHinge`.

    Examples
    --------
    >>> float(CategoricalHinge()([[0, 1]], [[0.5, 0.5]]))
    1.0
    """

    _direction = "down"

    def __init__(self, name: str = "categorical_hinge", dtype: Any = None) -> None:
        super().__init__(losses.categorical_hinge, name, dtype)
