"""Training and evaluation with steps that users write: `train_step` and `test_step` of their classes of models."""

import itertools
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from .._internal import checks, rng, tape
from ..callbacks import CallbackList, History
from ..callbacks._resuming import Position, ResumePoint
from ..layers._call_arguments import structured
from ..layers._tracked import parts_of
from ..losses._shares import mask_of
from ..metrics import Mean, Metric
from ..training import array_data, batch_data
from ..training.compiled import Compiled
from ..training.fit import Epochs, TrainedData

if TYPE_CHECKING:
    Base: TypeAlias = Any
    """`LayerGraph`, which comes after it among the base classes."""
else:
    Base = object


class OwnSteps(Base):  # type: ignore[misc]
    """The part of a model that runs steps in Python, if its class defines `train_step` or `test_step`."""

    _compiled: Compiled | None
    _nodes: list[Any]
    optimizer: Any
    stop_training: bool

    def train_step(self, data: Any) -> dict[str, Any]:
        """Make a step on a batch in Python; `fit` calls it where a class of yours defines it.

        Parameters
        ----------
        data : tuple
            (x, y) or (x, y, sample_weight), or x alone.

        Returns
        -------
        dict
            The loss and the metrics by name.
        """
        x, y, weight = unpacked(data)
        recording = tape.begin()
        try:
            loss, y_pred = self._loss_of_step(x, y, weight, training=True)
        finally:
            tape.end(recording)
        variables = self.trainable_weights
        sources = [recording.known((one._store, one._index)) for one in variables]
        gradients = recording.gradients([(loss, np.ones_like(tape.plain(loss)))], sources)
        self.optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return self._results_of(loss, y, y_pred, weight)

    def test_step(self, data: Any) -> dict[str, Any]:
        """Evaluate a batch in Python; `evaluate` calls it where a class of yours defines it.

        Parameters
        ----------
        data : tuple
            (x, y) or (x, y, sample_weight), or x alone.

        Returns
        -------
        dict
            The loss and the metrics by name.
        """
        x, y, weight = unpacked(data)
        loss, y_pred = self._loss_of_step(x, y, weight, training=False)
        return self._results_of(loss, y, y_pred, weight)

    def _loss_of_step(self, x: Any, y: Any, weight: Any, *, training: bool) -> tuple[Any, Any]:
        """Return the loss of a batch and the predictions."""
        y_pred = self(x, training=training)
        return self.compute_loss(x, y, y_pred, weight), y_pred

    def compute_loss(self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None) -> Any:
        """Return the loss of `compile` for predictions, with the penalties of regularizers.

        Parameters
        ----------
        x : optional
            Not used.
        y, y_pred : array_like
            Targets and predictions; lists or dicts of several.
        sample_weight : array_like, optional
            Weights of the samples.

        Returns
        -------
        float
        """
        return self.compiled_loss(y, y_pred, sample_weight, regularization_losses=self.losses)

    def compiled_loss(
        self, y_true: Any, y_pred: Any, sample_weight: Any = None, regularization_losses: Any = None
    ) -> Any:
        """Return the loss of `compile` for predictions.

        Parameters
        ----------
        y_true, y_pred : array_like
            Targets and predictions; lists or dicts of several.
        sample_weight : array_like, optional
            Weights of the samples.
        regularization_losses : list, optional
            What is added.

        Returns
        -------
        float
        """
        compiled = self._require_loss()
        targets, predictions = compiled.parts("y_true", y_true), compiled.parts("y_pred", y_pred)
        weights = compiled.weights_of_outputs("sample_weight", sample_weight)
        values = [
            None if loss is None else loss(target, prediction, weight)
            for loss, target, prediction, weight in zip(compiled.losses, targets, predictions, weights, strict=True)
        ]
        first = _first(y_pred)
        rows = len(first) if np.ndim(tape.plain(first)) else 1
        return self._total_loss(values, regularization_losses or (), rows)

    def _total_loss(self, values: Sequence[Any], added: Iterable[Any], rows: int) -> Any:
        """Return the loss of a batch of so many rows, given that of each output; note it for the logs."""
        compiled = self._require_loss()
        total: Any = 0.0
        for value, factor in zip(values, compiled.loss_weights, strict=True):
            if value is not None:
                total = total + factor * value
        for one in added:
            total = total + one
        self._loss_tracker.update_state(tape.plain(total), rows)
        if compiled.names_losses:
            given = [value for value, loss in zip(values, compiled.losses, strict=True) if loss is not None]
            for tracker, value in zip(self._trackers_of_outputs(), given, strict=True):
                tracker.update_state(0.0 if value is None else tape.plain(value), rows)
        return total

    @property
    def losses(self) -> list[Any]:
        """The penalties of the regularizers of weights that training changes, and losses added in the last call."""
        found = []
        for leaf in self._leaf_layers():
            pairs = zip(leaf._weights.declared, leaf.weights, leaf._trained(), strict=False)
            found += [weight.regularizer(array._current()) for weight, array, on in pairs if on and weight.regularizer]
        return found + list(vars(self).get("_added_losses", ()))

    @property
    def loss(self) -> Any:
        """The loss of `compile`, a list of several."""
        if "_own_loss" in vars(self):
            return vars(self)["_own_loss"]
        compiled = self._compiled
        if compiled is None:
            return None
        return compiled.losses[0] if len(compiled.losses) == 1 else list(compiled.losses)

    @loss.setter
    def loss(self, value: Any) -> None:
        object.__setattr__(self, "_own_loss", value)

    @property
    def compiled_metrics(self) -> "_CompiledMetrics":
        """The metrics of `compile`, to be updated by custom steps."""
        return _CompiledMetrics(self._metrics_of_pairs())

    @property
    def _loss_tracker(self) -> Metric:
        if "_tracker" not in vars(self):
            object.__setattr__(self, "_tracker", Mean(name="loss"))
        found: Metric = vars(self)["_tracker"]
        return found

    def _metrics_of_compile(self) -> list[Any]:
        if self._compiled is None:
            return []
        if vars(self).get("_late_of") is not self._compiled:
            object.__setattr__(self, "_late_of", self._compiled)
            object.__setattr__(
                self, "_late", [LateMetric(self._compiled, *one) for one in self._compiled.metrics.entries]
            )
            object.__setattr__(self, "_output_trackers", [Mean(name=name) for name in self._compiled.loss_names])
        return list(vars(self)["_late"])

    def _metrics_of_pairs(self) -> list[Any]:
        """Return the metrics of `compile` that are functions of targets and predictions alone."""
        return self._metrics_of_compile()

    def _trackers_of_outputs(self) -> list[Metric]:
        """Return the means of the losses of several outputs."""
        self._metrics_of_compile()
        return list(vars(self).get("_output_trackers", ()))

    def _metrics_of_steps(self) -> list[Any]:
        """Return the metrics that steps update: of the loss, of `compile`, and attributes."""
        own = [one for name, one in vars(self).items() if isinstance(one, Metric) and name != "_tracker"]
        tracker = [] if any(one.name == "loss" for one in own) else [self._loss_tracker]
        return [*tracker, *self._trackers_of_outputs(), *self._metrics_of_compile(), *own]

    def _results_of(self, loss: Any, y: Any, y_pred: Any, weight: Any) -> dict[str, Any]:
        self.compiled_metrics.update_state(y, y_pred, weight)
        return {one.name: one.result() for one in self._metrics_of_steps()}

    @property
    def _layers(self) -> list[Any]:
        if not self._nodes and self._runs_own("train_step"):  # of attributes, with which only its own steps work
            return parts_of(self)
        found: list[Any] = super()._layers
        return found

    @property
    def output_names(self) -> list[str]:
        """The names of the layers that give the outputs."""
        return ["output"] if not self._nodes else super().output_names

    def _native_model(self) -> Any:
        if not self._nodes and self._runs_own("train_step"):
            return None
        return super()._native_model()

    def _runs_own(self, step: str) -> bool:
        """Return whether the class defines a step."""
        return getattr(type(self), step) is not getattr(OwnSteps, step)


