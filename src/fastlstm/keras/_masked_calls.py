"""Calls of models on arrays that take the mask that comes with an array, and give one with what they return."""

from typing import Any

from .._internal.row_arrays import Rows, parts
from ..layers._masks_of_arrays import masked, with_masks
from ..losses._shares import mask_of
from ..models.model import Model
from ..training.native_model import NativeModel
from ..training.predict import predict_with_masks


class ModelWithMasks(Model):
    """A model that is called with masks as a layer is, which next layers and losses take from its results."""

    def __call__(self, x: Any, training: Any = None, mask: Any = None) -> Any:
        """Return the output for all samples as one batch; arrays (N, T, D) may come with a mask."""
        if mask is None and getattr(x, "ndim", None) == 3:
            mask = mask_of(x)
        return super().__call__(x, training, mask)

    def _outputs_of_call(self, native: NativeModel, array: Rows, mask: Any, rng_step: int | None) -> Any:
        """Return the outputs of all rows with the masks that reach them."""
        if mask is None and not any(native.masked_outputs):
            return super()._outputs_of_call(native, array, mask, rng_step)
        rows, masks = predict_with_masks(native, array, mask)
        if native.stateful or rng_step is not None:  # masks are those of any pass
            rows = native.run(array, mask, rng_step)
        return self._packed(with_masks(parts(rows), masks, masked))
