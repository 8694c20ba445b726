"""Models of Keras 2, translated to Keras 3."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .._internal.files import RefusedError
from ..layers import Activation, Dense, Embedding, Masking
from ..layers.base import Layer
from ..layers.merging import Merge
from ..layers.rnn.recurrent import Recurrent
from ..training.nodes import Values
from . import build, cudnn, keras2_graph, kinds, weight_tree
from .functional_graph import is_functional
from .saved_model import SavedModel

_SHAPE = "batch_input_shape"
_CUSTOM = "Custom>"  # the package of its newer optimizers in .h5 files
_OPTIMIZERS = kinds.CLASSES["optimizers"]
_NADAM_DECAY = 0.004  # of Nadam's momentum, no argument any more
_LISTS = ("metrics", "weighted_metrics")  # of a list for each output
_GATES = {"activation": ("c", "h"), "recurrent_activation": ("i", "f", "o", "z", "r")}


def wrote(version: str) -> bool:
    """Return whether this version of Keras is older than 3; '' stands for files without a version."""
    return not version or version.split(".", maxsplit=1)[0] in ("0", "1", "2")


def translated(value: Any) -> Any:
    """Return a description of Keras 2 as Keras 3 writes it."""
    if isinstance(value, list):
        return [translated(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    found = {key: translated(entry) for key, entry in value.items()}
    for key in _LISTS:
        entries = found.get(key)
        if isinstance(entries, list) and len(entries) == 1 and isinstance(entries[0], list):
            found[key] = entries[0]
    if found.get("class_name") == "Sequential" and isinstance(found.get("config"), list):  # before 2.2.3
        found["config"] = {"layers": found["config"]}
    if isinstance(found.get("class_name"), str) and isinstance(found.get("config"), dict):
        _translate_object(found)
    return found


def _translate_object(found: dict[str, Any]) -> None:
    cudnn.translate(found)
    name, config = found["class_name"].removeprefix(_CUSTOM), found["config"]
    if name in _OPTIMIZERS:
        found["class_name"] = name
        _translate_optimizer(config)
    elif name in build.MODELS and str(found.get("module")).startswith(("keras", "tf_keras", "tensorflow")):
        found["module"] = "keras"
    if is_functional(config) and isinstance(config.get("layers"), list):
        keras2_graph.translate(config)
    elif name == "Sequential" and isinstance(config.get("layers"), list):
        config["layers"] = _with_input(config["layers"])
    elif name == "InputLayer" and _SHAPE in config:
        config["batch_shape"] = config.pop(_SHAPE)
    elif name in kinds.CLASSES["initializers"]:
        config.pop("dtype", None)
    elif name == "GRU":
        config.setdefault("reset_after", False)  # before 2.1.3 there was no other
    elif name == "Embedding":
        config.pop("input_length", None)
    elif name == "Normalization" and config.get("axis") in ([2], [-1]):
        config["axis"] = -1  # no array has more than three axes here
    elif name == "MultiHeadAttention":
        for unused in ("query_shape", "key_shape", "value_shape"):
            config.pop(unused, None)
    elif name == "LeakyReLU" and "alpha" in config:
        config["negative_slope"] = config.pop("alpha")
    elif name in ("DepthwiseConv1D", "SeparableConv1D"):
        for unused in ("groups", *(f"kernel_{part}" for part in ("initializer", "regularizer", "constraint"))):
            config.pop(unused, None)
    elif name == "MeanMetricWrapper" and isinstance(config.get("fn"), str):
        found["class_name"] = "".join(part.capitalize() for part in config.pop("fn").split("_"))
    if config.get("reduction") == "auto":
        config["reduction"] = "sum_over_batch_size"


def _translate_optimizer(config: dict[str, Any]) -> None:
    """Replace the name of the learning rate, and take away what has no effect."""
    if "lr" in config:
        config["learning_rate"] = config.pop("lr")
    if config.get("schedule_decay") == _NADAM_DECAY:
        del config["schedule_decay"]
    if not config.get("decay"):
        config.pop("decay", None)


def _with_input(layers: list[Any]) -> list[Any]:
    """Return the layers of a Sequential with an Input in place of the input shape of the first layer."""
    found: list[Any] = []
    for entry in layers:
        config = entry.get("config") if isinstance(entry, dict) else None
        shape = config.pop(_SHAPE, None) if isinstance(config, dict) else None
        if shape is not None and not found:
            found.append({"class_name": "InputLayer", "config": {"batch_shape": shape, "dtype": None}})
        found.append(entry)
    return found


def saves_slot_by_slot(training: Mapping[str, Any]) -> bool:
    """Return whether an .h5 file has an optimizer from before 2.11, which saved all momentums, then all velocities."""
    optimizer = training.get("optimizer_config")
    return isinstance(optimizer, dict) and not str(optimizer.get("class_name")).startswith(_CUSTOM)


def scale_hard_sigmoids(model: SavedModel) -> bool:
    """Multiply the weights before hard sigmoids by 1.2, so that they compute the same; return whether there are any.

    clip(0.2 x + 0.5, 0, 1) of Keras 2 is clip(x / 6 + 0.5, 0, 1) of 1.2 x.

    Raises
    ------
    RefusedError
        If the input of a hard sigmoid is not a product with weights.
    """
    found = False
    for leaf in weight_tree.leaves(model):
        blocks = _before_hard_sigmoid(leaf)
        if any(blocks):
            found = True
            factors = np.where(blocks, 1.2, 1.0)
            leaf.layer._weights.write(
                [
                    array * np.repeat(factors, array.shape[-1] // len(factors)).astype(array.dtype)
                    for array in leaf.layer.weights
                ]
            )
    if found:
        warnings.warn(
            "load_model: the hard_sigmoid of Keras 2 equals that of Keras 3 for 1.2 times its input: the weights before"
            " it were multiplied by 1.2, and the optimizer's state was left out",
            UserWarning,
            stacklevel=5,
        )
    return found


def warn_about_masks(model: SavedModel) -> None:
    """Warn if layers merge sequences with different masks, which Keras 3 does differently."""
    merging: dict[str, None] = {}
    _find_merged_masks(model, [frozenset() for _ in model._inputs], merging)
    if merging:
        warnings.warn(
            f"load_model: {', '.join(map(repr, merging))}: a step of merged sequences is valid if it is valid in any of"
            " them, as in Keras 3; in Keras 2 it had to be valid in all of them",
            UserWarning,
            stacklevel=5,
        )


def _find_merged_masks(model: Any, masks: Sequence[frozenset[str]], merging: dict[str, None]) -> list[frozenset[str]]:
    """Return which layers the mask of each output comes from, and add the names of those that merge different masks."""
    values = Values(masks)
    for node in model._nodes:
        layer, given = node.layer, values.of(node.inputs)
        if not isinstance(layer, Layer):
            values.add(_find_merged_masks(layer, given, merging))
            continue
        found = frozenset[str]().union(*given)
        if isinstance(layer, Merge) and any(mask != found for mask in given):
            merging[layer.name] = None
        if isinstance(layer, Masking) or (isinstance(layer, Embedding) and layer.mask_zero):
            found = frozenset([layer.name])
        outputs = len(layer._state_widths()) + 1 if layer.return_state else 1
        values.add([found if layer._passes_mask else frozenset(), *[frozenset()] * (outputs - 1)])
    return values.of(model._outputs)


def _before_hard_sigmoid(leaf: weight_tree.Leaf) -> list[bool]:
    """Return for each block of columns of a leaf's weights whether its product is the input of a hard sigmoid."""
    layer, name = leaf.layer, "hard_sigmoid"
    if isinstance(layer, Recurrent):
        gates = [gate for argument, own in _GATES.items() if getattr(layer, argument, "") == name for gate in own]
        found = [block in gates for block in layer.cell.blocks]
        refused = "c" in layer.cell.states and layer.activation == name  # which is also that of the cell state
    else:
        found = [isinstance(layer, Dense) and layer.activation == name]
        refused = isinstance(layer, Activation) and layer.activation == name
    if refused:
        raise RefusedError(f"layer {leaf.where!r}: the {name} of Keras 2 is a different function from that of Keras 3")
    return found
