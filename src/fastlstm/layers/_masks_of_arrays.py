"""Masks that go with arrays from layer to layer outside a model, as in Keras: the attribute `_keras_mask`."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .._internal import tape
from .._internal.tensor import Tensor
from ._call_arguments import takes
from .base import Layer
from .softmax import Softmax
from .symbolic import OPERATIONS


def called(layer: Layer, call: Callable[..., Any], args: Any, options: Any) -> Any:
    """Return what a call of a layer on arrays gives, with a mask if the input has one or the layer makes one."""
    x: Any = args[0] if args else options.get("x")
    mask = getattr(x, "_keras_mask", None)
    records = tape.session() is not None
    if mask is not None:
        if not records and args:
            args = (x.view(), *args[1:])  # without the mask, which is an argument from here on
        if options.get("mask") is None and _takes_mask_of_steps(layer):
            options = {**options, "mask": np.asarray(mask, layer.dtype) if records else mask}
    output = OPERATIONS["record"](layer, call, args, options) if records else call(layer, *args, **options)
    if layer._makes_masks:
        mask = layer.compute_mask(tape.plain(x))
    elif mask is None or not layer._passes_mask:
        return output
    return with_masks(output, [mask] if isinstance(output, (list, tuple)) else mask, masked)


def _takes_mask_of_steps(layer: Layer) -> bool:
    return takes(type(layer).__call__, "mask") and not isinstance(layer, Softmax)  # whose mask is one of elements


def with_masks(outputs: Any, masks: Any, masked: Callable[[Any, Any], Any]) -> Any:
    """Return one output with its mask, as `masked` returns it, or several with masks of the first ones."""
    if isinstance(outputs, (list, tuple)) and isinstance(masks, (list, tuple)):
        found = [with_masks(*both, masked) for both in zip(outputs, masks, strict=False)]
        return type(outputs)([*found, *outputs[len(found) :]])
    return masked(outputs, masks)


def masked(output: Any, mask: Any) -> Any:
    """Return an array with a mask, if there is one."""
    if mask is None or not (isinstance(output, np.ndarray) or tape.is_traced(output)):
        return output
    found: Any = output if tape.is_traced(output) else output.view(Tensor)
    found._keras_mask = mask
    return found


OPERATIONS["arrays"] = called
