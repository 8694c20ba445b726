"""Layer: the base class of layers that users write, with `build`, `add_weight` and `call` as in Keras."""

import inspect
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from .._internal import tape
from .._internal.arrays import Array
from .._internal.names import snake_case
from .._internal.native import Branch
from .._internal.tensor import TensorShape, tensor
from . import base
from ._call_arguments import Place, completed, name_of_first, put_in, structured, taken_out, with_names
from ._inner_weights import require_carried, values_of, variables_of
from ._masks_of_arrays import masked, with_masks
from ._own_weights import OwnWeights
from ._trace import Trace, Tracing, has_mask, mask_of, traced, with_mask
from ._tracked import FromVariables, parts_of, parts_of_files
from ._unbuilt import building_all
from .base import Shape
from .expression import NeedsValuesError, applied
from .identity import ActivityRegularization
from .symbolic import ROWS, UNKNOWN, SymbolicTensor, outputs_of
from .variable import TRACING, Variable


class _AnyLayer(type):
    """Makes every layer of this package an instance of `Layer`, and every class of one a subclass."""

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, base.Layer) if cls is Layer else super().__instancecheck__(value)

    def __subclasscheck__(cls, other: type) -> bool:
        return issubclass(other, base.Layer) if cls is Layer else super().__subclasscheck__(other)


