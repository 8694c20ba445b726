"""Attributes of Keras's objects that have a fixed value here, or another name."""

from collections.abc import Iterable
from typing import Any

_CONV = dict(data_format="channels_last", rank=1)
_RECURRENT = dict(time_major=False, return_runtime=False)

CONSTANT: dict[str, dict[str, Any]] = {
    "Layer": dict(
        autocast=True,
        dynamic=False,
        input_spec=None,
        lora_enabled=False,
        lora_rank=None,
        metrics=(),
        metrics_variables=(),
        quantization_config=None,
        quantization_mode=None,
        updates=(),
    ),
    "Model": dict(
        distribute_strategy=None,
        dynamic=False,
        input_spec=None,
        jit_compile=False,
        metrics_variables=(),
        quantization_mode=None,
        run_eagerly=False,
        state_updates=(),
        supports_masking=True,
        updates=(),
    ),
    "RNN": _RECURRENT,
    "Conv1D": _CONV,
    "Conv1DTranspose": {**_CONV, "groups": 1, "output_padding": None},
    "SeparableConv1D": _CONV,
    "DepthwiseConv1D": {**_CONV, "groups": 1},
    "Flatten": dict(data_format="channels_last"),
    "BatchNormalization": dict(adjustment=None, fused=False, renorm=False, synchronized=False, virtual_batch_size=None),
    "Embedding": dict(sparse=False),
    "Lambda": dict(mask=None),
    "Softmax": dict(robust_masking=False),
    "SpatialDropout1D": dict(noise_shape=None, data_format="channels_last"),
    "StackedRNNCells": dict(reverse_state_order=False),
    "Optimizer": dict(jit_compile=False, loss_scale_factor=None),
    "Metric": dict(
        activity_regularizer=None,
        built=True,
        dynamic=False,
        losses=(),
        metrics=(),
        stateful=True,
        trainable=True,
        trainable_variables=(),
        trainable_weights=(),
        updates=(),
    ),
    "Callback": dict(validation_data=None),
    "TensorBoard": dict(histogram_freq=0, write_images=False, embeddings_freq=0),
}
"""By class, what always has the same value."""

OTHER_NAME = {
    "Layer": dict(compute_dtype="dtype", variable_dtype="dtype", input_dtype="dtype", path="name"),
    "Model": dict(
        compute_dtype="dtype",
        variable_dtype="dtype",
        input_dtype="dtype",
        path="name",
        steps_per_execution="_steps_per_execution",
    ),
    "LeakyReLU": dict(alpha="negative_slope"),
    "Optimizer": dict(weights="variables"),
    "Metric": dict(
        weights="variables",
        non_trainable_variables="variables",
        non_trainable_weights="variables",
        compute_dtype="dtype",
        variable_dtype="dtype",
    ),
}
"""By class, what has another name here."""


def other(owner: Any, name: str, classes: Iterable[str]) -> Any:
    """Return the value of an attribute that is a constant or has another name; raise LookupError for others.

    Parameters
    ----------
    owner : object
        The object.
    name : str
        The attribute.
    classes : iterable of str
        The names of its class and of the base classes, the most special one first.

    Returns
    -------
    object
    """
    for each in classes:
        if name in CONSTANT.get(each, ()):
            return CONSTANT[each][name]
        if name in OTHER_NAME.get(each, ()):
            return getattr(owner, OTHER_NAME[each][name])
    raise LookupError(name)
