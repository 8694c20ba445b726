"""Losses: names, classes and functions. The core computes the built-in losses and their gradients.

Every class takes the arguments of Keras's class of the same name and returns its values and gradients. The function
beside each class, such as `mean_squared_error` beside `MeanSquaredError`, returns the values of samples or steps,
computed in NumPy. To write your own loss, pass a function of targets and predictions, or derive a class from `Loss` and
define `call`.

`fastlstm.reference` has the same losses with their gradients in NumPy. It is written independently of these functions,
because it is the oracle that the core's losses are tested against.
"""

from collections.abc import Mapping
from typing import Any

from .._internal.names import lookup, snake_case
from .._internal.registry import configuration, is_config
from .._internal.tensor import plain_function
from . import (
    _circle,
    _crossentropies,
    _ctc,
    _distributions,
    _errors,
    _focal,
    _generalized_crossentropy,
    _hinges,
    _overlaps,
    _robust,
    _sparse_crossentropy,
)
from ._base import Loss
from ._batch_loss import BatchLoss
from ._circle import *
from ._crossentropies import *
from ._ctc import *
from ._distributions import *
from ._errors import *
from ._focal import *
from ._function import FunctionLoss
from ._generalized_crossentropy import *
from ._hinges import *
from ._native import NativeLoss, registry
from ._overlaps import *
from ._robust import *
from ._sparse_crossentropy import *

__all__ = ["Loss", "deserialize", "get", "serialize"]
__all__ += _circle.__all__
__all__ += _crossentropies.__all__
__all__ += _ctc.__all__
__all__ += _distributions.__all__
__all__ += _errors.__all__
__all__ += _focal.__all__
__all__ += _generalized_crossentropy.__all__
__all__ += _hinges.__all__
__all__ += _overlaps.__all__
__all__ += _robust.__all__
__all__ += _sparse_crossentropy.__all__


def get(identifier: Any) -> Loss:
    """Return a loss given by name, instance, class, configuration or function.

    Parameters
    ----------
    identifier : str, Loss, class, dict or callable
        One of:

        - The name of a class, such as 'MeanSquaredError' or 'mean_squared_error', or a short name: 'mse', 'mae',
          'mape', 'msle', 'bce', 'kld', 'logcosh', in lower or upper case. It stands for the class without arguments.
        - A loss, returned as it is. Its class may be your own, derived from `Loss` and with a `call`.
        - A class of this module, or your own, which is instantiated without arguments.
        - A dict returned by `serialize`.
        - A function of this module, which stands for the class of the same name.
        - A function ``f(y_true, y_pred)`` of your own. It receives the targets and predictions of a batch and returns
          the loss of each sample (N,), of each sample and step (N, T), or of the batch as a whole. Sample weights and
          the reduction are applied afterwards. It may also return a tuple, these values and their gradient;
          `Loss.call` has the details.

    Returns
    -------
    Loss
        The loss.

    Raises
    ------
    ValueError
        If the name is unknown, or an argument in the dict is out of range.
    TypeError
        If `identifier` is anything else, or an argument in the dict is unknown or of the wrong type.

    References
    ----------
    Keras 3, `keras.losses.get`.

    Examples
    --------
    >>> get("mse").name
    'mean_squared_error'
    >>> get({"class_name": "Huber", "config": {"delta": 2.0}}).delta
    2.0

    A custom loss, here the fourth power of the error:

    >>> import numpy as np
    >>> from fastlstm import Input, Sequential, layers
    >>> def fourth_power(y_true, y_pred):
    ...     return np.mean((y_pred - y_true) ** 4, axis=-1)
    >>> model = Sequential([Input((1,)), layers.Dense(1, kernel_initializer="zeros")])
    >>> model.compile("sgd", fourth_power)
    >>> model.evaluate(np.ones((2, 1)), [1.0, 2.0], verbose=0)
    8.5
    """
    if isinstance(identifier, str):
        name = snake_case(identifier)
        named: Loss = registry.resolve(name if name in registry.names else identifier)
        return named
    loss = identifier = plain_function(identifier)
    if is_config(identifier):
        loss = lookup("loss", identifier["class_name"], registry.entries)(**identifier.get("config", {}))
    if isinstance(loss, type) and issubclass(loss, Loss) and _is_complete(loss):
        loss = loss()
    if isinstance(loss, Loss) and _is_complete(type(loss)):
        return loss
    defines_call = isinstance(loss, Loss) and type(loss).__call__ is not Loss.__call__
    if callable(loss) and (defines_call or not isinstance(loss, (type, Loss))):
        return _of_function(loss)
    raise TypeError(
        f"loss: expected a name, an instance of {registry.listed} from fastlstm.losses or of a class that derives from"
        f" losses.Loss and defines call, or a function f(y_true, y_pred), got {identifier!r}"
    )


def _is_complete(cls: type[Loss]) -> bool:
    """Return whether a class defines its loss completely. The core ignores what subclasses of its losses change."""
    return cls in registry if issubclass(cls, (NativeLoss, BatchLoss)) else cls.call is not Loss.call


def _of_function(function: Any) -> Loss:
    """Return the loss whose values a function of this module gives, or one that calls the user's function."""
    name = getattr(function, "__name__", "")
    if name in registry.names and globals().get(name) is function:
        named: Loss = registry.resolve(name)
        return named
    return FunctionLoss(function)


def serialize(loss: Loss) -> dict[str, Any]:
    """Return a loss's class name and arguments in Keras's format, which `get` reads for classes of this module.

    Parameters
    ----------
    loss : Loss
        The loss.

    Returns
    -------
    dict
        'class_name' and 'config'.

    Raises
    ------
    TypeError
        If the loss was created from a function.

    References
    ----------
    Keras 3, `keras.losses.serialize`.

    Examples
    --------
    >>> serialize(Huber(2.0))
    {'class_name': 'Huber', 'config': {'name': 'huber_loss', 'reduction': 'sum_over_batch_size', 'delta': 2.0}}
    """
    return configuration(loss)


def deserialize(name: Any, custom_objects: Mapping[str, Any] | None = None) -> Loss:
    """Return the loss of a name or of a configuration.

    Parameters
    ----------
    name : str or dict
        As for `get`.
    custom_objects : dict, optional
        Your own classes and functions by name.

    Returns
    -------
    Loss
        The loss.

    Raises
    ------
    ValueError
        If the name is unknown, or an argument in the dict is out of range.
    TypeError
        If `name` is anything else, or an argument in the dict is unknown or of the wrong type.

    References
    ----------
    Keras 3, `keras.losses.deserialize`.

    Examples
    --------
    >>> deserialize({"class_name": "Huber", "config": {"delta": 2.0}}).delta
    2.0
    """
    wanted = name["class_name"] if is_config(name) else name
    found = (custom_objects or {}).get(wanted) if isinstance(wanted, str) else None
    if found is None:
        return get(name)
    return get(found(**name.get("config", {})) if is_config(name) and isinstance(found, type) else found)