class Layer(base.Layer, metaclass=_AnyLayer):
    """Base class of all layers, and of custom layers, which define `call`.

    A custom layer is written as in Keras, of any version: `build` makes weights with `add_weight`, `call` computes
    the output with operators, functions of NumPy, `fastlstm.keras.backend`, `fastlstm.keras.ops` and so on, and with
    other layers, which are attributes. `call` is called once with symbolic tensors to find out what it does: layers in
    it run in the core, as in a model of them, and what is between them runs in NumPy. It may take `mask` and
    `training`, several inputs, and return several outputs.

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
    **options
        `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`, `input_dim`,
        `input_length` and `batch_size`.

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
    >>> class Scale(layers.Layer):
    ...     def build(self, input_shape):
    ...         self.factors = self.add_weight(name="factors", shape=(input_shape[-1],), initializer="ones")
    ...
    ...     def call(self, x):
    ...         return x * self.factors
    >>> layer = Scale()
    >>> layer(np.ones((5, 3))).shape, layer.count_params()
    ((5, 3), 3)
    """

    supports_masking: Any = False
    _is_own = True
    _is_renamed = False
    _takes_any_input = True

    def __new__(cls, *args: Any, **options: Any) -> Any:
        """Return a layer that remembers its arguments."""
        made = super().__new__(cls)
        object.__setattr__(made, "_given_arguments", (args, options))
        return made

    def __init__(self, **options: Any) -> None:
        before = {name: vars(self)[name] for name in _KEPT if name in vars(self)}
        options = {name: value for name, value in options.items() if name not in _WITHOUT_EFFECT}
        if options.get("dtype") is not None:
            options["dtype"] = _float_dtype(options["dtype"])
        if "_trainable" in before and "trainable" not in options:
            options["trainable"] = before["_trainable"]
        super().__init__(**options)
        if "activity_regularizer" not in options and "_activity_regularizer" in before:
            self._activity_regularizer = before["_activity_regularizer"]
        self._traces: list[tuple[Any, tuple[bool, ...], Trace]] = []
        own = self._own
        own._dtype, own._name = self._dtype, self._name
        own._claim(self)

    def _rename(self, name: str) -> None:
        self._require_init()
        super()._rename(name)
        self._own._name, self._is_renamed = self._name, True

    def __init_subclass__(cls) -> None:
        """Let `build` run once."""
        super().__init_subclass__()
        _show_constructor(cls)
        if "build" in cls.__dict__:
            cls.build = _once(cls.__dict__["build"])  # type: ignore[method-assign]

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, Variable):
            self._own.take(value)
        super().__setattr__(name, value)

    # Defined by subclasses --------------------------------------------------------------------------------------

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Return the output; your own layers define it.

        Parameters
        ----------
        *args, **kwargs
            The inputs; `mask` and `training` are passed if the method has arguments of these names.

        Returns
        -------
        object
            A tensor, or a list, tuple or dict of several.
        """
        raise NotImplementedError(f"{type(self).__name__} must define call(self, inputs)")

    def build(self, input_shape: Any) -> None:
        """Create the weights; your own layers may define it.

        Parameters
        ----------
        input_shape : tuple or list of tuple
            With the batch axis; a list for several inputs.
        """
        self.built = True

    @property
    def _passes_mask(self) -> bool:  # as `compute_mask` says
        return True

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Return the mask of the output: that of the input if `supports_masking`.

        Parameters
        ----------
        inputs : tensor or list of tensor
            The inputs.
        mask : tensor or list of tensor, optional
            The mask of each.

        Returns
        -------
        tensor or None
        """
        if not self.supports_masking:
            return None
        return next((one for one in mask if one is not None), None) if isinstance(mask, (list, tuple)) else mask

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the output, found by calling the layer with symbolic tensors.

        Parameters
        ----------
        input_shape : tuple or list of tuple
            With the batch axis; a list for several inputs.

        Returns
        -------
        tuple or list of tuple
        """
        several = isinstance(input_shape, list) and bool(input_shape) and isinstance(input_shape[0], (list, tuple))
        shapes = [tuple(one) for one in input_shape] if several else [tuple(input_shape)]
        found = self._shapes_of_call(shapes, {})
        return found[0] if len(found) == 1 else found

    get_output_shape_for = compute_output_shape

    # Weights ----------------------------------------------------------------------------------------------------

    def add_weight(self, *args: Any, **options: Any) -> Variable:
        """Return a new weight of the layer.

        Parameters
        ----------
        *args
            `shape`, `initializer`, `dtype`, `trainable`, `regularizer`, `constraint` and `name`, as in Keras 3; if the
            first one is a name, `name`, `shape`, `dtype`, `initializer`, `regularizer`, `trainable` and `constraint`,
            as in Keras 2.
        **options
            The same by their names: `shape`, a tuple, by default that of one number; `initializer`, by default
            'glorot_uniform', or zeros for a weight with 'bias' in its name; `dtype`, by default that of the layer;
            `trainable`, by default True; `regularizer` and `constraint`; `name`. Others, as in older versions of Keras,
            have no effect.

        Returns
        -------
        Variable

        Raises
        ------
        ValueError
            If a size is not known.
        """
        given = _named(args) | options
        own, name = self._own, given.get("name")
        if name is None:
            name = f"weight_{len(own._weights.declared)}"
        initializer = given.get("initializer")
        if initializer is None:
            initializer = "zeros" if "bias" in name else "glorot_uniform"
        dtype = given.get("dtype")
        kind = own.dtype if dtype is None else str(np.dtype(getattr(dtype, "name", dtype)))
        shape = given.get("shape")
        sizes = () if shape is None else (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape)
        if any(size is None for size in sizes):
            raise ValueError(f"shape: expected known sizes of weight {name!r}, got {sizes}")
        rules = given.get("regularizer"), given.get("constraint")
        with outside_of_traces():
            return own.create(name, sizes, initializer, *rules, given.get("trainable") is not False, kind)

    add_variable = add_weight

    @property
    def _own(self) -> OwnWeights:
        """The layer inside that holds the weights of this one."""
        found = vars(self).get("_own_layer")
        if found is None:
            found = OwnWeights(name=snake_case(type(self).__name__))
            object.__setattr__(self, "_own_layer", found)
        return found

    def _inside(self) -> list[Any]:
        """Return the layers and models that are attributes, in the order in which they were set."""
        return parts_of(self)

    def _inner_layers(self) -> Any:
        return [self._own, *self._inside()]

    @property
    def weights(self) -> list[Array]:
        """The weights, also of layers inside."""
        return _arrays(self._leaves_once())

    @property
    def variables(self) -> list[Array]:
        """The same as `weights`."""
        return self.weights

    def _leaves_once(self) -> list[Any]:
        return list({id(leaf): leaf for leaf in self._leaf_layers()}.values())

    def _leaf_layers(self) -> Iterator[Any]:
        yield self._own
        for one in self._inside():
            yield from one._leaf_layers()

    def _trained(self) -> list[bool]:
        flags = self._trained_by_layer()
        return [flag for leaf in self._leaves_once() for flag in flags.get(id(leaf), [])]

    def _trained_by_layer(self) -> dict[int, list[bool]]:
        found: dict[int, list[bool]] = {id(self._own): self._own._trained()}
        for one in self._inside():
            for identity, flags in one._trained_by_layer().items():
                found.setdefault(identity, flags)
        return {identity: [self._trainable and flag for flag in flags] for identity, flags in found.items()}

    def set_weights(self, weights: list[Any]) -> None:
        """Replace the weights.

        Parameters
        ----------
        weights : list of array_like
            In the order and the shapes of `get_weights`.
        """
        leaves = self._leaves_once()
        counts = [len(leaf.weights) for leaf in leaves]
        if not isinstance(weights, (list, tuple)) or len(weights) != sum(counts):
            got = f"{len(weights)}" if isinstance(weights, (list, tuple)) else type(weights).__name__
            raise ValueError(f"weights: layer {self.name!r} expected a list of {sum(counts)} arrays, got {got}")
        given = list(weights)
        parts = []
        for leaf, count in zip(leaves, counts, strict=True):
            parts.append(leaf._weights.checked(f"layer {leaf.name!r}", given[:count], leaf.dtype))
            given = given[count:]
        for leaf, part in zip(leaves, parts, strict=True):
            leaf._weights.write(part)

    def count_params(self) -> int:
        """Return the number of values in all weights.

        Returns
        -------
        int
        """
        return sum(array.size for array in self.weights)

    @property
    def trainable_weights(self) -> Any:
        """The weights that training changes. Variables may be assigned, as in Keras 1."""
        pairs = zip(self.weights, self._trained(), strict=True)
        return FromVariables([array for array, trained in pairs if trained], self._own, trainable=True)

    @trainable_weights.setter
    def trainable_weights(self, variables: Any) -> None:
        self._own.choose([one for one in variables if isinstance(one, Variable)], True)

    @property
    def non_trainable_weights(self) -> Any:
        """The weights that training does not change. Variables may be assigned, as in Keras 1."""
        pairs = zip(self.weights, self._trained(), strict=True)
        return FromVariables([array for array, trained in pairs if not trained], self._own, trainable=False)

    @non_trainable_weights.setter
    def non_trainable_weights(self, variables: Any) -> None:
        self._own.choose([one for one in variables if isinstance(one, Variable)], False)

    _trainable_weights, _non_trainable_weights = trainable_weights, non_trainable_weights

    @property
    def built(self) -> bool:
        """Whether `build` has run."""
        return bool(vars(self).get("_is_built"))

    @built.setter
    def built(self, value: bool) -> None:
        object.__setattr__(self, "_is_built", bool(value))

    @property
    def activity_regularizer(self) -> Any:
        """The penalty on the output."""
        return vars(self).get("_activity_regularizer")

    @activity_regularizer.setter
    def activity_regularizer(self, value: Any) -> None:
        from .. import regularizers

        self._activity_regularizer = regularizers.get(value)

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights; assigning it sets it for the layers inside as well."""
        return bool(vars(self).get("_trainable", True))

    @trainable.setter
    def trainable(self, value: bool) -> None:
        object.__setattr__(self, "_trainable", bool(value))
        for one in self._inner_layers():
            one.trainable = value
        if "_owners" in vars(self):
            self._changed()

    @property
    def losses(self) -> list[Any]:
        """The penalties of the regularizers of weights that training changes, and the losses added last."""
        found = [loss for one in self._inner_layers() for loss in getattr(one, "losses", [])]
        return found + list(vars(self).get("_added_losses", []))

    def add_loss(self, losses: Any = None, *args: Any, **options: Any) -> None:
        """Add numbers that depend on the inputs to the loss of the model; for use in `call`.

        Parameters
        ----------
        losses : tensor or list of tensor
            Their elements are summed.
        *args, **options
            Accepted as in older versions of Keras, without effect.

        Raises
        ------
        ValueError
            If the call needs values and therefore runs as one function on arrays.
        """
        tracing, session = TRACING.get(), tape.session()
        if tracing is None and session is not None and session.given is not None:
            raise ValueError(
                f"add_loss: layer {self.name!r} is part of a call that needs values, which adds no losses; it needs"
                f" {_WITHOUT_VALUES}"
            )
        for one in losses if isinstance(losses, (list, tuple)) else [losses]:
            if tracing is None:
                self._added_losses = [*vars(self).get("_added_losses", []), np.sum(one)]
            else:
                tracing.losses.append(applied(total_for_rows, ((one, tracing.inputs[0]), {})))

    def add_metric(self, *args: Any, **options: Any) -> None:
        """Do nothing: metrics are functions of targets and predictions.

        Parameters
        ----------
        *args, **options
            As in Keras.
        """

    def add_update(self, *args: Any, **options: Any) -> None:
        """Do nothing.

        Parameters
        ----------
        *args, **options
            As in Keras.
        """

    # Calls ------------------------------------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return the output for arrays, or symbolic ones for symbolic tensors; builds the layer if necessary.

        Parameters
        ----------
        *args, **kwargs
            What `call` takes.

        Returns
        -------
        object
            What `call` returns.
        """
        self._require_init()
        args, kwargs = with_names(type(self).call, args, kwargs)
        tensors: list[SymbolicTensor] = []
        template = taken_out((args, kwargs), tensors)
        tracing = TRACING.get()
        if tracing is not None:
            outputs = self._called_in(tracing, args, kwargs, template, tensors)
            return tracing.note(self, structured(outputs, self._penalized))
        if not tensors:
            return self._called_on_arrays(args, kwargs)
        given, options = template
        plain = [given[0]] if given and not isinstance(given[0], list) else given[0] if given else []
        is_plain = (
            len(given) == 1
            and not options
            and len(plain) == len(tensors)
            and (not isinstance(given[0], list) or len(plain) > 1)
            and isinstance(given[0], (list, type(plain[0])))
        )
        arguments = {} if is_plain else {"arguments": template}
        trace = self._trace([one.shape for one in tensors], arguments, _masked(tensors))
        tensors += trace.captured
        outputs = outputs_of(self, tensors, trace.shapes_of_outputs([one.shape for one in tensors]), arguments)
        return trace.packed(outputs)

    def _called_in(self, tracing: Tracing, args: Any, kwargs: Any, template: Any, tensors: list[SymbolicTensor]) -> Any:
        """Return what `call` returns in a graph that is being traced, as one function if it needs values."""
        try:
            return self._called(args, kwargs, tracing)
        except NeedsValuesError:
            if not tensors:
                raise
            self._build_inside(template, [one.shape for one in tensors])
            return self._as_one_function(template, tensors, [tracing.has_mask(one) for one in tensors])

    def _penalized(self, output: Any) -> Any:
        """Return an output of a call in a graph that is being traced, with the penalty on it."""
        found = self._activity_regularizer
        if found is None or not isinstance(output, SymbolicTensor):
            return output
        return ActivityRegularization(found.l1, found.l2, dtype=self.dtype)(output)

    def _called_on_arrays(self, args: Any, kwargs: Any) -> Any:
        args, kwargs = structured((args, kwargs), lambda one: _as_array(one, self.dtype))
        args = tuple(args)
        self._added_losses = []
        self._build_for(args, kwargs)
        first = self._first_of(args, kwargs)
        masks = structured(first, lambda one: getattr(one, "_keras_mask", None))
        mask = masks if _any_of(masks) and len(args) < 2 else None
        outputs = self.call(*args, **completed(type(self).call, kwargs, False, mask))
        if _any_of(masks) or type(self).compute_mask is not Layer.compute_mask:
            outputs = with_masks(outputs, self.compute_mask(first, masks), masked)
        return outputs

    def _first_of(self, args: Any, kwargs: Any) -> Any:
        """Return the first argument of a call."""
        return args[0] if args else kwargs.get(name_of_first(type(self).call) or "")

    def _called(self, args: Any, kwargs: Any, tracing: Tracing) -> Any:
        """Return what `call` returns for symbolic tensors, in a graph that is being traced."""
        self._build_for(args, kwargs)
        first = self._first_of(args, kwargs)
        masks = structured(first, lambda one: mask_of(one) if tracing.has_mask(one) else None)
        has_any = _any_of(masks)
        mask = masks if has_any and len(args) < 2 else None
        outputs = self.call(*args, **completed(type(self).call, kwargs, tracing.phase, mask))
        if has_any or type(self).compute_mask is not Layer.compute_mask:
            outputs = with_masks(outputs, self.compute_mask(first, masks if has_any else None), _masked_tensor)
        return outputs

    def _build_for(self, args: Any, kwargs: Any) -> None:
        """Build the layer for the shapes of the arguments of a call, if it is not built."""
        if self.built:
            return
        signature = inspect.signature(self.call)
        bound = dict(signature.bind_partial(*args, **kwargs).arguments)
        first = next(iter(bound.values()), None)
        shapes = structured(first, _shape_of)
        named = [name for name in inspect.signature(self.build).parameters if name.endswith("_shape")]
        others = {
            name: structured(bound[name.removesuffix("_shape")], _shape_of)
            for name in named[1:]
            if name.removesuffix("_shape") in bound
        }
        with outside_of_traces():
            self.build(shapes, **others)
        self.built = True
        if self._given_weights is not None:
            self.set_weights(self._given_weights)

    def _require_init(self) -> None:
        if "_traces" not in vars(self):
            raise RuntimeError(f"{type(self).__name__}: call super().__init__() in __init__ of your layer")

    # In models --------------------------------------------------------------------------------------------------

    def _trace(self, shapes: Sequence[Shape], arguments: Any, masked: Sequence[bool] | None) -> Trace:
        """Return the graph of a call with inputs of these shapes."""
        self._require_init()
        template = arguments.get("arguments")
        for known, flags, trace in self._traces:
            if known == template and trace.fits(shapes) and masked in (None, flags):
                return trace
        flags = tuple(masked or [False] * len(shapes))

        def call(tensors: list[SymbolicTensor], tracing: Tracing) -> Any:
            if template is None:
                return self._called((tensors[0] if len(tensors) == 1 else list(tensors),), {}, tracing)
            args, kwargs = put_in(template, tensors)
            return self._called(tuple(args), kwargs, tracing)

        with building_all():
            trace = self._found_trace(call, template, shapes, flags)
        for one in self._inside():
            one._claim(self)
        self._traces.append((template, (*flags, *_masked(trace.captured)), trace))
        return trace

    def _found_trace(self, call: Any, template: Any, shapes: Sequence[Shape], masked: tuple[bool, ...]) -> Trace:
        """Return the graph of a call; one function if it cannot be divided because it needs values."""
        dtypes = [self.dtype] * len(shapes)
        try:
            return traced(call, shapes, dtypes, masked)
        except Exception as error:
            if self._inside() and not isinstance(error, NeedsValuesError):
                raise
            try:
                self._build_inside(template, shapes)
                return traced(
                    lambda tensors, _: self._as_one_function(template, tensors, masked), shapes, dtypes, masked
                )
            except Exception as on_arrays:
                if type(on_arrays) is not type(error):  # what `call` raises beyond the branch that needs values
                    raise on_arrays from error
                if self._inside():
                    raise TypeError(f"layer {self.name!r}: {error}") from error
                raise error from None

    def _build_inside(self, template: Any, shapes: Sequence[Shape]) -> None:
        """Build the layers inside, by a call on arrays of these shapes."""
        if self._inside():
            sizes = [[ROWS[0], *(UNKNOWN[0] if size is None else size for size in shape[1:])] for shape in shapes]
            arrays = [tensor(np.zeros(size, self.dtype)) for size in sizes]
            args, kwargs = put_in(_whole(template, len(shapes)), arrays)
            with outside_of_traces(), tape.given_values({}, [], False):  # calls as in the function
                self._called_on_arrays(tuple(args), kwargs)

    def _as_one_function(self, template: Any, tensors: Sequence[SymbolicTensor], masked: Sequence[bool]) -> Any:
        """Return what the call gives as one function of arrays."""
        require_carried(self._inside(), f"layer {self.name!r}: a call that needs values", _WITHOUT_VALUES)
        template = _whole(template, len(tensors))
        first = template[0][0] if template[0] else None
        masks = structured(first, lambda one: mask_of(tensors[one.number]) if _has(one, masked) else None)
        variables = self._variables_inside()
        tracing = TRACING.get()
        return applied(_whole_call, ((self, template, list(tensors), masks, variables, tracing.phase), {}))

    def _variables_inside(self) -> list[Variable]:
        """Return the weights of this layer and of those inside."""
        return variables_of(self._leaf_layers())

    def _called_on(self, args: Any, kwargs: Any, masks: Any, training: bool) -> Any:
        """Return what `call` returns for arrays."""
        return self.call(*args, **completed(type(self).call, kwargs, training, masks if _any_of(masks) else None))

    def _shapes_of_call(self, shapes: Sequence[Shape], arguments: Any) -> list[Shape]:
        """Return the shape of each output of a call for the shapes of the inputs."""
        return self._trace(shapes, arguments, None).shapes_of_outputs([tuple(shape) for shape in shapes])

    def _shapes_of_outputs(self, shapes: Sequence[Shape]) -> list[Shape]:
        return self._shapes_of_call(shapes, {})

    def _gives_mask(self, arguments: Any, masked: Sequence[bool]) -> bool:
        known = [trace for template, flags, trace in self._traces if flags == tuple(masked)]
        return bool(known) and known[-1].gives_masks[0]

    def _append_all_to(self, branch: Branch, shape: Any, **arguments: Any) -> None:
        shapes = [tuple(one) for one in shape] if isinstance(shape, list) else [tuple(shape)]
        trace = self._trace(shapes, arguments, branch.masked)
        branch.add_graph(trace._nodes, trace._outputs, shapes)
        if self._activity_regularizer is not None:
            branch.add_to_first(
                "activity_regularizer", l1=self._activity_regularizer.l1, l2=self._activity_regularizer.l2
            )

    def _graph_of_call(self, arguments: Any) -> Any:
        template = arguments.get("arguments")
        return next((trace for known, _, trace in reversed(self._traces) if known == template), None)

    def _nodes_inside(self) -> Any:
        """Return the nodes of the last trace."""
        return self._traces[-1][2]._nodes if self._traces else []

    def _leaves(self, path: str) -> Iterator[tuple[str, Any]]:
        if self._own._weights.declared:
            yield path, self._own
        for within, one in parts_of_files(self):
            yield from one._leaves(f"{path}/{within}")

    def _adopt(self, features: int, arrays: Sequence[Array]) -> None:
        for _, leaf in self._leaves(""):
            count = len(leaf._weights.declared)
            leaf._weights.write(leaf._weights.checked(f"layer {leaf.name!r}", list(arrays[:count]), leaf.dtype))
            arrays = arrays[count:]

    def _keras_call(self, inputs: list[Any]) -> tuple[list[Any], dict[str, Any]]:
        return [inputs[0] if len(inputs) == 1 else inputs], {}

    # Configuration ----------------------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments; those that the class has itself if it does not define this method.

        Returns
        -------
        dict
        """
        config: dict[str, Any] = {"name": self.name, "trainable": self.trainable, "dtype": self.dtype}
        if type(self).get_config is Layer.get_config:
            args, options = self._given_arguments
            try:
                bound = inspect.signature(type(self).__init__).bind(self, *args, **options)
            except TypeError:
                return config
            for name, value in list(bound.arguments.items())[1:]:
                kind = bound.signature.parameters[name].kind
                config |= value if kind is inspect.Parameter.VAR_KEYWORD else {name: value}
            if self._is_renamed:
                config["name"] = self.name
            taken = inspect.signature(type(self).__init__).parameters
            if not any(one.kind is inspect.Parameter.VAR_KEYWORD for one in taken.values()):
                config = {name: value for name, value in config.items() if name in taken}
        return config

    def _constructor_arguments(self) -> dict[str, Any]:
        return self.get_config()

    def __getstate__(self) -> dict[str, Any]:
        """Return the state for copies and pickles, without what has been traced."""
        return {**super().__getstate__(), "_traces": []}


