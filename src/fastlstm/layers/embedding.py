"""Embedding: whole numbers become vectors."""

from typing import Any

import numpy as np

from .._internal.arrays import Array, numbers, real_array
from .._internal.checks import flag, refuse, size
from .._internal.native import Branch
from .._internal.whole_numbers import truncated_in_scripts
from ._weights import Weight, rules
from .base import Layer, Shape, registry

NUMBERS = {2: "(N, T)"}


@registry.register()
class Embedding(Layer):
    """One vector for each of the numbers 0 to ``input_dim - 1``: (N, T) becomes (N, T, O).

    In a model it is the first layer; the model starts with ``Input((T,))``, or ``Input((None,))`` for any number of
    steps.

    Parameters
    ----------
    input_dim : int
        How many numbers there are: the largest plus one.
    output_dim : int
        O, the width of the vectors.
    embeddings_initializer : str or `fastlstm.initializers.Initializer`
        Of the vectors (input_dim, O).
    embeddings_regularizer : str or `fastlstm.regularizers.Regularizer`, optional
        Penalty on them, added to the loss.
    embeddings_constraint : str or `fastlstm.constraints.Constraint`, optional
        Applied to them after each training step.
    mask_zero : bool
        Whether steps with the number 0 are masked: recurrent layers skip them, and a loss on every step leaves them
        out.
    weights : array_like or list of one, optional
        The vectors (input_dim, O), instead of initial ones.
    lora_rank, lora_alpha, quantization_config : None
        Only None is accepted; Keras has these features, this package does not.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If a value is out of range or a name is unknown. When called: if a number is not a whole number from 0 to
        ``input_dim - 1``.
    TypeError
        If an argument has the wrong type.

    Examples
    --------
    >>> from fastlstm.layers import Embedding
    >>> layer = Embedding(3, 2, weights=[[0.0, 0.0], [1.0, 2.0], [3.0, 4.0]])
    >>> layer([[2, 1]]).tolist()
    [[[3.0, 4.0], [1.0, 2.0]]]
    """

    supports_masking = False
    _axes = NUMBERS

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        weights: Any = None,
        lora_rank: None = None,
        lora_alpha: None = None,
        quantization_config: None = None,
        **options: Any,
    ) -> None:
        refuse("Embedding", lora_rank=lora_rank, lora_alpha=lora_alpha, quantization_config=quantization_config)
        super().__init__(**options)
        self.input_dim, self.output_dim = size("input_dim", input_dim), size("output_dim", output_dim)
        self._rules = rules(embeddings_initializer, embeddings_regularizer, embeddings_constraint)
        self.mask_zero = self._makes_masks = flag("mask_zero", mask_zero)
        if weights is not None:
            self.build((None, None))
            one = isinstance(weights, (list, tuple)) and len(weights) == 1 and np.ndim(weights[0]) == 2
            self.set_weights(list(weights) if one else [weights])

    @property
    def embeddings(self) -> Array | None:
        """The vectors (input_dim, O), a read-only view."""
        return self._weight("embeddings")

    @property
    def input_length(self) -> int | None:
        """T, as it was given, None if it was not."""
        return None if self._given_shape is None else self._given_shape[1]

    def compute_mask(self, x: Any, mask: Any = None) -> Array | None:
        """Return the mask that the layer passes on.

        Parameters
        ----------
        x : array_like (N, T)
            Whole numbers from 0 to ``input_dim - 1``.
        mask : optional
            Accepted as in Keras, without effect.

        Returns
        -------
        ndarray of bool (N, T) or None
            True where `x` is not 0; None without `mask_zero`.

        Raises
        ------
        ValueError
            If the shape is wrong, or a number is not a whole number from 0 to ``input_dim - 1``.
        TypeError
            If `x` is not made of real integers or floats.
        """
        array = self._as_input("x", x)
        self._check_shape("x", array.shape)
        return array != 0 if self.mask_zero else None

    def build(self, input_shape: Any = None) -> None:
        """Create the weights, whose shape does not depend on the input's.

        Parameters
        ----------
        input_shape : tuple, optional
            Ignored, as in Keras.
        """
        super().build((None, None))

    def _check_shape(self, argument: str, shape: Any) -> int:
        self._check_axes(argument, shape)
        return 1

    def _as_input(self, name: str, x: Any, *, finite: bool = False) -> Array:
        array = truncated_in_scripts(f"{name}: layer {self.name!r}", numbers(name, x))
        whole = (array >= 0) & (array < self.input_dim) & (array == np.floor(array))
        if not whole.all():
            place = tuple(int(i) for i in np.unravel_index(int(whole.argmin()), array.shape))
            raise ValueError(
                f"{name}: layer {self.name!r} expected whole numbers from 0 to {self.input_dim - 1}, input_dim being"
                f" {self.input_dim}; got {array[place]!s} at {list(place)}"
            )
        return real_array(name, array, self.dtype)

    def _network_input(self, shape: Shape) -> tuple[int, bool]:
        return 1, True

    def _any_length(self, shape: Shape) -> Shape:
        return (None,)

    def _for_network(self, x: Array) -> Array:
        return x[..., None]

    def _declare(self, features: int) -> list[Weight]:
        return [self._rules.weight("embeddings", (self.input_dim, self.output_dim))]

    def _output_shape(self, shape: Shape) -> Shape:
        return (*shape, self.output_dim)

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        branch.add("embedding", input_dim=self.input_dim, output_dim=self.output_dim, mask_zero=self.mask_zero)

    def _arguments(self) -> dict[str, Any]:
        return {
            "input_dim": self.input_dim,
            "output_dim": self.output_dim,
            "mask_zero": self.mask_zero,
            **self._rules.arguments("embeddings"),
        }
