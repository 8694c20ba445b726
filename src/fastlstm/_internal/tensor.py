"""Results with the methods of TensorFlow's eager tensors: arrays, and numbers."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from operator import getitem
from typing import Any

import numpy as np

from . import tape
from .deferred import deferring_in
from .not_available import has_attributes_of_keras


@has_attributes_of_keras
class TensorShape(tuple[Any, ...]):
    """A shape with the methods of TensorFlow's; None stands for an axis of unknown size."""

    def __new__(cls, dims: Any = ()) -> TensorShape:
        """Return the shape with these sizes."""
        return super().__new__(cls, (None if size is None or size == -1 else int(size) for size in dims))

    @property
    def rank(self) -> int:
        """The number of axes."""
        return len(self)

    ndims = rank

    def as_list(self) -> list[int | None]:
        """Return the sizes."""
        return list(self)

    def num_elements(self) -> int | None:
        """Return the product of the sizes, None if one is unknown."""
        return None if None in self else math.prod(self)


@has_attributes_of_keras
class Tensor(np.ndarray[Any, Any]):
    """An array with the methods of TensorFlow's eager tensors."""

    _keras_mask: Any = None
    """The mask of a sequence that a layer has returned."""

    def numpy(self) -> Any:
        """Return the plain array, or the value if there is one without axes; strings become bytes, as in TensorFlow."""
        array = np.asarray(self)
        if array.dtype.kind == "U" or (array.size and array.dtype.kind == "O" and isinstance(array.flat[0], str)):
            array = np.char.encode(array.astype("U"), "utf-8").astype(object)
        return array if array.ndim else array[()]

    eval = numpy

    def get_shape(self) -> TensorShape:
        """Return the shape."""
        return TensorShape(self.shape)

    def set_shape(self, shape: Any) -> None:
        """Raise ValueError unless the array has this shape, in which None stands for any size."""
        sizes = tuple(shape)
        if len(sizes) != self.ndim or any(want not in (None, got) for want, got in zip(sizes, self.shape, strict=True)):
            raise ValueError(f"shape: expected that of the tensor, {self.shape}, got {sizes}")

    def __repr__(self) -> str:
        return repr(np.asarray(self))

    def __getitem__(self, index: Any) -> Any:
        """Return a part; a single value is a tensor without axes."""
        later = deferring_in(_parts_of_index(index))
        if later is not None:
            return later._defer(getitem, (self, index), {})
        found = super().__getitem__(index)
        return found if isinstance(found, np.ndarray) else self._single(found)

    def __hash__(self) -> int:  # type: ignore[override]
        """Return the hash of a single value, which NumPy's functions give plain for tensors of TensorFlow."""
        if self.ndim:
            raise TypeError(f"unhashable: a tensor of shape {self.shape}; use its values")
        return hash(self.item())

    def __iter__(self) -> Iterator[Any]:
        """Yield the entries of the first axis; single values are tensors without axes."""
        if self.ndim != 1:
            return super().__iter__()
        return map(self._single, super().__iter__())

    def _single(self, value: Any) -> Tensor:
        single = np.empty((), self.dtype)
        single[()] = value
        return single.view(Tensor)


class WatchedTensor(Tensor):
    """A tensor while a tape watches it, which has made it one of this class: what is computed with it is traced."""

    def _current(self) -> Any:
        recording = tape.session()
        found = self if recording is None else recording.traced(self)
        return self.view(Tensor) if found is self else found

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return tensor(getattr(ufunc, method)(*map(tape.current, inputs), **_currents(options)))

    def __array_function__(self, function: Any, types: Any, arguments: Any, options: Any) -> Any:
        return tensor(function(*_currents(arguments), **_currents(options)))

    def __getitem__(self, index: Any) -> Any:
        """Return a part."""
        return self._current()[index]

    def __iter__(self) -> Iterator[Any]:
        """Yield the entries of the first axis."""
        return iter(self._current())

    def __setitem__(self, index: Any, value: Any) -> None:
        """Change a part, which is refused while the tensor is traced."""
        self._current()[index] = value

    def __str__(self) -> str:
        return str(np.asarray(self))

    def __copy__(self) -> Any:
        return self.view(Tensor).copy()

    def __deepcopy__(self, memo: Any) -> Any:
        return self.view(Tensor).copy()

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Return what a pickle is made of: a tensor that no tape watches."""
        return self.view(Tensor).__reduce_ex__(protocol)


def _of_current(name: str) -> property:
    def of(self: WatchedTensor) -> Any:
        current = self._current()
        if name in _PLACES:
            current = np.asarray(self)
        if not hasattr(current, name):
            raise AttributeError(f"{name}: not available while a GradientTape watches the tensor; use .numpy().{name}")
        return getattr(current, name)

    return property(of)


_PLACES = ("argmax", "argmin", "argsort", "argpartition", "nonzero", "searchsorted")
"""Methods that return places, on which nothing depends smoothly."""


_ABOUT_VALUES = """
    item tolist tobytes tofile dump dumps view shape dtype ndim size itemsize nbytes strides base data flags ctypes
    device
    """
for _name in dir(np.ndarray):  # every other attribute is computed from the array, so it is that of the traced one
    if not _name.startswith("_") and _name not in _ABOUT_VALUES.split():
        setattr(WatchedTensor, _name, _of_current(_name))


def _currents(value: Any) -> Any:
    """Return arguments with traced arrays for watched tensors."""
    if isinstance(value, (list, tuple)):
        return type(value)(map(_currents, value))
    return {name: _currents(one) for name, one in value.items()} if isinstance(value, dict) else tape.current(value)


def _parts_of_index(index: Any) -> list[Any]:
    """Return the numbers that an index is made of."""
    entries = index if isinstance(index, tuple) else (index,)
    return [part for one in entries for part in ((one.start, one.stop, one.step) if isinstance(one, slice) else (one,))]


@has_attributes_of_keras
class Number(np.float64):
    """A float with the method `numpy` of TensorFlow's eager tensors."""

    _also_in_keras = ("Tensor",)

    def numpy(self) -> np.float64:
        """Return the number."""
        plain: np.float64 = np.float64(float(self))
        return plain

    def __round__(self, ndigits: Any = None) -> Any:
        return round(float(self), ndigits)

    def __repr__(self) -> str:
        return float.__repr__(self)


def tensor(value: Any) -> Any:
    """Return a result of NumPy as a `Tensor`; anything else is returned unchanged."""
    if isinstance(value, np.generic) or type(value) is np.ndarray:
        return np.asarray(value).view(Tensor)
    return value


def result(value: Any) -> Any:
    """Return a plain number or array of floats as one with the method `numpy`; anything else unchanged."""
    if type(value) in (float, np.float64):
        return Number(value)
    return tensor(value) if type(value) in (np.ndarray, np.float32) else value


def like(given: Any, value: Any) -> Any:
    """Return a result as a tensor if it was computed from one."""
    return tensor(value) if isinstance(given, Tensor) else value


def returning_tensors(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that returns the results of another one as tensors."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        later = deferring_in([args, kwargs])
        return tensor(function(*args, **kwargs)) if later is None else later._defer(call, args, kwargs)

    call._plain = function  # type: ignore[attr-defined]
    return call


def plain_function(value: Any) -> Any:
    """Return the function that `returning_tensors` was given, or anything else unchanged."""
    return getattr(value, "_plain", value)