def _has(place: Any, masked: Sequence[bool]) -> bool:
    return isinstance(place, Place) and masked[place.number]


def _whole_call(layer: Layer, template: Any, arrays: Any, masks: Any, values: Sequence[Any], training: bool) -> Any:
    args, kwargs = put_in(template, [tensor(array) for array in arrays])  # which a tape in the call may watch
    with values_of(layer._variables_inside(), values, arrays, training is True):
        return layer._called_on(args, kwargs, masks, training is True)


def _whole(template: Any, count: int) -> Any:
    """Return the arguments of a call with places; without a template, it takes one input or a list of several."""
    if template is not None:
        return template
    return (Place(0) if count == 1 else [Place(k) for k in range(count)],), {}


def _show_constructor(cls: Any) -> None:
    """Show the arguments of the constructor in the signature of a class, whose `__new__` takes any."""
    _, *parameters = inspect.signature(cls.__init__).parameters.values()
    cls.__signature__ = inspect.Signature(parameters)


_show_constructor(Layer)

_WITHOUT_VALUES = (
    "functions such as where, switch or cond instead of branches of Python, and a known number of steps for loops"
)
_KEPT = ("_activity_regularizer", "_trainable")
_WITHOUT_EFFECT = ("dynamic", "autocast", "implementation", "batch_size", "sparse", "ragged", "experimental_autocast")


