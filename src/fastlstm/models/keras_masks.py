"""The operations by which Keras computes masks. They are in its graphs, where they count for the order of layers."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from ..layers import Attention, Concatenate, Embedding, Masking
from ..layers.base import Layer
from ..layers.merging import Merge
from ..layers.symbolic import SymbolicCall, SymbolicTensor

Mask: TypeAlias = SymbolicTensor | None


class MaskOperation(SymbolicCall):
    """An operation that computes a mask.

    Parameters
    ----------
    *inputs : SymbolicTensor
        What it takes.
    """

    def __init__(self, *inputs: SymbolicTensor) -> None:
        super().__init__(self, inputs)
        self.outputs = [SymbolicTensor(self, 0, (), None)]


def _operation(*inputs: SymbolicTensor) -> SymbolicTensor:
    return MaskOperation(*inputs).outputs[0]


def taken(calls: Sequence[SymbolicCall]) -> Mapping[int, SymbolicTensor]:
    """Return the mask that is an argument of each call in Keras, by the identity of the call.

    Parameters
    ----------
    calls : sequence of SymbolicCall
        Each after those whose outputs it takes.
    """
    masks: dict[tuple[int, int], Mask] = {}
    found = {}
    for call in calls:
        given = [masks.get((id(one.call), one.output)) for one in call.inputs]
        for output, mask in enumerate(_passed_on(call, given)):
            masks[id(call), output] = mask
        if _is_recorded(call) and given[0] is not None:
            found[id(call)] = given[0]
    return found


def _is_recorded(call: SymbolicCall) -> bool:
    """Return whether Keras records the mask of a call, as it does for a single tensor without other arguments."""
    layer = call.layer
    takes_mask = not isinstance(layer, Layer) or layer._keras_takes_mask
    return takes_mask and len(call.inputs) == 1 and not getattr(layer, "_takes_several", False) and not call.arguments


def _passed_on(call: SymbolicCall, masks: Sequence[Mask]) -> list[Mask]:
    """Return the masks of a call's outputs, given those of its inputs."""
    layer: Any = call.layer
    if isinstance(layer, Masking):
        return [_operation(_operation(*call.inputs))]
    if isinstance(layer, Embedding):
        return [_operation(*call.inputs) if layer.mask_zero else None]
    if not isinstance(layer, Layer) or not layer._passes_mask or all(mask is None for mask in masks):
        return []  # models inside pass on none
    if isinstance(layer, Concatenate):
        return [_concatenated(call.inputs, masks)]
    if isinstance(layer, Merge):
        return [_either(masks)]
    if isinstance(layer, Attention):
        return [None if masks[0] is None else _operation(masks[0])]
    return [masks[0]]


def _either(masks: Sequence[Mask]) -> Mask:
    """Return the mask of a merge: where any of the inputs is valid."""
    given = [mask for mask in masks if mask is not None]
    if len(given) < len(masks):
        return None
    found = given[0]
    for mask in given[1:]:
        found = _operation(found, mask)
    return found


def _concatenated(inputs: Sequence[SymbolicTensor], masks: Sequence[Mask]) -> SymbolicTensor:
    """Return the mask of a concatenation, for which masks get the axes of the inputs."""
    parts = [
        _operation(tensor) if mask is None else _operation(_operation(mask), _operation(tensor))
        for tensor, mask in zip(inputs, masks, strict=True)
    ]
    return _operation(_operation(*parts))