class LateMetric:
    """A metric of `compile`, whose class may depend on the shapes of targets and predictions.

    Parameters
    ----------
    compiled : Compiled
        What `compile` was called with.
    name : str
        The name of the result.
    output : int
        The number of the output.
    entry : object
        The metric as `CompiledMetrics` has it.
    """

    def __init__(self, compiled: Compiled, name: str, output: int, entry: Any) -> None:
        self._compiled, self.name, self.output, self.entry = compiled, name, output, entry
        self._restored: Sequence[Any] | None = None

    @property
    def variables(self) -> list[Any]:
        """The variables so far."""
        return [] if self.entry.metric is None else self.entry.metric.variables

    def restore(self, values: Sequence[Any]) -> None:
        """Go on from values of the variables, which may not exist before the next batch."""
        self._restored = values

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch, of which the metric takes the part of its output."""
        target, prediction = [
            self._compiled.parts(name, one)[self.output] for name, one in (("y_true", y_true), ("y_pred", y_pred))
        ]
        if target is None:
            return
        targets, predictions = np.asarray(tape.plain(target)), np.asarray(tape.plain(prediction))
        if targets.ndim == 1 and predictions.ndim == 2:
            targets = targets[:, None]
        weights = self.weights(prediction, sample_weight)
        metric = self.entry.resolved(targets, predictions)
        if self._restored is not None:
            if len(metric.variables) < len(self._restored):  # they are created with the first data
                metric.update_state(targets[:0], predictions[:0])
            _assign(metric, self._restored)
            self._restored = None
        metric.update_state(targets, predictions, **({} if weights is None else {"sample_weight": weights}))

    def weights(self, prediction: Any, sample_weight: Any) -> Any:
        """Return the weights of samples or steps of the output, with its mask."""
        weight = self._compiled.weights_of_outputs("sample_weight", sample_weight)[self.output]
        return self.entry.weights(None if weight is None else np.asarray(tape.plain(weight)), mask_of(prediction))

    def result(self) -> Any:
        """Return the value so far."""
        return 0.0 if self.entry.metric is None else self.entry.metric.result()

    def reset_state(self) -> None:
        """Begin again."""
        self._restored = None
        if self.entry.metric is not None:
            self.entry.metric.reset_state()

    reset_states = reset_state


class _CompiledMetrics:
    def __init__(self, metrics: list[Any]) -> None:
        self.metrics = metrics

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch to all metrics."""
        for one in self.metrics:
            one.update_state(y_true, y_pred, sample_weight)


