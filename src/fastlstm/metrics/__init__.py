"""Metrics, as in Keras: classes, functions, names and `get`. They are computed in NumPy and summed in float64.

A function returns the values of samples or steps; the class of the same name is their mean.
"""

from typing import Any

from .. import losses
from .._internal.names import snake_case
from .._internal.registry import configuration
from .._internal.tensor import plain_function
from ..losses import (
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
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
from . import (
    _accuracy,
    _auc,
    _confusion,
    _correlation,
    _f_score,
    _iou,
    _operating_points,
    _probabilistic,
    _reduction,
    _regression,
)
from ._accuracy import *
from ._auc import *
from ._base import Metric, registry
from ._confusion import *
from ._correlation import *
from ._f_score import *
from ._iou import *
from ._operating_points import *
from ._probabilistic import *
from ._reduction import *
from ._regression import *

__all__ = [
    "Metric",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
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
__all__ += _correlation.__all__
__all__ += _f_score.__all__
__all__ += _iou.__all__
__all__ += _operating_points.__all__
__all__ += _probabilistic.__all__
__all__ += _reduction.__all__
__all__ += _regression.__all__


def get(identifier: Any) -> Any:
    """Return a metric given by name, instance, class, configuration or function.

    Parameters
    ----------
    identifier : str, Metric, class, callable, dict or None
        The name of a class, such as 'mean_absolute_error', 'MeanAbsoluteError' or 'mae', or of a loss; a class,
        instantiated without arguments; or a dict returned by `serialize`. An instance, a function ``f(y_true, y_pred)``
        and None are returned as they are.

    Returns
    -------
    Metric, callable or None
        A new metric for a name, a class or a dict; otherwise `identifier` itself.

    Raises
    ------
    ValueError
        If the name is unknown, or an argument in the dict is out of range.
    TypeError
        If `identifier` is anything else, or an argument in the dict is unknown or of the wrong type.

    References
    ----------
    Keras 3, `keras.metrics.get`.

    Examples
    --------
    >>> get("mae").name
    'mean_absolute_error'
    """
    if identifier is None:
        return None
    if isinstance(identifier, str) and identifier not in registry.names:
        return _of_a_loss(identifier)
    metric = registry.resolve(plain_function(identifier))
    if isinstance(metric, type) and issubclass(metric, Metric):
        return metric()
    if isinstance(metric, Metric) or callable(metric):
        return metric
    raise TypeError(
        f"metric: expected a name, a metric of fastlstm.metrics or a function of y_true and y_pred, got {identifier!r}"
    )


def _of_a_loss(name: str) -> Metric:
    """Return the mean of a loss that has no metric class; an unknown name raises ValueError."""
    try:
        loss = losses.get(name)
    except ValueError:
        metric: Metric = registry.resolve(name)
        return metric
    return MeanMetricWrapper(getattr(losses, snake_case(type(loss).__name__)), name)


def serialize(metric: Metric) -> dict[str, Any]:
    """Return a metric's class name and arguments in Keras's format, which `get` reads.

    Parameters
    ----------
    metric : Metric
        The metric.

    Returns
    -------
    dict
        'class_name' and 'config'.

    References
    ----------
    Keras 3, `keras.metrics.serialize`.

    Examples
    --------
    >>> serialize(Precision(top_k=2, name="p"))["config"]["top_k"]
    2
    """
    return configuration(metric)


def deserialize(config: dict[str, Any]) -> Any:
    """Return the metric described by `serialize`.

    Parameters
    ----------
    config : dict
        'class_name' and 'config'; the latter may be omitted. Anything else is handled as by `get`.

    Returns
    -------
    Metric, callable or None
        A new metric for a dict.

    Raises
    ------
    ValueError
        If the name is unknown, or an argument is out of range.
    TypeError
        If `config` does not describe a metric, or an argument is unknown or of the wrong type.

    References
    ----------
    Keras 3, `keras.metrics.deserialize`.

    Examples
    --------
    >>> deserialize({"class_name": "Precision", "config": {"top_k": 2}}).top_k
    2
    """
    return get(config)
