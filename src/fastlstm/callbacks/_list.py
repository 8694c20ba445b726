"""The callbacks of a run, called together and with the same logs."""

from collections.abc import Iterable, Iterator
from typing import Any

from ._base import Callback, ClosingCallback, History
from ._progbar import ProgbarLogger
from ._saving import BackupAndRestore

_BATCH_HOOKS = {
    "train": ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end"),
    "test": ("on_test_batch_begin", "on_test_batch_end"),
    "predict": ("on_predict_batch_begin", "on_predict_batch_end"),
}


def _flat(callbacks: Any) -> Iterator[Callback]:
    """Yield the callbacks in an argument: None, a callback, or nested lists of them."""
    if callbacks is None:
        return
    if isinstance(callbacks, CallbackList):
        yield from callbacks.callbacks
    elif isinstance(callbacks, Callback):
        yield callbacks
    elif isinstance(callbacks, Iterable) and not isinstance(callbacks, (str, dict)):
        for one in callbacks:
            yield from _flat(one)
    else:
        raise TypeError(f"callbacks: expected instances of fastlstm.callbacks.Callback, got {callbacks!r}")


def _sorted(logs: dict[str, Any] | None) -> dict[str, Any]:
    """Return the logs in Keras's order."""
    return dict(sorted((logs or {}).items()))


class CallbackList(Callback):
    """A list of callbacks that is itself a callback and calls them in order.

    Parameters
    ----------
    callbacks : Callback or list of Callback, optional
        The callbacks, in the order in which they are called.
    add_history, add_progbar : bool
        Whether to append a `History` and a `ProgbarLogger`, unless the list contains them.
    model : Sequential, optional
        The model, passed to each callback.
    **params
        'verbose', 'epochs' and 'steps', passed to each callback.

    Raises
    ------
    TypeError
        If an item of the list is not a callback.

    References
    ----------
    Keras 3, `keras.callbacks.CallbackList`.

    Examples
    --------
    >>> [type(callback).__name__ for callback in CallbackList(add_history=True, add_progbar=True, verbose=0).callbacks]
    ['History', 'ProgbarLogger']
    """

    def __init__(
        self,
        callbacks: Any = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        **params: Any,
    ) -> None:
        self.callbacks = list(_flat(callbacks))
        self.steps_per_execution = 1
        """How many batches are one for callbacks with hooks for batches."""
        self._waiting: tuple[str, int, dict[str, Any] | None] | None = None  # the end of a batch that is not the last
        for wanted, cls in ((add_history, History), (add_progbar, ProgbarLogger)):
            if wanted and not any(isinstance(callback, cls) for callback in self.callbacks):
                self.callbacks.append(cls())
        self.callbacks.sort(key=lambda callback: callback._called_last)
        if model is not None:
            self.set_model(model)
        self.set_params(params)

    @property
    def history(self) -> History | None:
        """The last `History` in the list, or None."""
        found = [callback for callback in self.callbacks if isinstance(callback, History)]
        return found[-1] if found else None

    def set_model(self, model: Any) -> None:
        """Pass the model to all callbacks, and the history to the model."""
        self.model = model
        if self.history is not None:
            model.history = self.history
        for callback in self.callbacks:
            callback.set_model(model)
            if isinstance(callback, BackupAndRestore):
                callback.others = [one for one in self.callbacks if one is not callback]

    def set_params(self, params: dict[str, Any]) -> None:
        """Pass the parameters of the run to all callbacks, unless there are none."""
        self.params = params
        for callback in self.callbacks if params else ():
            callback.set_params(dict(params))

    def wants_each_batch(self, kind: str) -> bool:
        """Return whether any batch hook must be called for each batch.

        Parameters
        ----------
        kind : {'train', 'test', 'predict'}
            The kind of run.

        Returns
        -------
        bool
            False if one call can stand for several batches.

        Examples
        --------
        >>> from fastlstm.callbacks import EarlyStopping, LambdaCallback
        >>> CallbackList([EarlyStopping()]).wants_each_batch("train")
        False
        >>> CallbackList([LambdaCallback(on_train_batch_end=print)]).wants_each_batch("train")
        True
        """
        return any(_wants_each_batch(callback, hook) for callback in self.callbacks for hook in _BATCH_HOOKS[kind])

    def close(self) -> None:
        """Release the resources of all callbacks, also after an interruption."""
        for callback in self.callbacks:
            if isinstance(callback, ClosingCallback):
                callback.close()

    def _call(self, hook: str, logs: dict[str, Any] | None, *number: int) -> None:
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            self._call_now(*waiting)
        shared = self._shown(hook, logs, *number)
        for callback in self.callbacks:
            getattr(callback, hook)(*number, shared)

    def _call_batch(self, hook: str, batch: int, logs: dict[str, Any] | None) -> None:
        several = self.steps_per_execution
        if several > 1 and self.wants_each_batch(hook.split("_")[1]):
            if hook.endswith("begin"):
                if batch % several:
                    return
            else:
                self._waiting = (hook, batch, logs) if (batch + 1) % several else None
                if self._waiting is not None:
                    return
        self._call_now(hook, batch, logs)

    def _call_now(self, hook: str, batch: int, logs: dict[str, Any] | None) -> None:
        shared = self._shown(hook, logs, batch)
        for callback in self.callbacks:
            getattr(callback, hook)(batch, logs=shared)

    def _shown(self, hook: str, logs: dict[str, Any] | None, *number: int) -> dict[str, Any]:
        """Return the logs as callbacks get them: one dict that all of them share."""
        return _sorted(logs)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Call this hook of all callbacks."""
        self._call("on_train_begin", logs)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Call this hook of all callbacks."""
        self._call("on_train_end", logs)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Call this hook of all callbacks."""
        self._call("on_epoch_begin", logs, epoch)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Call this hook of all callbacks."""
        self._call("on_epoch_end", logs, epoch)

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Call this hook of all callbacks."""
        self._call("on_test_begin", logs)

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """Call this hook of all callbacks."""
        self._call("on_test_end", logs)

    def on_predict_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Call this hook of all callbacks."""
        self._call("on_predict_begin", logs)

    def on_predict_end(self, logs: dict[str, Any] | None = None) -> None:
        """Call this hook of all callbacks."""
        self._call("on_predict_end", logs)

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Call this hook of all callbacks."""
        self._call_batch("on_train_batch_begin", batch, logs)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Call this hook of all callbacks."""
        self._call_batch("on_train_batch_end", batch, logs)

    def on_test_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Call this hook of all callbacks."""
        self._call_batch("on_test_batch_begin", batch, logs)

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Call this hook of all callbacks."""
        self._call_batch("on_test_batch_end", batch, logs)

    def on_predict_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Call this hook of all callbacks."""
        self._call_batch("on_predict_batch_begin", batch, logs)

    def on_predict_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Call this hook of all callbacks."""
        self._call_batch("on_predict_batch_end", batch, logs)


def _wants_each_batch(callback: Callback, hook: str) -> bool:
    """Return whether a class, or an instance as in `LambdaCallback`, overrides a hook and needs each batch.

    Callbacks of this package declare with `_each_batch` whether one call for several batches is enough.
    """
    found = getattr(callback, hook)
    function = getattr(found, "__func__", found)
    if function is getattr(Callback, hook):
        return False
    return callback._each_batch or not getattr(function, "__module__", "").startswith(__package__)
