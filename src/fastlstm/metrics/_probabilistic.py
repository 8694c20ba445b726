"""Cross-entropies, divergences and hinges as metrics."""

from typing import Any

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
    """Mean of ``-(y log p + (1 - y) log(1 - p))``, p clipped to [1e-7, 1 - 1e-7].

    Parameters
    ----------
    name : str
        See `Metric`.
    dtype : {'float32', 'float64'}, optional
        See `Metric`.
    from_logits : bool
        Whether predictions are not probabilities yet.
    label_smoothing : float
        From 0 to 1: how far targets are moved towards each other.

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
    """Mean of ``-sum(y log p)`` over the classes, p made to sum to 1; targets are one-hot.

    Parameters
    ----------
    name : str
        See `Metric`.
    dtype : {'float32', 'float64'}, optional
        See `Metric`.
    from_logits : bool
        Whether predictions are not probabilities yet.
    label_smoothing : float
        From 0 to 1: how far targets are moved towards each other.
    axis : int
        Of the classes.

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
    """The same with class numbers for targets.

    Parameters
    ----------
    name : str
        See `Metric`.
    dtype : {'float32', 'float64'}, optional
        See `Metric`.
    from_logits : bool
        Whether predictions are not probabilities yet.
    ignore_class : int, optional
        A class whose samples count as 0.
    axis : int
        Of the classes.

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


@registry.register()
class KLDivergence(MeanOfFunction):
    """Mean of ``sum(y log(y / p))``, both clipped to [1e-7, 1].

    Parameters
    ----------
    name : str
        See `Metric`.
    dtype : {'float32', 'float64'}, optional
        See `Metric`.

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
    """Mean of ``p - y log p``.

    Parameters
    ----------
    name : str
        See `Metric`.
    dtype : {'float32', 'float64'}, optional
        See `Metric`.

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
    """Mean of ``max(0, 1 - y p)``, targets being -1 or 1 (0 stands for -1 where there are only 0 and 1).

    Parameters
    ----------
    name : str
        See `Metric`.
    dtype : {'float32', 'float64'}, optional
        See `Metric`.

    Examples
    --------
    >>> float(Hinge()([[-1.0], [1.0]], [[-1.0], [0.0]]))
    0.5
    """

    _direction = "down"
    _sums_samples = False  # whether labels are 0 and 1 is asked of each batch

    def __init__(self, name: str = "hinge", dtype: Any = None) -> None:
        super().__init__(losses.hinge, name, dtype)


@registry.register()
class SquaredHinge(MeanOfFunction):
    """Mean of ``max(0, 1 - y p)**2``, targets as for `Hinge`.

    Parameters
    ----------
    name : str
        See `Metric`.
    dtype : {'float32', 'float64'}, optional
        See `Metric`.

    Examples
    --------
    >>> float(SquaredHinge()([[-1.0], [1.0]], [[-1.0], [-1.0]]))
    2.0
    """

    _direction = "down"
    _sums_samples = False  # whether labels are 0 and 1 is asked of each batch

    def __init__(self, name: str = "squared_hinge", dtype: Any = None) -> None:
        super().__init__(losses.squared_hinge, name, dtype)


@registry.register()
class CategoricalHinge(MeanOfFunction):
    """Mean of ``max(0, 1 + the largest p of another class - p of the class)``, targets being one-hot.

    Parameters
    ----------
    name : str
        See `Metric`.
    dtype : {'float32', 'float64'}, optional
        See `Metric`.

    Examples
    --------
    >>> float(CategoricalHinge()([[0, 1]], [[0.5, 0.5]]))
    1.0
    """

    _direction = "down"

    def __init__(self, name: str = "categorical_hinge", dtype: Any = None) -> None:
        super().__init__(losses.categorical_hinge, name, dtype)
