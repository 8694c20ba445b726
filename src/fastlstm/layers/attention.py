"""Attention and AdditiveAttention: steps of values, weighted by how their keys fit each step of a query."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from .. import initializers
from .._internal.arrays import Array, real_array
from .._internal.checks import flag, number
from .._internal.native import Branch
from ._calls_on_arrays import call_on_arrays
from ._rng import Seed
from ._weights import Weight
from .base import SEQUENCES, Layer, Shape, registry
from .symbolic import are_symbolic, listed

_NAMES = ("query", "value", "key", "attention_mask")


class AttendingLayer(Layer):
    """Base class of the layers that attend with a query to a value and a key."""

    _axes = SEQUENCES
    _gives_scores = False
    """Whether the scores are a second output of calls in models, as one of these calls has asked for."""
    _steps_of_scores: ClassVar[tuple[int, ...]] = (1,)
    """The inputs whose number of steps must be known for the scores."""

    def build(self, input_shape: Any) -> None:
        """Create the weights, with their initial values. Does nothing if the layer is built already.

        Parameters
        ----------
        input_shape : list of tuple
            The shapes of query, value and, if it is not the value, key, with the batch axis: (None, T, D).

        Raises
        ------
        ValueError
            If the layer does not take these shapes, or was built for other numbers of features.
        TypeError
            If `input_shape` is not a list of tuples of integers and None.
        """
        super().build(input_shape)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the output for inputs of these shapes.

        Parameters
        ----------
        input_shape : list of tuple
            The shapes of query, value and, if it is not the value, key, with the batch axis: (None, T, D).

        Returns
        -------
        tuple
            With the batch axis.

        Raises
        ------
        ValueError
            If the layer does not take these shapes.
        TypeError
            If `input_shape` is not a list of tuples of integers and None.
        """
        self._check_shape("input_shape", input_shape)
        return self._output_shape(input_shape)

    def _only_shape(self, shapes: Sequence[Shape]) -> Any:
        return [tuple(shape) for shape in shapes]

    def _check_shape(self, argument: str, shape: Any) -> Any:
        """Return the numbers of features of query, value and key."""
        if not isinstance(shape, (list, tuple)) or not all(isinstance(one, (list, tuple)) for one in shape):
            raise TypeError(f"{argument}: layer {self.name!r} expected a list of shapes, got {shape!r}")
        if len(shape) not in (2, 3):
            raise ValueError(
                f"{argument}: layer {self.name!r} expected a query, a value and perhaps a key, got {len(shape)} inputs"
            )
        for name, one in zip(_NAMES, shape, strict=False):
            self._check_axes(f"{argument}, {name}", one)
            if one[-1] is None:
                raise ValueError(f"{argument}, {name}: the number of features (the last axis) must be known, got {one}")
        query, value, key = [*shape, shape[1]][:3]
        if None not in (value[1], key[1]) and value[1] != key[1]:
            raise ValueError(
                f"{argument}: layer {self.name!r} expected as many steps of the key as of the value, got {key[1]} and"
                f" {value[1]}"
            )
        features = (query[-1], value[-1], key[-1])
        self._check_features(argument, features)
        built_for: Any = self._features
        if built_for not in (None, features):
            raise ValueError(
                f"{argument}: layer {self.name!r} was built for {built_for} features of query, value and key, got"
                f" {features}"
            )
        return features

    def _check_features(self, argument: str, features: tuple[int, int, int]) -> None:
        """Raise ValueError unless the numbers of features of query, value and key fit each other."""

    @property
    def _works_step_by_step(self) -> bool:
        return False

    @property
    def _gives_several(self) -> bool:
        return self._gives_scores

    def _shapes_of_outputs(self, shapes: Sequence[Shape]) -> list[Shape]:
        found = super()._shapes_of_outputs(shapes)
        return [*found, self._scores_shape(shapes)] if self._gives_scores else found

    def _scores_shape(self, shapes: Sequence[Shape]) -> Shape:
        """Return the shape of the scores that a call in a model returns."""
        return (*shapes[0][:2], shapes[1][1])

    def _steps_for_scores(self, shape: Shape) -> int:
        if not shape[1]:
            raise ValueError(
                f"return_attention_scores: layer {self.name!r} in a model needs to know the number of steps, got"
                f" {shape}"
            )
        return shape[1]

    def _called(
        self, inputs: list[Any], masks: Sequence[Any], training: bool, scores: bool, *, use_causal_mask: bool
    ) -> Any:
        """Return what a call on symbolic tensors or arrays returns."""
        arguments = {"use_causal_mask": True} if flag("use_causal_mask", use_causal_mask) else {}
        if are_symbolic(inputs):
            if flag("return_attention_scores", scores):
                for number in self._steps_of_scores:
                    self._steps_for_scores(inputs[number].shape)
                self._gives_scores = True
                arguments["return_attention_scores"] = True
            given = [mask for mask in masks if mask is not None]
            found = self._symbolic_output(listed(inputs), arguments, mask=given or None)
            return found[0] if isinstance(found, list) and not scores else found
        arrays = [real_array(name, x, self.dtype) for name, x in zip(_NAMES, inputs, strict=False)]
        shapes = [x.shape for x in arrays]
        self._check_shape("inputs", shapes)
        masks = [*masks, None] if len(arrays) > 3 else masks
        if len({len(x) for x in arrays}) > 1:
            raise ValueError(f"inputs: expected as many rows in all of them, got {', '.join(map(str, shapes))}")
        self.build(shapes)
        flag("training", training)
        if not flag("return_attention_scores", scores):
            return call_on_arrays(self, arrays, masks, training, **arguments)
        step = self._rng_steps.made  # the same random numbers twice
        output = call_on_arrays(self, arrays, masks, training, **arguments)
        self._rng_steps.made = step
        found = call_on_arrays(self, arrays, masks, training, weights_of_steps=arrays[1].shape[1], **arguments)
        return output, self._scores(found, arrays[1].shape[1])

    def _scores(self, weights: Array, value_steps: int) -> Array:
        """Return the weights (N, T, heads * S) in the shape in which a call returns them."""
        return weights


