"""Converts a Sequential to a PyTorch model."""

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import torch

from ... import layers, models
from ..._internal.arrays import Array
from ...layers.base import Layer
from ...layers.rnn.cell import reordered
from . import _modules, _pieces
from ._activations import module_of
from ._base import DTYPES
from ._layouts import from_core

_DTYPES = {name: dtype for dtype, name in DTYPES.items()}
_ONLY_IN_TRAINING = ("dropout", "recurrent_dropout")


def to_torch(model: Any) -> Any:
    """Convert a `fastlstm.Sequential` to a PyTorch model with the same predictions.

    The result is a `torch.nn.Sequential` of modules of torch.nn, and of this package where torch.nn has none: LSTM with
    peepholes, `Recurrent`, which returns one tensor of a recurrent module's result, `Normalization`, `Rescaling` and
    `RepeatVector`. `from_torch` converts it back, with the same weights.

    Weights are copied; the parameters of layers that are not trainable require no gradient. Settings that only training
    uses are left out: the optimizer and the loss; and, with a warning, regularizers, constraints, and the dropout
    inside recurrent layers.

    Parameters
    ----------
    model : fastlstm.Sequential
        A built model.

    Returns
    -------
    torch.nn.Sequential
        The model in evaluation mode; call its `train()` before training.

    Raises
    ------
    ValueError
        If the model is not built, or PyTorch cannot express a layer: minGRU, minLSTM, coupled gates, a GRU with
        ``reset_after=False``, other gate activations, clipped gates, zoneout, stateful layers, masks. The message names
        the layer.
    TypeError
        If `model` is not a Sequential.

    Warns
    -----
    UserWarning
        If a setting that only training uses is left out.

    Examples
    --------
    >>> import torch
    >>> from fastlstm import Input, Sequential, layers
    >>> from fastlstm.integrations.torch import to_torch
    >>> model = Sequential([Input((20, 1)), layers.LSTM(8), layers.Dense(1)])
    >>> to_torch(model)
    Sequential(
      (0): Recurrent(
        return_sequences=False
        (layer): LSTM(1, 8, batch_first=True)
      )
      (1): Linear(in_features=8, out_features=1, bias=True)
    )
    """
    if not isinstance(model, models.Sequential):
        raise TypeError(
            f"model: expected a fastlstm.Sequential, got {type(model).__name__}; functional models, with branches,"
            " shared layers or several inputs, are not converted"
        )
    modules: list[Any] = []
    shape = model.input_shape  # raises unless it is built
    for layer in model.layers:
        found = list(_modules_of(layer, shape))
        for module in found:
            module.requires_grad_(layer.trainable and model.trainable)
        modules += found
        shape = layer.compute_output_shape(shape)
    lost = [f"{layer.name} ({name})" for layer in model.layers for name in _lost(layer)]
    if lost:
        warnings.warn(f"to_torch: left out, since only training uses it: {', '.join(lost)}", UserWarning, stacklevel=2)
    return torch.nn.Sequential(*modules).eval()


def _modules_of(layer: Layer, shape: Any) -> Iterator[Any]:
    convert = _CONVERSIONS.get(type(layer))
    if convert is None:
        raise ValueError(f"model: to_torch does not convert {type(layer).__name__}, the layer {layer.name!r}")
    yield from convert(layer, shape)


def _lost(layer: Any) -> list[str]:
    """Return the names of the arguments that are set and act in training only."""
    inside = isinstance(layer, (layers.Recurrent, layers.RecurrentCell))
    own = [
        name
        for name, value in layer._constructor_arguments().items()
        if (name.endswith(("_regularizer", "_constraint")) or (inside and name in _ONLY_IN_TRAINING)) and value
    ]
    return own + [name for one in layer._inner_layers() for name in _lost(one)]


def _recurrent(given: Any, shape: Any) -> Iterator[Any]:
    layer = given._as_recurrent()
    module = _module_for(layer, shape[-1], bidirectional=False)
    _fill_recurrent(module, [layer])
    yield _pieces.Recurrent(module, layer.return_sequences, go_backwards=layer.go_backwards)


def _bidirectional(layer: Any, shape: Any) -> Iterator[Any]:
    first, second = layer.forward_layer._as_recurrent(), layer.backward_layer._as_recurrent()
    forward, backward = first._core_arguments(), second._core_arguments()
    differing = [name for name in forward if forward[name] != backward[name] and name not in ("go_backwards", "seed")]
    if differing:
        raise ValueError(
            f"model: the directions of {layer.name!r} differ in {', '.join(differing)}, which torch.nn cannot express"
        )
    module = _module_for(first, shape[-1], bidirectional=True)
    _fill_recurrent(module, [first, second])
    yield _pieces.Recurrent(module, first.return_sequences, layer.merge_mode)


