"""Models that users write as classes with a `call`: built and traced when the shapes of the data are known."""

import contextlib
import inspect
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from .._internal import nested
from .._internal.own_properties import keep_errors
from .._internal.tensor import TensorShape
from ..layers import InputLayer
from ..layers import Layer as OwnLayer
from ..layers._call_arguments import Place, completed, name_of_first, put_in, structured, taken_out, with_names
from ..layers._trace import Trace, Tracing, traced
from ..layers._tracked import parts_of
from ..layers.base import Shape
from ..layers.expression import NeedsValuesError
from ..layers.own_layer import outside_of_traces
from ..layers.symbolic import SymbolicTensor
from ..layers.variable import TRACING, Variable
from ..training import batch_data
from .summary import Entry


class ModelType(type):
    """Gives classes of models that define a `call` the methods of `Subclassed`."""

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any) -> Any:
        """Return a new class."""
        if "call" in namespace and not any(issubclass(base, Subclassed) for base in bases):
            bases = (Subclassed, *bases)
        made = super().__new__(cls, name, bases, namespace, **options)
        keep_errors(made)
        return made

    def __setattr__(cls, name: str, value: Any) -> None:
        """Set an attribute; a `call` may only take the place of another one."""
        if name == "call" and not issubclass(cls, Subclassed):
            raise TypeError(
                f"call: expected it in the definition of class {cls.__name__}, got it later; define it there, or a"
                " subclass with it (what the definition has may be replaced later)"
            )
        super().__setattr__(name, value)


if TYPE_CHECKING:
    Base: TypeAlias = Any
    """`Model`, which comes after it among the base classes."""
else:
    Base = object


