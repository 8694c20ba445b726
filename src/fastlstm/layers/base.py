"""Layer, the base class: name, dtype, weights, building, and calls outside a model."""

import functools
import inspect
import math
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, TypeAlias

from .. import config, regularizers
from .._internal import native
from .._internal.arrays import Array, dtype_name, finite_array, mask_for, real_array
from .._internal.checks import flag, integer, size
from .._internal.names import given_or_automatic
from .._internal.native import Branch, Network, Place
from .._internal.not_available import attribute_of
from .._internal.own_properties import keep_errors, raised_by
from .._internal.owners import Owner
from .._internal.registry import Registry, plain
from .._internal.signatures import takes_the_options_of
from .._internal.tensor import like
from ._notebook import layer_for_notebooks
from ._ranks import explained
from ._rng import RngSteps
from ._trainable import Trainable
from ._unbuilt import are_left_unbuilt
from ._weights import Weight, Weights
from .symbolic import OPERATIONS, SymbolicCall, SymbolicTensor, are_symbolic, listed, outputs_of
from .variable import TRACING

Shape: TypeAlias = tuple[int | None, ...]

VECTORS, SEQUENCES, NESTED = {2: "(N, D)"}, {3: "(N, T, D)"}, {4: "(N, S, T, D)"}
"""Descriptions of input shapes, by the number of axes."""

building = threading.RLock()
"""Held while weights are created: several threads may ask for the first prediction."""


class Call(NamedTuple):
    """A call of a layer outside a model: its network and the checked inputs."""

    network: Network
    x: Array
    mask: Array | None
    rng_step: int | None
    output_shape: tuple[int, ...]


class ModelInside(NamedTuple):
    """A model that a layer applies."""

    path: str
    """Keras's attributes that lead to it."""
    model: Any


