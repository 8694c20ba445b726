"""Sequential: fit and evaluate on top of a stack of layers that is compiled and predicts."""

import warnings
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import Any

from .._internal import checks
from ..callbacks import CallbackList, History
from ..saving import SavedModel, load_model
from ..training import batches as _batches
from ..training import evaluate as _evaluate
from ..training import fit as _fit
from ..training import samples
from ._description import clone_model
from ._sampling import SampledStack, whole

__all__ = ["Sequential", "clone_model", "load_model"]


class Sequential(SavedModel, SampledStack):
    """A model: layers one after the other, as in Keras.

    Parameters
    ----------
    layers : iterable of layers, optional
        Best begun by an `Input`; without one the model is built by the first data it sees.
    name : str, optional
        Default: sequential, sequential_1, ...
    trainable : bool
        Whether training changes the weights.

    Attributes
    ----------
    optimizer : Optimizer or None
        That of `compile`.
    history : History or None
        Of the last `fit`, also of one that was interrupted.
    stop_training : bool
        Set by a callback to end `fit` after the native call that is running.
    stop_evaluating : bool
        Set by a callback to end `evaluate` in the same way.

    Raises
    ------
    TypeError, ValueError
        As `add`.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm import Input, Sequential, layers
    >>> model = Sequential([Input((20, 1)), layers.LSTM(32), layers.Dense(1)])
    >>> model.compile(optimizer="adam", loss="mse")
    >>> x = np.sin(np.arange(20) / 10 + np.arange(64)[:, None])[..., None]
    >>> history = model.fit(x, x[:, -1, 0], epochs=2, verbose=0)
    >>> len(history.history["loss"])
    2
    >>> model.predict(x[:1]).shape
    (1, 1)
    """

    stop_training: bool = False
    stop_evaluating: bool = False
    _initial_epoch: int | None = None  # set by callbacks.BackupAndRestore

    def fit(
        self,
        x: Any,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: int | str = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: Any = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int | Iterable[int] = 1,
    ) -> History:
        """Train the model; a second call goes on where the first one stopped.

        Parameters
        ----------
        x : array_like, or a source of batches
            (N, T, D), or (N, D) for a model with such an input; finite. Or what gives batches (x, y) or
            (x, y, sample_weight): a generator; a data set with ``len(x)`` and ``x[i]``, such as a
            keras.utils.PyDataset, what `fastlstm.datasets.timeseries_dataset_from_array` makes, or one of your own,
            whose `on_epoch_end` is called if it has that; anything else that can be iterated over again.
        y : array_like, optional
            Targets of the shape of the output; where its last axis is 1 that may be left out. For
            sparse_categorical_crossentropy class numbers, and for quantile one number, in place of the last axis. None
            where x gives batches.
        batch_size : int, optional
            Samples a step; default 32. In a stateful model it must divide the number of samples. Without effect where x
            gives batches.
        epochs : int
            The number of the last epoch plus one, counted from `initial_epoch`.
        verbose : {'auto', 0, 1, 2}
            0 silent; 1 (auto) a bar on a terminal or in a notebook, and a line an epoch; 2 a line an epoch.
        callbacks : Callback or list of them, optional
            See `fastlstm.callbacks`.
        validation_split : float
            The last fraction of the samples, before any shuffling, is not trained on but gives 'val_loss'.
        validation_data : tuple (x, y) or (x, y, sample_weight), or a source of batches, optional
            In place of the split.
        shuffle : bool
            Whether each epoch has an order of its own: of samples in arrays, of the batches of a data set with numbered
            ones. Generators keep theirs, and `timeseries_dataset_from_array` has a `shuffle` of its own.
        class_weight : dict of int to float, optional
            Weights of classes, 1 where there is none, for training only. The class of a target is its largest column,
            or the nearest whole number where it has one.
        sample_weight : array_like, optional
            (N,), or (N, T) for an output with steps: what each sample's or step's part of the loss is multiplied by.
            The mean is over their number, not over the sum of the weights (see `fastlstm.losses.Loss`). None where x
            gives batches: those may be (x, y, sample_weight).
        initial_epoch : int
            Number of the first epoch.
        steps_per_epoch : int, optional
            Steps of an epoch; the next one goes on where it ended. Needed for generators in a fit of several epochs:
            else the first one takes all there is. For arrays without a `batch_size` it gives that.
        validation_steps : int, optional
            Only so many batches of the validation data are used.
        validation_batch_size : int, optional
            Default: `batch_size`.
        validation_freq : int or iterable of int
            After every how many epochs there is a validation, or after which ones, counted from 1.

        Returns
        -------
        History
            Its `history` has 'loss', the mean over the samples during the epoch, the metrics of the predictions before
            each step, and 'val_loss' and so on, after the epoch.

        Raises
        ------
        ValueError
            If the model has no loss, the data is empty, lengths or shapes do not match, or there is NaN or Inf; in a
            stateful model, if there are batches of several sizes or not of that of the states it carries.
        TypeError
            If the data is not made of real integers or floats.

        Warns
        -----
        RuntimeWarning
            Once, if the loss becomes NaN or infinite.
        UserWarning
            If there are fewer batches than `steps_per_epoch` asks for, or nothing in the model is trainable.
        """
        self._require_loss()
        verbose, shuffle = checks.verbosity(verbose), checks.flag("shuffle", shuffle)
        steps = samples.steps_of("steps_per_epoch", steps_per_epoch)
        source: _batches.Source
        held_out = None
        if _batches.gives_batches(x):
            _batches.refuse_beside("x", y=y, sample_weight=sample_weight, validation_split=validation_split or None)
            batches = self._source_of("x", x, steps, shuffle, class_weight=class_weight)
            self._build_from("x", batches)
            source = batches
        else:
            data = self._examples(x, y, sample_weight)
            kept = samples.training_rows(len(data.x), validation_split if validation_data is None else 0.0)
            held_out = data.part(kept, len(data.x)) if kept < len(data.x) else None
            batch_size = min(samples.batch_size_of(batch_size, kept, steps), kept)
            if self._stateful:
                self._rows_of_a_batch("x", self._built_network(), kept, batch_size)
            examples = data.part(0, kept).with_class_weight(class_weight)
            source = _batches.Arrays(examples, batch_size, shuffle, steps)
        validate = self._validation(
            validation_data,
            held_out,
            batch_size if validation_batch_size is None else validation_batch_size,
            samples.steps_of("validation_steps", validation_steps),
        )
        what = self._trainee(source, validate)
        schedule = _fit.Schedule(
            checks.integer("initial_epoch", initial_epoch, 0),
            checks.integer("epochs", epochs, 0),
            samples.epochs_of("validation_freq", validation_freq),
        )
        hooks = self._hooks(callbacks, verbose, schedule.epochs, source.steps, history=True)
        _fit.train(what, schedule, hooks)
        assert hooks.history is not None
        return hooks.history

    def train_on_batch(
        self, x: Any, y: Any, sample_weight: Any = None, class_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """Make one step on all of these samples.

        Parameters
        ----------
        x, y, sample_weight, class_weight
            As for `fit`.
        return_dict : bool
            Whether to return a dict.

        Returns
        -------
        float, list or dict
            The mean loss before the step; with metrics a list of it and theirs, in the order of `metrics_names`.

        Raises
        ------
        ValueError, TypeError
            As `fit`.
        """
        data = self._examples(x, y, sample_weight).with_class_weight(class_weight)
        if self._stateful:
            self._rows_of_a_batch("x", self._built_network(), len(data.x), len(data.x))
        source = _batches.Arrays(data, len(data.x), False, None)
        return _results(_fit.train_batch(self._trainee(source)), return_dict)

    def evaluate(
        self,
        x: Any,
        y: Any = None,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        sample_weight: Any = None,
        *,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """Return the mean loss over the samples, with the penalties of all regularizers, and the metrics.

        It does not depend on `batch_size`, but in two cases. Where a mask reaches the loss, or the loss is a function,
        ignores a class or has another reduction than the mean, each batch has its own loss, and the result is the mean
        of these weighted with the batches' sizes, as in Keras. In a stateful model each batch begins with the states
        that the one before it ended with.

        Parameters
        ----------
        x, y, sample_weight : array_like, or a source of batches and None
            As for `fit`, but NaN and Inf are let through.
        batch_size : int, optional
            Rows of a batch; default 32.
        verbose : {'auto', 0, 1, 2}
            As for `fit`.
        steps : int, optional
            Only so many batches are used.
        callbacks : Callback or list of them, optional
            See `fastlstm.callbacks`.
        return_dict : bool
            Whether to return a dict.

        Returns
        -------
        float, list or dict
            The loss; with metrics a list of it and theirs, in the order of `metrics_names`.

        Raises
        ------
        ValueError, TypeError
            As `fit`.
        """
        verbose = checks.verbosity(verbose)
        steps = samples.steps_of("steps", steps)
        if _batches.gives_batches(x):
            _batches.refuse_beside("x", y=y, sample_weight=sample_weight)
            source = self._source_of("x", x, steps, False, finite=False)
            self._build_from("x", source, finite=False)
            what, count = self._evaluated("x", source.epoch), source.steps
        else:
            part = whole(self._examples(x, y, sample_weight, finite=False), batch_size, steps)
            what, count = self._evaluated("x", lambda: [part]), part.steps
            what.rows(part)  # raises where the batches do not fit a stateful model, before any callback is called
        with closing(self._hooks(callbacks, verbose, 1, count)) as hooks:
            return _results(_evaluate.evaluate(what, hooks), return_dict)

    def test_on_batch(self, x: Any, y: Any, sample_weight: Any = None, return_dict: bool = False) -> Any:
        """Return the mean loss over the samples as one batch, and the metrics, as `evaluate` does."""
        return self.evaluate(x, y, checks.LARGEST, 0, sample_weight, return_dict=return_dict)

    # Inside -----------------------------------------------------------------------------------------------------

    def _hooks(
        self, callbacks: Any, verbose: int, epochs: int, steps: int | None, *, history: bool = False
    ) -> CallbackList:
        run: dict[str, Any] = {"verbose": verbose, "epochs": epochs, "steps": steps}
        return CallbackList(callbacks, add_history=history, add_progbar=verbose != 0, model=self, **run)

    def _trainee(
        self,
        data: _batches.Source,
        validate: Callable[[CallbackList], dict[str, Any]] | None = None,
    ) -> _fit.Trainee:
        assert self.optimizer is not None
        self._built_network()
        if not any(self._trained()):
            warnings.warn(f"model {self.name!r} has no trainable weights", UserWarning, stacklevel=3)
        return _fit.Trainee(self, self.optimizer, data, self._compiled_metrics, validate)


def _results(logs: dict[str, Any], return_dict: bool) -> Any:
    """Return the loss and metrics as Keras does: sorted in a dict; in order in a list; the loss if it is alone."""
    if checks.flag("return_dict", return_dict):
        return dict(sorted(logs.items()))
    return list(logs.values()) if len(logs) > 1 else logs["loss"]
