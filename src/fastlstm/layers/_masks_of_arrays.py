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
    return output if mask is None else _with_mask(output, mask)


def _with_mask(output: Any, mask: Any) -> Any:
    """Return the output of a layer, of several the first one, with a mask."""
    if isinstance(output, (list, tuple)):
        return type(output)([_with_mask(output[0], mask), *output[1:]])
    found: Any = np.asarray(output).view(Tensor)
    found._keras_mask = mask
    return found


OPERATIONS["arrays"] = called
