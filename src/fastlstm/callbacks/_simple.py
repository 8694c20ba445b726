"""Callbacks made of functions, and one that stops a diverged training."""

import math
from collections.abc import Callable
from typing import Any

from .._internal import checks
from .._internal.progress import message
from ._base import Callback

Hook = Callable[..., Any] | None


class LambdaCallback(Callback):
    """A callback made of functions.

    Parameters
    ----------
    on_epoch_begin, on_epoch_end : callable, optional
        ``f(epoch, logs)``.
    on_train_begin, on_train_end : callable, optional
        ``f(logs)``.
    on_train_batch_begin, on_train_batch_end : callable, optional
        ``f(batch, logs)``. If neither is given, many steps still run in one native call.
    **kwargs
        Functions for other hooks of `Callback`, by name; anything whose name does not begin with ``on_`` becomes an
        attribute.

    Raises
    ------
    TypeError
        If there is no hook of a name, or an argument is not callable.

    References
    ----------
    Keras 3, `keras.callbacks.LambdaCallback`.

    Examples
    --------
    >>> from fastlstm import Input, Sequential, layers
    >>> model = Sequential([Input((1,)), layers.Dense(1)])
    >>> model.compile(loss="mse")
    >>> report = LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, sorted(logs)))
    >>> _ = model.fit([[1.0]], [2.0], verbose=0, callbacks=[report])
    0 ['loss']
    """

    def __init__(
        self,
        on_epoch_begin: Hook = None,
        on_epoch_end: Hook = None,
        on_train_begin: Hook = None,
        on_train_end: Hook = None,
        on_train_batch_begin: Hook = None,
        on_train_batch_end: Hook = None,
        **kwargs: Any,
    ) -> None:
        hooks = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
            **kwargs,
        }
        for name, function in hooks.items():
            if not name.startswith("on_"):
                setattr(self, name, function)
                continue
            if not hasattr(Callback, name):
                raise TypeError(f"{name}: expected a hook of Callback, such as on_test_end")
            if function is None:
                continue
            if not callable(function):
                raise TypeError(f"{name}: expected a function, got {function!r}")
            setattr(self, name, function)


class TerminateOnNaN(Callback):
    """Stop training when the loss becomes NaN or infinite.

    Many steps still run in one native call, which ends at the first such loss.

    Parameters
    ----------
    raise_error : bool
        Whether to raise an error, so that `on_train_end` is not called, instead of stopping.

    Raises
    ------
    TypeError
        If `raise_error` is not True or False.
    RuntimeError
        In `fit`, if the loss is NaN or infinite and `raise_error` is set.

    References
    ----------
    Keras 3, `keras.callbacks.TerminateOnNaN`.

    Examples
    --------
    >>> import warnings
    >>> from fastlstm import Input, Sequential, layers, optimizers
    >>> model = Sequential([Input((1,)), layers.Dense(1)])
    >>> model.compile(optimizers.SGD(1e30), loss="mse")
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     history = model.fit([[1.0]], [2.0], epochs=20, verbose=0, callbacks=[TerminateOnNaN()])
    Batch 0: Invalid loss, terminating training
    >>> len(history.epoch) < 20
    True
    """

    _each_batch = False

    def __init__(self, raise_error: bool = False) -> None:
        self.raise_error = checks.flag("raise_error", raise_error)

    def on_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Check the loss of the epoch so far."""
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        if self.raise_error:
            raise RuntimeError(f"NaN or Inf loss {loss} at batch {batch}: training stopped")
        message(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True
