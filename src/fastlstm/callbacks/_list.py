"""All callbacks of a run: called together, with the same logs."""

from collections.abc import Iterable, Iterator
from typing import Any

from ._base import Callback, ClosingCallback, History
from ._progbar import ProgbarLogger

_BATCH_HOOKS = {
    "train": ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end"),
    "test": ("on_test_batch_begin", "on_test_batch_end"),
    "predict": ("on_predict_batch_begin", "on_predict_batch_end"),
}


def _flat(callbacks: Any) -> Iterator[Callback]:
    """Yield the callbacks of an argument: None, one, or lists of them."""
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
    """Return the logs in the order in which Keras hands them out."""
    return dict(sorted((logs or {}).items()))


class CallbackList(Callback):
    """A list of callbacks, called one after the other.

    Parameters
    ----------
    callbacks : Callback or list of them, optional
        Called in this order.
    add_history, add_progbar : bool
        Whether a `History` and a `ProgbarLogger` come last, unless there are some.
    model : Sequential, optional
        Given to each.
    **params
        Given to each: 'verbose', 'epochs' and 'steps'.

    Raises
    ------
    TypeError
        If something in the list is no callback.

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
        for wanted, cls in ((add_history, History), (add_progbar, ProgbarLogger)):
            if wanted and not any(isinstance(callback, cls) for callback in self.callbacks):
                self.callbacks.append(cls())
        if model is not None:
            self.set_model(model)
        self.set_params(params)

    @property
    def history(self) -> History | None:
        """The history in the list."""
        found = [callback for callback in self.callbacks if isinstance(callback, History)]
        return found[-1] if found else None

    def set_model(self, model: Any) -> None:
        """Give all of them the model, and the model its history."""
        self.model = model
        if self.history is not None:
            model.history = self.history
        for callback in self.callbacks:
            callback.set_model(model)

    def set_params(self, params: dict[str, Any]) -> None:
        """Give each of them the numbers of the run, if there are some."""
        self.params = params
        for callback in self.callbacks if params else ():
            callback.set_params(dict(params))

    def wants_each_batch(self, kind: str) -> bool:
        """Return whether some batch hooks are to be called for each batch; of kind 'train', 'test' or 'predict'."""
        return any(_wants_each_batch(callback, hook) for callback in self.callbacks for hook in _BATCH_HOOKS[kind])

    def close(self) -> None:
        """Close files and remove what is left on the screen, also after an interruption."""
        for callback in self.callbacks:
            if isinstance(callback, ClosingCallback):
                callback.close()

    def _call(self, hook: str, logs: dict[str, Any] | None, *number: int) -> None:
        shared = _sorted(logs)
        for callback in self.callbacks:
            getattr(callback, hook)(*number, shared)

    def _call_batch(self, hook: str, batch: int, logs: dict[str, Any] | None) -> None:
        shared = _sorted(logs)
        for callback in self.callbacks:
            getattr(callback, hook)(batch, logs=shared)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Call the hook of all."""
        self._call("on_train_begin", logs)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Call the hook of all."""
        self._call("on_train_end", logs)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Call the hook of all."""
        self._call("on_epoch_begin", logs, epoch)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Call the hook of all."""
        self._call("on_epoch_end", logs, epoch)

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Call the hook of all."""
        self._call("on_test_begin", logs)

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """Call the hook of all."""
        self._call("on_test_end", logs)

    def on_predict_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Call the hook of all."""
        self._call("on_predict_begin", logs)

    def on_predict_end(self, logs: dict[str, Any] | None = None) -> None:
        """Call the hook of all."""
        self._call("on_predict_end", logs)

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Call the hook of all."""
        self._call_batch("on_train_batch_begin", batch, logs)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Call the hook of all."""
        self._call_batch("on_train_batch_end", batch, logs)

    def on_test_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Call the hook of all."""
        self._call_batch("on_test_batch_begin", batch, logs)

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Call the hook of all."""
        self._call_batch("on_test_batch_end", batch, logs)

    def on_predict_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Call the hook of all."""
        self._call_batch("on_predict_batch_begin", batch, logs)

    def on_predict_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Call the hook of all."""
        self._call_batch("on_predict_batch_end", batch, logs)


def _wants_each_batch(callback: Callback, hook: str) -> bool:
    """Whether a class has a hook of its own, or an instance as `LambdaCallback` does it.

    Those of this package also say by `_each_batch` whether they can do with a call for several batches.
    """
    found = getattr(callback, hook)
    function = getattr(found, "__func__", found)
    if function is getattr(Callback, hook):
        return False
    return callback._each_batch or not getattr(function, "__module__", "").startswith(__package__)
