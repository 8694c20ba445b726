"""The operations by which Keras computes masks between layers, which a functional model's description contains."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from .._internal.files import RefusedError
from . import operations
from .calls import Call, Tensor, tensors_in

_ON_MASKS = ("NotEqual", "Any", "LogicalOr", "LogicalAnd", "ExpandDims", "ZerosLike", "OnesLike", "Concatenate")


def is_operation(entry: Mapping[str, Any]) -> bool:
    """Return whether an entry among the layers is an operation, some of which have names of layers."""
    module, config = entry.get("module"), entry.get("config")
    if isinstance(module, str):
        return module.startswith("keras.") and "ops" in module.split(".")
    known = entry["class_name"] in _ON_MASKS or operations.is_known(entry)
    return known and isinstance(config, dict) and "trainable" not in config


def require_own(
    order: Sequence[Call],
    masks: Mapping[tuple[str, int], Any],
    entries: Mapping[str, Mapping[str, Any]],
    of_masks: Mapping[str, Sequence[Call]],
) -> None:
    """Raise unless the masks of calls are those that the layers themselves pass on; warn where Keras ignores one.

    Parameters
    ----------
    order : sequence of Call
        The calls of layers, each after those whose outputs it takes.
    masks : mapping of (str, int) to data
        The masks of calls for which one is given, perhaps None, by layer and number of the call.
    entries : mapping
        The descriptions of layers by name.
    of_masks : mapping
        The calls of operations that are only needed for masks, by name.
    """
    origins: dict[tuple[str, int], frozenset[Any]] = {}
    counts: dict[str, int] = {}
    for call in order:
        number = counts[call.layer] = counts.get(call.layer, -1) + 1
        found = frozenset[Any]().union(*(origins.get((one.layer, one.call), ()) for one in call.inputs))
        entry = entries[call.layer]
        for tensor in tensors_in(masks.get((call.layer, number))):
            if tensor.layer not in of_masks:
                raise RefusedError(f"layer {call.layer!r} gets 'mask' from {tensor.layer!r}, which is not supported")
            if not _origins(tensor, of_masks) <= found:
                raise RefusedError(
                    f"the operation {tensor.layer!r} computes a mask for layer {call.layer!r}, which does not belong to"
                    " its input; start the model with a Masking instead"
                )
        if found and "initial_state" in call.kwargs and not masks.get((call.layer, number)):
            warnings.warn(
                f"layer {call.layer!r} gets an initial state, so Keras 3 ignores the mask of its input; here masked"
                " steps are skipped",
                UserWarning,
                stacklevel=8,
            )
        if found and is_operation(entry):
            warnings.warn(
                f"the operation {call.layer!r} removes the mask of its input in Keras; here it is passed on",
                UserWarning,
                stacklevel=8,
            )
        if entry["class_name"] == "Masking" or (
            entry["class_name"] == "Embedding" and entry["config"].get("mask_zero")
        ):
            found = frozenset([(*call.inputs, entry["config"].get("mask_value", 0))])
        origins[call.layer, number] = found


def _origins(tensor: Tensor, of_masks: Mapping[str, Sequence[Call]]) -> frozenset[Any]:
    """Return from which tensors a mask is computed, and which value marks their steps."""
    if tensor.layer not in of_masks or tensor.call >= len(of_masks[tensor.layer]):
        return frozenset()
    call = of_masks[tensor.layer][tensor.call]
    if not any(one.layer in of_masks for one in call.inputs):
        values = [value for value in call.args if not isinstance(value, (Tensor, list))]
        return frozenset([(*call.inputs, *values)]) if values else frozenset()
    return frozenset[Any]().union(*(_origins(one, of_masks) for one in call.inputs))
