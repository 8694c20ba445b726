"""From a PyTorch model to a Sequential."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import torch

from ... import layers, models
from ..._internal.arrays import Array
from ...layers.rnn.cell import reordered
from . import _pieces
from ._activations import activation_of
from ._base import DTYPES
from ._chain import Step, chain
from ._layouts import blocks_of, cell_of, layer_class, to_core
from ._modules import GRU, LSTM, RNN


class _Made(NamedTuple):
    """A layer and its weights."""

    layer: layers.Layer
    weights: Sequence[Array] = ()


def from_torch(module: Any) -> models.Sequential:
    """Return a `fastlstm.Sequential` that predicts what a PyTorch model predicts.

    The model is a `torch.nn.LSTM`, `GRU` or `RNN` (or one of those here), a `torch.nn.Sequential`, or any module whose
    forward method is a chain of modules: of recurrent ones, Linear, activations, Dropout, Embedding, Flatten,
    LayerNorm and what `to_torch` makes. Of a recurrent module's results all outputs may go on (``output``), those of
    the last step (``output[:, -1]``, or ``output[-1]`` without `batch_first`), or the last layer's last state
    (``h[-1]``; ``torch.cat((h[-2], h[-1]), 1)`` of a bidirectional one). What else a forward method may do is refused.

    The Sequential takes (N, T, D), also where the module takes (T, N, D), and gives all outputs of a recurrent module
    if that comes last. A recurrent module of several layers becomes several layers. Parameters are copied; those that
    do not require a gradient make layers that are not trainable. The padding index of an Embedding has no effect: it
    changes how the model is trained, and no prediction.

    Parameters
    ----------
    module : torch.nn.Module
        float32 or float64, on the CPU. It is looked at as in evaluation mode and not changed.

    Returns
    -------
    fastlstm.Sequential
        Built, with the module's dtype and weights; not compiled.

    Raises
    ------
    ValueError
        If there is something in it that a Sequential can not express; the message names it.
    TypeError
        If it is not a module, or has parameters of another dtype.

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
    steps = chain(module)
    made: list[_Made] = []
    for step, rank in zip(steps, _ranks(steps), strict=True):
        found = _layers_of(step, rank, dtype)
        parameters = list(step.module.parameters())
        for one in found:
            one.layer.trainable = not parameters or any(parameter.requires_grad for parameter in parameters)
        made += found
    model = models.Sequential([layers.Input(_input_shape(steps), dtype=dtype), *(one.layer for one in made)])
    for one in made:
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
    """Return the number of axes of each step's input."""
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
    """Return the shape of the input without the batch axis; T is known where something is flattened."""
    ranks = _ranks(steps)
    count = _steps_of_flattened(steps, ranks)
    if steps and isinstance(steps[0].module, torch.nn.Embedding):
        return (count,)
    features = next((width for width in map(_width_in, steps) if width), None)
    if features is None:
        raise ValueError("module: expected one whose number of features is known from a Linear or a recurrent module")
    return (features,) if ranks[0] == 2 else (count, features)


def _steps_of_flattened(steps: list[Step], ranks: list[int]) -> int | None:
    """Return the T that follows from what a Flatten gives to the next module, or None without one."""
    for i, step in enumerate(steps):
        if not isinstance(step.module, torch.nn.Flatten) or ranks[i] == 2:
            continue
        if any(isinstance(one.module, torch.nn.RNNBase) and not one.module.batch_first for one in steps[:i]):
            raise ValueError(f"module: {step.name!r} joins the samples of (T, N, D), which a Sequential can not do")
        before = next((width for width in map(_width_out, reversed(steps[:i])) if width), None)
        after = next((width for width in map(_width_in, steps[i + 1 :]) if width), None)
        if not before or not after or after % before:
            raise ValueError(
                f"module: the number of steps that {step.name!r} flattens does not follow from the modules"
            )
        return after // before
    return None


def _width_in(step: Step) -> int | None:
    """Return the features that a module takes, or None if it does not tell."""
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
    """Return the features that a module gives, or None if it does not tell."""
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


