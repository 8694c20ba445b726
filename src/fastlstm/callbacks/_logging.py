"""Callbacks that write the logs to files."""

import os
import time
from typing import IO, Any

import numpy as np

from .._internal import checks
from ._base import ClosingCallback


class CSVLogger(ClosingCallback):
    """Write one line to a CSV file after each epoch.

    The columns are 'epoch', from 0, and the names in the first epoch's logs in alphabetical order. If the first epoch
    has no validation, columns for validation results are added; missing values are written as 'NA'.

    Parameters
    ----------
    filename : str or path
        The file.
    separator : str
        The delimiter of the columns, one character.
    append : bool
        Whether to append to an existing file instead of replacing it.

    Raises
    ------
    TypeError
        If `filename` is not a path, or `append` is not True or False.
    OSError
        In `fit`, if the file cannot be written.

    References
    ----------
    Keras 3, `keras.callbacks.CSVLogger`.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from fastlstm import Input, Sequential, layers
    >>> model = Sequential([Input((1,)), layers.Dense(1)])
    >>> model.compile(loss="mse")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "log.csv"
    ...     _ = model.fit([[1.0]], [2.0], epochs=2, verbose=0, callbacks=[CSVLogger(path)])
    ...     lines = path.read_text().splitlines()
    >>> lines[0], len(lines)
    ('epoch,loss,val_loss', 3)
    """

    def __init__(self, filename: Any, separator: str = ",", append: bool = False) -> None:
        self.filename = os.fspath(filename)
        self.sep = separator
        self.append = checks.flag("append", append)
        self.keys: list[str] | None = None
        self._file: IO[str] | None = None
        self._writer: Any = None
        self._header = True

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Open the file."""
        self.close()
        path = self.filename
        self._header = not (self.append and os.path.exists(path) and os.path.getsize(path) > 0)
        self._file = open(path, "a" if self.append else "w", newline="", encoding="utf-8")  # noqa: SIM115 - stays open
        self.keys = self._writer = None

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Write the line of the epoch."""
        logs = logs or {}
        if self._writer is None:
            self.keys = sorted(logs)
            if not any(key.startswith("val_") for key in self.keys):
                self.keys += [f"val_{key}" for key in self.keys]
            assert self._file is not None
            import csv

            self._writer = csv.DictWriter(self._file, ["epoch", *self.keys], delimiter=self.sep, lineterminator="\n")
            if self._header:
                self._writer.writeheader()
        values = {key: _cell(logs.get(key, "NA")) for key in self.keys or ()}
        self._writer.writerow({"epoch": epoch, **values})
        if self._file is not None:
            self._file.flush()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
        self._file = self._writer = None


def _cell(value: Any) -> Any:
    if not isinstance(value, str) and np.ndim(value) > 0:
        return f'"[{", ".join(map(str, value))}]"'
    return value


class TensorBoard(ClosingCallback):
    """Write the loss, the metrics and the learning rate for TensorBoard, using the package tensorboard.

    Scalars have Keras's names: 'epoch_loss', 'epoch_learning_rate'; 'batch_loss' if `update_freq` is not 'epoch';
    'evaluation_loss_vs_iterations'. Those of training are written to the folder 'train', those of validations and
    evaluations to 'validation'.

    Parameters
    ----------
    log_dir : str or path
        The folder.
    histogram_freq, write_images, profile_batch, embeddings_freq, embeddings_metadata
        For Keras compatibility; only the defaults are supported, since only scalars are written.
    write_graph : bool
        For Keras compatibility; there is no graph to write.
    write_steps_per_second : bool
        Whether to write the number of steps per second of each epoch.
    update_freq : 'epoch', 'batch' or int
        How often to write: after each epoch, each batch, or this number of batches. Unless it is 'epoch', each step is
        a separate native call.

    Raises
    ------
    ImportError
        If the package tensorboard is not installed.
    TypeError
        If an argument has the wrong type.
    ValueError
        If an argument is not supported or out of range.

    References
    ----------
    Keras 3, `keras.callbacks.TensorBoard`.

    Examples
    --------
    >>> import importlib.util
    >>> if importlib.util.find_spec("tensorboard"):
    ...     callback = TensorBoard("logs", update_freq="batch")
    """

    def __init__(
        self,
        log_dir: Any = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: Any = "epoch",
        profile_batch: Any = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: Any = None,
    ) -> None:
        checks.refuse(
            "TensorBoard",
            histogram_freq=histogram_freq or None,
            write_images=write_images,
            profile_batch=profile_batch or None,
            embeddings_freq=embeddings_freq or None,
            embeddings_metadata=embeddings_metadata,
        )
        try:
            from tensorboard.summary import Writer
        except ImportError as error:
            raise ImportError("TensorBoard writes with the package tensorboard: pip install tensorboard") from error
        self.log_dir = os.fspath(log_dir)
        self.write_graph = write_graph
        self.write_steps_per_second = checks.flag("write_steps_per_second", write_steps_per_second)
        self.update_freq = 1 if update_freq == "batch" else update_freq
        if self.update_freq != "epoch":
            self.update_freq = checks.integer("update_freq", self.update_freq, 1)
        self._each_batch = self.update_freq != "epoch"
        self._make = Writer
        self._writers: dict[str, Any] = {}
        self._batches = 0
        self._epoch_start = (0.0, 0)

    def _write(self, folder: str, values: dict[str, Any], step: int) -> None:
        if folder not in self._writers:
            self._writers[folder] = self._make(os.path.join(self.log_dir, folder))
        for name, value in values.items():
            if np.ndim(value) == 0:
                self._writers[folder].add_scalar(name, float(value), step)

    def _flush(self) -> None:
        for writer in self._writers.values():
            writer.flush()

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Start counting batches."""
        self._batches = 0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Record the time and the number of steps."""
        self._epoch_start = (time.perf_counter(), self.model.optimizer.iterations)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Write the results of the epoch so far, every `update_freq` batches."""
        self._batches += 1
        if self._each_batch and self._batches % self.update_freq == 0:
            self._write("train", {f"batch_{name}": value for name, value in (logs or {}).items()}, self._batches)

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """Write the results of an evaluation over the number of steps."""
        values = {f"evaluation_{name}_vs_iterations": value for name, value in (logs or {}).items()}
        self._write("validation", values, self.model.optimizer.iterations)
        self._flush()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Write the results of the epoch."""
        logs = logs or {}
        train = {name: value for name, value in logs.items() if not name.startswith("val_")}
        train["learning_rate"] = float(self.model.optimizer.learning_rate)
        if self.write_steps_per_second:
            start, iterations = self._epoch_start
            train["steps_per_second"] = (self.model.optimizer.iterations - iterations) / (time.perf_counter() - start)
        self._write("train", {f"epoch_{name}": value for name, value in train.items()}, epoch)
        validation = {name.removeprefix("val_"): logs[name] for name in logs if name.startswith("val_")}
        if validation:
            self._write("validation", {f"epoch_{name}": value for name, value in validation.items()}, epoch)
        self._flush()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Close the files."""
        self.close()

    def close(self) -> None:
        """Close the files."""
        for writer in self._writers.values():
            writer.close()
        self._writers = {}
