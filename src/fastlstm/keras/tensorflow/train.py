"""`tf.train`: checkpoints of models."""

import os
import re
from typing import Any

from ... import optimizers
from ...models.graph import LayerGraph
from .. import _notes
from .._missing import missing_names_of

__all__ = [
    "AdadeltaOptimizer",
    "AdagradOptimizer",
    "AdamOptimizer",
    "Checkpoint",
    "CheckpointManager",
    "GradientDescentOptimizer",
    "MomentumOptimizer",
    "RMSPropOptimizer",
    "latest_checkpoint",
]

__getattr__ = missing_names_of(__name__)

_ENDING = ".weights.h5"


def AdamOptimizer(
    learning_rate: Any = 0.001,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    use_locking: bool = False,
    name: str = "Adam",
) -> optimizers.Adam:
    """Return the optimizer Adam with the defaults of TensorFlow 1."""
    return optimizers.Adam(learning_rate, beta1, beta2, epsilon)


def RMSPropOptimizer(
    learning_rate: Any,
    decay: float = 0.9,
    momentum: float = 0.0,
    epsilon: float = 1e-10,
    use_locking: bool = False,
    centered: bool = False,
    name: str = "RMSProp",
) -> optimizers.RMSprop:
    """Return the optimizer RMSprop with the defaults of TensorFlow 1."""
    return optimizers.RMSprop(learning_rate, decay, momentum, epsilon, bool(centered))


def GradientDescentOptimizer(
    learning_rate: Any, use_locking: bool = False, name: str = "GradientDescent"
) -> optimizers.SGD:
    """Return gradient descent without momentum."""
    return optimizers.SGD(learning_rate)


def MomentumOptimizer(
    learning_rate: Any,
    momentum: float,
    use_locking: bool = False,
    name: str = "Momentum",
    use_nesterov: bool = False,
) -> optimizers.SGD:
    """Return gradient descent with momentum."""
    return optimizers.SGD(learning_rate, momentum, bool(use_nesterov))


def AdagradOptimizer(
    learning_rate: Any, initial_accumulator_value: float = 0.1, use_locking: bool = False, name: str = "Adagrad"
) -> optimizers.Adagrad:
    """Return the optimizer Adagrad."""
    return optimizers.Adagrad(learning_rate, initial_accumulator_value)


def AdadeltaOptimizer(
    learning_rate: Any = 0.001,
    rho: float = 0.95,
    epsilon: float = 1e-8,
    use_locking: bool = False,
    name: str = "Adadelta",
) -> optimizers.Adadelta:
    """Return the optimizer Adadelta with the defaults of TensorFlow 1."""
    return optimizers.Adadelta(learning_rate, rho, epsilon)


class Checkpoint:
    """The weights of models, in files.

    Parameters
    ----------
    **objects
        Models by name. Other objects, such as optimizers, are left out; the state of a compiled model's optimizer is
        saved with the model.
    """

    def __init__(self, **objects: Any) -> None:
        self._models = {name: value for name, value in objects.items() if isinstance(value, LayerGraph)}
        for name in objects.keys() - self._models.keys():
            _notes.ignored(f"tf.train.Checkpoint({name}=)")
        vars(self).update(objects)
        self.save_counter = 0

    def save(self, file_prefix: str | os.PathLike[str], options: Any = None) -> str:
        """Write the weights to new files.

        Parameters
        ----------
        file_prefix : path-like
            The beginning of their paths; a number follows.
        options : None
            Ignored.

        Returns
        -------
        str
            The path for `restore`.
        """
        self.save_counter += 1
        return self.write(f"{os.fspath(file_prefix)}-{self.save_counter}")

    def write(self, file_prefix: str | os.PathLike[str], options: Any = None) -> str:
        """Write the weights to files.

        Parameters
        ----------
        file_prefix : path-like
            The beginning of their paths.
        options : None
            Ignored.

        Returns
        -------
        str
            The path for `restore`.
        """
        path = os.fspath(file_prefix)
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        for name, model in self._models.items():
            if model.built:
                model.save_weights(f"{path}.{name}{_ENDING}")
        return path

    def restore(self, save_path: str | os.PathLike[str] | None, options: Any = None) -> "_Restored":
        """Replace the weights with those of files; those of models that are not built stay.

        Parameters
        ----------
        save_path : path-like, optional
            As `save` returns it. Nothing is done without one.
        options : None
            Ignored.

        Returns
        -------
        object
            With the methods of TensorFlow's status, which do nothing.
        """
        if save_path is None:
            return _Restored()
        for name, model in self._models.items():
            path = f"{os.fspath(save_path)}.{name}{_ENDING}"
            if model.built and os.path.exists(path):
                model.load_weights(path)
        return _Restored()

    read = restore


class _Restored:
    """The status of a restored checkpoint."""

    def expect_partial(self) -> "_Restored":
        """Do nothing."""
        return self

    assert_consumed = assert_existing_objects_matched = assert_nontrivial_match = expect_partial


class CheckpointManager:
    """Checkpoints in a folder, of which the latest ones are kept.

    Parameters
    ----------
    checkpoint : Checkpoint
        What is saved.
    directory : path-like
        The folder.
    max_to_keep : int, optional
        How many are kept; None: all.
    checkpoint_name : str
        The beginning of the names of the files.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        directory: str | os.PathLike[str],
        max_to_keep: int | None = None,
        checkpoint_name: str = "ckpt",
        **_: Any,
    ) -> None:
        self.checkpoint, self.directory, self._max_to_keep = checkpoint, os.fspath(directory), max_to_keep
        self._prefix = os.path.join(self.directory, checkpoint_name)
        self.checkpoints: list[str] = []

    @property
    def latest_checkpoint(self) -> str | None:
        """The path of the latest checkpoint, None without one."""
        return latest_checkpoint(self.directory)

    def save(self, checkpoint_number: int | None = None, **_: Any) -> str:
        """Write a checkpoint, and delete those that are not kept.

        Parameters
        ----------
        checkpoint_number : int, optional
            Default: counted.

        Returns
        -------
        str
            Its path.
        """
        if checkpoint_number is None:
            path = self.checkpoint.save(self._prefix)
        else:
            path = self.checkpoint.write(f"{self._prefix}-{int(checkpoint_number)}")
        self.checkpoints.append(path)
        while self._max_to_keep is not None and len(self.checkpoints) > self._max_to_keep:
            oldest = self.checkpoints.pop(0)
            for name in os.listdir(self.directory):
                if name.startswith(f"{os.path.basename(oldest)}.") and name.endswith(_ENDING):
                    os.unlink(os.path.join(self.directory, name))
        return path


def latest_checkpoint(checkpoint_dir: str | os.PathLike[str], latest_filename: str | None = None) -> str | None:
    """Return the path of the newest file with weights in a folder, as `load_weights` or `Checkpoint.restore` takes it.

    Parameters
    ----------
    checkpoint_dir : path-like
        The folder.
    latest_filename : str, optional
        Ignored.

    Returns
    -------
    str or None
        None if there is no file.
    """
    folder = os.fspath(checkpoint_dir)
    if not os.path.isdir(folder):
        return None
    paths = [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if not name.startswith(".")]
    files = [path for path in paths if os.path.isfile(path)]
    if not files:
        return None
    newest = max(files, key=os.path.getmtime)
    return re.sub(r"(-\d+)\.\w+" + re.escape(_ENDING) + "$", r"\1", newest)
