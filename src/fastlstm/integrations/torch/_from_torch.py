"""Converts a PyTorch model to a Sequential."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import torch

from ... import layers, models
from ..._internal.arrays import Array
from ...layers.base import Layer
from ...layers.rnn.cell import reordered
from . import _pieces
from ._activations import activation_of
from ._base import DTYPES
from ._layouts import blocks_of, cell_of, layer_class, to_core
from ._modules import GRU, LSTM, RNN
from ._tracing import Step, trace


class _Converted(NamedTuple):
    """A layer converted from a module, and its weights."""

    layer: Layer
    weights: Sequence[Array] = ()


def from_torch(module: Any) -> models.Sequential:
    """Convert a PyTorch model to a `fastlstm.Sequential` with the same predictions.

    The model is a `torch.nn.LSTM`, `GRU` or `RNN` (or the class of that name in this package), a `torch.nn.Sequential`,
    or any module whose forward method calls modules one after another: recurrent ones, Linear, activations, Dropout,
    Embedding, Flatten, LayerNorm, and those that `to_torch` creates. From a recurrent module it may pass on all outputs
    (``output``), those of the last step (``output[:, -1]``, or ``output[-1]`` without `batch_first`), or the last state
    of the last layer (``h[-1]``; ``torch.cat((h[-2], h[-1]), 1)`` if bidirectional). Everything else is refused.

    The Sequential takes (N, T, D) even if the module takes (T, N, D), and returns all outputs of a recurrent module
    that comes last. A recurrent module with several layers becomes several layers. Parameters are copied; modules whose
    parameters require no gradient become layers that are not trainable. The padding index of an Embedding is ignored,
    since it affects training only.

    Parameters
    ----------
    module : torch.nn.Module
        The model, in float32 or float64 on the CPU. It is converted as in evaluation mode and not changed.

    Returns
    -------
    fastlstm.Sequential
        A built model with the dtype and weights of the module, not compiled.

    Raises
    ------
    ValueError
        If a Sequential cannot express a part of the module. The message names it.
    TypeError
        If `module` is not a module, or has parameters of another dtype.

    Examples
    --------
    >>> import torch
    >>> from fastlstm.integrations.torch import from_torch
    >>> class Forecaster(torch.nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.lstm = torch.nn.LSTM(1, 8, num_layers=2, batch_first=True)
    ...         self.head = torch.nn.Linear(8, 1)
    ...
    ...     def forward(self, x):
    ...         output, _ = self.lstm(x)
    ...         return self.head(output[:, -1])
    >>> from_torch(Forecaster()).predict([[[0.1], [0.2], [0.3]]], verbose=0).shape
    (1, 1)
    """
    if not isinstance(module, torch.nn.Module):
        raise TypeError(f"module: expected a torch.nn.Module, got {type(module).__name__}")
    dtype = _dtype_of(module)
    steps = trace(module)
    converted: list[_Converted] = []
    for step, rank in zip(steps, _ranks(steps), strict=True):
        found = _layers_of(step, rank, dtype)
        parameters = list(step.module.parameters())
        for one in found:
            one.layer.trainable = not parameters or any(parameter.requires_grad for parameter in parameters)
        converted += found
    model = models.Sequential([layers.Input(_input_shape(steps), dtype=dtype), *(one.layer for one in converted)])
    for one in converted:
        if one.weights:
            one.layer.set_weights(list(one.weights))
    return model


def _dtype_of(module: Any) -> str:
    dtypes = {parameter.dtype for parameter in module.parameters()} or {torch.get_default_dtype()}
    if len(dtypes) > 1 or not dtypes <= DTYPES.keys():
        raise TypeError(
            f"module: expected parameters of float32 or of float64, got {', '.join(sorted(map(str, dtypes)))}"
        )
    if any(parameter.device.type != "cpu" for parameter in module.parameters()):
        raise ValueError("module: expected one on the CPU (move it with .cpu())")
    return DTYPES[dtypes.pop()]


# Shapes ---------------------------------------------------------------------------------------------------------------


def _ranks(steps: list[Step]) -> list[int]:
    """Return the rank of the input of each module."""
    rank, found = 2, []
    for step in steps:
        if isinstance(step.module, torch.nn.RNNBase | _pieces.Recurrent):
            rank = 3
            break
        if isinstance(step.module, torch.nn.Embedding | torch.nn.Flatten | torch.nn.Unflatten | _pieces.RepeatVector):
            break
    for step in steps:
        found.append(rank)
        if isinstance(step.module, torch.nn.Embedding | torch.nn.Unflatten | _pieces.RepeatVector):
            rank = 3
        elif isinstance(step.module, torch.nn.Flatten) or not _gives_sequence(step):
            rank = 2
    return found


def _gives_sequence(step: Step) -> bool:
    return step.module.return_sequences if isinstance(step.module, _pieces.Recurrent) else step.return_sequences


def _input_shape(steps: list[Step]) -> tuple[int | None, ...]:
    """Return the shape of the input without the batch axis; T is known only if something is flattened."""
    ranks = _ranks(steps)
    count = _steps_of_flattened(steps, ranks)
    if steps and isinstance(steps[0].module, torch.nn.Embedding):
        return (count,)
    features = next((width for width in map(_width_in, steps) if width), None)
    if features is None:
        raise ValueError("module: expected one whose number of features is known from a Linear or a recurrent module")
    return (features,) if ranks[0] == 2 else (count, features)


def _steps_of_flattened(steps: list[Step], ranks: list[int]) -> int | None:
    """Return the number of steps T that follows from the module after a Flatten, or None without one."""
    for i, step in enumerate(steps):
        if not isinstance(step.module, torch.nn.Flatten) or ranks[i] == 2:
            continue
        if any(isinstance(one.module, torch.nn.RNNBase) and not one.module.batch_first for one in steps[:i]):
            raise ValueError(f"module: {step.name!r} joins the samples of (T, N, D), which a Sequential cannot do")
        before = next((width for width in map(_width_out, reversed(steps[:i])) if width), None)
        after = next((width for width in map(_width_in, steps[i + 1 :]) if width), None)
        if not before or not after or after % before:
            raise ValueError(
                f"module: the number of steps that {step.name!r} flattens does not follow from the modules"
            )
        return after // before
    return None


def _width_in(step: Step) -> int | None:
    """Return the number of features that a module takes, or None if it does not determine it."""
    module = step.module
    if isinstance(module, _pieces.Recurrent):
        module = module.layer
    if isinstance(module, torch.nn.Unflatten):
        return math.prod(int(extent) for extent in module.unflattened_size)
    if isinstance(module, torch.nn.LayerNorm):
        return int(module.normalized_shape[-1])
    if isinstance(module, _pieces.Normalization):
        return len(module.mean)
    width = getattr(module, "input_size", getattr(module, "in_features", None))
    return None if width is None else int(width)


def _width_out(step: Step) -> int | None:
    """Return the number of features that a module returns, or None if it does not determine it."""
    module, halves = step.module, 1
    if isinstance(module, _pieces.Recurrent):
        halves = 1 if module.merge_mode == "concat" or not module.layer.bidirectional else 2
        module = module.layer
    if isinstance(module, torch.nn.RNNBase):
        return int(module.hidden_size * (1 + module.bidirectional) // halves)
    if isinstance(module, torch.nn.Unflatten):
        return int(module.unflattened_size[-1])
    width = getattr(module, "out_features", getattr(module, "embedding_dim", None))
    return _width_in(step) if width is None else int(width)


# Layers ---------------------------------------------------------------------------------------------------------------


def _layers_of(step: Step, rank: int, dtype: str) -> list[_Converted]:
    """Return the layers equivalent to a module on arrays of this rank."""
    module = step.module
    convert = _CONVERSIONS.get(type(module))
    if convert is not None:
        return list(convert(step, dtype))
    if isinstance(module, torch.nn.Flatten) and (module.start_dim, module.end_dim) in ((1, -1), (1, rank - 1)):
        return [_Converted(layers.Flatten(dtype=dtype))] if rank == 3 else []
    activation = activation_of(module, rank)
    if activation is None:
        raise ValueError(f"module: {step.name!r} ({module}) is not supported")
    return [] if activation == "linear" else [_Converted(layers.Activation(activation, dtype=dtype))]


def _recurrent(step: Step, dtype: str) -> Iterator[_Converted]:
    module = step.module
    if not isinstance(module, _pieces.Recurrent):
        yield from _stack(step.name, module, step.return_sequences, "concat", False, dtype)
        return
    if type(module.layer) not in _RECURRENT:
        raise ValueError(f"module: {step.name!r} holds a {type(module.layer).__name__}, which is not supported")
    yield from _stack(step.name, module.layer, module.return_sequences, module.merge_mode, module.go_backwards, dtype)


def _stack(
    name: str, module: Any, return_sequences: bool, merge_mode: str, go_backwards: bool, dtype: str
) -> Iterator[_Converted]:
    """Return the layers of a recurrent module."""
    if module.proj_size:
        raise ValueError(f"module: {name!r} has projections (proj_size), which are not supported")
    cell = cell_of(module)
    options: dict[str, Any] = {"use_bias": module.bias, "dtype": dtype, **cell.options}
    if isinstance(module, torch.nn.RNN):
        options["activation"] = module.nonlinearity
    directions = 1 + module.bidirectional
    for i in range(module.num_layers):
        last = i == module.num_layers - 1
        layer: Any = layer_class(cell)(
            module.hidden_size,
            return_sequences=return_sequences or not last,
            go_backwards=go_backwards and i == 0,
            **options,
        )
        if module.bidirectional:
            layer = layers.Bidirectional(layer, merge_mode=merge_mode if last else "concat")
        groups = module.all_weights[i * directions : (i + 1) * directions]
        blocks = blocks_of(cell.name, module.bias)
        weights = [
            reordered(weight, range(len(places)), places)
            for group in groups
            for weight, places in zip(to_core(cell.name, module.bias, group), blocks, strict=True)
        ]
        yield _Converted(layer, weights)
        if module.dropout and not last:
            yield _Converted(layers.Dropout(module.dropout, dtype=dtype))


def _linear(step: Step, dtype: str) -> Iterator[_Converted]:
    module = step.module
    weights = [_copy(module.weight.t()), *([] if module.bias is None else [_copy(module.bias)])]
    yield _Converted(layers.Dense(module.out_features, use_bias=module.bias is not None, dtype=dtype), weights)


def _embedding(step: Step, dtype: str) -> Iterator[_Converted]:
    module = step.module
    if module.max_norm is not None:
        raise ValueError(f"module: {step.name!r} has max_norm, which is not supported")
    yield _Converted(layers.Embedding(module.num_embeddings, module.embedding_dim, dtype=dtype), [_copy(module.weight)])


def _layer_norm(step: Step, dtype: str) -> Iterator[_Converted]:
    module = step.module
    if len(module.normalized_shape) != 1:
        raise ValueError(f"module: {step.name!r} normalises several axes, expected the last one only")
    weights = [_copy(one) for one in (module.weight, module.bias) if one is not None]
    scale, center = module.weight is not None, module.bias is not None
    yield _Converted(layers.LayerNormalization(epsilon=module.eps, scale=scale, center=center, dtype=dtype), weights)


def _dropout(step: Step, dtype: str) -> Iterator[_Converted]:
    yield _Converted(layers.Dropout(step.module.p, dtype=dtype))


def _unflatten(step: Step, dtype: str) -> Iterator[_Converted]:
    if step.module.dim not in (1, -1):
        raise ValueError(f"module: {step.name!r} unflattens axis {step.module.dim}, expected 1")
    yield _Converted(layers.Reshape(tuple(step.module.unflattened_size), dtype=dtype))


def _normalization(step: Step, dtype: str) -> Iterator[_Converted]:
    module = step.module
    yield _Converted(
        layers.Normalization(invert=module.invert, dtype=dtype), [_copy(module.mean), _copy(module.variance)]
    )


def _rescaling(step: Step, dtype: str) -> Iterator[_Converted]:
    yield _Converted(layers.Rescaling(_copy(step.module.scale), _copy(step.module.offset), dtype=dtype))


def _repeat_vector(step: Step, dtype: str) -> Iterator[_Converted]:
    yield _Converted(layers.RepeatVector(step.module.n, dtype=dtype))


_RECURRENT = (torch.nn.LSTM, torch.nn.GRU, torch.nn.RNN, LSTM, GRU, RNN)
_CONVERSIONS: dict[type, Callable[[Step, str], Iterator[_Converted]]] = {
    **dict.fromkeys((*_RECURRENT, _pieces.Recurrent), _recurrent),
    torch.nn.Linear: _linear,
    torch.nn.Embedding: _embedding,
    torch.nn.LayerNorm: _layer_norm,
    torch.nn.Dropout: _dropout,
    torch.nn.Unflatten: _unflatten,
    _pieces.Normalization: _normalization,
    _pieces.Rescaling: _rescaling,
    _pieces.RepeatVector: _repeat_vector,
}

CONVERTED = tuple(_CONVERSIONS)
"""The modules that become layers, besides activations and Flatten."""


def _copy(tensor: torch.Tensor) -> Array:
    array: Array = tensor.detach().contiguous().numpy().copy()
    return array
