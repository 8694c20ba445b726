"""What callbacks see under the names of Keras up to version 2.2: `logs`, `params`, and the history."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..callbacks import CallbackList
from ..training.array_data import training_rows
from ..training.batch_data import gives_batches
from ._validation_data import arrays_of

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
    """Callbacks whose `logs` and `params` also have the older names."""

    def set_params(self, params: dict[str, Any]) -> None:
        """Pass the parameters of the run to all callbacks, with those that older versions had."""
        self.params = params
        older = {**_of_model(self.model, params), **getattr(self.model, "_older_params", {})}
        for callback in self.callbacks if params else ():
            callback.set_params(Logs(params, **older))

    def _shown(self, hook: str, logs: dict[str, Any] | None, *number: int) -> dict[str, Any]:
        shown = super()._shown(hook, logs, *number)
        hidden = {"batch": number[0], **self._size_of(number[0])} if hook.startswith("on_train_batch") else {}
        return Logs(shown, **hidden)

    def _size_of(self, batch: int) -> dict[str, int]:
        """Return the number of samples in a batch, if that is known."""
        older = getattr(self.model, "_older_params", {})
        samples, size = older.get("samples"), older.get("batch_size")
        return {} if not samples or not size else {"size": min(size, samples - batch * size)}


def _of_model(model: Any, params: Mapping[str, Any]) -> dict[str, Any]:
    names = [] if model is None or model._compiled is None else list(model.metrics_names)
    return {"metrics": [*names, *(f"val_{name}" for name in names)], "nb_epoch": params.get("epochs")}


def older_params(x: Any, args: Sequence[Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of callbacks that depend on the arguments of `fit`.

    Parameters
    ----------
    x : object
        The input.
    args, options : sequence, mapping
        All arguments.
    """
    split = options.get("validation_split")
    found: dict[str, Any] = {"do_validation": bool(split) or options.get("validation_data") is not None}
    if x is None or gives_batches(x):
        return {**found, "samples": None, "nb_sample": None, "batch_size": None}
    samples = len(next(iter(x.values())) if isinstance(x, dict) else arrays_of(x)[0])
    samples = training_rows(samples, split) if split else samples
    size = (args[2] if len(args) > 2 else options.get("batch_size")) or 32
    return {**found, "samples": samples, "nb_sample": samples, "batch_size": size}
