"""Poolings: windows of steps, or all steps, become one."""

from typing import Any, ClassVar

from .._internal.checks import flag
from .._internal.native import Branch
from ._data_format import features_first, turned
from ._windows import window
from .base import SEQUENCES, Layer, Shape, registry


class _OfSteps(Layer):
    """The common part of all poolings: features may be before the steps."""

    _axes = SEQUENCES
    _kind: ClassVar[str]
    data_format: str

    def _take_data_format(self, data_format: Any) -> None:
        self._features_first = features_first(data_format)
        self.data_format = "channels_first" if self._features_first else "channels_last"

    def _pooled(self, shape: Shape) -> Shape:
        """Return the shape of the output for sequences (N, T, D)."""
        raise NotImplementedError

    def _output_shape(self, shape: Shape) -> Shape:
        return turned(self._pooled(turned(shape))) if self._features_first else self._pooled(shape)

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        if not self._features_first:
            branch.add("pooling", kind=self._kind, **self._options())
            return
        if shape[1] is None:
            raise ValueError(f"layer {self.name!r}: expected a known number of features, got {shape}")
        branch.add("permute", steps=shape[1])
        branch.add("pooling", kind=self._kind, **self._options())
        pooled = self._pooled(turned(shape))
        if len(pooled) == 3:
            branch.add("permute", steps=pooled[1])

    def _options(self) -> dict[str, Any]:
        """Return the options of the core."""
        raise NotImplementedError


class _Pooling(_OfSteps):
    """The common part of the poolings of windows."""

    supports_masking = False

    def __init__(
        self,
        pool_size: int = 2,
        strides: int | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._take_data_format(data_format)
        self._window = window("pool_size", pool_size, pool_size if strides is None else strides, padding)
        self.pool_size, self.strides, self.padding, _ = self._window

    @property
    def _works_step_by_step(self) -> bool:
        return self._window.is_one_step

    def _pooled(self, shape: Shape) -> Shape:
        return (shape[0], self._window.steps(self.name, shape), shape[2])

    def _options(self) -> dict[str, Any]:
        return self._window.options()

    def _arguments(self) -> dict[str, Any]:
        names = ("pool_size", "strides", "padding", "data_format")
        return {name: getattr(self, name) for name in names}


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
    data_format : {'channels_last', 'channels_first'}, optional
        Whether features are after the steps, (N, T, D), which is the default, or before them, (N, D, T).
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

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
    data_format : {'channels_last', 'channels_first'}, optional
        Whether features are after the steps, (N, T, D), which is the default, or before them, (N, D, T).
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

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


class _GlobalPooling(_OfSteps):
    """The common part of the poolings of all steps."""

    def __init__(self, data_format: str | None = None, keepdims: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self._take_data_format(data_format)
        self.keepdims = flag("keepdims", keepdims)

    @property
    def _works_step_by_step(self) -> bool:
        return False

    def _pooled(self, shape: Shape) -> Shape:
        if shape[1] == 0:
            raise ValueError(f"layer {self.name!r} expected at least one step, got {shape}")
        return (shape[0], 1, shape[2]) if self.keepdims else (shape[0], shape[2])

    def _options(self) -> dict[str, Any]:
        return {"all_steps": True, "sequence": self.keepdims}

    def _arguments(self) -> dict[str, Any]:
        return {"data_format": self.data_format, "keepdims": self.keepdims}


@registry.register()
class GlobalMaxPooling1D(_GlobalPooling):
    """The largest value of each feature over all steps: (N, T, D) becomes (N, D).

    A mask does not matter, as in Keras.

    Parameters
    ----------
    data_format : {'channels_last', 'channels_first'}, optional
        Whether features are after the steps, (N, T, D), which is the default, or before them, (N, D, T).
    keepdims : bool
        Whether to return (N, 1, D).
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

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
    data_format : {'channels_last', 'channels_first'}, optional
        Whether features are after the steps, (N, T, D), which is the default, or before them, (N, D, T).
    keepdims : bool
        Whether to return (N, 1, D).
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

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

    @property
    def _passes_mask(self) -> bool:  # though it takes one
        return False
