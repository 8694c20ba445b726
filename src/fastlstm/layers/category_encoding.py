"""CategoryEncoding: integers as rows of zeros and ones, or of counts."""

from typing import Any

import numpy as np

from .._internal import tape
from .._internal.arrays import numbers
from .._internal.checks import integer, refuse
from . import base, own_layer
from .base import Shape, registry
from .expression import applied
from .symbolic import are_symbolic

_MODES = ("one_hot", "multi_hot", "count")


@registry.register()
class CategoryEncoding(own_layer.Layer):
    """Integers from 0 to ``num_tokens - 1`` as rows of `num_tokens` numbers. Other integers count for nothing.

    Parameters
    ----------
    num_tokens : int
        The number of categories, at least 1.
    output_mode : {'multi_hot', 'one_hot', 'count'}
        A row for each row of integers with a 1 for each that occurs; a row for each integer; or a row for each row of
        integers with how often each occurs.
    sparse : bool
        Accepted as in Keras; True raises ValueError.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If a value is not one of these. When called: if there are `count_weights` in another mode than 'count'.
    TypeError
        If an argument has the wrong type.

    Examples
    --------
    >>> from fastlstm.layers import CategoryEncoding
    >>> CategoryEncoding(4, output_mode="count")([[0, 2, 2], [3, 1, 1]]).tolist()
    [[1.0, 0.0, 2.0, 0.0], [0.0, 2.0, 0.0, 1.0]]
    """

    def __init__(self, num_tokens: int, output_mode: str = "multi_hot", sparse: bool = False, **options: Any) -> None:
        refuse("CategoryEncoding", sparse=sparse)
        super().__init__(**options)
        self.num_tokens = integer("num_tokens", num_tokens, 1)
        output_mode = "multi_hot" if output_mode == "binary" else output_mode
        if output_mode not in _MODES:
            raise ValueError(f"output_mode: expected one of {', '.join(map(repr, _MODES))}, got {output_mode!r}")
        self.output_mode = output_mode

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the output for an input of this shape.

        Parameters
        ----------
        input_shape : tuple
            With the batch axis; or a list of it and the shape of the weights.

        Returns
        -------
        tuple
            With the batch axis.
        """
        shape: Shape = tuple(input_shape[0] if isinstance(input_shape, list) else input_shape)
        is_row = self.output_mode != "one_hot" or (len(shape) > 1 and shape[-1] == 1)
        return (*(shape[:-1] if is_row else shape), self.num_tokens)

    def call(self, inputs: Any, count_weights: Any = None) -> Any:
        """Return the output.

        Parameters
        ----------
        inputs : tensor
            Integers.
        count_weights : tensor, optional
            For 'count': how much each of them counts, of the same shape. Default: 1.

        Returns
        -------
        tensor
        """
        if count_weights is not None and self.output_mode != "count":
            raise ValueError(f"count_weights: expected None for output_mode {self.output_mode!r}, got them")
        arguments = (inputs, count_weights, self.output_mode, self.num_tokens, self.dtype)
        return applied(encoded, (arguments, {})) if are_symbolic(inputs) else encoded(*arguments)

    def _arguments(self) -> dict[str, Any]:
        return {"num_tokens": self.num_tokens, "output_mode": self.output_mode}

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments: ``type(layer)(**layer.get_config())`` makes a layer like this one.

        Returns
        -------
        dict
            Of plain data, by argument name.
        """
        return base.Layer.get_config(self)

    def _constructor_arguments(self) -> dict[str, Any]:
        return base.Layer._constructor_arguments(self)


def encoded(inputs: Any, weights: Any, mode: str, width: int, dtype: str) -> Any:
    """Return integers in a mode; the weights of counts may be traced."""
    integers = numbers("inputs", tape.plain(inputs)).astype(np.int64)
    if mode == "one_hot" and integers.ndim > 1 and integers.shape[-1] == 1:
        integers = integers[..., 0]
    rows = np.asarray(integers[..., None] == np.arange(width), dtype)
    if mode == "one_hot" or integers.ndim == 0:
        return rows
    if mode == "multi_hot":
        return rows.max(axis=-2, initial=0)
    return np.sum(rows if weights is None else rows * np.expand_dims(weights, -1), axis=-2)
