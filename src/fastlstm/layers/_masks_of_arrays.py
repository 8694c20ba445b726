"""Masks that go with arrays from layer to layer outside a model, as in Keras: the attribute `_keras_mask`."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .._internal.tensor import Tensor
from . import _masks
from .base import Layer
from .symbolic import OPERATIONS


def called(layer: Layer, call: Callable[..., Any], args: Any, options: Any) -> Any:
    """Return what a call of a layer on arrays gives, with a mask if the input has one or the layer makes one."""
    x: Any = args[0] if args else None
    mask = getattr(x, "_keras_mask", None)
    if mask is None and not layer._makes_masks:
        return call(layer, *args, **options)
    if mask is not None:
        args = (x.view(), *args[1:])  # without the mask, which is an argument from here on
        if options.get("mask") is None:
            options = {**options, "mask": mask}
    output = call(layer, *args, **options)
    if layer._makes_masks:
        mask = layer.compute_mask(x)
    elif not _masks.passes_mask(layer):
        mask = None
    return with_masks(output, [mask] if isinstance(output, (list, tuple)) else mask)


def with_masks(outputs: Any, masks: Any) -> Any:
    """Return arrays with their masks: one array, or several with masks of the first ones."""
    if isinstance(outputs, (list, tuple)) and isinstance(masks, (list, tuple)):
        found = [with_masks(*both) for both in zip(outputs, masks, strict=False)]
        return type(outputs)([*found, *outputs[len(found) :]])
    if masks is None or not isinstance(outputs, np.ndarray):
        return outputs
    masked: Any = outputs.view(Tensor)
    masked._keras_mask = masks
    return masked


OPERATIONS["arrays"] = called
