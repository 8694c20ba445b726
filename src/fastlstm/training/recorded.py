"""Calls of layers and models on arrays while a gradient tape records: a native forward pass, and a backward pass later.

What is called is called once with symbolic tensors, to find out which layer it is with which arguments, and compiled
into a network of its own, which is used again for the same kind of call.
"""

import weakref
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .._internal import tape
from .._internal.arrays import Array
from .._internal.tensor import tensor
from ..layers import Activation
from ..layers._call_arguments import Place, put_in
from ..layers._masks_of_arrays import masked, with_masks
from ..layers._trace import adds_losses, traced
from ..layers._unbuilt import building_all
from ..layers.symbolic import OPERATIONS
from . import equations
from .mirror import Mirror
from .native_model import ModelInput, masks_of
from .nodes import Node, Value, first_taking, shapes_of

_MOST = 16
"""How many kinds of calls of one layer or model are kept."""


class RecordedGraph:
    """A network of nodes whose forward passes wait for their backward passes.

    Parameters
    ----------
    nodes, outputs
        As for `NativeModel`.
    shapes : sequence of tuple
        Of the inputs, with the batch axis.
    trained : dict of int to list of bool
        By the identity of a layer, for each of its weights whether training changes it.
    dtype : str
        'float32' or 'float64'.
    wants_dx : bool
        Whether gradients of the inputs are needed.
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        outputs: Sequence[Value],
        shapes: Sequence[Any],
        trained: dict[int, list[bool]],
        dtype: str,
        wants_dx: bool,
    ) -> None:
        self._nodes, self._outputs, self.dtype, self._wants_dx = list(nodes), list(outputs), dtype, wants_dx
        unused = Activation("linear", dtype=dtype)
        self._inputs = [
            ModelInput(f"input {k}", tuple(shape), first_taking(nodes, k) or unused, True)
            for k, shape in enumerate(shapes)
        ]
        mirror = Mirror(
            nodes,
            outputs,
            self._inputs,
            dtype,
            lambda layer: trained.get(id(layer), []),
            input_gradient=wants_dx,
        )
        self._mirror, self._network, self._weights = mirror, mirror.network, mirror.weights
        unique = {id(layer): layer for layer in mirror.layers}.values()
        self._weighted = [layer for layer in unique if trained.get(id(layer))]
        self._parameters = self._network.parameters
        self._missing: dict[bool, str | None] = {}
        reached: Any = self._network.masked_output
        self._masked_outputs = reached if isinstance(reached, list) else [reached]

    def called(self, arrays: Sequence[Any], rng_step: int | None, recording: tape.Session | None) -> list[Any]:
        """Return the outputs for arrays, traced ones if a tape records."""
        x, shapes = self._given(arrays, recording)
        if recording is None:
            found, _ = self._network.run(x, rng_step=rng_step)
            return self._shaped(found, shapes)
        saved = self._network.forward(x, rng_step=rng_step)
        outputs = self._recorded(saved, x, rng_step, list(arrays), self._shaped(saved.output, shapes), recording)
        return list(with_masks(outputs, masks_of(saved.valid, self._masked_outputs), masked))

    def penalty(self, arrays: Sequence[Any], rng_step: int | None, recording: tape.Session | None) -> Any:
        """Return what layers add to the loss in the same call, with what carries its gradient back."""
        x, shapes = self._given(arrays, recording)
        saved = self._network.forward(x, rng_step=rng_step, penalize=True)
        value = np.asarray(saved.penalty, self.dtype)
        if recording is None:
            return value
        trained = [i for i, parameter in enumerate(self._parameters) if parameter.trainable]
        waiting: list[Any] = [saved]
        outputs, found = self._shaped(saved.output, shapes), []

        def gradients() -> Any:
            if waiting:
                zeros = [np.zeros_like(one) for one in outputs]
                d = zeros[0] if len(zeros) == 1 else np.concatenate([np.ravel(one) for one in zeros])
                # Statistics move in the pass of the outputs, not in this one as well.
                found.extend(self._backward(waiting.pop(), d, outputs, trained, dict.fromkeys(self._weights)))
            return found

        def of(which: int, k: int) -> Callable[[Any], Any]:
            return tape.only_once(lambda d: d * gradients()[which][k], "what layers add to the loss")

        sources = [self._source(recording, i) for i in trained]
        parents = [(source, of(0, k)) for k, source in enumerate(sources)]
        parents += [(array, of(1, k)) for k, array in enumerate(arrays) if tape.is_traced(array)]
        return tape.record(value, *parents)

    def _given(self, arrays: Sequence[Any], recording: tape.Session | None) -> tuple[Any, list[Any]]:
        """Return arrays as the network takes them, and the shapes of its outputs; it has the current weights then."""
        plain = [np.asarray(tape.plain(array)) for array in arrays]
        given = [one.array(one.name, array, finite=False) for one, array in zip(self._inputs, plain, strict=True)]
        self._mirror.copy_weights(None if recording is None else recording.given)
        shapes = shapes_of(self._nodes, [array.shape for array in plain]).of(self._outputs)
        return given if len(given) > 1 else given[0], shapes

    def _source(self, recording: tape.Session, parameter: int) -> Any:
        """Return the traced array of a weight."""
        store, number = self._weights[parameter]
        return recording.source((store, number), store.arrays()[number].view(np.ndarray))

    @staticmethod
    def _shaped(found: Any, shapes: Sequence[Any]) -> list[Array]:
        arrays = found if isinstance(found, list) else [found]
        return [
            np.reshape(array, [array.shape[k] if size is None else size for k, size in enumerate(shape)])
            if len(shape) != array.ndim
            else array
            for array, shape in zip(arrays, shapes, strict=True)
        ]

    def _recorded(
        self, saved: Any, x: Any, rng_step: Any, arrays: Sequence[Any], outputs: list[Array], recording: tape.Session
    ) -> list[Any]:
        """Return the outputs with what carries their gradients back to weights and inputs."""
        trained = [i for i, parameter in enumerate(self._parameters) if parameter.trainable]
        sources = [self._source(recording, i) for i in trained]
        inputs = [i for i, array in enumerate(arrays) if tape.is_traced(array)]
        state: dict[str, Any] = {"saved": saved, "d": None, "found": None}

        def gradients(d: Any) -> Any:
            if state["d"] is not d:
                waiting, state["saved"] = state["saved"], None
                if waiting is None:  # of a tape that is asked again
                    waiting = self._network.forward(x, rng_step=rng_step)
                state["d"], state["found"] = d, self._backward(waiting, d, outputs, trained, recording.given or {})
            return state["found"]

        again: list[Any] = [None, None]

        def both(d: Any, which: int, k: int) -> Any:
            """Return the gradient with respect to a weight or an input, traced if that with respect to outputs is."""
            if not tape.is_traced(d):
                return gradients(tape.plain(d))[which][k]
            missing = self._lacking(rng_step is not None)
            if missing is not None:
                return tape.only_once(lambda plain: gradients(plain)[which][k], missing)(d)
            if again[0] is not d:
                again[:] = d, self._traced_gradients(d, arrays, outputs, trained, sources, rng_step is not None)
            return again[1][which][k]

        def of_weight(k: int) -> Callable[[Any], Any]:
            return lambda d: both(d, 0, k)

        def of_input(k: int) -> Callable[[Any], Any]:
            return lambda d: np.reshape(both(d, 1, k), np.shape(tape.plain(arrays[k])))

        parents = [(source, of_weight(k)) for k, source in enumerate(sources)]
        parents += [(arrays[k], of_input(k)) for k in inputs]
        parents = [parent for parent in parents if tape.is_traced(parent[0])]
        if not parents:
            return outputs
        if len(outputs) == 1:
            return [tape.Traced(outputs[0], parents, recording.recording)]
        whole = tape.Traced(np.concatenate([np.ravel(one) for one in outputs]), parents, recording.recording)
        ends = np.cumsum([one.size for one in outputs]).tolist()

        def part(k: int, output: Array) -> Any:
            end = ends[k]

            def pull(d: Any) -> Any:
                return tape.put_back(np.ravel(d), slice(end - output.size, end), (ends[-1],))

            return tape.Traced(output, [(whole, pull)], recording.recording)

        return [part(k, output) for k, output in enumerate(outputs)]

    def _lacking(self, training: bool) -> str | None:
        """Return the layer because of which there are no gradients of gradients, found once."""
        if training not in self._missing:
            self._missing[training] = equations.lacking(self._nodes, training)
        return self._missing[training]

    def _traced_gradients(
        self,
        d: Any,
        arrays: Sequence[Any],
        outputs: Sequence[Array],
        trained: Sequence[int],
        sources: Any,
        training: bool,
    ) -> Any:
        """Return what `_backward` does, computed in functions with derivatives."""
        given = [tape.record(tape.plain(one), (one, lambda of_one: of_one)) for one in arrays]
        stores = [store.arrays()[i].view(np.ndarray) for store, i in self._weights]
        values = iter(
            {**dict(enumerate(stores)), **dict(zip(trained, sources, strict=True))}[k] for k in range(len(stores))
        )
        weights = {id(layer): [next(values) for _ in layer.weights] for layer in self._weighted}
        found = equations.outputs_of(self._nodes, self._outputs, given, weights, training)
        ends = np.cumsum([one.size for one in outputs]).tolist()
        flat = np.ravel(d)
        parts = [np.reshape(flat[end - one.size : end], one.shape) for end, one in zip(ends, outputs, strict=True)]
        of_inputs = [one for one in given if tape.is_traced(one)]
        wanted = [*sources, *of_inputs]
        results = [(one, part) for one, part in zip(found, parts, strict=True) if tape.is_traced(one)]
        gradients = [
            np.zeros(one.shape, one.dtype) if each is None else each
            for one, each in zip(wanted, tape.carry_back(results, wanted, stops=True), strict=True)
        ]
        rest = iter(gradients[len(sources) :])
        return gradients[: len(sources)], [next(rest) if tape.is_traced(one) else None for one in given]

    def _backward(self, saved: Any, d: Any, outputs: Sequence[Array], trained: Sequence[int], substituted: Any) -> Any:
        """Return the gradients of the trained weights and of the inputs; no substituted weight is changed."""
        produced = saved.output if isinstance(saved.output, list) else [saved.output]
        parts = [d] if len(outputs) == 1 else np.split(d, np.cumsum([one.size for one in outputs])[:-1])
        given = [
            np.ascontiguousarray(np.reshape(part, one.shape), dtype=one.dtype)
            for part, one in zip(parts, produced, strict=True)
        ]
        dx, _ = self._network.backward(saved, given if len(given) > 1 else given[0])
        for i, parameter in enumerate(self._parameters):
            store, number = self._weights[i]
            is_statistic = not (parameter.trainable or store.declared[number].trainable)
            if is_statistic and (store, number) not in substituted:  # the pass may have moved it
                store.write_at(number, self._network.weight(i))
        found = dx if isinstance(dx, list) else [dx]
        return [self._network.gradient(i) for i in trained], found


class _Calls:
    """The graphs of the calls of one layer or model."""

    def __init__(self) -> None:
        self.graphs: OrderedDict[Any, Any] = OrderedDict()


_calls: "weakref.WeakKeyDictionary[Any, _Calls]" = weakref.WeakKeyDictionary()


def recorded(layer: Any, call: Callable[..., Any], args: Any, options: Any) -> Any:
    """Return what a call on arrays gives while a tape records."""
    recording = tape.session()
    training = options.pop("training", None)
    if training is None and recording is not None:
        training = recording.training
    arrays: list[Any] = []
    template = _taken_out((list(args), options), arrays, layer)
    if not arrays:
        return call(layer, *args, **options)
    wants_dx = any(map(tape.is_traced, arrays))
    shapes = tuple((None, *np.shape(tape.plain(array))[1:]) for array in arrays)
    trained = layer._trained_by_layer()
    key = (repr(template), shapes, wants_dx, tuple(map(tuple, trained.values())))
    graphs = _calls.setdefault(layer, _Calls()).graphs
    if key not in graphs:
        graphs[key] = _graph_of(layer, call, template, shapes, wants_dx)
        if len(graphs) > _MOST:
            graphs.popitem(last=False)
    graphs.move_to_end(key)
    graph, penalties, trace = graphs[key]
    with tape.paused():
        rng_step = next(layer._rng_steps) if training else None
    outputs = graph.called(arrays, rng_step, recording)
    if penalties is not None:
        object.__setattr__(layer, "_added_losses", [tensor(penalties.penalty(arrays, rng_step, recording))])
    return trace.packed(outputs)


def _graph_of(layer: Any, call: Any, template: Any, shapes: Sequence[Any], wants_dx: bool) -> Any:
    """Return the network of a call, another one for what its layers add to the loss, and what the call returns."""

    def called(tensors: list[Any], _: Any) -> Any:
        args, options = put_in(template, tensors)
        return layer(*args, **options)

    with building_all():
        trace = traced(called, shapes, [layer.dtype] * len(shapes), [False] * len(shapes))
    trained = layer._trained_by_layer()

    def graph() -> RecordedGraph:
        return RecordedGraph(trace._nodes, trace._outputs, shapes, trained, layer.dtype, wants_dx)

    return graph(), graph() if adds_losses(trace._nodes) else None, trace


def _taken_out(value: Any, arrays: list[Any], layer: Any) -> Any:
    """Return arguments with places instead of arrays, which are added to `arrays`."""
    if isinstance(value, (list, tuple)):
        return [_taken_out(one, arrays, layer) for one in value]
    if isinstance(value, dict):
        return {name: _taken_out(one, arrays, layer) for name, one in value.items()}
    if isinstance(value, tape.Traced) or (hasattr(value, "shape") and hasattr(value, "dtype")):
        recording = tape.session()
        current = tape.current(value)
        arrays.append(current if recording is None else recording.traced(current))
        return Place(len(arrays) - 1)
    return value


OPERATIONS["record"] = recorded
