"""Probe: passes of a model through a network of its own, in which every step of its recurrent layers can be seen."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from .._internal import checks, native
from .._internal.arrays import Array
from .._internal.row_arrays import RowArrays, Rows, for_core
from ..layers import Embedding
from ..layers.rnn.bidirectional import Bidirectional
from ..layers.rnn.rnn import RNN
from ..models.model import Model
from ..training.mirror import Mirror, all_flags
from ..training.nodes import consumers


class RecordedLayer(NamedTuple):
    """A recurrent layer whose steps a probe sees: one of a model, or the layer of one of its cells or directions."""

    record: int
    """The number of its record in the network."""
    name: str
    """In the model: 'lstm', 'bidirectional/backward_lstm', 'rnn/lstm_cell_1', and 'lstm (2)' for a second call."""
    cell: Any
    """What is known about its cell."""
    last_step_first: bool
    """Whether it begins with the last step."""
    reverses_record: bool
    """Whether the record is in the order of processing, because a layer before it has reversed the steps."""
    first_state: int
    """The column of its first state among those of the network."""
    units: int

    def in_time(self, record: Array) -> Array:
        """Return a record (N, T, ...) with its steps in the order of time."""
        return record[:, ::-1] if self.reverses_record else record


class Probe:
    """A copy of a model's network whose passes show each step.

    Parameters
    ----------
    model : Model
        Built, or to be built for `x`.
    x : array_like
        The data.
    dtype : str, optional
        Of the computation. Default: the model's.
    input_gradient : bool
        Whether gradients of the inputs are needed.
    """

    def __init__(self, model: Any, x: Any, *, dtype: str | None = None, input_gradient: bool = False) -> None:
        if not isinstance(model, Model):
            raise TypeError(f"model: expected a fastlstm model, got {type(model).__name__}")
        self._model = model
        self._native = model._native_for("x", x)
        self.dtype = dtype or self._native.dtype
        self._mirror = Mirror(
            self._native._nodes,
            self._native._outputs,
            self._native.inputs,
            self.dtype,
            all_flags,
            input_gradient=input_gradient,
            casts=self.dtype != self._native.dtype,
        )
        self.network: Any = self._mirror.network
        self.layers = list(self._recorded_layers())
        """In the order of the network."""
        self._embeddings = [
            number
            for number, core in enumerate(self.network.recorded_layers)
            if isinstance(self._mirror.layers[core], Embedding)
            and any(self._mirror.layers[core] is one for one in consumers(self._native._nodes, 0))
        ]
        if not self.layers:
            raise ValueError(
                f"model: expected one with LSTM, GRU or another recurrent layer of this package, got {model.name!r},"
                " which has none"
            )

    def _recorded_layers(self) -> Iterator[RecordedLayer]:
        ends = np.cumsum(self.network.state_sizes)
        seen: dict[str, int] = {}
        inside: dict[int, int] = {}  # records of a layer so far, by its identity
        for record, core in enumerate(self.network.recorded_layers):
            layer = self._mirror.layers[core]
            if isinstance(layer, Embedding):
                continue
            number = inside.get(id(layer), 0)
            inside[id(layer)] = number + 1
            parts = _parts_of(layer)
            name, part, last_step_first, reverses = parts[number % len(parts)]
            first = int(ends[core]) - int(self.network.state_sizes[core])
            if isinstance(layer, Bidirectional) and number % 2:
                first += sum(layer.forward_layer._state_widths())
            seen[name] = seen.get(name, 0) + 1
            label = name if seen[name] == 1 else f"{name} ({seen[name]})"
            yield RecordedLayer(record, label, part.cell, last_step_first, reverses, first, part.units)

    # Data -------------------------------------------------------------------------------------------------------

    def inputs(self, x: Any, batch_size: Any) -> Iterator[Any]:
        """Yield batches of the data as the network takes them."""
        rows = self._native.input("x", x)
        for start, end in _batches(rows, batch_size):
            yield self._given(rows[start:end])

    def examples(self, x: Any, y: Any, sample_weight: Any, batch_size: Any) -> Iterator[tuple[Any, Any, Any, int]]:
        """Yield batches (x, y, weights, rows) as the network takes them."""
        data = self._model._examples(x, y, sample_weight)
        for start, end in _batches(data.x, batch_size):
            part = data.part(start, end)
            yield self._given(part.x), for_core(part.y), for_core(part.weight), end - start

    def _given(self, rows: Rows) -> Any:
        arrays = for_core(rows)
        if self.dtype == self._native.dtype:
            return arrays
        if isinstance(rows, RowArrays):
            return [array.astype(self.dtype) for array in arrays]
        return arrays.astype(self.dtype)

    def trainer(self) -> Any:
        """Return what computes the model's loss and the gradients of states."""
        compiled = self._model._require_loss()
        compiled.set_losses(self.network)
        return compiled.trainer_of(self.network, None)

    def by_layer(self, records: Any) -> dict[str, dict[str, Array]]:
        """Return records of states (N, T, states, ...), by their numbers, by layer and state, (N, T, ...) each."""
        return {
            layer.name: {
                state: layer.in_time(records[layer.record])[:, :, k] for k, state in enumerate(layer.cell.states)
            }
            for layer in self.layers
        }

    def norms_by_layer(self, gradients: Any, factor: float = 1.0) -> dict[str, dict[str, Array]]:
        """Return the norms over the units of records of gradients, times a factor, by layer and state, (N, T) each."""
        return self.by_layer({layer.record: factor * native.norms(gradients[layer.record]) for layer in self.layers})

    def input_norms(self, inputs: Any, step: Any, feature: Any) -> Array:
        """Return the norms of the gradient of an output with respect to each step of the input, (N, T)."""
        if isinstance(inputs, list):
            raise ValueError(f"model: expected one with a single input, got {len(inputs)}")
        saved = self.network.forward(inputs)
        d_output, _ = self.output_gradient(saved.output, step, feature)
        dx, _, records = self.network.state_gradients(saved, d_output)
        gradients = [records[record][:, :, 0] for record in self._embeddings] or [dx]
        if gradients[0].ndim != 3:
            raise ValueError(f"model: expected an input with steps, got one of shape (N, {dx.shape[-1]})")
        return np.asarray(np.sqrt(sum(native.norms(each) ** 2 for each in gradients)))

    def valid_steps(self, saved: Any, layer: RecordedLayer) -> Array:
        """Return whether each step of a layer is valid, and not masked, (N, T)."""
        valid: Array = layer.in_time(saved.valid_steps(layer.record))
        return valid

    def output_gradient(self, outputs: Any, step: int | None, feature: Any) -> tuple[Any, int | None]:
        """Return the gradient of one output of each sample, as the network's backward pass takes it, and its step.

        Parameters
        ----------
        outputs : ndarray (N, O) or (N, T, O)
            What the network gave.
        step : int, optional
            Of an output with steps; the last one by default.
        feature : int, optional
            Of the output; the largest one of each sample by default.
        """
        if isinstance(outputs, list):
            raise ValueError("model: expected one with a single output, got several")
        d = np.zeros_like(outputs)
        at = None
        if outputs.ndim == 3:
            steps = outputs.shape[1]
            if steps == 0:
                raise ValueError("x: expected sequences of at least one step, got none")
            at = steps - 1 if step is None else checks.integer("step", step, -steps, steps - 1) % steps
            values, into = outputs[:, at], d[:, at]
        else:
            if step not in (None, -1):
                raise ValueError(f"step: expected None for a model whose output has no steps, got {step}")
            values, into = outputs, d
        if feature is None:
            chosen = np.argmax(values, axis=-1)
        else:
            chosen = np.full(len(values), checks.integer("feature", feature, 0, values.shape[-1] - 1))
        into[np.arange(len(values)), chosen] = 1
        return d, at


def _parts_of(layer: Any) -> list[tuple[str, Any, bool, bool]]:
    """Return name, layer of one cell, and order of processing of each record of a layer."""
    if isinstance(layer, Bidirectional):
        return [
            (f"{layer.name}/{inner.name}", inner._layers_of_cells()[0], inner.go_backwards, False)
            for inner in (layer.forward_layer, layer.backward_layer)
        ]
    if isinstance(layer, RNN):
        cells = layer._layers_of_cells()
        if len(cells) == 1:
            return [(layer.name, cells[0], layer.go_backwards, False)]
        return [
            (f"{layer.name}/{cell.name}", cell, layer.go_backwards, layer.go_backwards and k > 0)
            for k, cell in enumerate(cells)
        ]
    (inner,) = (one for one in layer._inner_layers() if isinstance(one, (RNN, Bidirectional)))
    return [(f"{layer.name}/{name}", *rest) for name, *rest in _parts_of(inner)]


def _batches(rows: Rows, batch_size: Any) -> Iterator[tuple[int, int]]:
    count = len(rows)
    if count == 0:
        raise ValueError("x: expected at least one sample, got none")
    size = checks.size("batch_size", batch_size)
    return ((start, min(start + size, count)) for start in range(0, count, size))