def _once(build: Any) -> Any:
    """Return a `build` that does nothing for a layer that is built already."""
    import functools

    @functools.wraps(build)
    def run(self: Any, *args: Any, **options: Any) -> Any:
        if vars(self).get("_is_building"):
            return build(self, *args, **options)
        if self.built:
            return None
        object.__setattr__(self, "_is_building", True)
        try:
            return build(self, *structured_shapes(args), **options)
        finally:
            object.__setattr__(self, "_is_building", False)
            self.built = True

    return run


def structured_shapes(args: Any) -> Any:
    """Return shapes with the methods that they have in TensorFlow."""
    return tuple(
        TensorShape(one) if isinstance(one, (tuple, list)) and not (one and isinstance(one[0], (tuple, list))) else one
        for one in args
    )


@contextmanager
def outside_of_traces() -> Iterator[None]:
    """Let variables and functions have values, also where a call is traced."""
    token = TRACING.set(None)
    try:
        yield
    finally:
        TRACING.reset(token)


def _arrays(leaves: Sequence[Any]) -> list[Array]:
    return [array for leaf in leaves for array in leaf.weights]


def _masked(tensors: Sequence[SymbolicTensor]) -> tuple[bool, ...]:
    known: dict[int, bool] = {}
    return tuple(has_mask(one, known) for one in tensors)