def unpacked(data: Any) -> tuple[Any, Any, Any]:
    """Return x, y and sample weights of a batch, with None for what is missing."""
    parts = data if isinstance(data, (tuple, list)) else (data,)
    x, y, weight = (*parts, None, None)[:3]
    return x, y, weight


def fit(model: Any, x: Any, y: Any, given: dict[str, Any]) -> History:
    """Train a model by its own `train_step`; the arguments are those of `Model.fit`."""
    verbose = checks.verbosity(given["verbose"])
    held_out = None
    if not batch_data.gives_batches(x) and given["validation_split"] and given["validation_data"] is None:
        rows = len(_first(x))
        kept = array_data.training_rows(rows, given["validation_split"])
        held_out = tuple(None if one is None else _rows(one, slice(kept, rows)) for one in (x, y))
        x, y = _rows(x, slice(0, kept)), None if y is None else _rows(y, slice(0, kept))
    sizes = given["batch_size"], given["shuffle"], given["steps_per_epoch"]
    batches = _Batches(x, y, given["sample_weight"], *sizes, model.dtype, given["class_weight"])
    validation = given["validation_data"] if held_out is None else held_out
    wanted = Epochs(
        checks.integer("initial_epoch", given["initial_epoch"], 0),
        checks.integer("epochs", given["epochs"], 0),
        array_data.epochs_of("validation_freq", given["validation_freq"]),
    )
    trained = TrainedData(batches.samples, batches.size, validation is not None)
    hooks: CallbackList = model._hooks(
        given["callbacks"], verbose, wanted.end, batches.steps, history=True, trained=trained
    )
    model.stop_training, model._resume_from, logs = False, None, {}
    with closing(hooks), _position_of(model):
        hooks.on_train_begin()
        resumed, model._resume_from = model._resume_from, None
        if resumed is not None:
            batches.set_state(resumed.source)
            rng.set_state(resumed.generator)
        for epoch in range(wanted.first if resumed is None else resumed.epoch, wanted.end):
            hooks.on_epoch_begin(epoch)
            logs = _run(model, model.train_step, batches, "train", hooks, resumed)
            resumed = None
            if validation is not None and wanted.validates(epoch):
                found = _validated(model, validation, given)
                logs |= {f"val_{name}": value for name, value in found.items()}
            model._position = Position(batches)
            hooks.on_epoch_end(epoch, logs)
            if model.stop_training:
                break
        hooks.on_train_end(logs)
    assert hooks.history is not None
    return hooks.history


