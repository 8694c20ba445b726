"""Poolings: windows of steps, or all steps, become one."""

from typing import Any, ClassVar

from .._internal.checks import flag
from .._internal.native import Branch
from ._data_format import check_data_format
from ._windows import window
from .base import SEQUENCES, Layer, Shape, registry


class _Pooling(Layer):
    """The common part of the poolings of windows."""

    supports_masking = False
    _axes = SEQUENCES
    _kind: ClassVar[str]

    def __init__(
        self,
        pool_size: int = 2,
        strides: int | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        check_data_format(data_format)
        self._window = window("pool_size", pool_size, pool_size if strides is None else strides, padding)
        self.pool_size, self.strides, self.padding, _ = self._window

    @property
    def _works_step_by_step(self) -> bool:
        return self._window.is_one_step

    def _output_shape(self, shape: Shape) -> Shape:
        return (shape[0], self._window.steps(self.name, shape), shape[2])

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        branch.add("pooling", kind=self._kind, **self._window.options())

    def _arguments(self) -> dict[str, Any]:
        return {"pool_size": self.pool_size, "strides": self.strides, "padding": self.padding}


@registry.register()
class MaxPooling1D(_Pooling):
    """The largest value of each feature in each window of steps: (N, T, D) becomes (N, T', D).

    A mask is not passed on, and does not matter, as in Keras.

    Parameters
    ----------
    pool_size : int
        Number of steps of a window, at least 1.
    strides : int, optional
        Steps from one window to the next. Default: `pool_size`, so that windows do not overlap.
    padding : {'valid', 'same'}
        'valid': only whole windows, ``T' = (T - pool_size) // strides + 1``. 'same': windows may leave the sequence at
        both ends, ``T' = ceil(T / strides)``.
    data_format : {None, 'channels_last'}
        Accepted as in Keras, without effect; 'channels_first' is not supported.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim` and `input_length`.

    Raises
    ------
    ValueError
        If a value is out of range. When built or called: if there are fewer steps than in a window.
    TypeError
        If an argument has the wrong type.

    Examples
    --------
    >>> from fastlstm.layers import MaxPooling1D
    >>> MaxPooling1D(2)([[[1.0], [3.0], [2.0], [0.0]]]).tolist()
    [[[3.0], [2.0]]]
    """

    _kind = "max"


@registry.register()
class AveragePooling1D(_Pooling):
    """The average of each feature in each window of steps: (N, T, D) becomes (N, T', D).

    Steps beyond the ends of the sequence do not count. A mask is not passed on, and does not matter, as in Keras.

    Parameters
    ----------
    pool_size : int
        Number of steps of a window, at least 1.
    strides : int, optional
        Steps from one window to the next. Default: `pool_size`, so that windows do not overlap.
    padding : {'valid', 'same'}
        'valid': only whole windows, ``T' = (T - pool_size) // strides + 1``. 'same': windows may leave the sequence at
        both ends, ``T' = ceil(T / strides)``.
    data_format : {None, 'channels_last'}
        Accepted as in Keras, without effect; 'channels_first' is not supported.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim` and `input_length`.

    Raises
    ------
    ValueError
        If a value is out of range. When built or called: if there are fewer steps than in a window.
    TypeError
        If an argument has the wrong type.

    Examples
    --------
    >>> from fastlstm.layers import AveragePooling1D
    >>> AveragePooling1D(2)([[[1.0], [3.0], [2.0], [0.0]]]).tolist()
    [[[2.0], [1.0]]]
    """

    _kind = "average"


class _GlobalPooling(Layer):
    """The common part of the poolings of all steps."""

    _axes = SEQUENCES
    _kind: ClassVar[str]

    def __init__(self, data_format: str | None = None, keepdims: bool = False, **options: Any) -> None:
        super().__init__(**options)
        check_data_format(data_format)
        self.keepdims = flag("keepdims", keepdims)

    @property
    def _works_step_by_step(self) -> bool:
        return False

    def _output_shape(self, shape: Shape) -> Shape:
        if shape[1] == 0:
            raise ValueError(f"layer {self.name!r} expected at least one step, got {shape}")
        return (shape[0], 1, shape[2]) if self.keepdims else (shape[0], shape[2])

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        branch.add("pooling", kind=self._kind, all_steps=True, sequence=self.keepdims)

    def _arguments(self) -> dict[str, Any]:
        return {"keepdims": self.keepdims}


@registry.register()
class GlobalMaxPooling1D(_GlobalPooling):
    """The largest value of each feature over all steps: (N, T, D) becomes (N, D).

    A mask does not matter, as in Keras.

    Parameters
    ----------
    data_format : {None, 'channels_last'}
        Accepted as in Keras, without effect; 'channels_first' is not supported.
    keepdims : bool
        Whether to return (N, 1, D).
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim` and `input_length`.

    Raises
    ------
    ValueError
        If `data_format` has another value. When built or called: if there is no step.
    TypeError
        If `keepdims` is not True or False.

    Examples
    --------
    >>> from fastlstm.layers import GlobalMaxPooling1D
    >>> GlobalMaxPooling1D()([[[1.0, 5.0], [3.0, 4.0]]]).tolist()
    [[3.0, 5.0]]
    """

    supports_masking = False
    _kind = "max"


@registry.register()
class GlobalAveragePooling1D(_GlobalPooling):
    """The average of each feature over all steps, without masked ones: (N, T, D) becomes (N, D).

    The average of no step at all is NaN, as in Keras.

    Parameters
    ----------
    data_format : {None, 'channels_last'}
        Accepted as in Keras, without effect; 'channels_first' is not supported.
    keepdims : bool
        Whether to return (N, 1, D).
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim` and `input_length`.

    Raises
    ------
    ValueError
        If `data_format` has another value. When built or called: if there is no step.
    TypeError
        If `keepdims` is not True or False.

    Examples
    --------
    >>> from fastlstm.layers import GlobalAveragePooling1D
    >>> GlobalAveragePooling1D()([[[1.0, 5.0], [3.0, 4.0]]]).tolist()
    [[2.0, 4.5]]
    >>> GlobalAveragePooling1D()([[[1.0, 5.0], [3.0, 4.0]]], mask=[[True, False]]).tolist()
    [[1.0, 5.0]]
    """

    _keras_takes_mask = True
    _kind = "average"
