"""Calls of layers with several inputs on arrays, outside a model."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .._internal import native
from .._internal.arrays import Array, mask_for
from .base import Layer


def call_on_arrays(
    layer: Layer, arrays: Sequence[Array], masks: Sequence[Any], training: bool = False, **arguments: Any
) -> Array:
    """Return the output of a built layer for one array, and a mask or None, for each input.

    The core has one mask for a call: here masks are further inputs.
    """
    inputs = list(arrays)
    places: list[native.Place] = [(native.NETWORK_INPUT, i) for i in range(len(arrays))]
    given = [None if mask is None else mask_for(x, mask) for x, mask in zip(arrays, masks, strict=True)]
    inputs += [mask.astype(layer.dtype)[..., None] for mask in given if mask is not None]
    network = native.network(layer.dtype, [x.shape[-1] for x in inputs], [x.ndim == 3 for x in inputs])
    mask_input = len(arrays)
    for i, mask in enumerate(given):
        if mask is not None:
            places[i] = (network.add("masked_by", inputs=[places[i], (native.NETWORK_INPUT, mask_input)]), 0)
            mask_input += 1
    shapes = [x.shape for x in arrays]
    layer._append_all_to(native.Branch(network, places), layer._only_shape(shapes), **arguments)
    for i, weight in enumerate(layer._weights_of_call(**arguments)):
        network.set_weight(i, weight)
    rng_step = next(layer._rng_steps) if training else None
    output: Array = network.run([np.ascontiguousarray(x) for x in inputs], rng_step=rng_step)[0]
    return output
