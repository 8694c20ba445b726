"""Which layers pass on a mask, as in Keras."""

from .base import Layer
from .rnn._stateful_layer import StatefulLayer

_WITHOUT = (
    *("AveragePooling1D", "Conv1D", "Conv1DTranspose", "Cropping1D", "DepthwiseConv1D", "Dot", "Flatten", "GetItem"),
    "Lambda",
    *("GlobalAveragePooling1D", "GlobalMaxPooling1D", "MaxPooling1D", "Permute", "RMSNormalization", "RepeatVector"),
    *("Reshape", "SeparableConv1D", "UpSampling1D", "ZeroPadding1D"),
)


def passes_mask(layer: Layer) -> bool:
    """Return whether the output of a layer has a mask if its input has one."""
    if isinstance(layer, StatefulLayer):
        return layer.return_sequences
    return type(layer).__name__ not in _WITHOUT