@contextmanager
def _position_of(model: Any) -> Iterator[None]:
    """Let a model have a position in its training for a while."""
    try:
        yield
    finally:
        model._position = None


def _validated(model: Any, data: Any, given: dict[str, Any]) -> dict[str, Any]:
    x, y, weight = (data, None, None) if batch_data.gives_batches(data) else unpacked(data)
    steps = given["validation_steps"]
    size = given["validation_batch_size"] or given["batch_size"]
    found: dict[str, Any] = evaluate(model, x, y, size, weight, steps, 0, None)
    return found


def evaluate(
    model: Any, x: Any, y: Any, batch_size: Any, sample_weight: Any, steps: Any, verbose: Any, callbacks: Any
) -> dict[str, Any]:
    """Return what a model's own `test_step` gives for data, as a dict."""
    batches = _Batches(x, y, sample_weight, batch_size, False, steps, model.dtype)
    with closing(model._hooks(callbacks, checks.verbosity(verbose), 1, batches.steps)) as hooks:
        hooks.on_test_begin()
        logs = _run(model, model.test_step, batches, "test", hooks)
        hooks.on_test_end(logs)
    return logs


def on_batch(model: Any, step: Callable[[Any], Any], x: Any, y: Any, weight: Any, class_weight: Any) -> dict[str, Any]:
    """Return the logs of a step on all samples as one batch."""
    batches = _Batches(x, y, weight, len(_first(x)), False, None, model.dtype, class_weight)
    with _position_of(model):
        return _run(model, step, batches, "train", CallbackList())


def _run(
    model: Any,
    step: Callable[[Any], Any],
    batches: "_Batches",
    mode: str,
    hooks: Any,
    resumed: ResumePoint | None = None,
) -> dict[str, Any]:
    """Return the logs of the last of the steps of an epoch, or of the rest of it."""

    def metrics() -> list[Any]:
        return list(dict.fromkeys([*model._metrics_of_steps(), *model.metrics]))

    for metric in metrics():
        metric.reset_state()
    left_out = 0 if resumed is None else resumed.step
    logs: dict[str, Any] = {} if resumed is None else dict(resumed.logs)
    for number, batch in enumerate(batches.epoch()):
        if number < left_out:
            continue
        if resumed is not None and left_out:
            for metric, values in zip(metrics(), resumed.metrics, strict=True):
                if isinstance(metric, LateMetric):
                    metric.restore(values)
                else:
                    _assign(metric, values)
            rng.set_state(resumed.generator)
            resumed = None
        getattr(hooks, f"on_{mode}_batch_begin")(number)
        logs = _numbers(step(batch))
        if mode == "train":
            model._position = Position(
                batches,
                number + 1,
                (),
                logs,
                lambda: [[np.asarray(one) for one in each.variables] for each in metrics()],
            )
        getattr(hooks, f"on_{mode}_batch_end")(number, logs)
        if mode == "train" and model.stop_training:
            break
    return logs


def _assign(metric: Any, values: Sequence[Any]) -> None:
    if len(metric.variables) != len(values):
        warnings.warn(f"metric {metric.name!r} begins anew: it has no variables before its first data", stacklevel=2)
        return
    for variable, value in zip(metric.variables, values, strict=True):
        variable.assign(value)


def _numbers(logs: Any) -> dict[str, Any]:
    """Return what a step has returned as plain numbers."""
    found: dict[str, Any] = {}
    for name, value in (logs or {}).items():
        if isinstance(value, dict):
            found |= _numbers(value)
        else:
            found[name] = float(np.mean(np.asarray(tape.plain(value))))
    return found


