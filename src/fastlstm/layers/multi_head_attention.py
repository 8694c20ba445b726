"""MultiHeadAttention: attention of several heads, each to products of its own of query, value and key."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .._internal.arrays import Array
from .._internal.checks import flag, number, refuse, size
from .._internal.native import Branch, Output, Place
from ..initializers import VarianceScaling
from ._rng import Seed
from ._weights import JoinedWeights, Rules, Weight, rules
from .attention import AttendingLayer, attend
from .base import Layer, Shape, registry
from .symbolic import SymbolicTensor, are_symbolic


class _Projection(Layer):
    """One of the four products, which owns its weights.

    Parameters
    ----------
    place : int
        Which of the features it takes: those of the query, the value or the key; 3 for those of the heads.
    heads, width : int
        Of the other side of the product: the heads and the features of each.
    units : int or None
        The width of the product over heads; None for that of the query.
    """

    def __init__(
        self, place: int, heads: int, width: int, units: int | None, kernel: Rules, bias: Rules | None, **options: Any
    ) -> None:
        super().__init__(**options)
        self._place, self._heads, self._width, self._units = place, heads, width, units
        self._kernel_rules, self._bias_rules = kernel, bias

    @property
    def kernel(self) -> Array | None:
        """Weights (D, heads, width), or (heads, width, units) of the product over heads."""
        return self._weight("kernel")

    @property
    def bias(self) -> Array | None:
        """Bias (heads, width) or (units,), or None without one."""
        return self._weight("bias")

    def _declare(self, features: Any) -> list[Weight]:
        """Return the weights for these features of query, value and key."""
        of = features if isinstance(features, tuple) else (features,) * 3
        over_heads = self._place == 3
        units = self._units_for(of)
        shape = (self._heads, self._width, units) if over_heads else (of[self._place], self._heads, self._width)
        axes = ((0, 1), (2,)) if over_heads else ((0,), (1, 2))
        declared = [Weight("kernel", shape, *self._initialized(axes))]
        if self._bias_rules is not None:
            declared.append(self._bias_rules.weight("bias", (units,) if over_heads else (self._heads, self._width)))
        return declared

    def _units_for(self, features: tuple[int, ...]) -> int:
        """Return the width of the product."""
        if self._place != 3:
            return self._heads * self._width
        return features[0] if self._units is None else self._units

    def _initialized(self, axes: tuple[tuple[int, ...], tuple[int, ...]]) -> tuple[Any, ...]:
        """Return what `Weight` takes after the shape; the fans of a kernel are those of its matrix, as in Keras."""
        initializer = self._kernel_rules.initializer
        if isinstance(initializer, VarianceScaling) and initializer.input_axes is None:
            config = {**initializer.get_config(), "input_axes": axes[0], "output_axes": axes[1]}
            initializer = type(initializer)(**config)
        return initializer, True, self._kernel_rules.regularizer, self._kernel_rules.constraint

    def _add_to(self, branch: Branch, inputs: Sequence[Output], features: tuple[int, ...]) -> Place:
        heads = {"input_heads": self._heads} if self._place == 3 else {"output_heads": self._heads}
        use_bias = self._bias_rules is not None
        return branch.add_on(inputs, "dense", units=self._units_for(features), use_bias=use_bias, **heads)


@registry.register()
class MultiHeadAttention(AttendingLayer):
    """Attention of several heads, and a product of what they give.

    Called on a query (N, T, D), a value (N, S, E) and perhaps a key (N, S, F), by default the value. For each head,
    query and key are multiplied by kernels to `key_dim` features, and the value to `value_dim`; the head's output is
    ``softmax(query key' / sqrt(key_dim)) value``. A last product of all heads gives the output (N, T, D).

    Masked steps of the value and the key have no weight. A masked step of the query, or one that sees no step of the
    value, attends to all steps alike, or to none if there is dropout, as in Keras on TensorFlow and JAX.

    Parameters
    ----------
    num_heads : int
        At least 1.
    key_dim : int
        The width of each head's query and key.
    value_dim : int, optional
        The width of each head's value. Default: `key_dim`.
    dropout : float
        In training, the rate of the attention weights that are set to 0, the others being divided by ``1 - dropout``.
    use_bias : bool
        Whether the four products have biases.
    output_shape : int or tuple of one int, optional
        The width of the output. Default: that of the query.
    attention_axes : None or 1
        Accepted as in Keras: attention goes over the steps.
    sliding_window, flash_attention : None
        Only None is accepted; Keras has these features, this package does not.
    kernel_initializer, bias_initializer : str or `fastlstm.initializers.Initializer`
        Of the kernels and biases of all products.
    kernel_regularizer, bias_regularizer : str or `fastlstm.regularizers.Regularizer`, optional
        Penalties on them, added to the loss.
    activity_regularizer : str or `fastlstm.regularizers.Regularizer`, optional
        Penalty on the output of each product, added to the loss: its sum divided by the number of samples.
    kernel_constraint, bias_constraint : str or `fastlstm.constraints.Constraint`, optional
        Applied to the weights after each training step.
    use_gate : bool
        Whether each number that the heads give is multiplied by a gate, the sigmoid of one more product of the query.
    seed : int, optional
        Of the dropout. Default: drawn from the generator that `fastlstm.utils.set_random_seed` seeds.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `trainable`, `weights`, and in
        place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`, `input_dim`, `input_length` and
        `batch_size`.

    Raises
    ------
    ValueError
        If a value is out of range, or a name is unknown.
    TypeError
        If an argument has the wrong type.

    References
    ----------
    Vaswani et al., "Attention is all you need", NeurIPS 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm.layers import MultiHeadAttention
    >>> query, value = np.ones((2, 5, 8)), np.ones((2, 7, 6))
    >>> MultiHeadAttention(num_heads=2, key_dim=4)(query, value).shape
    (2, 5, 8)
    """

    _takes_masks_away = True
    _steps_of_scores = (0, 1)

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        output_shape: Any = None,
        attention_axes: Any = None,
        sliding_window: None = None,
        flash_attention: Any = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        use_gate: bool = False,
        seed: int | None = None,
        **options: Any,
    ) -> None:
        refuse(type(self).__name__, sliding_window=sliding_window, flash_attention=flash_attention)
        super().__init__(activity_regularizer=activity_regularizer, **options)
        if attention_axes not in (None, 1, (1,), [1]):
            raise ValueError(f"attention_axes: expected None or 1, the axis of the steps, got {attention_axes!r}")
        self.num_heads, self.key_dim = size("num_heads", num_heads), size("key_dim", key_dim)
        self.value_dim = self.key_dim if value_dim is None else size("value_dim", value_dim)
        self.dropout = number("dropout", dropout, 0.0, 1.0)
        self.use_bias, self.use_gate = flag("use_bias", use_bias), flag("use_gate", use_gate)
        self._width = _checked_width(output_shape)
        self._seed = Seed(seed)
        self._kernel_rules = rules(kernel_initializer, kernel_regularizer, kernel_constraint)
        self._bias_rules = rules(bias_initializer, bias_regularizer, bias_constraint)
        self.query_dense = self._projection("query", 0, self.num_heads, self.key_dim)
        self.key_dense = self._projection("key", 2, self._value_heads, self.key_dim)
        self._gate_dense = self._projection("gate", 0, self.num_heads, self.value_dim) if self.use_gate else None
        self.value_dense = self._projection("value", 1, self._value_heads, self.value_dim)
        self.output_dense = self._projection("attention_output", 3, self.num_heads, self.value_dim)
        self._weights = JoinedWeights({f"{part.name}/": part._weights for part in self._parts().values()})

    @property
    def _value_heads(self) -> int:
        """The number of heads of keys and values."""
        return self.num_heads

    def _projection(self, name: str, place: int, heads: int, width: int) -> _Projection:
        bias = self._bias_rules if self.use_bias else None
        options = {"name": name, "dtype": self.dtype, "trainable": self.trainable}
        part = _Projection(place, heads, width, self._width, self._kernel_rules, bias, **options)
        part._claim_alone(self)
        return part

    def _parts(self) -> dict[str, Layer]:
        return {
            "query_dense": self.query_dense,
            "key_dense": self.key_dense,
            **({} if self._gate_dense is None else {"_gate_dense": self._gate_dense}),
            "value_dense": self.value_dense,
            "output_dense": self.output_dense,
        }

    @property
    def seed(self) -> int | None:
        """The `seed` given to the constructor."""
        return self._seed.given

    def build(self, query_shape: Any, value_shape: Any = None, key_shape: Any = None) -> None:
        """Create the weights, with their initial values. Does nothing if the layer is built already.

        Parameters
        ----------
        query_shape : tuple
            With the batch axis: (None, T, D). Or a list of the shapes of query, value and perhaps key.
        value_shape : tuple, optional
            (None, S, E), unless `query_shape` is a list.
        key_shape : tuple, optional
            (None, S, F). Default: `value_shape`.

        Raises
        ------
        ValueError
            If the layer does not take these shapes, or was built for other numbers of features.
        TypeError
            If a shape is not a tuple of integers and None.
        """
        super().build(_shapes(query_shape, value_shape, key_shape))

    def compute_output_shape(self, query_shape: Any, value_shape: Any = None, key_shape: Any = None) -> Any:
        """Return the shape of the output for inputs of these shapes.

        Parameters
        ----------
        query_shape : tuple
            With the batch axis: (None, T, D). Or a list of the shapes of query, value and perhaps key.
        value_shape : tuple, optional
            (None, S, E), unless `query_shape` is a list.
        key_shape : tuple, optional
            (None, S, F). Default: `value_shape`.

        Returns
        -------
        tuple
            With the batch axis.

        Raises
        ------
        ValueError
            If the layer does not take these shapes.
        TypeError
            If a shape is not a tuple of integers and None.
        """
        return super().compute_output_shape(_shapes(query_shape, value_shape, key_shape))

    def __call__(  # type: ignore[override]
        self,
        query: Any,
        value: Any = None,
        key: Any = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        training: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        """Return the output for a query, a value and perhaps a key; builds the layer if necessary.

        Parameters
        ----------
        query : array_like or SymbolicTensor
            (N, T, D).
        value : array_like or SymbolicTensor
            (N, S, E).
        key : array_like or SymbolicTensor, optional
            (N, S, F). Default: `value`.
        query_mask, value_mask, key_mask : array_like of bool, optional
            (N, T) and (N, S), True where a step is valid. In a model, masks come with the inputs.
        attention_mask : array_like of bool or SymbolicTensor, optional
            What can be broadcast to (N, T, S), or (N, 1, T, S): True where a step of the query may attend to one of the
            value. A symbolic one has a row for each sample, and a known S.
        return_attention_scores : bool
            Whether to return the weights (N, heads, T, S) as well, as they are before dropout. A model needs to know T
            and S then.
        training : bool
            Whether to run in training mode, in which dropout is active.
        use_causal_mask : bool
            Whether step t of the query attends to steps of the value up to t only.

        Returns
        -------
        ndarray or SymbolicTensor
            The output (N, T, D); with `return_attention_scores` a tuple of it and the weights.

        Raises
        ------
        ValueError
            If the shapes do not fit each other.
        TypeError
            If an array is not made of real integers or floats.
        """
        if value is None:
            raise TypeError(f"value: layer {self.name!r} expected a query and a value, got one input")
        inputs, masks = [query, value], [query_mask, value_mask]
        if key is not None or key_mask is not None or attention_mask is not None:
            inputs, masks = [*inputs, value if key is None else key], [*masks, key_mask]
        if attention_mask is not None:
            inputs.append(self._pair_mask(attention_mask, query, value))
        return self._called(inputs, masks, bool(training), return_attention_scores, use_causal_mask=use_causal_mask)

    def _pair_mask(self, mask: Any, query: Any, value: Any) -> Any:
        """Return the mask of pairs of steps as the core takes it."""
        if are_symbolic(query) or are_symbolic(mask):
            if not isinstance(mask, SymbolicTensor):
                raise TypeError(f"attention_mask: expected a symbolic tensor, as the query is one, got {mask!r}")
            return mask
        array = np.asarray(mask)
        if array.ndim == 4 and array.shape[1] == 1:
            array = array[:, 0]
        shape = (*np.shape(query)[:2], np.shape(value)[1])
        fits = array.ndim <= 3 and all(
            size in (1, wanted) for size, wanted in zip(array.shape[::-1], shape[::-1], strict=False)
        )
        if not fits:
            raise ValueError(
                f"attention_mask: expected a shape that can be broadcast to {shape} or (N, 1, T, S), got {array.shape}"
            )
        return np.broadcast_to(array.astype(bool), shape)

    def _check_shape(self, argument: str, shape: Any) -> Any:
        if not isinstance(shape, (list, tuple)) or len(shape) != 4 or not isinstance(shape[3], (list, tuple)):
            return super()._check_shape(argument, shape)
        query, value, _, pairs = shape
        if len(pairs) == 4 and pairs[1] == 1:
            pairs = (pairs[0], *pairs[2:])
        same = len(pairs) == 3 and all(
            None in (one, other) or one == other for one, other in zip(pairs[1:], (query[1], value[1]), strict=True)
        )
        if not same or pairs[2] is None:
            raise ValueError(
                f"attention_mask: layer {self.name!r} expected shape (N, {_letter('T', query[1])},"
                f" {_letter('S', value[1])}) with a known last axis, got {tuple(shape[3])}"
            )
        return super()._check_shape(argument, shape[:3])

    def _scores_shape(self, shapes: Sequence[Shape]) -> Shape:
        return (shapes[0][0], self.num_heads, shapes[0][1], shapes[1][1])

    def _make_weights(self, features: Any, input_shape: Any) -> None:
        for part in self._inner_layers():
            part._weights.create(part._declare(features), self.dtype)
            part._features = features

    def _scores(self, weights: Array, value_steps: int) -> Array:
        heads: Array = weights.reshape(*weights.shape[:2], self.num_heads, value_steps).transpose(0, 2, 1, 3)
        return heads

    def _output_shape(self, shape: Any) -> Shape:
        return (*shape[0][:-1], shape[0][-1] if self._width is None else self._width)

    def _append_to(
        self,
        branch: Branch,
        shape: Any,
        *,
        use_causal_mask: bool = False,
        weights_of_steps: int = 0,
        return_attention_scores: bool = False,
    ) -> None:
        features = tuple(one[-1] for one in shape[:3])
        query, value, *key = branch.outputs[:3]
        pairs = branch.outputs[3:]
        if pairs and len(shape[3]) == 4:
            pairs = [branch.add_on(pairs, "reshape", steps=shape[3][2] or 0, features=shape[3][3], sequence=True)]
        queries = self._product(branch, self.query_dense, query, features)
        keys = self._product(branch, self.key_dense, (key or [value])[0], features)
        gates = None
        if self._gate_dense is not None and not weights_of_steps:
            gates = branch.add_on([self._product(branch, self._gate_dense, query, features)], "activation", **_GATE)
            gates = self._penalized(branch, gates)
        values = self._product(branch, self.value_dense, value, features)
        inputs = [queries, self._for_all_heads(branch, values), self._for_all_heads(branch, keys), *pairs]
        options: dict[str, Any] = {
            "heads": self.num_heads,
            "factor": 1 / math.sqrt(self.key_dim),
            "causal": use_causal_mask,
            "masks_keys": True,
            "zeros_masked": False,
            "all_masked": "none" if self.dropout else "alike",
        }
        attend(
            branch,
            inputs,
            weights_of_steps=weights_of_steps,
            dropout=0.0 if weights_of_steps else self.dropout,
            seed=self._seed.drawn() if self.dropout else 0,
            **options,
        )
        if not weights_of_steps:
            if gates is not None:
                branch.outputs = [merged_with_masked_steps(branch, [*branch.outputs, gates], "mul")]
            branch.outputs = [self.output_dense._add_to(branch, branch.outputs, features)]
        if return_attention_scores and branch.wants(1):
            self._append_scores(branch, inputs, shape, options)

    def _weights_of_call(self, *, weights_of_steps: int = 0, **arguments: Any) -> list[Array]:
        parts = [self.query_dense, self.key_dense, self.value_dense] if weights_of_steps else self._inner_layers()
        return [weight for part in parts for weight in part.weights]

    def _product(self, branch: Branch, part: _Projection, place: Output, features: tuple[int, ...]) -> Place:
        """Add one of the products; return its output."""
        found = part._add_to(branch, [place], features)
        return found if part is self._gate_dense else self._penalized(branch, found)

    def _penalized(self, branch: Branch, place: Place) -> Place:
        """Add the penalty on the output of a product; return what goes on."""
        if self._activity_regularizer is None:
            return place
        penalty = {"l1": self._activity_regularizer.l1, "l2": self._activity_regularizer.l2}
        return branch.add_on([place], "activity_regularizer", **penalty)

    def _for_all_heads(self, branch: Branch, place: Place) -> Place:
        """Return keys or values with those of each head of the query side by side."""
        return place

    def _append_scores(self, branch: Branch, inputs: Sequence[Output], shape: Any, options: dict[str, Any]) -> None:
        """Add the output of the weights, (N, heads, T, S), of which the core gives (N, T, heads * S)."""
        output = branch.outputs
        steps, value_steps = self._steps_for_scores(shape[0]), self._steps_for_scores(shape[1])
        attend(branch, inputs, weights_of_steps=value_steps, **options)
        branch.add("permute", steps=steps)
        branch.add("reshape", steps=self.num_heads, features=value_steps * steps, sequence=True)
        branch.divide(steps, True)
        branch.add("permute", steps=value_steps)
        branch.unite(steps)
        branch.outputs = [*output, *branch.outputs]

    def _keras_call(self, inputs: list[Any]) -> tuple[list[Any], dict[str, Any]]:
        return list(inputs[:3]), {"attention_mask": inputs[3]} if len(inputs) > 3 else {}

    def _arguments(self) -> dict[str, Any]:
        return {
            "num_heads": self.num_heads,
            "key_dim": self.key_dim,
            "value_dim": self.value_dim,
            "dropout": self.dropout,
            "use_bias": self.use_bias,
            "output_shape": None if self._width is None else (self._width,),
            **self._kernel_rules.arguments("kernel"),
            **self._bias_rules.arguments("bias"),
            **({"use_gate": True} if self.use_gate else {}),  # which older versions of Keras lack
            "seed": self.seed,
        }


def merged_with_masked_steps(branch: Branch, places: Sequence[Output], mode: str) -> Place:
    """Add a merge that also computes steps that the mask of the last input masks; return its output, so masked."""
    if branch.masked is not None and not any(branch.masked):
        return branch.add_extra(places, "merge", mode=mode)
    bare = {place: branch.add_extra([place], "step_range") for place in dict.fromkeys(places)}
    mask = branch.add_extra([places[-1]], "mask_values")
    found = branch.add_extra([bare[place] for place in places], "merge", mode=mode)
    return branch.add_extra([found, mask], "masked_by")


_GATE = {"activation": "sigmoid"}


def _letter(letter: str, size: int | None) -> str:
    return letter if size is None else str(size)


def _checked_width(output_shape: Any) -> int | None:
    """Return the width of the output, None for that of the query."""
    if output_shape is None:
        return None
    if isinstance(output_shape, (tuple, list)):
        if len(output_shape) != 1:
            raise ValueError(f"output_shape: expected one size, that of the last axis, got {output_shape!r}")
        (output_shape,) = output_shape
    return size("output_shape", output_shape)


def _shapes(query_shape: Any, value_shape: Any, key_shape: Any) -> Any:
    """Return the shapes of the inputs as a list."""
    if value_shape is None:
        return query_shape
    return [shape for shape in (query_shape, value_shape, key_shape) if shape is not None]