def _masked_tensor(output: Any, mask: Any) -> Any:
    """Return a symbolic tensor with a mask, if it is a sequence and there is one."""
    has_mask = isinstance(mask, SymbolicTensor) and isinstance(output, SymbolicTensor) and output.ndim == 3
    return with_mask(output, mask) if has_mask else output


def _any_of(masks: Any) -> bool:
    if isinstance(masks, dict):
        masks = list(masks.values())
    return any(map(_any_of, masks)) if isinstance(masks, (list, tuple)) else masks is not None


def _shape_of(value: Any) -> Any:
    return TensorShape((None, *np.shape(value)[1:])) if hasattr(value, "shape") else value


def _as_array(value: Any, dtype: str) -> Any:
    """Return an array of floats in the dtype of the layer; anything else unchanged."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f" and str(value.dtype) != dtype:
        return value.astype(dtype)
    return value


def _float_dtype(dtype: Any) -> str | None:
    name = getattr(dtype, "compute_dtype", None) or getattr(dtype, "name", dtype)
    return name if str(np.dtype(name)) in ("float32", "float64") else None


def total_for_rows(loss: Any, like: Any) -> Any:
    """Return the sum of all elements, for each row of another array."""
    return np.broadcast_to(np.sum(loss), (np.shape(like)[0], 1))


_OF_KERAS_3 = ("shape", "initializer", "dtype", "trainable", "regularizer", "constraint", "name")
_OF_KERAS_2 = ("name", "shape", "dtype", "initializer", "regularizer", "trainable", "constraint")


def _named(args: Sequence[Any]) -> dict[str, Any]:
    """Return the arguments of `add_weight` that are given by position, by their names."""
    names = _OF_KERAS_2 if args and (args[0] is None or isinstance(args[0], str)) else _OF_KERAS_3
    found = dict(zip(names, args, strict=False))
    if isinstance(found.get("dtype"), bool):  # Keras 1
        found["trainable"] = found.pop("dtype")
    return found