def attend(branch: Branch, places: Sequence[Any], **options: Any) -> None:
    """Add the core's attention of these places, of query, value and key."""
    branch.outputs = [branch.add_on(places, "attention", **options)]


@registry.register()
class Attention(AttendingLayer):
    """Dot-product attention: ``softmax(query key') value``.

    Called on a list ``[query, value]`` or ``[query, value, key]`` of a query (N, T, D), a value (N, S, E) and a key
    (N, S, D), by default the value. Each step of the output (N, T, E) is a mean of the steps of the value, weighted by
    the softmax of the products of the query's step and the key's. Masked steps of the value have no weight, and masked
    steps of the query give zeros.

    Parameters
    ----------
    use_scale : bool
        Whether the scores are multiplied by a weight.
    score_mode : {'dot', 'concat'}
        'dot': scores are products. 'concat': ``w sum(tanh(scale * (query + key)))`` over features, with a weight w.
    dropout : float
        In training, the rate of the weights that are set to 0, the others being divided by ``1 - dropout``.
    seed : int, optional
        Of the dropout. Default: drawn from the generator that `fastlstm.utils.set_random_seed` seeds.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If a value is out of range.
    TypeError
        If an argument has the wrong type.

    References
    ----------
    Luong, Pham and Manning, "Effective approaches to attention-based neural machine translation", EMNLP 2015.

    Examples
    --------
    >>> from fastlstm.layers import Attention
    >>> query, value = [[[0.0, 0.0]]], [[[1.0, 2.0], [3.0, 4.0]]]
    >>> Attention()([query, value]).tolist()
    [[[2.0, 3.0]]]
    """

    _takes_several = True
    _modes: ClassVar[tuple[str, ...]] = ("dot", "concat")

    def __init__(
        self,
        use_scale: bool = False,
        score_mode: str = "dot",
        dropout: float = 0.0,
        seed: int | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        if score_mode not in self._modes:
            raise ValueError(f"score_mode: expected one of {', '.join(map(repr, self._modes))}, got {score_mode!r}")
        self.use_scale = flag("use_scale", use_scale)
        self.score_mode = score_mode
        self.dropout = number("dropout", dropout, 0.0, 1.0)
        self._seed = Seed(seed)

    @property
    def seed(self) -> int | None:
        """The `seed` given to the constructor."""
        return self._seed.given

    @property
    def scale(self) -> Array | None:
        """The weight of the scores, a read-only view, or None without one."""
        return self._weight("scale")

    def __call__(
        self,
        inputs: Any,
        mask: Any = None,
        training: bool = False,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        """Return the output for a query, a value and perhaps a key; builds the layer if necessary.

        Parameters
        ----------
        inputs : list of array_like or of SymbolicTensor
            ``[query, value]`` or ``[query, value, key]``: (N, T, D), (N, S, E) and (N, S, D).
        mask : list, optional
            ``[query_mask, value_mask]``, each None or an array of bool (N, T) and (N, S), True where a step is valid.
            In a model, masks come with the inputs.
        training : bool
            Whether to run in training mode, in which dropout is active.
        return_attention_scores : bool
            Whether to return the weights (N, T, S) as well, without dropout. A model needs to know S then.
        use_causal_mask : bool
            Whether step t of the query attends to steps of the value up to t only.

        Returns
        -------
        ndarray or SymbolicTensor
            The output (N, T, E); with `return_attention_scores` a tuple of it and the weights.

        Raises
        ------
        ValueError
            If the shapes do not fit each other.
        TypeError
            If `inputs` is not a list, or an array is not made of real integers or floats.
        """
        if not isinstance(inputs, (list, tuple)):
            raise TypeError(
                f"inputs: layer {self.name!r} expected [query, value] or [query, value, key], got {inputs!r}"
            )
        self._check_count(inputs)
        masks = self._checked_masks(mask, len(inputs))
        return self._called(list(inputs), masks, training, return_attention_scores, use_causal_mask=use_causal_mask)

    def _check_count(self, inputs: Sequence[Any]) -> None:
        if len(inputs) not in (2, 3):
            raise ValueError(
                f"inputs: layer {self.name!r} expected [query, value] or [query, value, key], got {len(inputs)}"
            )

    def _checked_masks(self, mask: Any, inputs: int) -> list[Any]:
        """Return a mask or None for each input; that of the key does not matter."""
        if mask is None:
            return [None] * inputs
        if not isinstance(mask, (list, tuple)):
            raise TypeError(f"mask: layer {self.name!r} expected [query_mask, value_mask], got {mask!r}")
        if len(mask) not in (2, 3):
            raise ValueError(f"mask: layer {self.name!r} expected [query_mask, value_mask], got {len(mask)} masks")
        return [*mask[:2], None][:inputs]

    def _check_features(self, argument: str, features: tuple[int, int, int]) -> None:
        if features[0] != features[2]:
            raise ValueError(
                f"{argument}: layer {self.name!r} expected a query and a key with as many features, got {features[0]}"
                f" and {features[2]}"
            )

    def _declare(self, features: Any) -> list[Weight]:
        ones = initializers.Ones()
        declared = [Weight("scale", (), ones)] if self.use_scale else []
        return declared + ([Weight("concat_score_weight", (), ones)] if self.score_mode == "concat" else [])

    def _output_shape(self, shape: Any) -> Shape:
        return (*shape[0][:-1], shape[1][-1])

    def _append_to(
        self,
        branch: Branch,
        shape: Any,
        *,
        use_causal_mask: bool = False,
        weights_of_steps: int = 0,
        return_attention_scores: bool = False,
    ) -> None:
        query, value, *key = branch.outputs
        inputs = [query, value, *(key or [value])]
        options: dict[str, Any] = {"scores": self.score_mode, "use_scale": self.use_scale, "causal": use_causal_mask}
        attend(
            branch,
            inputs,
            weights_of_steps=weights_of_steps,
            dropout=self.dropout,
            seed=self._seed.drawn() if self.dropout else 0,
            **options,
        )
        if return_attention_scores and branch.wants(1):
            steps = self._steps_for_scores(shape[1])
            number = len(branch.added) - 1
            branch.outputs.append(branch.add_again(number, inputs, "attention", weights_of_steps=steps, **options))

    def _arguments(self) -> dict[str, Any]:
        return {
            "use_scale": self.use_scale,
            "score_mode": self.score_mode,
            "dropout": self.dropout,
            "seed": self.seed,
        }


@registry.register()
class AdditiveAttention(Attention):
    """Additive attention: the scores are ``sum(scale * tanh(query + key))`` over features.

    Otherwise as `Attention`: called on ``[query, value]`` or ``[query, value, key]``.

    Parameters
    ----------
    use_scale : bool
        Whether the features are weighted by a weight (D,); they count alike otherwise.
    dropout : float
        In training, the rate of the weights that are set to 0, the others being divided by ``1 - dropout``.
    seed : int, optional
        Of the dropout. Default: drawn from the generator that `fastlstm.utils.set_random_seed` seeds.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If a value is out of range.
    TypeError
        If an argument has the wrong type.

    References
    ----------
    Bahdanau, Cho and Bengio, "Neural machine translation by jointly learning to align and translate", ICLR 2015.

    Examples
    --------
    >>> from fastlstm.layers import AdditiveAttention
    >>> query, value = [[[0.0, 0.0]]], [[[1.0, 2.0], [1.0, 2.0]]]
    >>> AdditiveAttention()([query, value]).tolist()
    [[[1.0, 2.0]]]
    """

    _modes: ClassVar[tuple[str, ...]] = ("additive",)
    _beyond_keras: ClassVar[Mapping[str, Any]] = {}

    def __init__(
        self, use_scale: bool = True, dropout: float = 0.0, *, seed: int | None = None, **options: Any
    ) -> None:
        super().__init__(use_scale, "additive", dropout, seed, **options)

    def _declare(self, features: Any) -> list[Weight]:
        width = features[0] if isinstance(features, tuple) else features
        return [Weight("scale", (width,), initializers.GlorotUniform())] if self.use_scale else []

    def _arguments(self) -> dict[str, Any]:
        arguments = super()._arguments()
        del arguments["score_mode"]
        return arguments
