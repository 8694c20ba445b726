"""`tf.data.Dataset` over NumPy arrays: batches that `fit` takes, computed anew in each epoch."""

import itertools
import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from .. import datasets
from .._internal.not_available import has_attributes_of_keras
from .._internal.tensor import TensorShape
from ._arrays import convert_to_tensor, generator, tensor
from ._padded import bucketed, padded
from ._spec import TensorSpec

AUTOTUNE = -1


def _map(function: Callable[..., Any], *structures: Any) -> Any:
    """Return a structure of tuples and dicts with a function's results at the places of arrays."""
    first = structures[0]
    if isinstance(first, tuple):
        return tuple(_map(function, *parts) for parts in zip(*structures, strict=True))
    if isinstance(first, dict):
        return {key: _map(function, *(each[key] for each in structures)) for key in first}
    return function(*structures)


def _leaves(structure: Any) -> Iterator[Any]:
    """Yield the arrays of a structure."""
    if isinstance(structure, (tuple, dict)):
        for part in structure.values() if isinstance(structure, dict) else structure:
            yield from _leaves(part)
    else:
        yield structure


def _stacked(elements: list[Any]) -> Any:
    return _map(lambda *parts: tensor(np.stack(parts)), *elements)


@has_attributes_of_keras
class Dataset:
    """Elements that can be iterated over repeatedly, with the methods of `tf.data.Dataset`.

    Parameters
    ----------
    make : callable
        Returns a new iterator over the elements: arrays, or tuples and dicts of them.
    length : int, optional
        The number of elements; None if it is unknown or infinite.
    """

    def __init__(self, make: Callable[[], Iterator[Any]], length: int | None = None) -> None:
        self._make = make
        self._length = length

    def __iter__(self) -> Iterator[Any]:
        return self._make()

    def __len__(self) -> int:
        """Return the number of elements; raise TypeError if it is unknown."""
        if self._length is None:
            raise TypeError("the length of this Dataset is unknown")
        return self._length

    # Sources -------------------------------------------------------------------------------------------------------

    @staticmethod
    def from_tensor_slices(tensors: Any, name: str | None = None) -> "Dataset":
        """Return the rows of arrays."""
        arrays = _map(_rows, tuple(tensors) if isinstance(tensors, list) and _ragged(tensors) else tensors)
        lengths = {len(array) for array in _leaves(arrays)}
        if len(lengths) != 1:
            raise ValueError(f"tensors: expected arrays with the same number of rows, got {sorted(lengths)}")
        (length,) = lengths
        return Dataset(lambda: (_map(operator.itemgetter(i), arrays) for i in range(length)), length)

    @staticmethod
    def from_tensors(tensors: Any, name: str | None = None) -> "Dataset":
        """Return arrays as the only element."""
        return Dataset(lambda: iter([_map(convert_to_tensor, tensors)]), 1)

    @staticmethod
    def from_generator(
        generator: Callable[..., Iterable[Any]],
        output_types: Any = None,
        output_shapes: Any = None,
        args: Any = None,
        output_signature: Any = None,
        name: str | None = None,
    ) -> "Dataset":
        """Return what a generator function yields, in the dtypes that are given."""
        types = output_types if output_signature is None else output_signature
        given = () if args is None else tuple(map(convert_to_tensor, args))
        return Dataset(lambda: (_typed(element, types) for element in generator(*given)))

    @staticmethod
    def range(*bounds: int, **_: Any) -> "Dataset":
        """Return integers, as Python's `range` has them."""
        numbers = np.arange(*bounds)
        return Dataset.from_tensor_slices(numbers)

    @staticmethod
    def zip(*sets: Any, **_: Any) -> "Dataset":
        """Return tuples of the elements of several data sets."""
        parts = sets[0] if len(sets) == 1 else sets
        lengths = [each._length for each in parts]
        shortest = None if None in lengths else min(length for length in lengths if length is not None)
        return Dataset(lambda: zip(*parts, strict=False), shortest)

    # Batches and windows -------------------------------------------------------------------------------------------

    def batch(self, batch_size: int, drop_remainder: bool = False, **_: Any) -> "Dataset":
        """Return batches of consecutive elements."""
        return Dataset(
            lambda: map(_stacked, self._groups(batch_size, drop_remainder)),
            _count(self._length, batch_size, drop_remainder),
        )

    def padded_batch(
        self, batch_size: int, padded_shapes: Any = None, padding_values: Any = None, drop_remainder: bool = False
    ) -> "Dataset":
        """Return batches of consecutive elements, whose arrays are filled up to the largest one or to given shapes."""
        return Dataset(
            lambda: (
                padded(group, padded_shapes, padding_values) for group in self._groups(batch_size, drop_remainder)
            ),
            _count(self._length, batch_size, drop_remainder),
        )

    def bucket_by_sequence_length(
        self,
        element_length_func: Callable[..., Any],
        bucket_boundaries: Sequence[int],
        bucket_batch_sizes: Sequence[int],
        padded_shapes: Any = None,
        padding_values: Any = None,
        pad_to_bucket_boundary: bool = False,
        no_padding: bool = False,
        drop_remainder: bool = False,
        name: str | None = None,
    ) -> "Dataset":
        """Return batches of elements of similar lengths, whose arrays are filled up."""

        def make() -> Iterator[Any]:
            found = bucketed(
                iter(self),
                lambda element: _call(element_length_func, element),
                bucket_boundaries,
                bucket_batch_sizes,
                drop_remainder,
            )
            for group, end in found:
                shapes = padded_shapes
                if pad_to_bucket_boundary and end is not None:
                    shapes = _map(lambda array, end=end: (end, *np.shape(array)[1:])[: np.ndim(array)], group[0])
                yield _stacked(group) if no_padding else padded(group, shapes, padding_values)

        return Dataset(make)

    def unbatch(self) -> "Dataset":
        """Return the rows of the elements, one by one."""
        return self.flat_map(lambda *parts: Dataset.from_tensor_slices(parts[0] if len(parts) == 1 else parts))

    def window(self, size: int, shift: int | None = None, stride: int = 1, drop_remainder: bool = False) -> "Dataset":
        """Return data sets of `size` elements; each begins `shift` elements after the one before."""

        def make() -> Iterator[Any]:
            elements = list(self)
            for start in range(0, len(elements), shift or size):
                found = elements[start : start + (size - 1) * stride + 1 : stride]
                if len(found) == size or not drop_remainder:
                    yield _window(found)

        return Dataset(make)

    def _groups(self, size: int, drop_remainder: bool) -> Iterator[list[Any]]:
        elements = iter(self)
        while group := list(itertools.islice(elements, int(size))):
            if len(group) == size or not drop_remainder:
                yield group

    # Elements ------------------------------------------------------------------------------------------------------

    def map(self, map_func: Callable[..., Any], *_: Any, **__: Any) -> "Dataset":
        """Return the results of a function, called with each element, a tuple being several arguments."""
        return Dataset(lambda: (_call(map_func, _map(tensor, element)) for element in self), self._length)

    def flat_map(self, map_func: Callable[..., Any], **_: Any) -> "Dataset":
        """Return the elements of the data sets that a function returns."""
        return Dataset(lambda: itertools.chain.from_iterable(_call(map_func, element) for element in self))

    def interleave(self, map_func: Callable[..., Any], *_: Any, **__: Any) -> "Dataset":
        """Return the elements of the data sets that a function returns, one after the other."""
        return self.flat_map(map_func)

    def filter(self, predicate: Callable[..., Any], **_: Any) -> "Dataset":
        """Return the elements for which a function is true."""
        return Dataset(lambda: (element for element in self if _call(predicate, element)))

    def shuffle(
        self, buffer_size: int, seed: int | None = None, reshuffle_each_iteration: bool | None = True, **_: Any
    ) -> "Dataset":
        """Return the elements in random order, each drawn from the next `buffer_size` that have not been drawn."""
        orders = generator(seed)
        state = orders.bit_generator.state

        def make() -> Iterator[Any]:
            if reshuffle_each_iteration is False:
                orders.bit_generator.state = state
            buffer: list[Any] = []
            for element in self:
                if len(buffer) < buffer_size:
                    buffer.append(element)
                    continue
                drawn = int(orders.integers(buffer_size))
                yield buffer[drawn]
                buffer[drawn] = element
            yield from (buffer[drawn] for drawn in orders.permutation(len(buffer)))

        return Dataset(make, self._length)

    def repeat(self, count: int | None = None, **_: Any) -> "Dataset":
        """Return the elements several times, by default without end unless there are none."""
        if count is None or count < 0:
            return Dataset(self._endless)
        times = count
        return Dataset(
            lambda: itertools.chain.from_iterable(itertools.repeat(self, times)),
            None if self._length is None else times * self._length,
        )

    def _endless(self) -> Iterator[Any]:
        is_empty = False
        while not is_empty:
            is_empty = True
            for element in self:
                is_empty = False
                yield element

    def take(self, count: int, **_: Any) -> "Dataset":
        """Return the first elements."""
        count = int(count)
        if count < 0:
            return self
        return Dataset(
            lambda: itertools.islice(self, count), None if self._length is None else min(count, self._length)
        )

    def skip(self, count: int, **_: Any) -> "Dataset":
        """Return the elements after the first ones."""
        count = int(count)
        rest = None if self._length is None else max(self._length - count, 0)
        return Dataset(lambda: itertools.islice(self, count, None), rest)

    def concatenate(self, dataset: "Dataset", **_: Any) -> "Dataset":
        """Return the elements of this data set, then those of another one."""
        lengths = (self._length, dataset._length)
        total = None if None in lengths else sum(length for length in lengths if length is not None)
        return Dataset(lambda: itertools.chain(self, dataset), total)

    def enumerate(self, start: int = 0, **_: Any) -> "Dataset":
        """Return the elements with their numbers."""
        return Dataset(lambda: enumerate(self, start), self._length)

    def take_while(self, predicate: Callable[..., Any], **_: Any) -> "Dataset":
        """Return the elements before the first one for which a function is false."""
        return Dataset(lambda: itertools.takewhile(lambda element: _call(predicate, element), self))

    def shard(self, num_shards: int, index: int, **_: Any) -> "Dataset":
        """Return every so many elements, from a number on."""
        count = None if self._length is None else max(-(-(self._length - int(index)) // int(num_shards)), 0)
        return Dataset(lambda: itertools.islice(self, int(index), None, int(num_shards)), count)

    def apply(self, transformation_func: Callable[["Dataset"], "Dataset"]) -> "Dataset":
        """Return the data set that a function makes of this one."""
        return transformation_func(self)

    def reduce(self, initial_state: Any, reduce_func: Callable[[Any, Any], Any], **_: Any) -> Any:
        """Return the state after a function of the state and an element was called with all elements."""
        state = _map(convert_to_tensor, initial_state)
        for element in self:
            state = reduce_func(state, element)
        return state

    # Without effect ------------------------------------------------------------------------------------------------

    def cache(self, *_: Any, **__: Any) -> "Dataset":
        """Return the data set: caching does not change it."""
        return self

    prefetch = with_options = cache

    # Results -------------------------------------------------------------------------------------------------------

    def as_numpy_iterator(self) -> Iterator[Any]:
        """Return an iterator over the elements as plain arrays."""
        return (_map(lambda array: np.asarray(array)[()], element) for element in self)

    def cardinality(self, **_: Any) -> Any:
        """Return the number of elements, -2 if it is unknown."""
        return tensor(np.int64(-2 if self._length is None else self._length))

    @property
    def element_spec(self) -> Any:
        """The number of axes and the dtype of each array of an element; the sizes of axes may differ and are None."""
        return _map(lambda array: TensorSpec([None] * np.ndim(array), np.asarray(array).dtype), next(iter(self)))

    @property
    def output_shapes(self) -> Any:
        """The shapes in `element_spec`."""
        return _map(lambda spec: TensorShape(spec.shape), self.element_spec)

    @property
    def output_types(self) -> Any:
        """The dtypes in `element_spec`."""
        return _map(lambda spec: spec.dtype, self.element_spec)

    def __repr__(self) -> str:
        return f"<Dataset of {'unknown' if self._length is None else self._length} elements>"


def _typed(element: Any, types: Any) -> Any:
    """Return an element of a generator as tensors, of the dtypes or specifications in the same structure."""
    if isinstance(element, dict):
        return {key: _typed(value, None if types is None else types[key]) for key, value in element.items()}
    if isinstance(types, (tuple, list)):
        return tuple(_typed(value, dtype) for value, dtype in zip(element, types, strict=True))
    if types is None and isinstance(element, tuple):
        return tuple(_typed(value, None) for value in element)
    return convert_to_tensor(element, getattr(types, "dtype", types))


def _rows(value: Any) -> Any:
    array = value if hasattr(value, "dtype") and not isinstance(value, np.ndarray) else convert_to_tensor(value)
    return tensor(np.asarray(array))


def _ragged(values: list[Any]) -> bool:
    """Return whether a list holds arrays rather than rows."""
    return bool(values) and all(isinstance(value, np.ndarray) for value in values) and len({*map(np.shape, values)}) > 1


def _count(length: int | None, size: int, drop_remainder: bool) -> int | None:
    return None if length is None else length // size if drop_remainder else -(-length // size)


def _call(function: Callable[..., Any], element: Any) -> Any:
    return function(*element) if isinstance(element, tuple) else function(element)


def _window(elements: list[Any]) -> Any:
    """Return a window as a data set, or as a tuple of data sets for elements of several arrays."""
    if isinstance(elements[0], tuple):
        return tuple(map(_window, map(list, zip(*elements, strict=True))))
    return Dataset(lambda: iter(elements), len(elements))


def timeseries_dataset_from_array(*args: Any, **kwargs: Any) -> Dataset:
    """Return the batches of `fastlstm.datasets.timeseries_dataset_from_array` with the methods of `tf.data.Dataset`."""
    batches = datasets.timeseries_dataset_from_array(*args, **kwargs)
    return Dataset(lambda: (_map(tensor, batch) for batch in batches), len(batches))
