"""Input: the shape and dtype that a model takes."""

from typing import Any

import numpy as np

from .._internal.arrays import dtype_name
from .._internal.checks import integer, refuse, size
from .._internal.names import given_or_automatic
from .._internal.old_names import accepts_old_names
from .._internal.preprocessors import Preprocessor
from .._internal.without_weights import WithoutWeights
from .base import Shape, registry
from .symbolic import SymbolicCall, SymbolicTensor, outputs_of

_RANKS = (1, 2, 3, 4)  # (D,), (T, D) and, before a TimeDistributed, (S, T, D) and (R, S, T, D)


@registry.register()
class InputLayer(WithoutWeights):
    """The input of a model: its shape and dtype. It comes first in a model and has no weights.

    Parameters
    ----------
    shape : tuple
        Without the batch axis: (T, D), (None, D) for any number of steps, or (D,). Before an `Embedding` (T,), or
        (None,) for any number of steps. Before a `TimeDistributed` one axis more: (S, T, D), or (S, T) if there is an
        Embedding inside.
    batch_size : int, optional
        Rows per batch, for a stateful model; other models take batches of any size.
    dtype : {'float32', 'float64', 'float16'}, or one of integers, booleans or texts, optional
        Numbers are converted to the dtype of the layers, which is the default. Texts go to a `TextVectorization` or
        `StringLookup`.
    sparse, ragged : None or False
        Accepted as in Keras; True raises ValueError, as such arrays are not supported.
    batch_shape : tuple, optional
        ``(batch_size, *shape)``, instead of `shape` and `batch_size`.
    name : str, optional
        Default: input_layer, input_layer_1, ...

    Raises
    ------
    ValueError
        If the shape or the dtype is not supported, or both `shape` and `batch_shape` are given.
    TypeError
        If `shape` is not a tuple of integers.

    Examples
    --------
    >>> from fastlstm import Input, Sequential, layers
    >>> Sequential([Input((20, 1)), layers.LSTM(32)]).output_shape
    (None, 32)
    """

    @accepts_old_names
    def __init__(
        self,
        shape: tuple[int | None, ...] | None = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        sparse: Any = None,
        ragged: Any = None,
        batch_shape: tuple[int | None, ...] | None = None,
        name: str | None = None,
    ) -> None:
        refuse("Input", sparse=sparse, ragged=ragged)
        if batch_shape is not None:
            if shape is not None or batch_size is not None:
                raise ValueError("batch_shape: expected it alone, got shape or batch_size as well")
            if not isinstance(batch_shape, (tuple, list)) or not batch_shape:
                raise TypeError(f"batch_shape: expected a tuple such as (N, T, D), got {batch_shape!r}")
            batch_size, *rest = batch_shape
            shape = tuple(rest)
        if isinstance(shape, int) and not isinstance(shape, bool):  # as in Keras 2
            shape = (shape,)
        if not isinstance(shape, (tuple, list)):
            raise TypeError(f"shape: expected a tuple such as (T, D), got {shape!r}")
        if len(shape) not in _RANKS and (shape or not _is_not_of_floats(dtype)):  # () for a text of each sample
            raise ValueError(
                "shape: expected (T, D) or (D,), or (S, T, D) for a TimeDistributed, without the batch axis, got"
                f" {tuple(shape)}{'' if shape else '; for a number for each sample, give (1,), and data (N, 1)'}"
            )
        if len(shape) > 1:
            if shape[-1] is None:
                raise ValueError(f"shape: the number of features (the last axis) must be known, got {tuple(shape)}")
            if None in shape[1:]:
                raise ValueError(f"shape: all axes but the first must be known, got {tuple(shape)}")
            size("shape, number of features", shape[-1])
        self.batch_size = None if batch_size is None else integer("batch_size", batch_size, 1)
        self.shape: Shape = tuple(None if extent is None else integer("shape", extent, 0) for extent in shape)
        self.dtype = None if dtype is None or _is_converted(dtype) else dtype_name("dtype", dtype)
        self.name = given_or_automatic(name, type(self))
        self._calls: list[SymbolicCall] = []
        self.preprocessors: tuple[Preprocessor, ...] = ()
        """What converts the data of this input, such as texts, before it has the shape of the input."""
        self.raw_batch_shape = self.batch_shape
        """The shape of the data before that."""
        self.raw_dtype = np.dtype(dtype).name if _is_not_of_floats(dtype) and dtype != "string" else None
        """The dtype of the data before that, if it was given as one of integers or booleans."""
        self._preprocessed: InputLayer | None = None  # what takes its place in a model

    def __getstate__(self) -> dict[str, Any]:
        """Return the state for copies and pickles, without symbolic tensors."""
        return {**vars(self), "_calls": []}

    @property
    def output(self) -> SymbolicTensor:
        """The symbolic tensor that stands for the data; always the same one."""
        if not self._calls:
            outputs_of(self, (), [self.batch_shape])
        tensor: SymbolicTensor = self._calls[0].outputs[0]
        return tensor

    @property
    def input(self) -> SymbolicTensor:
        """The same as `output`."""
        return self.output

    def _preprocessed_by(self, preprocessor: Preprocessor) -> SymbolicTensor:
        """Return the result of a preprocessor; a model converts the data of this input by it."""
        preprocessors = (*self.preprocessors, preprocessor)
        if self._preprocessed is None:
            self._preprocessed = InputLayer(preprocessor._sample_shape(self.shape), name=self.name)
            self._preprocessed.preprocessors = preprocessors
            self._preprocessed.raw_batch_shape = self.raw_batch_shape
            self._preprocessed.raw_dtype = self.raw_dtype
        if self._preprocessed.preprocessors != preprocessors:
            raise ValueError(f"inputs: the input {self.name!r} is converted already, by another preprocessor")
        return self._preprocessed.output

    def _convert(self, x: Any) -> Any:
        """Return data such as texts as the first layer takes it."""
        if isinstance(x, (list, tuple)) and len(x) == 1 and isinstance(x[0], np.ndarray):  # a list of one input
            (x,) = x
        for preprocessor in self.preprocessors:
            x = preprocessor(x)  # type: ignore[operator]
        return x

    @property
    def batch_shape(self) -> Shape:
        """The shape with the batch axis, (None, T, D) or (None, D); with `batch_size` in place of None."""
        return (self.batch_size, *self.shape)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain data.

        Returns
        -------
        dict
            'name', 'dtype' and 'batch_shape'.
        """
        return {"name": self.name, "dtype": self.dtype, "batch_shape": self.batch_shape}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "InputLayer":
        """Return an input like the one that `get_config` describes.

        Parameters
        ----------
        config : dict
            As returned by `get_config`.

        Returns
        -------
        InputLayer
        """
        return cls(**config)


def _is_converted(dtype: Any) -> bool:
    """Return whether data of a dtype always become those of the layers: integers, booleans, texts and short floats."""
    return _is_not_of_floats(dtype) or getattr(dtype, "name", dtype) in ("float16", "bfloat16")


def _is_not_of_floats(dtype: Any) -> bool:
    """Return whether a dtype is one of integers, booleans or texts."""
    try:
        return dtype == "string" or np.dtype(dtype).kind in "iubOSU"
    except TypeError:
        return False


@accepts_old_names
def Input(
    shape: tuple[int | None, ...] | None = None,
    batch_size: int | None = None,
    dtype: str | None = None,
    sparse: Any = None,
    ragged: Any = None,
    batch_shape: tuple[int | None, ...] | None = None,
    name: str | None = None,
) -> SymbolicTensor:
    """Return the input of a model: the first entry of a `Sequential`, or what the layers of a `Model` are called on.

    Parameters
    ----------
    shape : tuple
        Without the batch axis: (T, D), (None, D) for any number of steps, or (D,). Before an `Embedding` (T,), or
        (None,) for any number of steps. Before a `TimeDistributed` one axis more: (S, T, D), or (S, T) if there is an
        Embedding inside.
    batch_size : int, optional
        Rows per batch, for a stateful model; other models take batches of any size.
    dtype : {'float32', 'float64', 'float16'}, or one of integers, booleans or texts, optional
        Numbers are converted to the dtype of the layers, which is the default. Texts go to a `TextVectorization` or
        `StringLookup`.
    sparse, ragged : None or False
        Accepted as in Keras; True raises ValueError, as such arrays are not supported.
    batch_shape : tuple, optional
        ``(batch_size, *shape)``, instead of `shape` and `batch_size`.
    name : str, optional
        Default: input_layer, input_layer_1, ...

    Returns
    -------
    SymbolicTensor
        The output of an `InputLayer`.

    Raises
    ------
    ValueError
        If the shape or the dtype is not supported, or both `shape` and `batch_shape` are given.
    TypeError
        If `shape` is not a tuple of integers.

    Examples
    --------
    >>> from fastlstm import Input, Sequential, layers
    >>> Sequential([Input((20, 1)), layers.LSTM(32)]).output_shape
    (None, 32)
    """
    layer = InputLayer(shape, batch_size, dtype, sparse, ragged, batch_shape, name)
    return layer.output
