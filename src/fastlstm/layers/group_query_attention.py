"""GroupQueryAttention: attention of several heads, groups of which have a key and a value in common."""

from typing import Any, ClassVar

from .._internal.checks import size
from .._internal.native import Branch, Place
from .base import Layer, Shape, registry
from .multi_head_attention import MultiHeadAttention, merged_with_masked_steps


@registry.register()
class GroupQueryAttention(MultiHeadAttention):
    """Attention of several heads, where each head of keys and values serves a group of heads of the query.

    Called like `MultiHeadAttention`, on a query (N, T, D), a value (N, S, D) and perhaps a key (N, S, F). With one head
    of keys and values, it is multi-query attention; with as many as of the query, `MultiHeadAttention`.

    Parameters
    ----------
    head_dim : int
        The width of each head.
    num_query_heads : int
        Heads of the query.
    num_key_value_heads : int
        Heads of the keys and values; a divisor of `num_query_heads`. Consecutive heads of the query are a group.
    dropout : float
        In training, the rate of the attention weights that are set to 0, the others being divided by ``1 - dropout``.
    use_bias : bool
        Whether the products have biases.
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
        If a value is out of range, a name is unknown, or `num_key_value_heads` does not divide `num_query_heads`. When
        built or called: if query and value have different numbers of features.
    TypeError
        If an argument has the wrong type.

    References
    ----------
    Ainslie et al., "GQA: training generalized multi-query transformer models from multi-head checkpoints", EMNLP 2023.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm.layers import GroupQueryAttention
    >>> query, value = np.ones((2, 5, 8)), np.ones((2, 7, 8))
    >>> GroupQueryAttention(head_dim=4, num_query_heads=4, num_key_value_heads=2)(query, value).shape
    (2, 5, 8)
    """

    _keras_class: ClassVar[str] = "GroupedQueryAttention"
    _takes_masks_away = False

    def __init__(
        self,
        head_dim: int,
        num_query_heads: int,
        num_key_value_heads: int,
        dropout: float = 0.0,
        use_bias: bool = True,
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
        self.head_dim = size("head_dim", head_dim)
        self.num_query_heads = size("num_query_heads", num_query_heads)
        self.num_key_value_heads = size("num_key_value_heads", num_key_value_heads)
        if self.num_query_heads % self.num_key_value_heads:
            raise ValueError(
                f"num_key_value_heads: expected a divisor of num_query_heads={num_query_heads}, got"
                f" {num_key_value_heads}"
            )
        super().__init__(
            num_query_heads,
            head_dim,
            dropout=dropout,
            use_bias=use_bias,
            sliding_window=sliding_window,
            flash_attention=flash_attention,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
            use_gate=use_gate,
            seed=seed,
            **options,
        )

    @property
    def _value_heads(self) -> int:
        return self.num_key_value_heads

    def _parts(self) -> dict[str, Layer]:
        return {f"_{name.removeprefix('_')}": part for name, part in super()._parts().items()}

    def _check_features(self, argument: str, features: tuple[int, int, int]) -> None:
        query, value, _ = features
        if query != value:
            raise ValueError(
                f"{argument}: layer {self.name!r} expected as many features of the value as of the query, got {value}"
                f" and {query}"
            )

    def _output_shape(self, shape: Any) -> Shape:
        return tuple(shape[0])

    def _for_all_heads(self, branch: Branch, place: Place) -> Place:
        repeats = self.num_query_heads // self.num_key_value_heads
        if repeats == 1:
            return place
        heads = [
            branch.add_extra([place], "feature_range", begin=head * self.head_dim, count=self.head_dim)
            for head in range(self.num_key_value_heads)
        ]
        repeated = [head for head in heads for _ in range(repeats)]
        return merged_with_masked_steps(branch, repeated, "concat")

    def _arguments(self) -> dict[str, Any]:
        given = super()._arguments()
        for name in ("num_heads", "key_dim", "value_dim", "output_shape"):
            del given[name]
        heads = {name: getattr(self, name) for name in ("head_dim", "num_query_heads", "num_key_value_heads")}
        return {**heads, **given}
