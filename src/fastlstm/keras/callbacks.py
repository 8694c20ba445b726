"""Callbacks: `fastlstm.callbacks`, with the names and paths of all versions of Keras."""

import os
import re
from importlib.util import find_spec
from typing import Any

from .. import callbacks as _callbacks
from ..callbacks import (
    BackupAndRestore,
    Callback,
    CallbackList,
    CSVLogger,
    History,
    LambdaCallback,
    LearningRateScheduler,
    ProgbarLogger,
    SwapEMAWeights,
    TerminateOnNaN,
)
from ..callbacks._monitor import MonitorCallback
from . import _notes
from ._methods import present_name, without
from ._missing import missing_names_of

__all__ = [*_callbacks.__all__]

_OF_TENSORBOARD = (
    "batch_size",
    "embeddings_data",
    "embeddings_freq",
    "embeddings_layer_names",
    "embeddings_metadata",
    "histogram_freq",
    "profile_batch",
    "write_grads",
    "write_graph",
    "write_images",
)

__getattr__ = missing_names_of(__name__)


class _OldNames(MonitorCallback):
    """A callback that monitors 'acc' where it was called so before Keras 2.3, and unknown values as Keras 2 does."""

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Find the present name of the monitored value."""
        self.monitor = present_name(self.monitor, getattr(self.model, "metrics_names", ()))
        super().on_train_begin(logs)

    def _larger_is_better(self) -> bool:
        """Return whether larger values are better, which Keras 2 tells by the name of an unknown value."""
        try:
            return super()._larger_is_better()
        except ValueError:
            return "acc" in self.monitor or self.monitor.startswith("fmeasure")


class EarlyStopping(_OldNames, _callbacks.EarlyStopping):
    """Stop training when a value has stopped improving: `fastlstm.callbacks.EarlyStopping`."""


class ReduceLROnPlateau(_OldNames, _callbacks.ReduceLROnPlateau):
    """Lower the learning rate when a value has stopped improving: `fastlstm.callbacks.ReduceLROnPlateau`."""

    def __init__(self, monitor: str = "val_loss", factor: float = 0.1, patience: int = 10, **options: Any) -> None:
        if "epsilon" in options:  # Keras before 2.2
            options["min_delta"] = options.pop("epsilon")
        super().__init__(monitor, factor, patience, **options)


class ModelCheckpoint(_OldNames, _callbacks.ModelCheckpoint):
    """Save the model or its weights to a path with any ending: `fastlstm.callbacks.ModelCheckpoint`.

    Parameters
    ----------
    filepath : str or path
        The path, with any ending.
    *args, **options
        The arguments of `fastlstm.callbacks.ModelCheckpoint`.
    period : int
        The number of epochs from one file to the next, as in Keras 2.
    """

    _any_ending = True

    def __init__(self, filepath: Any, *args: Any, period: int = 1, **options: Any) -> None:
        super().__init__(os.fspath(filepath), *args, **without(options, ("load_weights_on_restart", "options")))
        self.period = period

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Find the present names of the values in the path."""
        super().on_train_begin(logs)
        names = self.model.metrics_names
        self.filepath = re.sub(r"(?<={)\w+", lambda name: present_name(name.group(), names), self.filepath)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Save, if it is the epoch's turn."""
        if (epoch + 1) % self.period == 0:
            super().on_epoch_end(epoch, logs)


class _Without(Callback):
    """Takes the place of a TensorBoard without the package tensorboard, and does nothing."""

    _also_in_keras = ("TensorBoard",)


class TensorBoard(_callbacks.TensorBoard):
    """Write scalars for TensorBoard: `fastlstm.callbacks.TensorBoard`. What only Keras can write is ignored."""

    def __new__(cls, *_: Any, **__: Any) -> Any:
        """Return a callback that does nothing if the package tensorboard is missing."""
        if find_spec("tensorboard") is None:
            _notes.ignored("TensorBoard, which needs the package tensorboard,")
            return _Without()
        return super().__new__(cls)

    def __init__(self, log_dir: Any = "logs", *args: Any, **options: Any) -> None:
        super().__init__(log_dir, *args, **without(options, _OF_TENSORBOARD))