class _Batches:
    """Batches as steps of users take them.

    Parameters
    ----------
    x, y, sample_weight
        Arrays, or a source of batches.
    batch_size : int or None
        Rows of a batch of arrays.
    shuffle : bool
        Whether arrays are shuffled.
    steps : int or None
        Batches of an epoch.
    dtype : str
        Of arrays of floats.
    class_weight : dict, optional
        The weights of the classes of targets.
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        sample_weight: Any,
        batch_size: Any,
        shuffle: Any,
        steps: Any,
        dtype: str,
        class_weight: Any = None,
    ) -> None:
        self._x, self._y, self._weight, self._shuffle = x, y, sample_weight, bool(shuffle)
        self._limit = array_data.steps_of("steps_per_epoch", steps)
        self._dtype, self._class_weight = dtype, class_weight
        self._is_source = batch_data.gives_batches(x)
        self._iterator: Iterator[Any] | None = None
        self._given = self._given_before = 0  # batches of the iterator so far, and before this epoch
        self._drawn_from: dict[str, Any] | None = None  # what the generator was when it drew the order
        self._order: Any = None  # of the next epoch, if it has been drawn
        self.steps = self._limit
        self.samples: int | None = None
        self.size: int | None = None
        """Rows of a batch of arrays."""
        if not self._is_source:
            rows = self.samples = len(_first(x))
            self.size = checks.integer("batch_size", 32 if batch_size is None else batch_size, 1)
            self.steps = min(-(-rows // self.size), self._limit or rows)
        elif self._limit is None and hasattr(x, "__len__"):
            self.steps = len(x)

    def state(self, *, next_epoch: bool) -> dict[str, Any]:
        """Return what `set_state` needs to begin this epoch again, or the next one, as JSON-compatible data."""
        step = (self._given if next_epoch else self._given_before) if self._limit is not None else 0
        return {"generator": None if next_epoch else self._drawn_from, "step": step}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Begin the next epoch as in a state returned by `state`: the batches before it are left out."""
        if state["generator"] is not None:
            rng.set_state(state["generator"])
            self._order = self._drawn()
        self._given = checks.integer("step", state["step"], 0)
        if self._is_source and self._given:
            self._iterator = itertools.islice(_iterated(self._x), self._given, None)

    def epoch(self) -> Iterator[Any]:
        """Yield the batches of an epoch."""
        for batch in self._of_source() if self._is_source else self._of_arrays():
            tensors = structured(batch, self._as_tensor)
            yield tensors if self._class_weight is None else self._weighted(tensors)

    def _as_tensor(self, value: Any) -> Any:
        from ..layers.variable import tape_tensor

        array = np.asarray(value)
        return (array.astype(self._dtype) if array.dtype == np.float64 else array).view(tape_tensor[0])

    def _weighted(self, batch: Any) -> Any:
        x, y, weight = unpacked(batch)
        if weight is not None or isinstance(y, (list, tuple, dict)):
            raise ValueError("class_weight: expected None if sample_weight is given, or there are several outputs")
        return x, y, array_data.class_weights(self._class_weight, np.asarray(y), "float32")

    def _drawn(self) -> Any:
        rows = len(_first(self._x))
        if not self._shuffle:
            return np.arange(rows)
        self._drawn_from = rng.state()
        return rng.generator().permutation(rows)

    def _of_arrays(self) -> Iterator[Any]:
        assert self.size is not None
        order, self._order = self._drawn() if self._order is None else self._order, None
        parts = [one for one in (self._x, self._y, self._weight) if one is not None]
        for number in range(self.steps or 0):
            chosen = order[number * self.size : (number + 1) * self.size]
            found = tuple(_rows(one, chosen) for one in parts)
            yield found if len(parts) > 1 else found[0]

    def _of_source(self) -> Iterator[Any]:
        if self._iterator is None or self._limit is None:
            self._iterator, self._given = _iterated(self._x), 0
        self._given_before = self._given
        for count, batch in enumerate(self._iterator, 1):
            self._given += 1
            yield batch
            if count == self._limit:
                break


def _iterated(x: Any) -> Iterator[Any]:
    if hasattr(x, "__iter__") or hasattr(x, "__next__"):
        return iter(x)
    return (x[i] for i in range(len(x)))


def _first(x: Any) -> Any:
    if isinstance(x, dict):
        return _first(next(iter(x.values())))
    return _first(x[0]) if isinstance(x, (list, tuple)) and hasattr(x[0], "shape") else x


def _rows(x: Any, rows: Any) -> Any:
    if isinstance(x, dict):
        return {name: _rows(one, rows) for name, one in x.items()}
    if isinstance(x, (list, tuple)) and x and hasattr(x[0], "shape"):
        return type(x)([_rows(one, rows) for one in x])
    return np.asarray(x)[rows]
