"""Model: compile, fit, evaluate and predict."""

import warnings
from collections.abc import Callable, Iterable
from contextlib import closing
from functools import partial
from typing import Any, ClassVar, TypeVar

import numpy as np

from .._internal import checks, keras_scripts, nested, tape
from .._internal.arrays import mask_for
from .._internal.row_arrays import Rows, parts
from ..callbacks import CallbackList, History
from ..callbacks._resuming import Position, ResumePoint
from ..layers._call_arguments import Place, in_places, put_in, taken_out
from ..layers._trace import adds_losses, with_mask
from ..layers.computation import Phase
from ..layers.symbolic import SymbolicTensor, are_symbolic, listed
from ..metrics import Metric
from ..training import array_data, batch_data, recorded
from ..training.array_data import BatchGroup, Examples
from ..training.batch_data import BatchSource
from ..training.compiled import Compiled
from ..training.evaluate import EvaluationJob, evaluate
from ..training.fit import Epochs, TrainedData, TrainingJob, fit, train_batch
from ..training.native_model import NativeModel, only_input
from ..training.predict import predict, predict_batches, predict_with_callbacks
from . import own_steps
from .graph import LayerGraph
from .own_steps import OwnSteps
from .subclassed import ModelType

AnyModel = TypeVar("AnyModel", bound="Model")


