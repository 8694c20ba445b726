"""Callbacks that save the model during training."""

import base64
import io
import os
import warnings
from typing import Any

import numpy as np

from .._internal import checks, files, rng
from .._internal.old_names import accepts_old_names
from .._internal.progress import message
from ._base import Callback
from ._monitor import MonitorCallback
from ._resuming import ResumePoint


class _BatchCounter:
    """Counts batches across epochs and signals every `freq` of them."""

    def __init__(self, freq: Any) -> None:
        if freq != "epoch":
            freq = checks.integer("save_freq", freq, 1)
        self.freq = freq
        self.seen = 0
        """Batches since the last signal."""

    @property
    def counts(self) -> bool:
        return bool(self.freq != "epoch")

    def is_due(self) -> bool:
        """Count a batch; return whether it completes a period."""
        if not self.counts:
            return False
        self.seen = (self.seen + 1) % int(self.freq)
        return self.seen == 0


class ModelCheckpoint(MonitorCallback):
    """Save the model or its weights after each epoch, or every few batches.

    It calls ``model.save(path, overwrite=True)`` or ``model.save_weights(path, overwrite=True)``. A file is written
    completely or not at all, and training can be resumed from it (see `fastlstm.load_model`).

    Parameters
    ----------
    filepath : str or path
        A path ending in '.keras' or '.h5', or in '.weights.h5' or '.safetensors' if only weights are saved.
        '{epoch:02d}' is replaced by the number of the epoch, from 1, '{batch}' by that of the batch, '{val_loss:.2f}'
        by a value in the logs. Folders are created.
    monitor : str
        The name of the value in the logs that decides which model is best.
    verbose : {0, 1}
        Whether to print a message when a model is saved.
    save_best_only : bool
        Whether to save only if the model is better than all before it.
    save_weights_only : bool
        Whether to save only the weights.
    mode : {'auto', 'min', 'max'}
        Whether smaller ('min') or larger ('max') values are better. 'auto' means smaller for a loss; a metric knows its
        own direction.
    save_freq : 'epoch' or int
        When to save: after each epoch, or after this number of batches. In the latter case each step is a separate
        native call.
    initial_value_threshold : float, optional
        The best value so far.

    Raises
    ------
    TypeError
        If an argument has the wrong type.
    ValueError
        If the path has another ending, or an argument is out of range or unknown; in `fit`, if ``mode='auto'`` cannot
        tell which values are better.
    KeyError
        In `fit`, if the path refers to a value that is not in the logs.
    OSError
        In `fit`, if the file cannot be written.

    Warns
    -----
    UserWarning
        In `fit`, if the monitored value is not in the logs or not a single number; the model is saved in that case.

    References
    ----------
    Keras 3, `keras.callbacks.ModelCheckpoint`.

    Examples
    --------
    >>> ModelCheckpoint("best.keras", monitor="val_mae", save_best_only=True).filepath
    'best.keras'
    """

    _any_ending: bool = False
    """Whether the methods of the model take paths with any ending."""

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
        if not (self._any_ending or self.filepath.endswith(endings)):
            raise ValueError(f"filepath: expected a path that ends with {' or '.join(endings)}, got {self.filepath!r}")
        self.verbose = verbose
        self.save_best_only = checks.flag("save_best_only", save_best_only)
        self.save_weights_only = checks.flag("save_weights_only", save_weights_only)
        self._counter = _BatchCounter(save_freq)
        self.save_freq = save_freq
        self._each_batch = self._counter.counts
        self._current_epoch = 0

    def get_state(self) -> dict[str, Any]:
        """Return the best value so far, and the batches since the last one that was saved.

        Returns
        -------
        dict
            'best' and 'batches'.

        Examples
        --------
        >>> ModelCheckpoint("best.keras").get_state()
        {'best': None, 'batches': 0}
        """
        return {**super().get_state(), "batches": self._counter.seen}

    def set_state(self, state: dict[str, Any]) -> None:
        """Set the best value so far, and the batches since the last one that was saved.

        Parameters
        ----------
        state : dict
            From `get_state`.
        """
        super().set_state(state)
        self._counter.seen = state["batches"]

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Record the number of the epoch."""
        self._current_epoch = epoch

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Save every `save_freq` batches."""
        if self._counter.is_due():
            self._save(self._current_epoch, logs or {}, batch=batch + 1)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Save, unless `save_freq` counts batches."""
        if not self._counter.counts:
            self._save(epoch, logs or {})

    def _save(self, epoch: int, logs: dict[str, Any], **batch: int) -> None:
        try:
            path = self.filepath.format(**{"epoch": epoch + 1, **batch, **logs})
        except KeyError as error:
            raise KeyError(f"filepath: {self.filepath!r} uses {error}, but the logs have: {', '.join(logs)}") from None
        if not self._should_save(epoch, logs, path):
            return
        os.makedirs(os.path.dirname(path) or os.curdir, exist_ok=True)
        (self.model.save_weights if self.save_weights_only else self.model.save)(path, overwrite=True)

    def _should_save(self, epoch: int, logs: dict[str, Any], path: str) -> bool:
        current = self._current(logs) if self.save_best_only else None
        if current is not None and np.ndim(current) > 0:
            warnings.warn(f"ModelCheckpoint: {self.monitor!r} is not a single number", UserWarning, stacklevel=2)
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
    """Resume training after an interruption: the state is saved regularly, and the next `fit` continues from it.

    It calls ``model.save_weights(path, overwrite=True)`` and ``model.load_weights(path)``, and stores with the weights
    what else a training is made of: the epoch and the step in it, the sums of its losses and metrics, the order of the
    samples, the state of the random generator, the learning rate, and the states of the other callbacks
    (`Callback.get_state`). A `fit` resumed with the same arguments thus ends with the same bits as one that was never
    interrupted, and does no step twice that was saved. Its hooks are called after those of the other callbacks. A
    generator is expected to give the same batches again; those already used are left out. The files in the folder are
    consistent whenever the process ends.

    Parameters
    ----------
    backup_dir : str or path
        A folder used by this callback alone.
    save_freq : 'epoch' or int
        When to save: after each epoch, or after this number of batches. In the latter case each step is a separate
        native call.
    double_checkpoint : bool
        Whether to keep the previous state as well, in case the last one cannot be read.
    delete_checkpoint : bool
        Whether to delete the folder at the end of training.

    Raises
    ------
    TypeError
        If an argument has the wrong type.
    ValueError
        If an argument is empty or out of range; in `fit`, if the model is not built or the saved state cannot be read.
    OSError
        In `fit`, if a file cannot be read or written.

    Warns
    -----
    UserWarning
        In `fit`, if there is a state of a callback that is no longer in the list.

    References
    ----------
    Keras 3, `keras.callbacks.BackupAndRestore`.

    Examples
    --------
    >>> BackupAndRestore("backup").save_freq
    'epoch'
    """

    _called_last = True

    @accepts_old_names
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
        self._counter = _BatchCounter(save_freq)
        self.save_freq = save_freq
        self._each_batch = self._counter.counts
        self.double_checkpoint = checks.flag("double_checkpoint", double_checkpoint)
        self.delete_checkpoint = checks.flag("delete_checkpoint", delete_checkpoint)
        self._weights = os.path.join(self.backup_dir, "latest.weights.h5")
        self._metadata = os.path.join(self.backup_dir, "training_metadata.json")
        self._epoch = 0
        self._states: dict[str, dict[str, Any]] = {}
        self.others: list[Callback] = []
        """The other callbacks, whose states are saved; set by `CallbackList`."""

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
        """Load the weights, and the state that the metadata stores for them."""
        if not os.path.exists(weights) or not os.path.exists(self._metadata):
            return
        import json

        self.model.load_weights(weights)
        with files.read(self._metadata), open(self._metadata, encoding="utf-8") as file:
            self._states = json.load(file, object_hook=_decoded)["states"]
            state = self._states[str(self.model.optimizer._steps)]
            epoch, step, batches = (checks.integer(name, state[name], 0) for name in ("epoch", "step", "batches"))
            if state["stopped"]:  # by a callback, at the end of the last epoch
                epoch = max(epoch, self.params["epochs"])
            point = ResumePoint(
                epoch=epoch,
                step=step,
                **{name: state[name] for name in ResumePoint._fields if name not in ("epoch", "step")},
            )
            rate, others = state["learning_rate"], state["callbacks"]
        if rate is not None:
            self.model.optimizer.learning_rate = rate
        self._counter.seen, self._epoch = batches, epoch
        self._restore_others(others)
        self.model._resume_from = point

    def _restore_others(self, states: list[tuple[str, dict[str, Any]]]) -> None:
        """Give the other callbacks their states: those of a class in the order of the list."""
        left = list(states)
        for callback in self.others:
            found = next((one for one in left if one[0] == type(callback).__name__), None)
            if found is not None:
                left = [one for one in left if one is not found]
                callback.set_state(found[1])
        for name, _ in left:
            warnings.warn(
                f"BackupAndRestore: there is a state of a {name}, which is not here", UserWarning, stacklevel=2
            )

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Record the number of the epoch."""
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Save every `save_freq` batches."""
        if self._counter.is_due():
            self._save(batch)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Save, unless `save_freq` counts batches."""
        self._epoch = epoch + 1
        if not self._counter.counts:
            self._save(0)

    def _save(self, batch: int) -> None:
        """Write the metadata, including the state for the weights saved before, and then replace the weights."""
        import json

        os.makedirs(self.backup_dir, exist_ok=True)
        latest = {"epoch": self._epoch, "batch": batch}
        steps = str(self.model.optimizer._steps)
        before = {number: state for number, state in self._states.items() if number != steps}
        self._states = dict([*before.items()][-2:]) | {steps: {**latest, **self._state()}}
        with files.written(self._metadata, True) as file:
            file.write(json.dumps({**latest, "states": self._states}, default=_encoded).encode())
        if self.double_checkpoint and os.path.exists(self._weights):
            import shutil

            shutil.copy(self._weights, _previous(self._weights))
        with self.model.optimizer._with_weights_in_place():
            self.model.save_weights(self._weights, overwrite=True)

    def _state(self) -> dict[str, Any]:
        """Return what a training is made of besides the weights and the state of the optimizer."""
        optimizer, position = self.model.optimizer, self.model._position
        within = position.step > 0
        return {
            "step": position.step,
            "sums": list(position.sums),
            "logs": dict(position.logs),
            "metrics": position.metrics() if within else [],
            "source": position.source.state(next_epoch=not within),
            "generator": rng.state(),
            "learning_rate": None if optimizer.follows_schedule else float(optimizer.learning_rate),
            "stopped": self.model.stop_training and not within,
            "batches": self._counter.seen,
            "callbacks": [(type(one).__name__, state) for one in self.others if (state := one.get_state())],
        }

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Delete the folder, if `delete_checkpoint` is set."""
        if self.delete_checkpoint:
            import shutil

            shutil.rmtree(self.backup_dir, ignore_errors=True)


_ARRAY = "numpy array of fastlstm"
"""The key of an array in the metadata, whose value is a .npy file in base64."""


def _encoded(value: Any) -> Any:
    """Return what JSON has instead of an array or a number of NumPy."""
    if isinstance(value, np.generic):
        return value.item()
    if not isinstance(value, np.ndarray):
        raise TypeError(
            f"BackupAndRestore: expected numbers, texts and arrays in the state of a callback, got {value!r}"
        )
    file = io.BytesIO()
    np.save(file, value, allow_pickle=False)
    return {_ARRAY: base64.b64encode(file.getvalue()).decode()}


def _decoded(found: dict[str, Any]) -> Any:
    if found.keys() != {_ARRAY}:
        return found
    return np.load(io.BytesIO(base64.b64decode(found[_ARRAY])), allow_pickle=False)


def _previous(path: str) -> str:
    return f"{path}.bkp"
