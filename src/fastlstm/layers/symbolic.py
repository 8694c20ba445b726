"""Symbolic tensors: outputs of layers before there is data, from which functional models are made."""

from collections.abc import Sequence
from typing import Any, NoReturn


class SymbolicTensor:
    """The output of a layer, or the input of a model, before there is data.

    `fastlstm.Input` returns one, and calling a layer on symbolic tensors returns another one.
    `fastlstm.models.Model` makes a model of an input and the output that was computed from it.

    Parameters
    ----------
    layer : Layer or InputLayer
        The layer whose output it is.
    inputs : sequence of SymbolicTensor
        What the layer was called on; nothing for an InputLayer.
    shape : tuple
        With the batch axis; None stands for any size.
    dtype : str or None
        'float32' or 'float64'; None for an input that takes the dtype of the layers.

    Examples
    --------
    >>> from fastlstm import Input, layers
    >>> x = Input((20, 1))
    >>> layers.LSTM(4)(x).shape
    (None, 4)
    """

    def __init__(
        self, layer: Any, inputs: "Sequence[SymbolicTensor]", shape: tuple[int | None, ...], dtype: str | None
    ) -> None:
        self.layer = layer
        self.inputs = tuple(inputs)
        self.shape = shape
        self.dtype = dtype

    @property
    def name(self) -> str:
        """The name of the layer."""
        name: str = self.layer.name
        return name

    def __repr__(self) -> str:
        """Return the shape and the layer."""
        return f"<SymbolicTensor shape={self.shape} of {self.name!r}>"

    def __array__(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse to become an array: there is no data yet."""
        raise TypeError(
            f"expected an array, got the symbolic output of layer {self.name!r}, which has no values: make a Model that"
            " computes it"
        )


def are_symbolic(x: Any) -> bool:
    """Return whether this is a symbolic tensor, or a list of them."""
    if isinstance(x, (list, tuple)):
        return bool(x) and all(isinstance(one, SymbolicTensor) for one in x)
    return isinstance(x, SymbolicTensor)


def listed(x: Any) -> list[SymbolicTensor]:
    """Return symbolic tensors as a list."""
    return list(x) if isinstance(x, (list, tuple)) else [x]