def _module_for(layer: Any, features: int, *, bidirectional: bool) -> Any:
    """Return a module for a recurrent layer, or for two equal ones."""
    cell = layer.cell
    activations = ("tanh", "relu") if cell.name == "simple_rnn" else ("tanh",)
    problem = None
    if cell.torch is None:
        problem = f"the cell {cell.name!r}"
    elif layer.activation not in activations or layer.recurrent_activation != "sigmoid":
        problem = f"the activations {layer.activation!r} and {layer.recurrent_activation!r}"
    elif layer.clip is not None or layer.zoneout or getattr(layer, "zoneout_cell", 0):
        problem = "clip or zoneout"
    elif layer.stateful:
        problem = "stateful=True; pass the states from call to call instead"
    if problem is not None:
        raise ValueError(f"model: torch.nn cannot express the layer {layer.name!r}: it has {problem}")
    options: dict[str, Any] = {"nonlinearity": layer.activation} if cell.name == "simple_rnn" else {}
    where: Any = torch.nn
    if cell.options.get("peephole"):
        where, options = _modules, {"peephole": True}
    return getattr(where, cell.torch.module)(
        features,
        layer.units,
        bias=layer.use_bias,
        batch_first=True,
        bidirectional=bidirectional,
        dtype=_DTYPES[layer.dtype],
        **options,
    )


def _dense(layer: Any, shape: Any) -> Iterator[Any]:
    module = torch.nn.Linear(shape[-1], layer.units, layer.use_bias, dtype=_DTYPES[layer.dtype])
    kernel, *bias = map(_tensor, layer.get_weights())
    _fill(module.parameters(), [kernel.t(), *bias])
    yield module
    if layer.activation != "linear":
        yield module_of(layer.activation, layer.name)


def _activation(layer: Any, shape: Any) -> Iterator[Any]:
    yield module_of(layer.activation, layer.name)


def _embedding(layer: Any, shape: Any) -> Iterator[Any]:
    if layer.mask_zero:
        raise ValueError(f"model: torch.nn has no masks, and the layer {layer.name!r} has mask_zero=True")
    module = torch.nn.Embedding(layer.input_dim, layer.output_dim, dtype=_DTYPES[layer.dtype])
    _fill(module.parameters(), map(_tensor, layer.get_weights()))
    yield module


def _layer_normalization(layer: Any, shape: Any) -> Iterator[Any]:
    options: Any = {"bias": layer.center, "elementwise_affine": layer.scale or layer.center}
    module = torch.nn.LayerNorm(shape[-1], layer.epsilon, dtype=_DTYPES[layer.dtype], **options)
    if layer.center and not layer.scale:
        module.weight = None
    _fill(module.parameters(), map(_tensor, layer.get_weights()))
    yield module


def _dropout(layer: Any, shape: Any) -> Iterator[Any]:
    if layer.noise_shape is not None:
        raise ValueError(f"model: torch.nn has no dropout with a noise_shape, which the layer {layer.name!r} has")
    yield torch.nn.Dropout(layer.rate)


def _time_distributed(layer: Any, shape: Any) -> Iterator[Any]:
    if len(shape) > 3 or not getattr(layer.layer, "_each_step", False):
        raise ValueError(
            f"layer {layer.name!r}: TimeDistributed becomes a module for layers such as Dense on (N, T, D), not for"
            f" {layer.layer!r}"
        )
    yield from _modules_of(layer.layer, shape)


def _flatten(layer: Any, shape: Any) -> Iterator[Any]:
    yield torch.nn.Flatten()


def _reshape(layer: Any, shape: Any) -> Iterator[Any]:
    yield torch.nn.Flatten()
    to = layer.compute_output_shape(shape)[1:]
    if len(to) > 1:
        yield torch.nn.Unflatten(1, to)


def _repeat_vector(layer: Any, shape: Any) -> Iterator[Any]:
    yield _pieces.RepeatVector(layer.n)


def _normalization(layer: Any, shape: Any) -> Iterator[Any]:
    mean, variance = map(_tensor, layer.get_weights())
    yield _pieces.Normalization(mean, variance, layer.invert)


def _rescaling(layer: Any, shape: Any) -> Iterator[Any]:
    yield _pieces.Rescaling(_tensor(layer.scale.copy()), _tensor(layer.offset.copy()))


_CONVERSIONS: dict[type, Callable[[Any, Any], Iterator[Any]]] = {
    layers.RNN: _recurrent,
    layers.SimpleRNN: _recurrent,
    layers.LSTM: _recurrent,
    layers.GRU: _recurrent,
    layers.MinGRU: _recurrent,
    layers.MinLSTM: _recurrent,
    layers.Bidirectional: _bidirectional,
    layers.Dense: _dense,
    layers.Activation: _activation,
    layers.Embedding: _embedding,
    layers.LayerNormalization: _layer_normalization,
    layers.Dropout: _dropout,
    layers.TimeDistributed: _time_distributed,
    layers.Flatten: _flatten,
    layers.Reshape: _reshape,
    layers.RepeatVector: _repeat_vector,
    layers.Normalization: _normalization,
    layers.Rescaling: _rescaling,
}


def _tensor(array: Array) -> torch.Tensor:
    return torch.from_numpy(array)


def _fill_recurrent(module: Any, given: list[Any]) -> None:
    """Copy the weights of layers, one for each direction, into the parameters of a module."""
    for parameters, layer in zip(module.all_weights, given, strict=True):
        weights = layer.get_weights()

        def fill(i: int, array: Array, blocks: Sequence[int], weights: Sequence[Array] = weights) -> None:
            array[...] = reordered(weights[i], blocks, range(len(blocks)))

        shapes = [weight.shape for weight in weights]
        _fill(parameters, from_core(layer.cell.name, layer.use_bias, shapes, layer.dtype, fill))


def _fill(parameters: Iterable[Any], values: Iterable[torch.Tensor]) -> None:
    with torch.no_grad():
        for parameter, value in zip(parameters, values, strict=True):
            parameter.copy_(value)
