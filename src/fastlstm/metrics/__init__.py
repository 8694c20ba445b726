"""Metrics, as in Keras: classes, functions, names, and `get`. They are computed in NumPy and summed in float64.

The functions give the values of samples or steps, of which the classes are the means.
"""

from typing import Any

from .. import losses
from .._internal.names import snake_case
from .._internal.registry import configuration
from ..losses import (
    binary_crossentropy,
    categorical_crossentropy,
    categorical_hinge,
    hinge,
    huber,
    kl_divergence,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
)
from . import _accuracy, _auc, _confusion, _f_score, _probabilistic, _reduction, _regression
from ._accuracy import *
from ._auc import *
from ._base import Metric, registry
from ._confusion import *
from ._f_score import *
from ._probabilistic import *
from ._reduction import *
from ._regression import *

__all__ = [
    "Metric",
    "binary_crossentropy",
    "categorical_crossentropy",
    "categorical_hinge",
    "deserialize",
    "get",
    "hinge",
    "huber",
    "kl_divergence",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "poisson",
    "serialize",
    "sparse_categorical_crossentropy",
    "squared_hinge",
]
__all__ += _accuracy.__all__
__all__ += _auc.__all__
__all__ += _confusion.__all__
__all__ += _f_score.__all__
__all__ += _probabilistic.__all__
__all__ += _reduction.__all__
__all__ += _regression.__all__


def get(identifier: Any) -> Any:
    """Return a metric.

    Parameters
    ----------
    identifier : str, Metric, class of metrics, callable, dict or None
        The name of a class here, as in 'mean_absolute_error', 'MeanAbsoluteError', 'mae', or of a loss. Or what
        `serialize` returns. An instance and a function ``f(y_true, y_pred)`` come back as they are, and None.

    Returns
    -------
    Metric, callable or None
        New for a name or a class.

    Raises
    ------
    ValueError
        If the name is unknown.
    TypeError
        If it is none of these.

    Examples
    --------
    >>> get("mae").name
    'mean_absolute_error'
    """
    if identifier is None:
        return None
    if isinstance(identifier, str) and identifier not in registry.names:
        return _of_a_loss(identifier)
    metric = registry.resolve(identifier)
    if isinstance(metric, type) and issubclass(metric, Metric):
        return metric()
    if isinstance(metric, Metric) or callable(metric):
        return metric
    raise TypeError(
        f"metric: expected a name, a metric of fastlstm.metrics or a function of y_true and y_pred, got {identifier!r}"
    )


def _of_a_loss(name: str) -> Metric:
    """Return the mean of a loss that has no metric of its own; an unknown name raises ValueError."""
    try:
        loss = losses.get(name)
    except ValueError:
        metric: Metric = registry.resolve(name)
        return metric
    return MeanMetricWrapper(getattr(losses, snake_case(type(loss).__name__)), name)


def serialize(metric: Metric) -> dict[str, Any]:
    """Return a metric's class name and arguments as Keras writes them; `get` reads it.

    Examples
    --------
    >>> serialize(Precision(top_k=2, name="p"))["config"]["top_k"]
    2
    """
    return configuration(metric)


def deserialize(config: dict[str, Any]) -> Any:
    """Return the metric that `serialize` has described."""
    return get(config)
