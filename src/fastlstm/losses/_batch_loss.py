"""The base class of losses that are not a sum over samples, computed in NumPy."""

from typing import Any, ClassVar

import numpy as np

from .._internal.arrays import Array, finite_array, numbers, real_array
from .._internal.names import snake_case
from .._internal.tape import Traced, current, only_once, plain, record
from ._base import Loss


class BatchLoss(Loss):
    """Base class of the losses of all samples of a batch together. Subclasses define `reduced` and `_values`."""

    _in_keras: ClassVar[bool] = True

    @property
    def kind(self) -> str:
        """The name of the loss, such as 'dice'."""
        return snake_case(type(self).__name__)

    def reduced(
        self, y_true: Array, y_pred: Array, weight: Array | None, valid: Array | None = None
    ) -> tuple[float, Array]:
        """Return the weighted and reduced loss of a batch, and its gradient.

        `valid` is the mask (N, T) of predictions that are zeros where it is False, like the targets.
        """
        raise NotImplementedError

    def _masked_values(self, values: Array, valid: Array) -> Array:
        """Return values with zeros for those of masked steps alone."""
        return values

    def _of_batch(self, y: Array, output: Array, weight: Array | None, valid: Array | None) -> float:
        """Return the weighted and reduced loss of a batch, given the mask of its output."""
        return self.reduced(*_without_masked(y, output, valid), weight, valid)[0]

    def _gradient_of_batch(
        self, y: Array, output: Array, weight: Array | None, valid: Array | None
    ) -> tuple[float, Array]:
        """Return the weighted and reduced loss of a batch, and its gradient with respect to the output."""
        loss, gradient = self.reduced(*_without_masked(y, output, valid), weight, valid)
        return loss, gradient if valid is None else gradient * valid[..., None]

    def _of_masked(self, y_true: Any, y_pred: Any, sample_weight: Any, mask: Any) -> Any:
        """Return the loss of predictions, none of which stand for later values, with their mask if they have one."""
        valid = None if mask is None else np.asarray(plain(mask), np.bool_)
        y_true, y_pred = current(y_true), current(y_pred)
        if type(y_pred) is Traced:
            return self._traced_and_masked(y_true, y_pred, sample_weight, valid)
        y_pred = numbers("y_pred", y_pred)
        dtype = "float32" if y_pred.dtype == "float32" else "float64"
        predictions = real_array("y_pred", y_pred, dtype)
        targets = self._converted("y_true", y_true, y_pred.shape, 0, dtype, finite=False)
        weight = None if sample_weight is None else numbers("sample_weight", sample_weight)
        if self._reduces:
            return self._of_batch(targets, predictions, weight, valid)
        values = self._values(*_without_masked(targets, predictions, valid))
        values = values if valid is None else self._masked_values(values, valid)
        return values if weight is None else values * self._weight_of_each(values, weight)

    def _traced_and_masked(self, y_true: Any, y_pred: Traced, sample_weight: Any, valid: Array | None) -> Any:
        """Return the loss of predictions whose gradient is recorded."""
        self._require_reduction()
        targets = self._converted("y_true", plain(y_true), y_pred.shape, 0, str(y_pred.dtype), finite=False)
        weight = None if sample_weight is None else numbers("sample_weight", sample_weight)
        loss, gradient = self._gradient_of_batch(targets, y_pred.value, weight, valid)
        return record(np.asarray(loss), (y_pred, only_once(lambda d: d * gradient, f"the loss {self.name!r}")))

    def _weight_of_each(self, values: Array, weight: Array) -> Array:
        """Return the weights of values in a shape that multiplies them; the weight of a sample is that of all its."""
        leading = values.shape[: weight.ndim]
        if weight.ndim > values.ndim or any(a not in (1, b) for a, b in zip(weight.shape, leading, strict=True)):
            raise ValueError(
                f"sample_weight: expected a number, or weights of the first axes of the values {values.shape} of the"
                f" loss {self.name!r}, got shape {weight.shape}"
            )
        return weight.reshape(weight.shape + (1,) * (values.ndim - weight.ndim)).astype("float64")


def _without_masked(y_true: Array, y_pred: Array, valid: Array | None) -> tuple[Array, Array]:
    """Return targets and predictions with zeros at steps that do not count, which add nothing to any sum."""
    return (y_true, y_pred) if valid is None else (y_true * valid[..., None], y_pred * valid[..., None])


def targets_like(name: str, y: Any, output_shape: tuple[int, ...], dtype: str, *, finite: bool) -> Array:
    """Return targets of the shape of predictions; a last axis of size 1 may be missing."""
    y = numbers(name, y)
    if y.shape not in (output_shape, (*output_shape, 1)) and not (
        output_shape[-1:] == (1,) and y.shape == output_shape[:-1]
    ):
        raise ValueError(f"{name}: expected shape {output_shape}, that of the predictions, got {y.shape}")
    return (finite_array if finite else real_array)(name, y, dtype).reshape(output_shape)
