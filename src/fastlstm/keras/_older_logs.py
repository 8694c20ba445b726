"""What callbacks see under the names of Keras up to version 2.2: `logs`, `params`, and the history."""

from typing import Any

from ..callbacks import CallbackList
from ..training.fit import TrainedData

_OTHER = {"acc": "accuracy", "accuracy": "acc", "lr": "learning_rate"}


class Logs(dict[str, Any]):
    """Values by name, which finds 'acc' as 'accuracy' and the reverse, also after 'val_' and the name of an output.

    Parameters
    ----------
    values : mapping, optional
        The values.
    **hidden
        Further values that are found by their names alone, such as the size of a batch.
    """

    def __init__(self, values: Any = (), **hidden: Any) -> None:
        super().__init__(values)
        self._hidden = hidden

    def __missing__(self, name: str) -> Any:
        if name in self._hidden:
            return self._hidden[name]
        start, _, last = name.rpartition("_")
        other = _OTHER.get(last)
        present = f"{start}_{other}" if start else str(other)
        if present not in self:
            raise KeyError(name)
        return self[present]

    def get(self, name: str, default: Any = None) -> Any:
        """Return a value, or the default if there is none."""
        try:
            return self[name]
        except KeyError:
            return default

    def __reduce__(self) -> Any:
        return dict, (dict(self),)


class Hooks(CallbackList):
    """Callbacks whose `logs` and `params` also have the older names.

    Parameters
    ----------
    callbacks
        As of `CallbackList`.
    model : model of Keras
        Whose callbacks they are.
    trained : TrainedData, optional
        The data of a `fit`; None for another run.
    **options
        As of `CallbackList`.
    """

    def __init__(self, callbacks: Any, model: Any, trained: TrainedData | None = None, **options: Any) -> None:
        self._trained = trained
        super().__init__(callbacks, model=model, **options)

    def set_params(self, params: dict[str, Any]) -> None:
        """Pass the parameters of the run to all callbacks, with those that older versions had."""
        self.params = params
        for callback in self.callbacks if params else ():
            callback.set_params(Logs(params, **self._older_params()))

    def _older_params(self) -> dict[str, Any]:
        names = [] if self.model._compiled is None else list(self.model.metrics_names)
        if self._trained is None:
            return {"metrics": names}
        samples, size, is_validated = self._trained
        return {
            "metrics": [*names, *(f"val_{name}" for name in names)] if is_validated else names,
            "nb_epoch": self.params.get("epochs"),
            "samples": samples,
            "nb_sample": samples,
            "batch_size": size,
            "do_validation": is_validated,
        }

    def _shown(self, hook: str, logs: dict[str, Any] | None, *number: int) -> dict[str, Any]:
        shown = super()._shown(hook, logs, *number)
        if hook in ("on_train_batch_end", "on_test_batch_end") and logs:
            self.model._note_loss(logs)
        hidden = {"batch": number[0], **self._size_of(number[0])} if hook.startswith("on_train_batch") else {}
        return Logs(shown, **hidden)

    def _size_of(self, batch: int) -> dict[str, int]:
        """Return the number of samples in a batch, if that is known."""
        if self._trained is None or self._trained.samples is None or self._trained.batch_size is None:
            return {}
        return {"size": min(self._trained.batch_size, self._trained.samples - batch * self._trained.batch_size)}
