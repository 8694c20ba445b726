"""The methods that models of Keras have or had, beyond those of `fastlstm.models`."""

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import numpy as np

from .._internal.not_available import NotAvailableError
from ..callbacks import History
from ..layers._call_arguments import structured
from ..layers.computation import Phase
from ..layers.symbolic import SymbolicTensor, are_symbolic
from ..metrics import Metric
from ..models import added_losses
from ..optimizers import Optimizer
from ..training.batch_data import gives_batches
from ..training.fit import TrainedData
from . import _notes
from ._arrays import tensor
from ._masked_calls import ModelWithMasks
from ._older_logs import Hooks, Logs
from ._script_functions import ScriptLoss, as_losses, as_metrics, uses_tensors
from ._tensor_losses import TensorLosses
from ._validation_data import show_validation_data, x_and_y

_OF_A_QUEUE = ("workers", "use_multiprocessing", "max_queue_size", "max_q_size", "pickle_safe", "nb_worker")
_OF_COMPILE = ("class_mode", "sample_weight_mode", "target_tensors", "experimental_run_tf_function")
_OF_SAVE = ("include_optimizer", "save_format", "signatures", "options", "save_traces", "zipped")


def present_name(name: str, names: Any) -> str:
    """Return the name of a result for one of Keras before 2.3, where accuracy was logged as 'acc'."""
    prefix = "val_" if name.startswith("val_") else ""
    if name == f"{prefix}acc" and "acc" not in names and "accuracy" in names:
        return f"{prefix}accuracy"
    return name


def file_of(path: Any, name: str = "model.keras") -> Any:
    """Return the path of a file, which is inside if it is that of a folder, as in Keras 2; or an open file."""
    if not isinstance(path, (str, os.PathLike)):
        return path
    path = os.fspath(path)
    return os.path.join(path, name) if path.endswith(("/", os.sep)) or os.path.isdir(path) else path


def _file_of_weights(path: Any) -> Any:
    return file_of(path, "model.weights.h5")


