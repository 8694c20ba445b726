"""Callbacks that save the model while it is trained."""

import os
import warnings
from typing import Any

import numpy as np

from .._internal import checks, files, rng
from .._internal.progress import message
from ._base import Callback
from ._monitor import MonitorCallback


class _Countdown:
    """Counts batches through the epochs, and says when so many of them have passed."""

    def __init__(self, freq: Any) -> None:
        if freq != "epoch":
            freq = checks.integer("save_freq", freq, 1)
        self.freq = freq
        self._seen = 0

    @property
    def counts(self) -> bool:
        return bool(self.freq != "epoch")

    def is_over(self) -> bool:
        """Count a batch."""
        if not self.counts:
            return False
        self._seen = (self._seen + 1) % int(self.freq)
        return self._seen == 0


class ModelCheckpoint(MonitorCallback):
    """Save the model, or its weights, after each epoch or every so many batches.

    It calls ``model.save(path, overwrite=True)``, or ``model.save_weights(path, overwrite=True)``: a file is written
    whole or not at all, and a training goes on from it (see `fastlstm.load_model`).

    Parameters
    ----------
    filepath : str or path
        Ends with '.keras' or '.h5', or with '.weights.h5' or '.safetensors' if only weights are saved. '{epoch:02d}'
        stands for the number of the epoch, from 1 on, '{batch}' for that of the batch, '{val_loss:.2f}' for a figure of
        the logs. Folders are made.
    monitor : str
        Which figure of the logs tells the best.
    verbose : {0, 1}
        Whether to print when something is saved.
    save_best_only : bool
        Whether to save only what is better than all before it.
    save_weights_only : bool
        Whether to save the weights only.
    mode : {'auto', 'min', 'max'}
        Whether smaller or larger is better; 'auto': smaller for a loss, as the metric says for a metric.
    save_freq : 'epoch' or int
        After how many batches; each step is then a native call of its own.
    initial_value_threshold : float, optional
        The best value so far.

    Raises
    ------
    ValueError
        If the path has another ending; in `fit`, if 'auto' does not know what is better.
    KeyError
        In `fit`, if the path has a figure that is not in the logs.

    Warns
    -----
    UserWarning
        In `fit`, if the figure is not in the logs: the model is saved then.

    Examples
    --------
    >>> ModelCheckpoint("best.keras", monitor="val_mae", save_best_only=True).filepath
    'best.keras'
    """

    def __init__(
        self,
        filepath: Any,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: Any = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        super().__init__(monitor, mode, initial_value_threshold)
        self.filepath = os.fspath(filepath)
        endings = (".weights.h5", ".safetensors") if save_weights_only else (".keras", ".h5")
        if not self.filepath.endswith(endings):
            raise ValueError(f"filepath: expected a path that ends with {' or '.join(endings)}, got {self.filepath!r}")
        self.verbose = verbose
        self.save_best_only = checks.flag("save_best_only", save_best_only)
        self.save_weights_only = checks.flag("save_weights_only", save_weights_only)
        self._countdown = _Countdown(save_freq)
        self.save_freq = save_freq
        self._each_batch = self._countdown.counts
        self._current_epoch = 0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Take note of the epoch."""
        self._current_epoch = epoch

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Save if it is time."""
        if self._countdown.is_over():
            self._save(self._current_epoch, logs or {}, batch=batch + 1)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Save, unless batches are counted."""
        if not self._countdown.counts:
            self._save(epoch, logs or {})

    def _save(self, epoch: int, logs: dict[str, Any], **batch: int) -> None:
        try:
            path = self.filepath.format(**{"epoch": epoch + 1, **batch, **logs})
        except KeyError as error:
            raise KeyError(f"filepath: {self.filepath!r} has {error}, the logs have: {', '.join(logs)}") from None
        if not self._is_worth_it(epoch, logs, path):
            return
        os.makedirs(os.path.dirname(path) or os.curdir, exist_ok=True)
        (self.model.save_weights if self.save_weights_only else self.model.save)(path, overwrite=True)

    def _is_worth_it(self, epoch: int, logs: dict[str, Any], path: str) -> bool:
        current = self._current(logs) if self.save_best_only else None
        if current is not None and np.ndim(current) > 0:
            warnings.warn(f"ModelCheckpoint: {self.monitor!r} is no single number", UserWarning, stacklevel=2)
            current = None
        if current is None:
            text, good = f"saving model to {path}", True
        else:
            best = "None" if self.best is None else f"{self.best:.5f}"
            good = self._is_improvement(current, self.best)
            text = f"{self.monitor} did not improve from {best}"
            if good:
                text = f"{self.monitor} improved from {best} to {current:.5f}, saving model to {path}"
                self.best = current
        if self.verbose > 0:
            message(f"Epoch {epoch + 1}: {text}")
        return good


class BackupAndRestore(Callback):
    """Go on after an interruption: the state of the training is saved, and the next `fit` begins with it.

    It calls ``model.save_weights(path, overwrite=True)`` and ``model.load_weights(path)``, and keeps the number of the
    epoch and the state of the random generator beside it, so that a fit that is begun again in the same way ends with
    the same bits as one that was never interrupted. An epoch that was not completed begins again. Whenever the process
    ends, the folder has a state that belongs together.

    Parameters
    ----------
    backup_dir : str or path
        A folder for this callback alone.
    save_freq : 'epoch' or int
        After how many batches; each step is then a native call of its own.
    double_checkpoint : bool
        Whether to keep the state before the last one too, for the case that the last one can not be read.
    delete_checkpoint : bool
        Whether the folder is removed at the end of the training.

    Raises
    ------
    ValueError
        If an argument is wrong; in `fit`, if the model is not built, or what was saved can not be read.

    Examples
    --------
    >>> BackupAndRestore("backup").save_freq
    'epoch'
    """

    def __init__(
        self,
        backup_dir: Any,
        save_freq: Any = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ) -> None:
        if not backup_dir:
            raise ValueError(f"backup_dir: expected the path of a folder, got {backup_dir!r}")
        self.backup_dir = os.fspath(backup_dir)
        self._countdown = _Countdown(save_freq)
        self.save_freq = save_freq
        self._each_batch = self._countdown.counts
        self.double_checkpoint = checks.flag("double_checkpoint", double_checkpoint)
        self.delete_checkpoint = checks.flag("delete_checkpoint", delete_checkpoint)
        self._weights = os.path.join(self.backup_dir, "latest.weights.h5")
        self._metadata = os.path.join(self.backup_dir, "training_metadata.json")
        self._epoch = 0
        self._states: dict[str, dict[str, Any]] = {}

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Restore the state, if there is one."""
        if not self.model.built:
            raise ValueError(f"BackupAndRestore: model {self.model.name!r} must be built before fit")
        try:
            self._restore(self._weights)
        except (OSError, ValueError):
            if not os.path.exists(_previous(self._weights)):
                raise
            self._restore(_previous(self._weights))

    def _restore(self, weights: str) -> None:
        """Take the weights, and of the states that the metadata has the one that belongs to them."""
        if not os.path.exists(weights) or not os.path.exists(self._metadata):
            return
        import json

        self.model.load_weights(weights)
        with files.read(self._metadata), open(self._metadata, encoding="utf-8") as file:
            self._states = json.load(file)["states"]
            state = self._states[str(self.model.optimizer._steps)]
            self._epoch = checks.integer("epoch", state["epoch"], 0)
            rng.set_state(state["generator"])
        self.model._initial_epoch = self._epoch

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Take note of the epoch."""
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Save if it is time."""
        if self._countdown.is_over():
            self._save(batch)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Save, unless batches are counted."""
        self._epoch = epoch + 1
        if not self._countdown.counts:
            self._save(0)

    def _save(self, batch: int) -> None:
        """Write the metadata, with what belongs to the weights that there are, and then the weights in their place."""
        import json

        os.makedirs(self.backup_dir, exist_ok=True)
        latest = {"epoch": self._epoch, "batch": batch}
        steps = str(self.model.optimizer._steps)
        before = {number: state for number, state in self._states.items() if number != steps}
        self._states = dict([*before.items()][-2:]) | {steps: {**latest, "generator": rng.state()}}
        with files.written(self._metadata, True) as file:
            file.write(json.dumps({**latest, "states": self._states}).encode())
        if self.double_checkpoint and os.path.exists(self._weights):
            import shutil

            shutil.copy(self._weights, _previous(self._weights))
        self.model.save_weights(self._weights, overwrite=True)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Remove the folder."""
        if self.delete_checkpoint:
            import shutil

            shutil.rmtree(self.backup_dir, ignore_errors=True)


def _previous(path: str) -> str:
    return f"{path}.bkp"