def _layers_of(step: Step, rank: int, dtype: str) -> list[_Made]:
    """Return the layers that do what a module does on arrays of that rank."""
    module = step.module
    convert = _CONVERSIONS.get(type(module))
    if convert is not None:
        return list(convert(step, dtype))
    if isinstance(module, torch.nn.Flatten) and (module.start_dim, module.end_dim) in ((1, -1), (1, rank - 1)):
        return [_Made(layers.Flatten(dtype=dtype))] if rank == 3 else []
    activation = activation_of(module, rank)
    if activation is None:
        raise ValueError(f"module: {step.name!r} ({module}) is not supported")
    return [] if activation == "linear" else [_Made(layers.Activation(activation, dtype=dtype))]


def _recurrent(step: Step, dtype: str) -> Iterator[_Made]:
    piece = step.module
    if not isinstance(piece, _pieces.Recurrent):
        yield from _stack(step.name, piece, step.return_sequences, "concat", False, dtype)
        return
    if type(piece.layer) not in _RECURRENT:
        raise ValueError(f"module: {step.name!r} holds a {type(piece.layer).__name__}, which is not supported")
    yield from _stack(step.name, piece.layer, piece.return_sequences, piece.merge_mode, piece.go_backwards, dtype)


def _stack(
    name: str, module: Any, return_sequences: bool, merge_mode: str, go_backwards: bool, dtype: str
) -> Iterator[_Made]:
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
        yield _Made(layer, weights)
        if module.dropout and not last:
            yield _Made(layers.Dropout(module.dropout, dtype=dtype))


def _linear(step: Step, dtype: str) -> Iterator[_Made]:
    module = step.module
    weights = [_copy(module.weight.t()), *([] if module.bias is None else [_copy(module.bias)])]
    yield _Made(layers.Dense(module.out_features, use_bias=module.bias is not None, dtype=dtype), weights)


def _embedding(step: Step, dtype: str) -> Iterator[_Made]:
    module = step.module
    if module.max_norm is not None:
        raise ValueError(f"module: {step.name!r} has max_norm, which is not supported")
    yield _Made(layers.Embedding(module.num_embeddings, module.embedding_dim, dtype=dtype), [_copy(module.weight)])


def _layer_norm(step: Step, dtype: str) -> Iterator[_Made]:
    module = step.module
    if len(module.normalized_shape) != 1:
        raise ValueError(f"module: {step.name!r} normalises several axes, expected the last one only")
    weights = [_copy(one) for one in (module.weight, module.bias) if one is not None]
    scale, center = module.weight is not None, module.bias is not None
    yield _Made(layers.LayerNormalization(epsilon=module.eps, scale=scale, center=center, dtype=dtype), weights)


def _dropout(step: Step, dtype: str) -> Iterator[_Made]:
    yield _Made(layers.Dropout(step.module.p, dtype=dtype))


def _unflatten(step: Step, dtype: str) -> Iterator[_Made]:
    if step.module.dim not in (1, -1):
        raise ValueError(f"module: {step.name!r} unflattens axis {step.module.dim}, expected 1")
    yield _Made(layers.Reshape(tuple(step.module.unflattened_size), dtype=dtype))


def _normalization(step: Step, dtype: str) -> Iterator[_Made]:
    module = step.module
    yield _Made(layers.Normalization(invert=module.invert, dtype=dtype), [_copy(module.mean), _copy(module.variance)])


def _rescaling(step: Step, dtype: str) -> Iterator[_Made]:
    yield _Made(layers.Rescaling(_copy(step.module.scale), _copy(step.module.offset), dtype=dtype))


def _repeat_vector(step: Step, dtype: str) -> Iterator[_Made]:
    yield _Made(layers.RepeatVector(step.module.n, dtype=dtype))


_RECURRENT = (torch.nn.LSTM, torch.nn.GRU, torch.nn.RNN, LSTM, GRU, RNN)
_CONVERSIONS: dict[type, Callable[[Step, str], Iterator[_Made]]] = {
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
"""The modules that become layers, those of activations and Flatten left out."""


def _copy(tensor: torch.Tensor) -> Array:
    array: Array = tensor.detach().contiguous().numpy().copy()
    return array
