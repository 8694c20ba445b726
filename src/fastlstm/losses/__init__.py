"""Losses: their names, their classes, and the targets that each one takes. The core has the arithmetic.

Every class takes the arguments of Keras's class of the same name, and has its values and gradients. The functions of
the same names, as `mean_squared_error` beside `MeanSquaredError`, give the values of samples or steps, computed in
NumPy. A loss of one's own is a function of arrays that returns values and gradient, or a class that derives from `Loss`
and has such a function for its `call`.
"""

from typing import Any

from .._internal.names import lookup, snake_case
from .._internal.registry import configuration, is_config
from . import _class_values, _classification, _number_values, _regression
from ._base import Loss
from ._class_values import *
from ._classification import *
from ._function import FunctionLoss
from ._native import NativeLoss, registry
from ._number_values import *
from ._regression import *

__all__ = ["Loss", "get", "serialize"]
__all__ += _class_values.__all__
__all__ += _classification.__all__
__all__ += _number_values.__all__
__all__ += _regression.__all__


def get(identifier: Any) -> Loss:
    """Return a loss.

    Parameters
    ----------
    identifier : str, Loss, class of this module, dict or callable
        A name: that of a class, also as 'mean_squared_error', or one of 'mse', 'mae', 'mape', 'msle', 'bce', 'kld'
        and 'logcosh', in lower or upper case; it stands for the class without arguments. A loss is returned
        as it is, also one of a class of one's own that derives from `Loss` and defines `call`; such a class stands for
        itself without arguments. A function of this module stands for the class of its name. Or what `serialize`
        returns for a loss of this module. Or a function of one's own: ``f(y_true, y_pred)`` that does what `Loss.call`
        does: it gets the targets and the predictions of a batch as NumPy arrays and returns a tuple (values, gradient):
        the loss of each sample (N,), or of each sample and step (N, T), and the derivatives of these values by the
        predictions, of the shape of y_pred. The mean over the values, and sample weights, are not its business.

    Raises
    ------
    ValueError
        If the name is unknown.
    TypeError
        If it is none of these.

    Examples
    --------
    >>> get("mse").name
    'mean_squared_error'
    >>> get({"class_name": "Huber", "config": {"delta": 2.0}}).delta
    2.0

    A loss of one's own, here the fourth power of the error:

    >>> import numpy as np
    >>> from fastlstm import Input, Sequential, layers
    >>> def fourth_power(y_true, y_pred):
    ...     error = y_pred - y_true
    ...     return (error**4).mean(axis=-1), 4 * error**3 / error.shape[-1]
    >>> model = Sequential([Input((1,)), layers.Dense(1, kernel_initializer="zeros")])
    >>> model.compile("sgd", fourth_power)
    >>> model.evaluate(np.ones((2, 1)), [1.0, 2.0], verbose=0)
    8.5
    """
    if isinstance(identifier, str):
        name = snake_case(identifier)
        native: NativeLoss = registry.resolve(name if name in registry.names else identifier)
        return native
    loss = identifier
    if is_config(identifier):
        loss = lookup("loss", identifier["class_name"], registry.entries)(**identifier.get("config", {}))
    if isinstance(loss, type) and issubclass(loss, Loss) and _is_complete(loss):
        loss = loss()
    if isinstance(loss, Loss) and _is_complete(type(loss)):
        return loss
    if callable(loss) and not isinstance(loss, (type, Loss)):
        return _of_function(loss)
    raise TypeError(
        f"loss: expected a name, an instance of {registry.listed} from fastlstm.losses or of a class that derives from"
        f" losses.Loss and defines call, or a function f(y_true, y_pred) that returns values and gradient, got"
        f" {identifier!r}"
    )


def _is_complete(cls: type[Loss]) -> bool:
    """Return whether a class says what its loss is. The core would not know what a subclass of its losses changes."""
    return cls in registry if issubclass(cls, NativeLoss) else cls.call is not Loss.call


def _of_function(function: Any) -> Loss:
    """Return the loss whose values a function of this module gives, or one that calls the user's function."""
    name = getattr(function, "__name__", "")
    if name in registry.names and globals().get(name) is function:
        native: NativeLoss = registry.resolve(name)
        return native
    return FunctionLoss(function)


def serialize(loss: Loss) -> dict[str, Any]:
    """Return a loss's class name and arguments as Keras writes them; `get` reads it if the class is of this module.

    Raises
    ------
    TypeError
        If the loss is a function.

    Examples
    --------
    >>> serialize(Huber(2.0))
    {'class_name': 'Huber', 'config': {'name': 'huber_loss', 'reduction': 'sum_over_batch_size', 'delta': 2.0}}
    """
    return configuration(loss)
