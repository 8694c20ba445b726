"""Poolings: windows of steps, or all steps, become one."""

from typing import Any, ClassVar

from .._internal.checks import flag
from .._internal.names import lookup
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
        self.data_format = data_format or "channels_last"
        self._steps_and_features = lookup("data_format", self.data_format, _FORMATS)
        self.keepdims = flag("keepdims", keepdims)

    @property
    def _works_step_by_step(self) -> bool:
        return False

    def _output_shape(self, shape: Shape) -> Shape:
        steps, features = self._steps_and_features
        if shape[steps] == 0:
            raise ValueError(f"layer {self.name!r} expected at least one step, got {shape}")
        if steps == 2 and shape[features] is None:
            raise ValueError(f"layer {self.name!r} needs to know the number of features, got {shape}")
        pooled = (shape[0], shape[features])
        return pooled if not self.keepdims else (pooled[0], 1, pooled[1]) if steps == 1 else (*pooled, 1)

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        if self.data_format == "channels_last":
            branch.add("pooling", kind=self._kind, all_steps=True, sequence=self.keepdims)
            return
        branch.add("permute", steps=shape[1] or 0)
        branch.add("pooling", kind=self._kind, all_steps=True, sequence=self.keepdims)
        if self.keepdims:
            branch.add("permute", steps=1)

    def _arguments(self) -> dict[str, Any]:
        return {"data_format": self.data_format, "keepdims": self.keepdims}


_FORMATS = {"channels_last": (1, 2), "channels_first": (2, 1)}
"""Which axes are those of steps and of features."""


@registry.register()
class GlobalMaxPooling1D(_GlobalPooling):
    """The largest value of each feature over all steps: (N, T, D) becomes (N, D).

    A mask does not matter, as in Keras.

    Parameters
    ----------
    data_format : {None, 'channels_last', 'channels_first'}
        Where the features are; with 'channels_first' the input is (N, D, T).
    keepdims : bool
        Whether to return (N, 1, D), or (N, D, 1).
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
    data_format : {None, 'channels_last', 'channels_first'}
        Where the features are; with 'channels_first' the input is (N, D, T).
    keepdims : bool
        Whether to return (N, 1, D), or (N, D, 1).
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