class Model(OwnSteps, LayerGraph, metaclass=ModelType):
    """A model of layers between inputs and outputs, as in Keras's functional interface.

    Layers may be called several times and be in several models, which then have the same weights; a model can be called
    as a layer of another one.

    Parameters
    ----------
    inputs : SymbolicTensor, or list or dict of them
        Results of `fastlstm.Input`, or outputs of layers for a model that begins in the middle of another one. Data for
        several inputs is a list, or a dict by the names of the Inputs. If lists and dicts are inside each other, data
        are given in the same way, or as one list.
    outputs : SymbolicTensor, or list or dict of them
        What was computed from the inputs by calling layers. With several, `predict` returns a list or a dict, and
        targets, losses, loss weights, metrics and sample weights are lists, or dicts by the keys of this dict or the
        names of the layers that give the outputs.
    name : str, optional
        Default: model, model_1, ...
    trainable : bool
        Whether training changes the weights.

    Attributes
    ----------
    optimizer : Optimizer or None
        The optimizer given to `compile`.
    history : History or None
        The history of the last `fit`, even if it was interrupted.

    Raises
    ------
    TypeError
        If `inputs` or `outputs` is not symbolic.
    ValueError
        If an output depends on another input or is an input, or two layers have the same name.

    Examples
    --------
    A stack of recurrent layers with a path around the second one:

    >>> import numpy as np
    >>> from fastlstm import Input, layers
    >>> from fastlstm.models import Model
    >>> x = Input((20, 1))
    >>> low = layers.LSTM(8, return_sequences=True)(x)
    >>> high = layers.LSTM(8, return_sequences=True)(low)
    >>> both = layers.Add()([low, high])
    >>> model = Model(x, layers.Dense(1)(both))
    >>> model.predict(np.zeros((2, 20, 1))).shape
    (2, 20, 1)

    An encoder whose states begin a decoder:

    >>> source, target = Input((None, 3)), Input((None, 2))
    >>> _, *states = layers.LSTM(8, return_state=True)(source)
    >>> decoded = layers.LSTM(8, return_sequences=True)(target, initial_state=states)
    >>> model = Model([source, target], layers.Dense(2)(decoded))
    >>> model.predict([np.zeros((4, 9, 3)), np.zeros((4, 5, 2))]).shape
    (4, 5, 2)
    """

    history: History | None = None
    stop_training: bool = False
    stop_evaluating: bool = False
    stop_predicting: bool = False
    _resume_from: ResumePoint | None = None
    _position: Position | None = None
    _chain_class: ClassVar[Any] = None  # Sequential, of which chains inside are made

    _steps_per_execution = 1

    def __init__(
        self, inputs: Any = None, outputs: Any = None, name: str | None = None, *, trainable: bool = True
    ) -> None:
        super().__init__(name, trainable)
        if inputs is None and outputs is None:  # of a subclass that adds layers later
            return
        self._connect_structures(inputs, outputs)

    # Configuration -------------------------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """Return the configuration of the model, without weights, optimizer and loss.

        Returns
        -------
        dict
            Plain data in Keras's format: 'name', 'trainable', 'layers' with the calls of each layer, 'input_layers' and
            'output_layers'.

        Examples
        --------
        >>> from fastlstm import Input, layers
        >>> from fastlstm.models import Model
        >>> x = Input((20, 1))
        >>> model = Model(x, [layers.LSTM(32)(x), layers.GRU(8)(x)])
        >>> Model.from_config(model.get_config()).output_shape
        [(None, 32), (None, 8)]
        """
        from ..formats import serialize  # slow to import

        return serialize.configuration(self)

    @classmethod
    def from_config(cls: type[AnyModel], config: dict[str, Any], custom_objects: Any = None) -> AnyModel:
        """Return a new model from a configuration, with initial weights and not compiled.

        Parameters
        ----------
        config : dict
            As returned by `get_config`, here or in Keras.
        custom_objects : dict, optional
            Your own classes and functions, by their names in the configuration.

        Returns
        -------
        Model
            A model of this class.

        Raises
        ------
        ValueError
            If a value is out of range, a class is unknown, or a layer does not fit.
        TypeError
            If an argument has the wrong type.
        """
        from ..formats import build, deserialize, saved_model  # slow to import

        classes = saved_model.ModelClasses(chain=cls._chain_class, graph=cls)
        description = {"class_name": "Functional", "config": config}
        made = build.with_initial_weights(description, deserialize.Deserializer(custom_objects), classes, chains=False)
        return made  # type: ignore[return-value]

    # Compile -------------------------------------------------------------------------------------------------------

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        *,
        run_eagerly: Any = False,
        steps_per_execution: int = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Choose optimizer, loss and metrics. This resets the optimizer and keeps the weights.

        Parameters
        ----------
        optimizer : str or `fastlstm.optimizers.Optimizer`
            A name such as 'adam' or 'rmsprop', or an instance that no other model uses.
        loss : str, `fastlstm.losses.Loss` or callable, or a list or dict of one, optional
            Required by `fit` and `evaluate`. Your own function receives the targets and the predictions of a batch and
            returns values and gradient; see `fastlstm.losses.get`.
        loss_weights : float, or list or dict of one, optional
            Factor of the loss; the penalties of regularizers are not multiplied.
        metrics : str, metric, function, or list of them, optional
            Names, such as 'mae', classes or instances of `fastlstm.metrics`, names of losses, functions
            ``f(y_true, y_pred)``. 'accuracy' (or 'acc') and 'crossentropy' (or 'ce') stand for the binary, categorical
            or sparse categorical one, whichever fits the targets and the output. Sample weights are not applied.
        weighted_metrics : list, optional
            The same, with sample weights applied. The mask of the output applies to both, as in Keras.
        run_eagerly, jit_compile
            Accepted as in Keras; True raises ValueError.
        steps_per_execution : int
            How many batches are one for callbacks with hooks for batches. It has no effect on the speed: a native call
            runs for about 50 ms, or for one step if a callback has such hooks.
        auto_scale_loss : bool
            Accepted as in Keras, without effect: it concerns half precision.

        Raises
        ------
        ValueError
            If a name is unknown, a value is out of range, or the optimizer belongs to another model.
        TypeError
            If an argument has the wrong type.
        """
        checks.refuse("compile", run_eagerly=run_eagerly, jit_compile=None if jit_compile == "auto" else jit_compile)
        self._steps_per_execution = checks.integer("steps_per_execution", steps_per_execution, 1)
        checks.flag("auto_scale_loss", auto_scale_loss)
        before = self._compiled_optimizer
        compiled = Compiled(optimizer, loss, loss_weights, metrics, weighted_metrics, self._names_of_outputs())
        compiled.optimizer.claim(self)
        if before is not None and before is not compiled.optimizer:
            before.release()
        self._compiled = compiled
        if self._native is not None:
            compiled.attach(self._native)

    @property
    def compiled(self) -> bool:
        """Whether `compile` has been called."""
        return self._compiled is not None

    @property
    def metrics(self) -> list[Metric]:
        """The metrics of `compile`. 'accuracy' and 'crossentropy' appear once the first targets have been seen."""
        if self._runs_own("train_step") or self._runs_own("test_step"):
            return self._metrics_of_steps()
        return [] if self._compiled is None else self._compiled.metrics.metrics

    @property
    def metrics_names(self) -> list[str]:
        """The names of the values that `evaluate` returns: 'loss', then the metrics."""
        compiled = self._compiled
        return ["loss", *([] if compiled is None else [*compiled.loss_names, *compiled.metrics.names])]

    # Train and evaluate --------------------------------------------------------------------------------------------

    def fit(
        self,
        x: Any = None,
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
        """Train the model. A second call continues where the first one stopped.

        Parameters
        ----------
        x : array_like, or a source of batches
            (N, T, D), or (N, D) for a model with such an input; finite. Of several inputs a list, or a dict by the
            names of the Inputs; y and `sample_weight` likewise for several outputs. Or a source of batches (x, y) or
            (x, y, sample_weight): a generator; a data set with ``len(x)`` and ``x[i]``, such as a
            keras.utils.PyDataset, the result of `fastlstm.datasets.timeseries_dataset_from_array`, or your own, whose
            `on_epoch_end` is called if it has one; or any other object that can be iterated over repeatedly.
        y : array_like, optional
            Targets of the shape of the output; a last axis of 1 may be omitted. For sparse_categorical_crossentropy,
            class numbers instead of the last axis; for quantile, one number. None if x is a source of batches.
        batch_size : int, optional
            Samples per step; default 32. In a stateful model it must divide the number of samples. Ignored if x is a
            source of batches.
        epochs : int
            Index of the last epoch plus one; epochs run from `initial_epoch` to ``epochs - 1``.
        verbose : {'auto', 0, 1, 2}
            0: silent. 1 or 'auto': a progress bar on a terminal or in a notebook, and a line per epoch. 2: a line per
            epoch.
        callbacks : Callback or list of them, optional
            See `fastlstm.callbacks`.
        validation_split : float
            Fraction of the samples, taken from the end before any shuffling, used for validation instead of training.
        validation_data : tuple (x, y) or (x, y, sample_weight), or a source of batches, optional
            Validation data, instead of the split.
        shuffle : bool or int
            Whether to shuffle in each epoch: the samples of arrays, or the batches of a data set with an index.
            Generators keep their order, and `timeseries_dataset_from_array` has its own `shuffle`.
        class_weight : dict of int to float, optional
            Weights of classes, 1 for those not given; used in training only. The class of a target is its largest
            column, or the nearest whole number if it has one column.
        sample_weight : array_like, optional
            (N,), or (N, T) for an output with steps: factors of the loss of each sample or step. The mean divides by
            the number of samples, not by the sum of the weights (see `fastlstm.losses.Loss`). None if x is a source of
            batches, which may be (x, y, sample_weight).
        initial_epoch : int
            Index of the first epoch.
        steps_per_epoch : int, optional
            Steps per epoch; the next epoch continues where this one ended. Required for generators and several epochs;
            otherwise the first epoch uses all batches. For arrays without `batch_size` it determines the batch size.
        validation_steps : int, optional
            Number of batches of the validation data to use. Default: all.
        validation_batch_size : int, optional
            Samples per batch of the validation data. Default: `batch_size`.
        validation_freq : int or iterable of int
            Validate after every this many epochs, or after the given ones, counted from 1.

        Returns
        -------
        History
            Its `history` has, per epoch, 'loss' (the mean over the samples during the epoch), the metrics of the
            predictions before each step, and 'val_loss' and the other validation values after the epoch.

        Raises
        ------
        ValueError
            If the model has no loss, the data is empty, lengths or shapes do not match, or there is NaN or Inf; in a
            stateful model, if the batches differ in size, or their size from the number of rows of its states.
        TypeError
            If the data is not made of real integers or floats.

        Warns
        -----
        RuntimeWarning
            Once, if the loss becomes NaN or infinite.
        UserWarning
            If there are fewer batches than `steps_per_epoch` asks for, or nothing in the model is trainable.
        """
        validates = validation_data is not None or validation_split
        if self._runs_own("train_step") or (validates and self._runs_own("test_step")):
            given = dict(locals())
            self.history = own_steps.fit(self, x, y, given)
            return self.history
        compiled = self._require_loss()
        verbose, shuffle = checks.verbosity(verbose), checks.truth("shuffle", shuffle)
        steps = array_data.steps_of("steps_per_epoch", steps_per_epoch)
        source: batch_data.Source
        held_out, kept = None, None
        if batch_data.gives_batches(x):
            batch_data.refuse_beside("x", y=y, sample_weight=sample_weight, validation_split=validation_split or None)
            source = self._batch_source("x", x, steps, shuffle, class_weight=class_weight)
            self._build_for_first_batch("x", source)
        else:
            data = self._examples(x, y, sample_weight)
            kept = array_data.training_rows(len(data.x), validation_split if validation_data is None else 0.0)
            held_out = data.part(kept, len(data.x)) if kept < len(data.x) else None
            batch_size = array_data.batch_size_of(batch_size, kept, steps)  # also of the validation
            rows = min(batch_size, kept)
            if self._native_model().stateful:
                self._native_model().rows_of_a_batch("x", kept, rows)
            examples = data.part(0, kept).with_class_weight(class_weight)
            source = array_data.ArraySource(examples, rows, shuffle, steps)
        validate = self._validation(
            validation_data,
            held_out,
            batch_size if validation_batch_size is None else validation_batch_size,
            array_data.steps_of("validation_steps", validation_steps),
        )
        self._warn_if_nothing_is_trained()
        wanted = Epochs(
            checks.integer("initial_epoch", initial_epoch, 0),
            checks.integer("epochs", epochs, 0),
            array_data.epochs_of("validation_freq", validation_freq),
        )
        trained = TrainedData(kept, None if kept is None else batch_size, validate is not None)
        hooks = self._hooks(callbacks, verbose, wanted.end, source.steps, history=True, trained=trained)
        fit(TrainingJob(self, compiled, source, validate), wanted, hooks)
        assert hooks.history is not None
        return hooks.history

    def train_on_batch(
        self, x: Any, y: Any, sample_weight: Any = None, class_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """Train for one step, on all samples as one batch.

        Parameters
        ----------
        x : array_like
            (N, T, D), or (N, D) for a model with such an input; finite.
        y : array_like
            Targets, as for `fit`.
        sample_weight : array_like, optional
            (N,), or (N, T) for an output with steps: factors of the loss of each sample or step.
        class_weight : dict of int to float, optional
            Weights of classes, 1 for those not given.
        return_dict : bool
            Whether to return a dict.

        Returns
        -------
        float, list or dict
            The mean loss before the step; with metrics, a list of the loss and the metrics, in the order of
            `metrics_names`.

        Raises
        ------
        ValueError
            If the model has no loss, the data is empty, lengths or shapes do not match, or there is NaN or Inf; in a
            stateful model, if the batches differ in size, or their size from the number of rows of its states.
        TypeError
            If the data is not made of real integers or floats.
        """
        if self._runs_own("train_step"):
            return _results(own_steps.on_batch(self, self.train_step, x, y, sample_weight, class_weight), return_dict)
        compiled = self._require_loss()
        data = self._examples(x, y, sample_weight).with_class_weight(class_weight)
        if self._native_model().stateful:
            self._native_model().rows_of_a_batch("x", len(data.x), len(data.x))
        self._warn_if_nothing_is_trained()
        source = array_data.ArraySource(data, len(data.x), False, None)
        return _results(train_batch(TrainingJob(self, compiled, source)), return_dict)

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
        """Return the mean loss over the samples, including the penalties of all regularizers, and the metrics.

        The result depends on `batch_size` in two cases only. If a mask reaches the loss, or the loss is a function,
        ignores a class or has another reduction than the mean, the loss is computed per batch, and the result is the
        mean over the batches weighted by their sizes, as in Keras. In a stateful model each batch starts from the final
        states of the previous one.

        Parameters
        ----------
        x : array_like, or a source of batches
            As for `fit`, except that NaN and Inf are allowed.
        y : array_like, optional
            Targets, as for `fit`. None if x is a source of batches.
        batch_size : int, optional
            Samples per batch; default 32.
        verbose : {'auto', 0, 1, 2}
            0: silent. 1 or 'auto': a progress bar on a terminal or in a notebook, and a line. 2: a line.
        sample_weight : array_like, optional
            (N,), or (N, T) for an output with steps: factors of the loss of each sample or step. None if x is a source
            of batches.
        steps : int, optional
            Number of batches to use. Default: all.
        callbacks : Callback or list of them, optional
            See `fastlstm.callbacks`.
        return_dict : bool
            Whether to return a dict.

        Returns
        -------
        float, list or dict
            The loss; with metrics, a list of the loss and the metrics, in the order of `metrics_names`.

        Raises
        ------
        ValueError
            If the model has no loss, the data is empty, or lengths or shapes do not match; in a stateful model, if the
            batches differ in size, or their size from the number of rows of its states.
        TypeError
            If the data is not made of real integers or floats.
        """
        if self._runs_own("test_step"):
            found = own_steps.evaluate(self, x, y, batch_size, sample_weight, steps, verbose, callbacks)
            return found if return_dict else list(found.values()) if len(found) > 1 else next(iter(found.values()))
        compiled = self._require_loss()
        verbose = checks.verbosity(verbose)
        steps = array_data.steps_of("steps", steps)
        if batch_data.gives_batches(x):
            batch_data.refuse_beside("x", y=y, sample_weight=sample_weight)
            source = self._batch_source("x", x, steps, False, finite=False)
            self._build_for_first_batch("x", source, finite=False)
            job, count = EvaluationJob(self, compiled, "x", source.epoch), source.steps
        else:
            group = self._examples(x, y, sample_weight, finite=False).batch_group(batch_size, steps)
            job, count = EvaluationJob(self, compiled, "x", lambda: [group]), group.steps
            job.rows_of_a_call(group)  # raises before any callback is called if the batches do not fit the states
        with closing(self._hooks(callbacks, verbose, 1, count)) as hooks:
            return _results(evaluate(job, hooks), return_dict)

    def test_on_batch(self, x: Any, y: Any, sample_weight: Any = None, return_dict: bool = False) -> Any:
        """Return the mean loss over all samples as one batch, and the metrics.

        Parameters
        ----------
        x : array_like
            (N, T, D), or (N, D) for a model with such an input. NaN and Inf are allowed.
        y : array_like
            Targets, as for `fit`.
        sample_weight : array_like, optional
            (N,), or (N, T) for an output with steps: factors of the loss of each sample or step.
        return_dict : bool
            Whether to return a dict.

        Returns
        -------
        float, list or dict
            The loss; with metrics, a list of the loss and the metrics, in the order of `metrics_names`.

        Raises
        ------
        ValueError
            If the model has no loss, the data is empty, or lengths or shapes do not match.
        TypeError
            If the data is not made of real integers or floats.
        """
        return self.evaluate(x, y, checks.LARGEST, 0, sample_weight, return_dict=return_dict)

    # Predict -------------------------------------------------------------------------------------------------------

    def __call__(self, x: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Return the output for all samples as one batch, as a new array; a symbolic one for symbolic tensors.

        Parameters
        ----------
        x : array_like
            (N, T, D), (N, D) for a model with such an input, or (N, T) for one that starts with an `Embedding`. NaN
            and Inf are allowed. A list or a dict of arrays for several inputs.
        training : bool, optional
            Whether to run in training mode, in which dropout and zoneout are active, with new masks for each call. The
            weights do not change. Default: False; in the `call` of a custom layer, what that layer does.
        mask : array_like of bool, optional
            (N, T), True where a step is valid, for a model with one input. It is passed from layer to layer like the
            mask of a `Masking`.

        Returns
        -------
        ndarray
            (N, O) or (N, T, O), of the model's dtype; a list or a dict of them for several outputs.

        Raises
        ------
        ValueError
            If a shape is wrong, the model has no layers, or a stateful model has states for another number of rows.
        TypeError
            If `x` is not made of real integers or floats, or `mask` not of True and False.
        """
        follows = training is None
        training = checks.flag(
            "training", training is True if training is None or isinstance(training, Phase) else training
        )
        if are_symbolic(x):
            tensors = self._each_input(x)
            return self._packed(self._symbolic_output(tensors if mask is None else [_with_mask(tensors, mask)]))
        recording = tape.session()
        if recording is not None:
            if recording.given is None or not self.built:  # in a function, the weights stay in the network that runs
                self._native_for("x", tape.plain(x))
            options: dict[str, Any] = {"training": None if follows else training}
            if mask is not None:
                options["mask"] = mask_for(np.asarray(tape.plain(x)), tape.plain(mask)).astype(self.dtype)
            return recorded.recorded(self, Model.__call__, (x,), options)
        native = self._native_for("x", x)
        array = native.input("x", x)
        rng_step = next(self._rng_steps) if training else None
        if adds_losses(self._nodes):
            object.__setattr__(self, "_added_losses", [native.penalty(array, mask, rng_step)])
        return self._outputs_of_call(native, array, mask, rng_step)

    def _outputs_of_call(self, native: NativeModel, array: Rows, mask: Any, rng_step: int | None) -> Any:
        """Return the outputs of all rows as callers get them; an `rng_step` stands for training mode."""
        if mask is None and rng_step is None:
            return self._returned(predict(native, array, len(array), 0))
        return self._returned(native.run(array, mask, rng_step))

    def predict(
        self,
        x: Any,
        batch_size: int | None = 32,
        verbose: int | str = "auto",
        steps: int | None = None,
        callbacks: Any = None,
    ) -> Any:
        """Return the output for every sample, as a new array. Safe to call from several threads.

        Parameters
        ----------
        x : array_like
            (N, T, D), (N, D) for a model with such an input, or (N, T) for one that starts with an `Embedding`. NaN
            and Inf are allowed. Or a source of batches as for `fit`, each x, (x,), (x, y) or (x, y, sample_weight).
        batch_size : int, optional
            Samples per batch; default 32. It matters only in a stateful model, where each batch starts from the final
            states of the previous one and all batches must have the same size. Otherwise a sample's result is
            bit-identical in any batch.
        verbose : {'auto', 0, 1, 2}
            0: silent. Otherwise a progress bar on a terminal or in a notebook; with 'auto' only after a second.
        steps : int, optional
            Number of batches to use. Default: all.
        callbacks : Callback or list of them, optional
            With callbacks, each batch is a separate native call; setting ``model.stop_predicting`` ends the prediction
            after the current one.

        Returns
        -------
        ndarray
            (N, O) or (N, T, O), of the model's dtype.

        Raises
        ------
        ValueError
            If the shape is wrong, the model has no layers, or the batches of a stateful model differ in size, or their
            size from the number of rows of its states.
        TypeError
            If `x` is not made of real integers or floats.
        """
        checks.verbosity(verbose)
        steps = array_data.steps_of("steps", steps)
        if type(x) is not np.ndarray and batch_data.gives_batches(x):
            source = BatchSource("x", x, self._prediction_input, steps)
            with closing(self._predict_hooks(callbacks, verbose, source.steps)) as hooks:
                return self._returned(predict_batches(source, hooks))
        native = self._native_for("x", x)
        array = native.input("x", x)
        batch = array_data.batch_size_of(batch_size, len(array), steps)
        if steps is not None:
            array = array[: steps * batch]
        if callbacks is None:
            return self._returned(predict(native, array, batch, verbose))
        with closing(self._predict_hooks(callbacks, verbose, -(-len(array) // batch))) as hooks:
            return self._returned(predict_with_callbacks(native, array, batch, verbose, hooks))

    def predict_on_batch(self, x: Any) -> Any:
        """Return the output for all samples as one batch, as a new array.

        Parameters
        ----------
        x : array_like
            (N, T, D), (N, D) for a model with such an input, or (N, T) for one that starts with an `Embedding`. NaN
            and Inf are allowed.

        Returns
        -------
        ndarray
            (N, O) or (N, T, O), of the model's dtype.

        Raises
        ------
        ValueError
            If the shape is wrong, the model has no layers, or a stateful model has states for another number of rows.
        TypeError
            If `x` is not made of real integers or floats.
        """
        return self.predict(x, batch_size=checks.LARGEST, verbose=0)

    def reset_state(self) -> None:
        """Reset the states of all stateful layers to zeros; the next batch may have any number of rows.

        Adding or removing a layer and changing `trainable` reset them as well.
        """
        if self._native is not None:
            self._native.network.state = None

    def reset_states(self) -> None:
        """Reset the states of all stateful layers to zeros, as `reset_state` does."""
        self.reset_state()

    def plot_history(self, history: Any = None, ax: Any = None) -> Any:
        """Draw the losses and metrics of a fit over its epochs.

        Parameters
        ----------
        history : History or dict, optional
            Default: the history of the last `fit`.
        ax : matplotlib.axes.Axes, optional
            Axes for the losses alone. Default: a new figure with one panel for the loss and one per metric.

        Returns
        -------
        matplotlib.axes.Axes or ndarray of them
            A single one if there is one panel. ``axes.figure.savefig("loss.png")`` writes the picture.

        Raises
        ------
        ValueError
            If there is no history, or it has no epoch.
        """
        from .. import plotting

        chosen = self.history if history is None else history
        if chosen is None:
            raise ValueError(f"history: expected a history, since model {self.name!r} has not been fitted")
        return plotting.plot_history(chosen, ax)

    # Inside --------------------------------------------------------------------------------------------------------

    def _require_loss(self) -> Compiled:
        if self._compiled is None or not self._compiled.has_loss:
            raise ValueError(f"model {self.name!r} has no loss: call compile(optimizer, loss) first")
        return self._compiled

    def _warn_if_nothing_is_trained(self) -> None:
        if not any(any(flags) for flags in self._trained_in_fit().values()):
            warnings.warn(f"model {self.name!r} has no trainable weights", UserWarning, stacklevel=3)

    def _hooks(
        self,
        callbacks: Any,
        verbose: int,
        epochs: int,
        steps: int | None,
        *,
        history: bool = False,
        trained: TrainedData | None = None,
    ) -> CallbackList:
        """Return the callbacks of a run, which is a `fit` if `trained` is given."""
        run: dict[str, Any] = {"verbose": verbose, "epochs": epochs, "steps": steps}
        hooks = self._callback_list(trained, callbacks, add_history=history, add_progbar=verbose != 0, **run)
        hooks.steps_per_execution = self._steps_per_execution
        return hooks

    def _callback_list(self, trained: TrainedData | None, callbacks: Any, **options: Any) -> CallbackList:
        return CallbackList(callbacks, model=self, **options)

    def _predict_hooks(self, callbacks: Any, verbose: int | str, steps: int | None) -> CallbackList:
        self.stop_predicting = False
        hooks = CallbackList(callbacks, model=self, verbose=checks.verbosity(verbose), epochs=1, steps=steps)
        hooks.steps_per_execution = self._steps_per_execution
        return hooks

    def _connect_structures(self, inputs: Any, outputs: Any) -> None:
        """Take the layers between inputs and outputs, each a symbolic tensor or a list or dict of them."""
        if nested.has_levels(inputs):
            given, inputs = inputs, nested.flatten(inputs)
            self._input_structure = nested.pack_sequence_as(given, map(Place, range(len(inputs))))
        self._inputs_are_named = isinstance(inputs, dict)
        if nested.has_levels(outputs):
            outputs, template = [], outputs
            self._output_structure = taken_out(template, outputs)
        self._output_keys = tuple(sorted(outputs)) if isinstance(outputs, dict) else ()
        self._outputs_are_listed = isinstance(outputs, (list, tuple)) and len(outputs) > 1
        self._connect(_symbolic("inputs", inputs), _symbolic("outputs", outputs))

    def _native_for(self, name: str, x: Any, *, finite: bool = False) -> NativeModel:
        """Return the native model; a model that is not built is built for this data."""
        native = self._native
        if native is not None and native.has_weights:
            return native
        if not self.built:
            self._require_layers()
            first = self._first_layer()
            self._build_for_data(first._as_input(name, only_input(x, max(first._axes)), finite=finite).shape)
        found: NativeModel = self._native_model()
        return found

    def _names_of_outputs(self) -> list[str]:
        """Return the names by which targets, losses and metrics may be given."""
        return list(self._output_keys or self.output_names)

    def _each_input(self, x: Any) -> list[SymbolicTensor]:
        """Return what is given for each input, as a list or by name."""
        structured = in_places(self._input_structure, x)
        if structured is not None and all(isinstance(one, SymbolicTensor) for one in structured):
            return structured
        if isinstance(x, dict) and self._inputs:
            return [x[layer.name] for layer in self._inputs]
        return listed(x)

    def _packed(self, outputs: list[Any]) -> Any:
        """Return outputs in the form in which they were given to the constructor."""
        if self._output_structure is not None:
            return put_in(self._output_structure, outputs)
        if self._output_keys:
            return dict(zip(self._output_keys, outputs, strict=True))
        return outputs if self._outputs_are_listed else outputs[0]

    def _returned(self, rows: Rows) -> Any:
        """Return outputs as callers get them."""
        if type(rows) is np.ndarray and not self._output_keys and self._output_structure is None:
            return rows
        return self._packed(parts(rows))

    def _prediction_input(self, name: str, x: Any, *_: Any) -> tuple[NativeModel, Rows]:
        """Return the native model and the input of one batch."""
        native = self._native_for(f"{name}: x", x)
        return native, native.input(f"{name}: x", x)

    def _examples(
        self,
        x: Any,
        y: Any,
        sample_weight: Any,
        names: tuple[str, str, str] = ("x", "y", "sample_weight"),
        *,
        finite: bool = True,
    ) -> Examples:
        """Return inputs, targets and weights for the core, checked against each other and the model."""
        compiled, (x_name, y_name, weight_name) = self._require_loss(), names
        if y is None:
            raise ValueError(f"{y_name}: expected targets, got None")
        native = self._native_for(x_name, x, finite=finite)
        array = native.input(x_name, x, finite=finite)
        shapes = native.output_shapes(array)
        for shape in shapes:
            if len(shape) > 3:
                raise ValueError(
                    f"{y_name}: targets may have up to three axes, the output of model {self.name!r} has the shape"
                    f" {shape}: end the model with a Reshape or a Flatten"
                )
        if len(shapes) == 1:
            if isinstance(y, dict):
                (y,) = compiled.of_outputs(y_name, y)
            elif isinstance(y, (list, tuple)) and len(y) == 1 and len(array) > 1:
                (y,) = y
            y = array_data.require_rows(x_name, array, y_name, y)
        targets = compiled.targets(y_name, y, native, shapes, finite=finite)
        weights = compiled.weights(weight_name, sample_weight, native, shapes, finite=finite)
        return Examples(array, targets, weights)

    def _batch_source(
        self,
        name: str,
        source: Any,
        steps: int | None,
        shuffle: bool,
        *,
        class_weight: Any = None,
        finite: bool = True,
        may_be_empty: bool = False,
    ) -> BatchSource[BatchGroup]:
        """Return a source of batches, each checked as arrays are."""

        def group(batch: str, x: Any, y: Any, weights: Any) -> BatchGroup:
            data = self._examples(x, y, weights, _names(batch), finite=finite).with_class_weight(class_weight)
            native, rows = self._native_model(), len(data.x)
            if native.stateful:
                native.rows_of_a_batch(f"{batch}: x", rows, rows)
            return data.batch_group(rows, None)

        return BatchSource(name, source, group, steps, shuffle, may_be_empty)

    def _build_for_first_batch(self, name: str, source: BatchSource[BatchGroup], *, finite: bool = True) -> None:
        """Build the model for the first batch if it is not built; raise ValueError if there is none."""
        first = source.first() if not self.built or not source.more() else ()
        if first is None:
            raise ValueError(f"{name}: expected at least one batch, got none")
        if first:
            self._examples(*first, _names(f"{name}, batch 0"), finite=finite)

    def _validation(
        self, data: Any, held_out: Examples | None, batch_size: int | None, steps: int | None
    ) -> Callable[[CallbackList], dict[str, Any]] | None:
        """Return a function that evaluates the validation data or the held-out samples; None without either."""
        compiled = self._require_loss()
        if batch_data.gives_batches(data):
            source = self._batch_source("validation_data", data, steps, False, may_be_empty=keras_scripts.is_running())

            def validate(callbacks: CallbackList) -> dict[str, Any]:
                if source.more():
                    return evaluate(EvaluationJob(self, compiled, "validation_data", source.epoch), callbacks)
                warnings.warn("validation_data: no batch is left; validation has ended", UserWarning, stacklevel=2)
                return {}

            return validate
        if data is not None:
            names = ("validation_data[0]", "validation_data[1]", "validation_data[2]")
            held_out = self._examples(*array_data.validation_entries("validation_data", data), names)
        if held_out is None:
            return None
        group = held_out.batch_group(batch_size, steps)
        job = EvaluationJob(self, compiled, "validation data", lambda: [group])
        job.rows_of_a_call(group)  # raises if the batches do not fit the states
        return partial(evaluate, job)


def _symbolic(name: str, given: Any) -> list[SymbolicTensor]:
    """Return the symbolic tensors that are given, in a list."""
    if not are_symbolic(given):
        raise TypeError(f"{name}: expected symbolic tensors, as Input and calls of layers on it return, got {given!r}")
    return listed(dict(sorted(given.items())) if isinstance(given, dict) else given)  # in the order of Keras


def _with_mask(tensors: list[SymbolicTensor], mask: Any) -> Any:
    """Return the only input of a call on symbolic tensors with the mask that is given for it."""
    if len(tensors) != 1 or tensors[0].ndim != 3:
        shapes = ", ".join(str(tuple(tensor.shape)) for tensor in tensors)
        raise ValueError(f"mask: expected None unless the only input is a sequence (N, T, D), got inputs {shapes}")
    return with_mask(tensors[0], mask)


def _names(batch: str) -> tuple[str, str, str]:
    """Return the names of a batch's entries, for error messages."""
    return f"{batch}: x", f"{batch}: y", f"{batch}: sample_weight"


def _results(logs: dict[str, Any], return_dict: bool) -> Any:
    """Return loss and metrics as Keras does: as a dict sorted by name, as a list, or the loss if it is alone."""
    if checks.flag("return_dict", return_dict):
        return dict(sorted(logs.items()))
    return list(logs.values()) if len(logs) > 1 else logs["loss"]