class Layer(Trainable):
    """Base class of the layers; describes the keyword arguments that all of them take.

    Parameters
    ----------
    name : str, optional
        Default: the class's name in snake case, numbered: lstm, lstm_1, lstm_2.
    dtype : {'float32', 'float64'}, optional
        Default: `fastlstm.config.floatx()`.
    activity_regularizer : str or `fastlstm.regularizers.Regularizer`, optional
        Penalty on the output, added to the loss: its sum over the output divided by the number of samples.
    trainable : bool
        Whether training changes the weights.
    input_shape, batch_input_shape, batch_shape : tuple, optional
        The shape of the input, the latter two with the batch axis. The first layer of a `Sequential` with one of these
        is as good as an `Input`; other layers ignore them, as in Keras.
    input_dim, input_length : int, optional
        The same in parts: D, and T for a layer that takes sequences.
    batch_size : int, optional
        The rows of each batch, for a stateful model, beside a shape without the batch axis.
    weights : list of array_like, optional
        Weights instead of initial ones, in the order and the shapes of `get_weights`.

    Raises
    ------
    ValueError
        If `dtype` is neither 'float32' nor 'float64', `name` is empty, or the name of a regularizer is unknown.
    TypeError
        If an argument has the wrong type.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm import layers
    >>> layer = layers.Dense(2, name="readout")
    >>> isinstance(layer, layers.Layer), layer.built
    (True, False)
    >>> layer(np.ones((5, 3))).shape, layer.count_params()
    ((5, 2), 8)
    """

    _axes: ClassVar[dict[int, str]] = VECTORS | SEQUENCES
    """Descriptions of the input shapes that the layer takes, by the number of axes."""
    stateful: bool = False
    """Whether each call starts from the final states of the previous call."""
    supports_masking: Any = True
    """Whether the layer passes on a mask, as Keras's layer declares it."""
    _is_own: ClassVar[bool] = False
    """Whether it is a layer that users write."""
    _has_own_weights: ClassVar[bool] = True
    """Whether weights of its layers of the core are its own, which further calls share."""
    _shapes_of_call: ClassVar[Any] = None
    """Of a layer that users write: returns the shapes of outputs for those of the inputs and the call's arguments."""
    _nodes_inside: ClassVar[Any] = None
    """Of the same: returns the nodes of its last call in a model."""
    _always_needed: ClassVar[bool] = False
    """Whether it is part of a graph although nothing takes its output."""
    _takes_any_input: ClassVar[bool] = False
    """Whether the layer takes one input or several, of any shapes, and says itself what does not fit."""
    _takes_several: ClassVar[bool] = False
    """Whether the layer is called on a list of inputs."""
    _keras_takes_mask: ClassVar[bool] = False
    """Whether Keras's layer has an argument `mask` of its call."""
    return_state: bool = False
    """Whether a call returns the final states as well."""
    _makes_masks: bool = False
    """Whether the layer makes a mask of its input."""
    _takes_masks_away: ClassVar[bool] = False
    """Whether layers of a model that are called after this one see its inputs without masks, as in Keras."""
    _each_step: bool = False
    """Whether the layer treats each step of a sequence independently of the others."""
    _in_keras: ClassVar[bool] = True
    """Whether Keras has a layer of this name, with these weights."""
    _keras_class: ClassVar[str] = ""
    """The name of Keras's class, after which files name its weights, where Keras exports it under another one."""
    _beyond_keras: ClassVar[Mapping[str, Any]] = {}
    """Arguments that Keras's layer lacks, with the value at which both agree, or ... if it does not matter."""
    _keras_path: ClassVar[str] = ""
    """The attribute of Keras's layer that holds the weights; empty if the layer itself does."""
    _keras_extra: ClassVar[tuple[tuple[str, int], ...]] = ()
    """Names and values of the variables that Keras's layer has after the weights."""

    def __init__(
        self,
        *,
        name: str | None = None,
        dtype: str | None = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        input_shape: Any = None,
        batch_input_shape: Any = None,
        batch_shape: Any = None,
        input_dim: int | None = None,
        input_length: int | None = None,
        batch_size: int | None = None,
        weights: Any = None,
    ) -> None:
        super().__init__(trainable)
        self._dtype = config.floatx() if dtype is None else dtype_name("dtype", dtype)
        self._name = given_or_automatic(name, type(self))
        self._activity_regularizer = regularizers.get(activity_regularizer)
        self._weights = Weights()
        self._features: int | None = None
        self._rng_steps = RngSteps()
        self._given_weights = weights
        self._given_shape = _given_shape(
            {"input_shape": input_shape, "batch_input_shape": batch_input_shape, "batch_shape": batch_shape},
            input_dim,
            input_length,
            sequences=2 not in self._axes,
        )
        """The batch shape of the input among the arguments, None without one."""
        if batch_size is not None and self._given_shape is not None and batch_input_shape is batch_shape is None:
            self._given_shape = (integer("batch_size", batch_size, 1), *self._given_shape[1:])

    def __init_subclass__(cls) -> None:
        takes_the_options_of(cls, cls.__mro__[1])
        if "__call__" in cls.__dict__ and not cls._is_own:
            cls.__call__ = _in_traces(cls.__dict__["__call__"])  # type: ignore[method-assign]
        keep_errors(cls)

    @property
    def _passes_mask(self) -> bool:
        """Whether the output has a mask if the input has one."""
        return bool(self.supports_masking)

    def __getattr__(self, name: str) -> Any:
        """Return the initializer, regularizer or constraint of a weight, such as `kernel_initializer`."""
        error = raised_by(self, name)
        if error is not None:
            raise error
        if name.endswith(_RULES) and not name.startswith("_"):
            arguments = {**self._arguments(), "activity_regularizer": self._activity_regularizer}
            if name in arguments:
                return arguments[name]
        is_initialized = "_features" in vars(self)
        if is_initialized and isinstance(getattr(type(self), name, None), property) and not self.built:
            # of which this error takes the place
            raise AttributeError(self._without_weights(), name=name, obj=self)
        if name.startswith("__") or hasattr(type(self), name):
            return object.__getattribute__(self, name)
        return attribute_of(self, name)

    # Defined by each layer --------------------------------------------------------------------------------------

    def _declare(self, features: int) -> list[Weight]:
        """Return the weights for inputs with this number of features."""
        return []

    def _output_shape(self, shape: Shape) -> Shape:
        """Return the shape of the output for a checked input shape."""
        raise NotImplementedError(f"{type(self).__name__} must define _output_shape(shape)")

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        """Add this layer to a branch of a network, whose output so far has this shape."""
        raise NotImplementedError(f"{type(self).__name__} must define _append_to(branch, shape)")

    def _arguments(self) -> dict[str, Any]:
        """Return the constructor's arguments except those of `Layer`."""
        return {}

    # Common to all layers ---------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The layer's name, which may be assigned: one that nothing else in its models has."""
        return self._name

    @name.setter
    def name(self, value: str) -> None:
        self._rename(value)

    @property
    def dtype(self) -> str:
        """'float32' or 'float64'."""
        return self._dtype

    @property
    def built(self) -> bool:
        """Whether the layer has its weights."""
        return self._features is not None

    def build(self, input_shape: Shape) -> None:
        """Create the weights, with their initial values. Does nothing if the layer is built already.

        Parameters
        ----------
        input_shape : tuple
            With the batch axis: (None, T, D) or (None, D). All but the last may be None.

        Raises
        ------
        ValueError
            If the layer does not take this shape, or was built for another number of features.
        TypeError
            If `input_shape` is not a tuple of integers and None.
        """
        features = self._check_shape("input_shape", input_shape)
        if are_left_unbuilt():
            return
        with building:
            if not self.built:
                self._make_weights(features, input_shape)
                self._features = features
                if self._given_weights is not None:
                    self.set_weights(self._given_weights)

    def compute_output_shape(self, input_shape: Shape) -> Any:
        """Return the shape of the output for an input of this shape.

        Parameters
        ----------
        input_shape : tuple
            With the batch axis: (None, T, D) or (None, D).

        Returns
        -------
        tuple
            With the batch axis; a tuple of shapes if the layer returns several arrays.

        Raises
        ------
        ValueError
            If the layer does not take this shape.
        TypeError
            If `input_shape` is not a tuple of integers and None.
        """
        self._check_shape("input_shape", input_shape)
        return self._output_shape(tuple(input_shape))

    def get_output_shape_for(self, input_shape: Any) -> Any:
        """Return what `compute_output_shape` returns, as in Keras 1.

        Parameters
        ----------
        input_shape : tuple
            With the batch axis.

        Returns
        -------
        tuple
            With the batch axis; a tuple of shapes if the layer returns several arrays.
        """
        return self.compute_output_shape(input_shape)

    def __call__(self, x: Any, *, mask: Any = None, training: bool = False) -> Any:
        """Return the output for an array; builds the layer if necessary.

        Parameters
        ----------
        x : array_like or SymbolicTensor
            (N, T, D), or (N, D) for a layer that takes it. The output for a symbolic tensor is one as well, for a
            `fastlstm.models.Model`.
        mask : array_like of bool, optional
            (N, T), True where a step of a sequence is valid. Recurrent layers skip the other steps.
        training : bool
            Whether to run in training mode, in which dropout is active, with a new mask for each call.

        Returns
        -------
        ndarray or SymbolicTensor
            A new array of the layer's dtype.

        Raises
        ------
        ValueError
            If a shape is wrong.
        TypeError
            If `x` is not made of real integers or floats, or `mask` not of True and False.
        """
        if are_symbolic(x):
            return self._symbolic_output(listed(x), mask=mask, training=training)
        call = self._prepared(x, mask, training)
        output = call.network.run(call.x, mask=call.mask, rng_step=call.rng_step)[0]
        return like(x, output.reshape(call.output_shape) if len(call.output_shape) > 3 else output)

    @property
    def weights(self) -> list[Array]:
        """Read-only views of the current weights; none before the layer is built.

        They go stale when layers are added to or removed from the model.
        """
        return self._weights.arrays() if self.built else []

    @property
    def output(self) -> Any:
        """The symbolic output of its first call in a model, or a list of several; AttributeError before a call."""
        return self.get_output_at(0)

    @property
    def input(self) -> Any:
        """The symbolic input of its first call in a model, or a list of several; AttributeError before a call."""
        return self.get_input_at(0)

    @property
    def input_shape(self) -> Any:
        """The shape of `input` with the batch axis, or a list of several; AttributeError before a call."""
        shapes = [tensor.shape for tensor in self._first_call().inputs]
        return shapes[0] if len(shapes) == 1 else shapes

    @property
    def output_shape(self) -> Any:
        """The shape of `output` with the batch axis, or a list of several; AttributeError before a call."""
        shapes = [tensor.shape for tensor in self._first_call().outputs]
        return shapes[0] if len(shapes) == 1 else shapes

    def get_input_at(self, node_index: int) -> Any:
        """Return the symbolic input of one of the layer's calls.

        Parameters
        ----------
        node_index : int
            Which call.

        Returns
        -------
        SymbolicTensor or list of SymbolicTensor
        """
        inputs = self._call_at(node_index).inputs
        return inputs[0] if len(inputs) == 1 else list(inputs)

    def get_output_at(self, node_index: int) -> Any:
        """Return the symbolic output of one of the layer's calls.

        Parameters
        ----------
        node_index : int
            Which call.

        Returns
        -------
        SymbolicTensor or list of SymbolicTensor
        """
        outputs = self._call_at(node_index).outputs
        return outputs[0] if len(outputs) == 1 else outputs

    def _call_at(self, index: int) -> SymbolicCall:
        self._first_call()
        if not -len(self._calls) <= index < len(self._calls):
            raise ValueError(f"node_index: layer {self.name!r} has {len(self._calls)} calls, got {index}")
        call: SymbolicCall = self._calls[index]
        return call

    def _first_call(self) -> SymbolicCall:
        for owner in self._owned_by():
            if not self._calls:
                getattr(owner, "inputs", None)  # makes the symbolic calls of a chain
        if not self._calls:
            raise AttributeError(f"layer {self.name!r} has no symbolic output: it is in no built model")
        call: SymbolicCall = self._calls[0]
        return call

    def get_weights(self) -> list[Array]:
        """Return copies of the weights.

        Returns
        -------
        list of ndarray
            In the order of `weights`.
        """
        return [array.copy() for array in self.weights]

    def set_weights(self, weights: list[Any]) -> None:
        """Replace the weights.

        Parameters
        ----------
        weights : list of array_like
            In the order and the shapes of `get_weights`.

        Raises
        ------
        ValueError
            If the layer is not built and there are weights, or the number of arrays or a shape differs; the weights are
            unchanged then.
        TypeError
            If `weights` is not a list, or an array is not made of real integers or floats.
        """
        if not self.built:
            if not len(weights):  # what `get_weights` returned
                return
            raise ValueError(self._without_weights())
        self._weights.write(self._weights.checked(f"layer {self.name!r}", weights, self.dtype))

    def count_params(self) -> int:
        """Return the number of values in all weights.

        Returns
        -------
        int

        Raises
        ------
        ValueError
            If the layer is not built.
        """
        if not self.built:
            raise ValueError(self._without_weights())
        return sum(array.size for array in self.weights)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments: ``type(layer)(**layer.get_config())`` makes a layer like this one.

        Returns
        -------
        dict
            Of plain data, by argument name.
        """
        return {name: plain(value) for name, value in self._constructor_arguments().items()}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Layer":
        """Return a new layer with the arguments that `get_config` returned, without its weights.

        Parameters
        ----------
        config : dict
            As returned by `get_config`.

        Returns
        -------
        Layer
        """
        return cls(**config)

    def __repr__(self) -> str:
        """Return the class and the name."""
        return f"<{type(self).__name__} name={self.name!r} built={self.built}>"

    def _repr_html_(self) -> str:
        """Return the arguments that differ from the defaults, and the weights, for notebooks."""
        return layer_for_notebooks(self, inspect.signature(Layer).parameters)

    # Inside -----------------------------------------------------------------------------------------------------

    @property
    def _works_step_by_step(self) -> bool:
        """Whether the output of a step is independent of later steps."""
        return True

    def _constructor_arguments(self) -> dict[str, Any]:
        """Return the arguments that make a layer like this one, as objects."""
        return {
            "name": self.name,
            "dtype": self.dtype,
            "activity_regularizer": self._activity_regularizer,
            "trainable": self._trainable,
            **self._arguments(),
        }

    def _make_weights(self, features: int, input_shape: Shape) -> None:
        self._weights.create(self._declare(features), self.dtype)

    def _adopt(self, features: int, arrays: Sequence[Array]) -> None:
        """Build the layer for this number of features, with these weights instead of initial ones."""
        for layer in self._inner_layers():
            count = sum(len(leaf._declare(features)) for _, leaf in layer._leaves(""))
            layer._adopt(features, arrays[:count])
            arrays = arrays[count:]
        if not self._inner_layers():
            self._weights.adopt(self._declare(features), arrays)
        self._features = features

    def _parts(self) -> Mapping[str, "Layer"]:
        """Return the layers inside this one, by the names of Keras's attributes."""
        return {}

    def _inner_layers(self) -> "list[Layer]":
        return list(self._parts().values())

    def _leaf_layers(self) -> "Iterator[Layer]":
        """Yield the layers that a model counts: this one, or those of a model inside it."""
        yield self

    def _trained_by_layer(self) -> dict[int, list[bool]]:
        """Return for each weight, by the identity of the layer that owns it, whether training changes it."""
        return {id(self): self._trained()}

    @property
    def _gives_several(self) -> bool:
        """Whether a call returns several arrays."""
        return self.return_state

    @property
    def _model_inside(self) -> "ModelInside | None":
        """The model that this layer applies, whose layers have the weights."""
        return None

    def _weights_of_call(self, **arguments: Any) -> list[Array]:
        """Return the weights that a call on arrays with these arguments uses."""
        return self.weights

    def _graph_of_call(self, arguments: Mapping[str, Any]) -> Any:
        """Return the graph of which a call with these arguments consists, if the layer is one that users write."""
        return None

    def _first_layer(self) -> "Layer":
        """Return the layer that takes the input: this one."""
        return self

    def _leaves(self, path: str) -> "Iterator[tuple[str, Layer]]":
        """Yield Keras's path and the layer for each layer inside that owns weights, or for this layer itself."""
        for name, layer in self._parts().items():
            yield from layer._leaves(f"{path}/{name}")
        if not self._parts():
            yield (f"{path}/{self._keras_path}" if self._keras_path else path), self

    @property
    def _weights_are_arguments(self) -> bool:
        """Whether the weights were given to the constructor, so that `get_config` contains them."""
        return False

    def _append_all_to(self, branch: Branch, shape: Shape, **arguments: Any) -> None:
        """Add this layer, called with these arguments, and the penalty on its output."""
        if len(shape) > 3 and self._each_step:
            self._append_to_steps(branch, shape)
            return
        self._append_to(branch, shape, **arguments)
        if self._activity_regularizer is not None:
            branch.add_to_first(
                "activity_regularizer", l1=self._activity_regularizer.l1, l2=self._activity_regularizer.l2
            )

    def _append_to_steps(self, branch: Branch, shape: Shape) -> None:
        """Add this layer so that it is applied to each step of what the branch has given so far, of this shape."""
        of_step = step_shape(shape)
        branch.divide(*self._network_input(of_step))
        self._append_all_to(branch, of_step)
        branch.unite(steps_of(self._shapes_of_outputs([of_step])[0]))

    def _network_input(self, shape: Shape) -> tuple[int, bool]:
        """Return the number of input features of a network that starts here, and whether it takes sequences.

        Axes after the steps are side by side there.
        """
        return math.prod(size("number of features", extent) for extent in shape[2:] or shape[1:]), len(shape) > 2

    def _as_input(self, name: str, x: Any, *, finite: bool = False) -> Array:
        """Return `x` as an array of the layer's dtype, in the shape that callers pass."""
        return (finite_array if finite else real_array)(name, x, self._dtype)

    def _any_length(self, shape: Shape) -> Shape:
        """Return the shape of a sample with any number of steps, if it has steps."""
        return (None, *shape[1:]) if len(shape) == 2 else shape

    def _for_network(self, x: Array) -> Array:
        """Return an array from `_as_input` in the shape that a network starting with this layer takes."""
        return x if x.ndim < 4 else x.reshape(*x.shape[:2], math.prod(x.shape[2:]))

    def _prepared(self, x: Any, mask: Any, training: bool) -> Call:
        """Return a network of this layer alone, and the checked inputs for it."""
        array = self._as_input("x", x)
        self._check_shape("x", array.shape)
        output_shape: Any = self._output_shape(array.shape)  # raises if the layer does not take the shape
        x = self._for_network(array)
        given = None if mask is None else mask_for(x, mask)
        rng_step = next(self._rng_steps) if flag("training", training) else None
        self.build(array.shape)
        network = native.network(self.dtype, *self._network_input(array.shape))
        branch = native.Branch(network, [(native.NETWORK_INPUT, 0)])
        self._append_all_to(branch, array.shape)
        self._choose_outputs(network, branch.places(branch.outputs))
        self._weights.copy_to(network, 0)
        return Call(network, x, given, rng_step, output_shape)

    def _choose_outputs(self, network: Network, places: Sequence[Place]) -> None:
        """Choose the outputs of a network of this layer alone; without a choice, it has the last layer's first one."""

    def _symbolic_output(
        self, inputs: list[SymbolicTensor], arguments: Mapping[str, Any] | None = None, **unused: Any
    ) -> Any:
        """Return the symbolic output of a call, or a list of several; builds the layer if necessary.

        `arguments` are those of the call that matter in a model, `unused` those that must not be given.
        """
        for name, value in unused.items():
            if value is not None and value is not False:
                raise ValueError(f"{name}: expected none for layer {self.name!r} in a model, got {value!r}")
        inputs = [getattr(tensor, "_computed", lambda tensor=tensor: tensor)() for tensor in inputs]
        for tensor in inputs:
            if tensor.dtype not in (None, self.dtype) and tensor.call.inputs:  # an Input's data are converted
                raise ValueError(f"dtype: layer {self.name!r} is {self.dtype}, its input is {tensor.dtype}: {tensor!r}")
        shapes = [tuple(tensor.shape) for tensor in inputs]
        outputs = self._shapes_of_outputs(shapes)
        self.build(self._only_shape(shapes))
        tensors = outputs_of(self, inputs, outputs, arguments)
        return tensors[0] if len(tensors) == 1 else tensors

    def _shapes_of_outputs(self, shapes: Sequence[Shape]) -> list[Shape]:
        """Return the shape of each output for the shapes of the inputs."""
        found = self.compute_output_shape(self._only_shape(shapes))
        return [found] if not found or isinstance(found[0], (int, type(None))) else list(found)

    def _only_shape(self, shapes: Sequence[Shape]) -> Any:
        """Return the shape of the only input, as `build` and `compute_output_shape` take it."""
        if self._takes_any_input and len(shapes) > 1:
            return list(shapes)
        if len(shapes) != 1:
            raise ValueError(f"layer {self.name!r}: expected one input, got {len(shapes)}")
        return shapes[0]

    def _keras_call(self, inputs: list[Any]) -> tuple[list[Any], dict[str, Any]]:
        """Return the arguments and keyword arguments with which Keras's layer is called on these inputs."""
        return [inputs if self._takes_several else inputs[0]], {"mask": None} if self._keras_takes_mask else {}

    def _move_states_to(self, network: Network, column: int) -> None:
        """Keep the states of a stateful layer in a model's network from now on, from this column on."""

    def _detach(self, owner: Owner) -> None:
        """Leave a model and take the weights along."""
        self._release(owner)
        if not self._owned_by():
            self._weights.detach()
            self._holder = None

    def _weight(self, name: str) -> Array | None:
        """Return a view of a weight; raise AttributeError before the layer is built."""
        if not self.built:
            raise AttributeError(self._without_weights())
        return self._weights.array(name)

    def _without_weights(self) -> str:
        return (
            f"layer {self.name!r} has no weights yet: call build(input_shape), call it on an array, or add it to a"
            " model with an Input"
        )

    def _check_shape(self, argument: str, shape: Any) -> int:
        """Return the number of features of a shape that this layer takes."""
        if self._takes_any_input:
            return 1
        self._check_axes(argument, shape)
        if shape[-1] is None:
            raise ValueError(f"{argument}: the number of features (the last axis) must be known, got {tuple(shape)}")
        if None in shape[2:]:
            raise ValueError(
                f"{argument}: all axes but those of the batch and of the steps must be known, got {tuple(shape)}"
            )
        features = size(f"{argument}, number of features", shape[-1])
        if self._features not in (None, features):
            raise ValueError(
                f"{argument}: layer {self.name!r} was built for {self._features} features, got {features} in"
                f" {tuple(shape)}"
            )
        return features

    def _check_axes(self, argument: str, shape: Any) -> None:
        """Raise unless a shape has the number of axes that this layer takes."""
        if not isinstance(shape, (tuple, list)):
            raise TypeError(f"{argument}: expected a tuple with the batch axis, got {shape!r}")
        if len(shape) not in self._axes and not (len(shape) > 3 and self._each_step):
            wanted = " or ".join(self._axes.values())
            raise ValueError(
                f"{argument}: layer {self.name!r} expected shape {wanted}, got {tuple(shape)}:"
                f" {explained(self._axes, tuple(shape))}"
            )
        for extent in shape:
            if extent is not None:
                integer(argument, extent, 0)


