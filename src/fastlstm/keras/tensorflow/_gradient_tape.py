"""`tf.GradientTape`: gradients in training loops that scripts write."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from ..._internal import nested, tape
from ..._internal.not_available import has_attributes_of_keras
from ..._internal.tensor import WatchedTensor
from .._arrays import Tensor, tensor

__all__ = ["GradientTape", "clip_by_global_norm", "clip_by_norm", "global_norm"]


@has_attributes_of_keras
class GradientTape:
    """Records what is computed with variables, weights and models inside a ``with``, to find gradients.

    Parameters
    ----------
    persistent : bool
        Whether gradients that are taken inside the ``with`` are recorded as well. `gradient` may always be called
        several times.
    watch_accessed_variables : bool
        Accepted as in TensorFlow, without effect: all variables are watched.
    """

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True) -> None:
        self._session: tape.Session | None = None
        self._is_open, self._persistent = False, persistent
        self._watched: list[Tensor] = []

    def __enter__(self) -> "GradientTape":
        self._session, self._is_open = tape.begin(), True
        return self

    def __exit__(self, *_: Any) -> None:
        assert self._session is not None
        tape.end(self._session)
        self._is_open = False
        for one in self._watched:
            if not self._session.unwatch(one):
                one.__class__ = Tensor
        self._watched = []

    def watch(self, tensor: Any) -> None:
        """Record what is computed with tensors as well."""
        assert self._session is not None
        for one in nested.flatten(tensor):
            if isinstance(one, Tensor):
                self._session.watch(one)
                self._watched.append(one)
                one.__class__ = WatchedTensor
            elif type(one) is np.ndarray:
                raise ValueError(
                    "tensor: expected a tensor, got an array of NumPy; give it to tf.convert_to_tensor first"
                )

    def gradient(
        self, target: Any, sources: Any, output_gradients: Any = None, unconnected_gradients: Any = None
    ) -> Any:
        """Return the gradients of a loss, in the structure of the sources; None for those it does not depend on."""
        assert self._session is not None
        targets = nested.flatten(target)
        if output_gradients is None:
            given: Sequence[Any] = [np.ones_like(tape.plain(one)) for one in targets]
        else:
            flat = nested.flatten(output_gradients)
            given = [one if tape.is_traced(one) else np.asarray(tape.plain(one)) for one in flat]
        if (self._is_open and self._persistent) or self._session.has_another_tape(self._is_open):  # which records them
            given = [one if tape.is_traced(one) else self._session.constant(one) for one in given]
        wanted = nested.flatten(sources)
        found = self._session.gradients(list(zip(targets, given, strict=True)), [self._source(one) for one in wanted])
        filled = (
            np.zeros(np.shape(one), getattr(one, "dtype", None)) if each is None and unconnected_gradients else each
            for one, each in zip(wanted, found, strict=True)
        )
        return nested.pack_sequence_as(sources, map(tensor, filled))

    def _source(self, one: Any) -> Any:
        if type(one) is tape.Traced:
            return one
        store = getattr(one, "_store", None)
        key = ("watched", id(one)) if store is None else (store, one._index)
        return self._session.known(key)  # type: ignore[union-attr]

    def jacobian(
        self,
        target: Any,
        sources: Any,
        unconnected_gradients: Any = None,
        parallel_iterations: Any = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        """Return the gradients of each element of a tensor: the axes of the target come before those of a source."""
        shape, dtype = _shape_and_dtype(target, 0)
        rows = [self.gradient(target, sources, one, unconnected_gradients) for one in _one_hot(shape, dtype)]
        return _joined(rows, lambda given: np.reshape(np.stack(given), (*shape, *np.shape(tape.plain(given[0])))))

    def batch_jacobian(
        self,
        target: Any,
        source: Any,
        unconnected_gradients: Any = None,
        parallel_iterations: Any = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        """Return the gradients of the elements of each sample with respect to that sample of one source."""
        (rows, *shape), dtype = _shape_and_dtype(target, 1)
        found = [
            self.gradient(target, source, np.broadcast_to(one, (rows, *shape)), unconnected_gradients)
            for one in _one_hot(shape, dtype)
        ]
        return _joined(found, lambda given: np.reshape(np.stack(given, 1), (rows, *shape, *np.shape(given[0])[1:])))

    def stop_recording(self) -> Any:
        """Return a context in which nothing is recorded."""
        return tape.paused()

    def reset(self) -> None:
        """Forget what has been recorded."""

    def watched_variables(self) -> tuple[Any, ...]:
        """Return nothing: all variables are watched."""
        return ()


def _shape_and_dtype(target: Any, axes: int) -> tuple[tuple[int, ...], Any]:
    """Return the shape and dtype of a tensor with at least one element and this number of axes."""
    if nested.is_nested(target):
        raise ValueError(f"target: expected one tensor, got a {type(target).__name__}")
    value = np.asarray(tape.plain(target))
    if not value.size:
        raise ValueError(f"target: expected at least one element, got shape {value.shape}")
    if value.ndim < axes:
        raise ValueError(f"target: expected an axis of samples, got shape {value.shape}")
    return value.shape, value.dtype


def _one_hot(shape: Sequence[int], dtype: Any) -> Iterator[Any]:
    """Yield arrays with a 1 in one place each; all of them at once would take quadratic memory."""
    for place in range(math.prod(shape)):
        one = np.zeros(shape, dtype)
        one.flat[place] = 1
        yield one


def _joined(rows: Sequence[Any], join: Callable[[Sequence[Any]], Any]) -> Any:
    """Return structures of arrays as one, with what `join` makes of the arrays in each place, None of None."""
    places = zip(*map(nested.flatten, rows), strict=True)
    found = [None if place[0] is None else tensor(join(place)) for place in places]
    return nested.pack_sequence_as(rows[0], found)


def global_norm(t_list: Any, name: str | None = None) -> Any:
    """Return the norm of all arrays together."""
    squares = [np.sum(np.square(one)) for one in t_list if one is not None]
    return tensor(np.sqrt(np.sum(np.stack(squares or [0.0]))))


def clip_by_global_norm(t_list: Any, clip_norm: Any, use_norm: Any = None, name: str | None = None) -> Any:
    """Return arrays scaled so that their norm together is at most `clip_norm`, and the norm that they had."""
    norm = global_norm(t_list) if use_norm is None else use_norm
    factor = clip_norm / np.maximum(norm, clip_norm)
    return [None if one is None else tensor(one * factor.astype(one.dtype)) for one in t_list], norm


def clip_by_norm(t: Any, clip_norm: Any, axes: Any = None, name: str | None = None) -> Any:
    """Return an array scaled so that its norm is at most `clip_norm`."""
    norm = np.sqrt(np.sum(np.square(t), axis=axes, keepdims=axes is not None))
    return tensor(t * (clip_norm / np.maximum(norm, clip_norm)))