class Subclassed(Base):  # type: ignore[misc]
    """What a model of a user's class with a `call` does otherwise than a model of symbolic tensors."""

    supports_masking: Any = True
    _is_own = _is_subclassed = True
    _dtype_given: Any = None
    _structure: Any = None
    """The inputs of the call, with places."""
    _trace_of_call: Trace | None = None
    _shapes_inside: Mapping[int, Any] = {}
    _compile_arguments: Any = None

    def __init__(self, *args: Any, **options: Any) -> None:
        options = {name: value for name, value in options.items() if name not in _WITHOUT_EFFECT}
        args = tuple(one for one in args if one is not self)  # as in super().__init__(self)
        self._dtype_given = options.pop("dtype", None)
        super().__init__(*args, **options)
        self._own._name = self._name
        self._own._claim(self)

    def _rename(self, name: str) -> None:
        super()._rename(name)
        self._own._name = self._name

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, Variable):
            self._own.take(value)
        super().__setattr__(name, value)

    # Weights and layers ---------------------------------------------------------------------------------------------

    _own = vars(OwnLayer)["_own"]
    add_weight, add_variable = OwnLayer.add_weight, OwnLayer.add_weight
    add_loss, add_metric, add_update = OwnLayer.add_loss, OwnLayer.add_metric, OwnLayer.add_update
    compute_mask, _leaves = OwnLayer.compute_mask, OwnLayer._leaves

    @property
    def layers(self) -> list[Any]:
        """The layers and models that are attributes, in the order in which they were set."""
        return parts_of(self)

    @property
    def _layers(self) -> list[Any]:
        return [*([self._own] if self._own._weights.declared else []), *parts_of(self)]

    def _shapes_of_build(self) -> Any:
        """Return the shapes of the inputs in their structure, None before the model is built."""
        if self._trace_of_call is None:
            return None
        return structured(self._structure, lambda one: [None, *self._inputs[one.number].shape])

    @property
    def output_names(self) -> list[str]:
        """The names of the outputs."""
        return [f"output_{k + 1}" for k in range(len(self._given_outputs))]

    def _entries(self) -> list[Entry]:
        return [Entry(layer, self._shapes_inside.get(id(layer)), ()) for layer in self.layers]

    # Building -------------------------------------------------------------------------------------------------------

    @property
    def built(self) -> bool:
        """Whether the shapes of the inputs are known, so that the weights exist."""
        return vars(self).get("_trace_of_call") is not None or bool(vars(self).get("_is_built"))

    @built.setter
    def built(self, value: bool) -> None:
        object.__setattr__(self, "_is_built", bool(value))

    def build(self, input_shape: Any = None) -> None:
        """Create the weights for an input of this shape, by tracing `call`.

        Parameters
        ----------
        input_shape : tuple, or list or dict of tuples
            With the batch axis.
        """
        self._build_whole(input_shape)

    def _build_whole(self, input_shape: Any) -> None:
        """Do what `build` does where a class of a user does not define it, which makes only the model's own weights."""
        if input_shape is not None and self._trace_of_call is None:
            self._build_for_shapes(_shapes_in(input_shape))

    def _build_for_shapes(self, structure: Any) -> None:
        """Trace `call` for inputs of these shapes, given in their structure."""
        shapes: list[Shape] = []
        places = structured(structure, lambda one: _place(one, shapes))
        dtype = self._dtype_given or self.dtype

        def call(tensors: list[SymbolicTensor], tracing: Tracing) -> Any:
            return self._called((put_in(places, tensors),), {}, tracing)

        def found(of: Sequence[Shape]) -> Trace:
            return traced(call, of, [dtype] * len(of), [False] * len(of))

        try:
            trace = found(shapes)
        except NeedsValuesError as error:
            raise TypeError(f"model {self.name!r}: {error}") from error
        loose = [_with_any_steps(shape, k, trace) for k, shape in enumerate(shapes)]
        if loose != shapes:
            with contextlib.suppress(Exception):  # what needs to know the number of steps says so in any way
                trace, shapes = found(loose), loose
        names = _names(places, len(shapes))
        self._become(
            trace, places, [InputLayer(batch_shape=one, name=name) for one, name in zip(shapes, names, strict=True)]
        )

    def _become(self, trace: Trace, places: Any, inputs: list[InputLayer]) -> None:
        self._structure, self._trace_of_call = places, trace
        self._nodes, self._given_outputs, self._inputs = list(trace._nodes), list(trace._outputs), inputs
        self._input_structure = places if nested.has_levels(places) else None
        self._inputs_are_named = isinstance(places, dict)
        self._output_keys = tuple(trace.structure) if isinstance(trace.structure, dict) else ()
        self._outputs_are_listed = isinstance(trace.structure, (list, tuple)) and len(trace._outputs) > 1
        self._ends = None
        for layer in self._layers:
            layer._claim(self)
        for node in self._nodes:
            if not any(node.layer is one for one in self._layers):
                node.layer._claim(self)
        self._changed()
        if self._compile_arguments is not None and len(self._compiled.losses) != len(self._given_outputs):
            args, options = self._compile_arguments
            super().compile(*args, **options)

    def _called(self, args: Any, kwargs: Any, tracing: Tracing) -> Any:
        """Return what `call` returns for symbolic tensors, in a graph that is being traced."""
        first = args[0] if args else None
        if type(self).build is not Subclassed.build and not vars(self).get("_is_built") and first is not None:
            self.built = True
            with outside_of_traces():
                self.build(structured(first, lambda one: TensorShape(one.shape) if hasattr(one, "shape") else one))
        self.built = True
        outputs = self.call(*args, **completed(type(self).call, kwargs, tracing.phase))
        self._shapes_inside = {**self._shapes_inside, **tracing.shapes}
        return outputs

    def _native_model(self) -> Any:
        """Return the native model; None if the model has only been called on arrays, with more than its inputs."""
        return None if self._trace_of_call is None and self.built else super()._native_model()

    def _native_for(self, name: str, x: Any, *, finite: bool = False) -> Any:
        self._build_for_data_of(x)
        return super()._native_for(name, x, finite=finite)

    def _build_for_data_of(self, x: Any) -> None:
        """Build the model for the shapes of data."""
        if self._trace_of_call is None:
            self._build_for_shapes(structured(x, _shape_of_data))

    # Training -------------------------------------------------------------------------------------------------------

    def compile(self, *args: Any, **options: Any) -> None:
        """Choose optimizer, loss and metrics, as `Model.compile` does."""
        self._compile_arguments = args, options
        super().compile(*args, **options)

    def _names_of_outputs(self) -> list[str]:
        if self._given_outputs:
            return list(self._output_keys or self.output_names)
        args, options = self._compile_arguments
        loss = options.get("loss", args[1] if len(args) > 1 else None)
        if isinstance(loss, dict):
            return list(loss)
        return [f"output_{k + 1}" for k in range(len(loss) if isinstance(loss, (list, tuple)) else 1)]

    def fit(self, x: Any = None, *args: Any, **options: Any) -> Any:
        """Train the model, as `Model.fit` does."""
        return super().fit(self._ready(x), *args, **options)

    def evaluate(self, x: Any = None, *args: Any, **options: Any) -> Any:
        """Return the loss and the metrics, as `Model.evaluate` does."""
        return super().evaluate(self._ready(x), *args, **options)

    def train_on_batch(self, x: Any, *args: Any, **options: Any) -> Any:
        """Train for one step, as `Model.train_on_batch` does."""
        return super().train_on_batch(self._ready(x), *args, **options)

    def _ready(self, x: Any) -> Any:
        """Build the model for data that is no source of batches; return the data."""
        if not batch_data.gives_batches(x):
            self._build_for_data_of(x)
        return x

    # Calls ----------------------------------------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return the output for arrays, or symbolic ones for symbolic tensors; builds the model if necessary.

        Parameters
        ----------
        *args, **kwargs
            What `call` takes.

        Returns
        -------
        object
            What `call` returns.
        """
        first = name_of_first(type(self).call)
        if not args and first in kwargs:
            args = (kwargs.pop(first),)
        args, kwargs = with_names(type(self).call, args, kwargs)
        tracing = TRACING.get()
        if tracing is not None:
            return self._called(args, kwargs, tracing)
        tensors: list[SymbolicTensor] = []
        taken_out((args, kwargs), tensors)
        plain = len(args) == 1 and all(value is None or name == "training" for name, value in kwargs.items())
        if tensors:
            if self._trace_of_call is None:
                self._build_for_shapes(structured(args[0], lambda one: _Shape(one.shape)))
            return super().__call__(args[0])
        if plain and not self._calls_eagerly():
            x = structured(args[0], _as_data)
            self._build_for_data_of(x)
            training = kwargs.get("training")
            return self._structured(super().__call__(x, None if training is None else bool(training)))
        return self._called_on_arrays(args, kwargs)

    def _calls_eagerly(self) -> bool:
        return False

    def _called_on_arrays(self, args: Any, kwargs: Any) -> Any:
        """Return what `call` returns for arrays, layer by layer."""
        self.built = True
        return self.call(*args, **completed(type(self).call, kwargs, False))

    def _structured(self, outputs: Any) -> Any:
        trace = self._trace_of_call
        if trace is None or isinstance(trace.structure, dict):
            return outputs
        return trace.packed(outputs if self._outputs_are_listed else [outputs])

    def _each_input(self, x: Any) -> list[SymbolicTensor]:
        found: list[SymbolicTensor] = []
        taken_out(x, found)
        return found

    # Configuration --------------------------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make a model like this one; your own class may define it.

        Returns
        -------
        dict
        """
        taken = inspect.signature(type(self).__init__).parameters
        config = {"name": self.name, "trainable": self.trainable}
        if any(one.kind is inspect.Parameter.VAR_KEYWORD for one in taken.values()):
            return config
        return {name: value for name, value in config.items() if name in taken}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Return a new model with the arguments that `get_config` returned.

        Parameters
        ----------
        config : dict
            As returned by `get_config`.
        custom_objects : dict, optional
            Accepted as in Keras, without effect.

        Returns
        -------
        Model
        """
        return cls(**config)


_WITHOUT_EFFECT = ("dynamic", "autocast", "batch_size")


def _place(shape: Any, shapes: list[Shape]) -> Place:
    shapes.append(shape)
    return Place(len(shapes) - 1)


def _shapes_in(value: Any) -> Any:
    """Return the shapes in a structure as tuples."""
    if isinstance(value, dict):
        return {name: _shapes_in(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)) and value and not isinstance(value[0], (int, type(None), np.integer)):
        return [_shapes_in(one) for one in value]
    return _Shape((None, *value[1:]))


class _Shape(tuple[Any, ...]):
    """A shape, which is no structure of entries."""

    __slots__ = ()


def _shape_of_data(x: Any) -> Any:
    shape = np.shape(x)
    return _Shape((None, *(shape[1:] if len(shape) > 1 else (1,))))


def _as_data(x: Any) -> Any:
    return x.numpy() if hasattr(x, "numpy") else x


def _with_any_steps(shape: Shape, k: int, trace: Trace) -> Shape:
    """Return the shape of an input with any number of steps, if it is a sequence."""
    from ..layers import Embedding
    from ..training.nodes import consumers

    numbers = any(isinstance(one, Embedding) for one in consumers(trace._nodes, k))
    return _Shape((None, None, *shape[2:])) if len(shape) == 3 or (len(shape) == 2 and numbers) else shape


def _names(places: Any, count: int) -> list[str | None]:
    """Return the names of the inputs: the keys of a dict."""
    if not isinstance(places, dict):
        return [None] * count
    found: list[str | None] = [None] * count
    for name, place in places.items():
        if isinstance(place, Place):
            found[place.number] = name
    return found