def without(options: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Return keyword arguments without those that have no effect here, which are noted."""
    for name in names:
        if options.get(name):
            _notes.ignored(f"{name}=")
    return {name: value for name, value in options.items() if name not in names}


class MethodsOfKeras(ModelWithMasks):
    """A model with the methods and arguments of all versions of Keras."""

    _takes_any_length = True  # as in Keras 2
    _trains_by_batch = False
    _trained_at_compile: tuple[list[bool], ...] = ()
    """What `fit` changes of each layer: as in Keras 2, changes of `trainable` need another `compile`."""
    _has_only_added_losses = False
    _may_add_losses = False
    """Whether it was compiled without a loss before the losses that its layers add were known."""
    _given_to_compile: Mapping[str, Any] = {}
    _has_losses_with_tensors = False
    _metrics_with_tensors: tuple[Any, ...] = ()
    """The metrics of `compile` that use tensors of the model."""
    _added_metrics: tuple[tuple[str, Any], ...] = ()
    _steps_with_tensors: TensorLosses | None = None

    def __call__(self, x: Any, training: Any = None, mask: Any = None) -> Any:
        """Return the output for all samples as one batch, as a tensor or a list of them."""
        given: Any = training if training is None or isinstance(training, Phase) else bool(training)
        found = super().__call__(x, given, mask)
        if are_symbolic(found):
            return found
        return structured(found, tensor)

    def compile(self, optimizer: Any = "rmsprop", loss: Any = None, *args: Any, **options: Any) -> None:
        """Choose optimizer, loss and metrics, as `fastlstm.Sequential.compile` does.

        Before Keras 3, metrics came before the weights of losses, which matters for arguments without names.
        """
        options = {**_named(args), **options}
        given = {name: options.pop(name, None) for name in ("loss_weights", "metrics", "weighted_metrics")}
        loss_weights, metrics, weighted_metrics = given.values()
        self.run_eagerly = bool(options.pop("run_eagerly", False))  # functions of Python always do
        options.pop("jit_compile", None)
        if isinstance(optimizer, Optimizer) and optimizer._owner not in (None, self):
            optimizer = type(optimizer).from_config(optimizer.get_config())  # as in Keras 2, each has its own slots
        self._has_only_added_losses = loss is None and added_losses.are_in(self)
        if self._has_only_added_losses:
            loss, loss_weights = "mse", [0.0] * len(self._names_of_outputs())
        self._may_add_losses = loss is None and not self.built and not super()._runs_own("train_step")
        self._given_to_compile = {**given, **options}
        loss, metrics, weighted_metrics = as_losses(loss), as_metrics(metrics), as_metrics(weighted_metrics)
        super().compile(optimizer, loss, loss_weights, metrics, weighted_metrics, **without(options, _OF_COMPILE))
        if self._has_only_added_losses and self._compiled is not None:
            self._compiled.names_losses = False
        current = self._trained_by_layer()
        if current != self._trained_in_fit():
            self._changed()
        self._trained_at_compile = tuple(current.values())
        compiled_losses = [] if self._compiled is None else self._compiled.losses
        losses = [one.function for one in compiled_losses if isinstance(one, ScriptLoss)]
        self._has_losses_with_tensors = any(map(uses_tensors, losses))
        self._metrics_with_tensors = tuple(one for one in self._metrics_of_compile() if uses_tensors(one.entry.source))
        self._steps_with_tensors = None
        if self.built:
            self._native_model()  # with layers that depend on `trainable` as they are now

    def _trained_in_fit(self) -> dict[int, list[bool]]:
        current, before = self._trained_by_layer(), self._trained_at_compile
        if [len(flags) for flags in current.values()] != [len(flags) for flags in before]:
            return current  # other layers than then
        return dict(zip(current, before, strict=True))

    def _trainable_changed(self) -> None:
        if self._compiled is None:
            super()._trainable_changed()
        else:
            for owner in self._owned_by():
                owner._trainable_changed()

    def add_loss(self, losses: Any, **options: Any) -> None:
        """Add numbers that depend on tensors of a functional model to its loss; their elements are summed."""
        if not all(isinstance(one, SymbolicTensor) for one in (losses if isinstance(losses, list) else [losses])):
            raise NotAvailableError(
                "fastlstm does not have model.add_loss of values: add tensors that are computed from the inputs of a"
                " functional model, or use add_loss in a custom layer"
            )
        for one in losses if isinstance(losses, list) else [losses]:
            added_losses.add(self, one)

    def add_metric(self, value: Any, name: str | None = None, aggregation: Any = None, **_: Any) -> None:
        """Add the mean of a tensor of a functional model to its metrics."""
        if not isinstance(value, SymbolicTensor):
            raise NotAvailableError(
                "fastlstm does not have model.add_metric of values: add tensors that are computed from the inputs of a"
                " functional model, or pass functions of y_true and y_pred to compile, as metrics"
            )
        self._added_metrics = (*self._added_metrics, (name or value.layer.name, value))
        self._steps_with_tensors = None

    @property
    def metrics(self) -> list[Metric]:
        """The mean of the loss, as in Keras, and the metrics of `compile`."""
        found = super().metrics
        if self._compiled is None or self._runs_own("train_step") or self._runs_own("test_step"):
            return found
        return [self._loss_tracker, *found]

    def _note_loss(self, results: Any) -> None:
        """Let the mean in `metrics` have the loss of training or evaluation, unless custom steps update it."""
        if not self._runs_own("train_step") and not self._runs_own("test_step"):
            first = results["loss"] if isinstance(results, dict) else np.ravel(results)[0]
            self._loss_tracker.reset_state()
            self._loss_tracker.update_state(first)

    def _callback_list(self, trained: TrainedData | None, callbacks: Any, **options: Any) -> Hooks:
        return Hooks(callbacks, self, trained, **options)

    @property
    def metrics_names(self) -> list[str]:
        """The names of the values that `evaluate` returns: 'loss', then the metrics."""
        return super().metrics_names if self._tensor_losses is None else [one.name for one in self._metrics_of_steps()]

    @property
    def _tensor_losses(self) -> TensorLosses | None:
        """What trains the model if losses or metrics use its tensors."""
        if self._steps_with_tensors is None and (
            self._has_losses_with_tensors or self._metrics_with_tensors or self._added_metrics
        ):
            self._steps_with_tensors = TensorLosses(self, self._added_metrics)
        return self._steps_with_tensors

    def _runs_own(self, step: str) -> bool:
        return self._tensor_losses is not None or super()._runs_own(step)

    def _loss_of_step(self, x: Any, y: Any, weight: Any, *, training: bool) -> tuple[Any, Any]:
        if self._tensor_losses is None:
            return super()._loss_of_step(x, y, weight, training=training)
        return self._tensor_losses.loss_and_outputs(x, y, weight, training=training)

    def _metrics_of_pairs(self) -> list[Any]:
        return [one for one in super()._metrics_of_pairs() if one not in self._metrics_with_tensors]

    def _metrics_of_steps(self) -> list[Any]:
        more = [] if self._tensor_losses is None else self._tensor_losses.metrics
        return [*super()._metrics_of_steps(), *more]

    def fit(self, *args: Any, **options: Any) -> History:
        """Train the model, as `fastlstm.Sequential.fit` does; the history also has the older names of accuracies."""
        if "nb_epoch" in options:  # Keras 1
            options["epochs"] = options.pop("nb_epoch")
        _notes.trained(self)
        args, options = self._with_targets(args, options)
        show_validation_data(args, options)
        history = super().fit(*args, **without(options, _OF_A_QUEUE))
        history.history = Logs(history.history)
        return history

    def train_on_batch(self, *args: Any, **options: Any) -> Any:
        """Train for one step, as `fastlstm.Sequential.train_on_batch` does."""
        if not self._trains_by_batch:
            _notes.trained(self)
            self._trains_by_batch = True
        args, options = self._with_targets(args, _of_one_batch(options))
        found = super().train_on_batch(*args, **options)
        self._note_loss(found)
        return found

    def test_on_batch(self, *args: Any, **options: Any) -> Any:
        """Return the loss and the metrics of one batch, as `fastlstm.Sequential.test_on_batch` does."""
        args, options = self._with_targets(args, _of_one_batch(options))
        return super().test_on_batch(*args, **options)

    def _examples(self, x: Any, y: Any, *args: Any, **options: Any) -> Any:
        if y is None and self._has_only_added_losses:
            y = added_losses.targets_for(self, x)
        return super()._examples(x, y, *args, **options)

    def _with_targets(self, args: tuple[Any, ...], options: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Return arguments with targets of zeros if there is no loss of targets and predictions."""
        x, y = x_and_y(args, options)
        if self._may_add_losses and not gives_batches(x):
            self._compile_with_added_losses(x)
        if not self._has_only_added_losses or y is not None or gives_batches(x):
            return args, options
        given = {name: value for name, value in options.items() if name not in ("x", "y")}
        held_out = given.get("validation_data")
        if isinstance(held_out, tuple) and (len(held_out) == 1 or held_out[1] is None):
            given["validation_data"] = (held_out[0], added_losses.targets_for(self, held_out[0]))
        return (x, added_losses.targets_for(self, x), *args[2:]), given

    def _compile_with_added_losses(self, x: Any) -> None:
        """Compile a model that was compiled without a loss, before it was built, again if its layers add losses."""
        self._may_add_losses = False
        if not self.built:
            self(np.asarray(x)[:1])
        if added_losses.are_in(self):
            self.compile(self.optimizer, **self._given_to_compile)

    def evaluate(self, *args: Any, **options: Any) -> Any:
        """Return the loss and the metrics, as `fastlstm.Sequential.evaluate` does."""
        args, options = self._with_targets(args, options)
        return super().evaluate(*args, **without(options, _OF_A_QUEUE))

    def predict(self, *args: Any, **options: Any) -> Any:
        """Return the output for every sample, as `fastlstm.Sequential.predict` does."""
        return super().predict(*args, **without(options, _OF_A_QUEUE))

    # Keras 1 and 2 -------------------------------------------------------------------------------------------------

    def fit_generator(
        self, generator: Any, steps_per_epoch: int | None = None, epochs: int = 1, *args: Any, **options: Any
    ) -> History:
        """Train the model on a generator of batches; `fit` takes one as well."""
        names = ("verbose", "callbacks", "validation_data", "validation_steps", "class_weight")
        options.update(zip(names, args, strict=False))
        if "samples_per_epoch" in options:
            steps_per_epoch, generator = _steps_of(options.pop("samples_per_epoch"), generator)
        if options.get("nb_val_samples") is not None and gives_batches(options.get("validation_data")):
            found = _steps_of(options["nb_val_samples"], options["validation_data"])
            options["validation_steps"], options["validation_data"] = found
        options.pop("nb_val_samples", None)
        return self.fit(generator, steps_per_epoch=steps_per_epoch, **{"epochs": epochs, **options})

    def evaluate_generator(self, generator: Any, steps: int | None = None, verbose: int = 0, **options: Any) -> Any:
        """Return the loss and the metrics for the batches of a generator; `evaluate` takes one as well."""
        if "val_samples" in options:
            steps, generator = _steps_of(options.pop("val_samples"), generator)
        return self.evaluate(generator, steps=steps, verbose=verbose, **options)

    def predict_generator(self, generator: Any, steps: int | None = None, verbose: int = 0, **options: Any) -> Any:
        """Return the output for the batches of a generator; `predict` takes one as well."""
        if "val_samples" in options:
            steps, generator = _steps_of(options.pop("val_samples"), generator)
        return self.predict(generator, steps=steps, verbose=verbose, **options)

    def predict_proba(self, x: Any, batch_size: int = 32, verbose: int = 0) -> Any:
        """Return the output for every sample, which are probabilities after a softmax or sigmoid."""
        return self.predict(x, batch_size=batch_size, verbose=verbose)

    def predict_classes(self, x: Any, batch_size: int = 32, verbose: int = 0) -> Any:
        """Return the most probable class of every sample: the largest output, or whether the only one is above 0.5."""
        output = self.predict(x, batch_size=batch_size, verbose=verbose)
        return output.argmax(axis=-1) if output.shape[-1] > 1 else (output > 0.5).astype(np.int32)

    def make_predict_function(self, force: bool = False) -> None:
        """Do nothing: models can be used from several threads."""

    make_train_function = make_test_function = make_predict_function
    _make_predict_function = _make_train_function = _make_test_function = make_predict_function

    def reset_metrics(self) -> None:
        """Do nothing: each call of `fit`, `evaluate` and `test_on_batch` begins with new metrics."""

    @property
    def stateful(self) -> bool:
        """Whether a layer carries its states from batch to batch."""
        return any(getattr(layer, "stateful", False) for layer in self._leaf_layers())

    # Files ---------------------------------------------------------------------------------------------------------

    def save(self, filepath: str | os.PathLike[str], overwrite: bool = True, *args: Any, **options: Any) -> None:
        """Write the model to a file. A path that ends neither with .keras nor with .h5 gets the .keras format."""
        from ..formats import model_files  # slow to import

        _make_folder_of(filepath)
        without(options, _OF_SAVE)
        path = file_of(filepath)
        model_files.save_model(self, path, overwrite, any_ending=True)

    def save_weights(
        self, filepath: str | os.PathLike[str], overwrite: bool = True, *args: Any, **options: Any
    ) -> None:
        """Write the weights to a file with any ending: in the format of Keras 2 for .h5, otherwise of .weights.h5."""
        from ..formats import model_files  # slow to import

        _make_folder_of(filepath)
        without(options, _OF_SAVE)
        model_files.save_weights(self, _file_of_weights(filepath), overwrite, any_ending=True)

    def load_weights(self, filepath: str | os.PathLike[str], skip_mismatch: bool = False, **options: Any) -> None:
        """Replace the weights with those of a file; with `by_name` of the layers whose names are in it."""
        from ..formats import model_files  # slow to import

        by_name = bool(options.pop("by_name", False))
        model_files.load_weights(self, _file_of_weights(filepath), skip_mismatch, by_name=by_name)

    def to_json(self, **options: Any) -> str:
        """Return the description of the model as JSON, which `keras.models.model_from_json` reads."""
        from ..formats import serialize  # slow to import

        description = serialize.of_model(self)
        description.pop("compile_config", None)
        return json.dumps(description, **options)

    def to_yaml(self, **options: Any) -> NoReturn:
        """Raise NotAvailableError, as Keras has dropped this method too."""
        raise NotAvailableError("fastlstm does not have to_yaml, which Keras has dropped: use to_json")


def _named(args: Sequence[Any]) -> dict[str, Any]:
    """Return the arguments of `compile` after the loss by their names, in the order of Keras 3 or of Keras 2."""
    names = ("loss_weights", "metrics", "weighted_metrics")
    third, fourth = (*args, None, None)[:2]
    if _are_metrics(third) or (third is None and fourth is not None and not _are_metrics(fourth)):
        names = ("metrics", "loss_weights", "weighted_metrics")
    if len(args) > len(names):
        raise TypeError(f"compile: expected at most {2 + len(names)} arguments without names, got {2 + len(args)}")
    return dict(zip(names, args, strict=False))


def _are_metrics(value: Any) -> bool:
    """Return whether an argument of `compile` has metrics rather than weights of losses."""
    entries = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else [value]
    return any(isinstance(one, (str, Metric, list, tuple)) or callable(one) for one in entries)


def _of_one_batch(options: dict[str, Any]) -> dict[str, Any]:
    """Return keyword arguments without `reset_metrics`; raise NotAvailableError if metrics are not to be reset."""
    if not options.pop("reset_metrics", True):
        raise NotAvailableError(
            "fastlstm does not have reset_metrics=False: metrics are those of the batch; average them, or call fit or"
            " evaluate, whose metrics are those of all batches"
        )
    return options


def _steps_of(samples: int, source: Any) -> tuple[int, Any]:
    """Return the batches that have this many samples, which Keras 1 counts, and a source of the same batches."""
    import itertools

    if hasattr(source, "__len__"):
        first = source[0]
    else:
        batches = iter(source)
        first = next(batches, None)
        if first is None:
            raise ValueError("generator: expected at least one batch, got none")
        source = itertools.chain([first], batches)
    x = first[0] if isinstance(first, (list, tuple)) else first
    rows = len(x[0] if isinstance(x, list) else next(iter(x.values())) if isinstance(x, dict) else x)
    return -(-samples // rows), source


def _make_folder_of(path: Any) -> None:
    """Create the folder of a file that is not there yet, as Keras does."""
    folder = os.path.dirname(os.fspath(path)) if isinstance(path, (str, os.PathLike)) else ""
    if folder:
        os.makedirs(folder, exist_ok=True)