def step_shape(shape: Shape) -> Shape:
    """Return the shape of each step of sequences, with the batch axis."""
    return (shape[0], *shape[2:])


def steps_of(shape: Shape) -> int:
    """Return the steps of a shape, 1 for vectors."""
    return 1 if len(shape) < 3 else shape[1] or 0


def _given_shape(
    shapes: Mapping[str, Any], features: int | None, length: int | None, *, sequences: bool
) -> Shape | None:
    """Return the batch shape that arguments give, None without any of them."""
    given = {name: shape for name, shape in shapes.items() if shape is not None}
    steps = () if length is None else (integer("input_length", length, 0),)
    if features is not None:
        given["input_dim"] = (*(steps or ((None,) if sequences else ())), size("input_dim", features))
    elif steps and not _says(given, steps[0]):
        given["input_length"] = steps
    if len(given) > 1:
        raise ValueError(f"{', '.join(given)}: expected at most one of them")
    for name, value in given.items():
        shape = (value,) if isinstance(value, int) else value  # (5) for (5,)
        if not isinstance(shape, (tuple, list)) or not shape:
            raise TypeError(f"{name}: expected a tuple, got {value!r}")
        return tuple(shape) if name.startswith("batch") else (None, *shape)
    return None


def _says(given: Mapping[str, Any], steps: int) -> bool:
    """Return whether one of the shapes has this number of steps."""
    for name, shape in given.items():
        sample = tuple(shape)[1:] if name.startswith("batch") else tuple(shape) if isinstance(shape, tuple) else ()
        if sample and sample[0] in (None, steps):
            return True
    return False


def _in_traces(call: Any) -> Any:
    """Return a layer's call that also takes what it is called with where a user's `call` is traced."""

    @functools.wraps(call)
    def run(self: Any, *args: Any, **options: Any) -> Any:
        tracing = TRACING.get()
        if tracing is None:
            if args and are_symbolic(args[0]):
                return call(self, *args, **options)
            return OPERATIONS["arrays"](self, call, args, options)
        return OPERATIONS["call"](tracing, self, call, args, options)

    return run


Layer.__call__ = _in_traces(Layer.__call__)  # type: ignore[method-assign]

_RULES = ("_initializer", "_regularizer", "_constraint")

registry: Registry[type[Any]] = Registry("layer")
"""All layers, and `InputLayer`."""
