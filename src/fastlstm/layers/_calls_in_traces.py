"""Calls of this package's layers where a user's `call` is traced: what they are called with becomes what they take."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ._trace import Tracing, constant, with_mask
from .computation import Phase
from .embedding import Embedding
from .expression import Expression, applied, for_each_row
from .symbolic import OPERATIONS, SymbolicTensor
from .variable import Variable


class WeightOf(Variable):
    """A weight of a layer of this package, as a variable.

    Parameters
    ----------
    layer : Layer
        The layer, which is built.
    number : int
        Which of its weights.
    """

    def __init__(self, layer: Any, number: int) -> None:
        array = layer.weights[number]
        self._store, self._index, self._number = array._store, array._index, number
        self.holder, self.constraint = layer, None

    @property
    def number(self) -> int:
        """Which of the weights of its layer it is."""
        return self._number


def called(tracing: Tracing, layer: Any, call: Callable[..., Any], args: Any, options: Any) -> Any:
    """Return what a call of a layer gives.

    Parameters
    ----------
    tracing : Tracing
        The call that is being traced.
    layer : Layer
        What is called.
    call : callable
        Its `__call__`.
    args, options
        The arguments.
    """
    return tracing.note(layer, _called(tracing, layer, call, args, options))


def _called(tracing: Tracing, layer: Any, call: Callable[..., Any], args: Any, options: Any) -> Any:
    args = tuple(_without_phase(one) for one in args)
    options = {name: _without_phase(one) for name, one in options.items()}
    if options.get("attention_mask") is not None:
        query = args[0] if args else options.get("query")
        options["attention_mask"] = _pairs(_symbolic(options["attention_mask"]), query)
    if not args:
        return call(layer, *args, **options)
    first, *others = args
    first = _symbolic(first)
    mask = options.get("mask")
    if isinstance(mask, SymbolicTensor) and isinstance(first, SymbolicTensor) and first.ndim == 3:
        first, options = with_mask(first, mask), {**options, "mask": None}
    elif mask is not None and _is_symbolic(mask):
        options = {**options, "mask": None}
    if isinstance(first, Expression) and not first.is_made:
        if isinstance(layer, Embedding):
            return _embedded(layer, first)
        if not first.has_rows:
            return _for_all_rows(layer, call, first, others, options, tracing)
    return call(layer, first, *map(_symbolic, others), **options)


def _pairs(mask: Any, query: Any) -> Any:
    """Return a mask of pairs of steps with a row for each sample."""
    has_rows = mask.has_rows if isinstance(mask, Expression) else isinstance(mask, SymbolicTensor)
    return mask if has_rows and mask.ndim == 3 else applied(_pairs_of_rows, ((mask, query), {}))


def _pairs_of_rows(mask: Any, query: Any) -> Any:
    found = np.asarray(getattr(mask, "value", mask))
    found = found[:, 0] if found.ndim == 4 else found
    return np.broadcast_to(found, (*np.shape(query)[:2], found.shape[-1])).astype(query.dtype)


def _without_phase(value: Any) -> Any:
    return None if isinstance(value, Phase) else value


def _is_symbolic(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(map(_is_symbolic, value))
    return isinstance(value, SymbolicTensor)


def _symbolic(value: Any) -> Any:
    """Return what a layer is called on as symbolic tensors."""
    if isinstance(value, Variable):
        return value._current()
    if isinstance(value, (np.ndarray, np.generic)):
        return constant(value)
    if isinstance(value, (list, tuple)) and _is_symbolic(value):
        return [_symbolic(one) for one in value]
    return value


def _embedded(layer: Embedding, numbers: Expression) -> Any:
    """Return the vectors for numbers that are computed."""
    if not layer.built:
        layer.build((None, None))
    return applied(_taken, ((WeightOf(layer, 0), numbers), {}))


def _taken(vectors: Any, numbers: Any) -> Any:
    return np.take(vectors, np.asarray(getattr(numbers, "value", numbers)).astype(np.int64), axis=0)


def _for_all_rows(layer: Any, call: Any, value: Expression, others: Any, options: Any, tracing: Tracing) -> Any:
    """Return what a layer gives for a value that all samples have, as such a value."""
    tiled = applied(for_each_row, ((value, tracing.inputs[0]), {}))
    return applied(_of_first_row, ((call(layer, tiled, *others, **options),), {}))


def _of_first_row(rows: Any) -> Any:
    return rows[0] if len(rows) else np.zeros(np.shape(rows)[1:], rows.dtype)


_of_first_row.same_for_all_samples = True  # type: ignore[attr-defined]


OPERATIONS["call"] = called
