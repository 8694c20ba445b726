"""Storage of a layer's weights: separate arrays until a model is built, then the model's flat buffer."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from .. import constraints, initializers, regularizers
from .._internal import keras_scripts, tape
from .._internal.arrays import Array, real_array
from .._internal.native import Network
from .._internal.tensor import tensor


class Weight(NamedTuple):
    """A weight as a layer declares it."""

    name: str
    shape: tuple[int, ...]
    initial: Callable[[tuple[int, ...], str], Array]
    trainable: bool = True
    regularizer: regularizers.Regularizer | None = None
    constraint: constraints.Constraint | None = None


class Rules(NamedTuple):
    """Initializer, regularizer and constraint of one weight, as given to the constructor."""

    initializer: initializers.Initializer
    regularizer: regularizers.Regularizer | None
    constraint: constraints.Constraint | None

    def weight(self, name: str, shape: tuple[int, ...]) -> Weight:
        """Return a trainable weight with these rules."""
        return Weight(name, shape, self.initializer, True, self.regularizer, self.constraint)

    def arguments(self, prefix: str) -> dict[str, Any]:
        """Return the constructor's arguments, such as kernel_initializer for the prefix kernel."""
        return {f"{prefix}_{name}": value for name, value in self._asdict().items()}


def rules(initializer: Any, regularizer: Any = None, constraint: Any = None) -> Rules:
    """Return the rules given by names or objects."""
    return Rules(initializers.get(initializer), regularizers.get(regularizer), constraints.get(constraint))


class WeightArray(np.ndarray[Any, Any]):
    """A read-only view of a weight, which can also be assigned, as Keras's variables can."""

    _store: "Weights | None" = None
    _index: int = 0

    @classmethod
    def of(cls, array: Array, store: "Weights", index: int) -> "WeightArray":
        """Return a view of an array as a weight."""
        view = _read_only(array).view(cls)
        view._store, view._index = store, index
        return view

    @property
    def name(self) -> str:
        """The name of the weight in its layer."""
        return "" if self._store is None else self._store.declared[self._index].name

    @property
    def path(self) -> str:
        """The same as `name`."""
        return self.name

    @property
    def trainable(self) -> bool:
        """Whether training changes it if it changes the layer."""
        return self._store is None or self._store.declared[self._index].trainable

    @property
    def regularizer(self) -> Any:
        """The regularizer, None if there is none."""
        return None if self._store is None else self._store.declared[self._index].regularizer

    @property
    def constraint(self) -> Any:
        """The constraint, None if there is none."""
        return None if self._store is None else self._store.declared[self._index].constraint

    def numpy(self) -> Array:
        """Return a copy as a plain array."""
        return np.array(self)

    def value(self) -> Any:
        """Return the value for arithmetic, through which gradients are found."""
        return self._current()

    read_value = value

    def copy(self, order: Any = "C") -> Array:
        """Return a copy as a plain array."""
        return np.array(self, order=order)

    def assign(self, value: Any) -> Any:
        """Replace the weight.

        Parameters
        ----------
        value : array_like
            Of the same shape.
        """
        if self._store is None:
            raise ValueError("assign: expected a whole weight, got a part of one or a result")
        array = np.asarray(tape.plain(value), self.dtype)
        if array.shape != self.shape:
            raise ValueError(f"value: expected shape {self.shape}, got {array.shape}")
        self._store.write_at(self._index, array)
        return self

    def assign_add(self, value: Any) -> Any:
        """Add to the weight.

        Parameters
        ----------
        value : array_like
            The summand.
        """
        return self.assign(np.asarray(self) + tape.plain(value))

    def assign_sub(self, value: Any) -> Any:
        """Subtract from the weight.

        Parameters
        ----------
        value : array_like
            What is subtracted.
        """
        return self.assign(np.asarray(self) - tape.plain(value))

    def ref(self) -> Any:
        """Return what identifies the weight, as a key of dicts."""
        return (self._store, self._index)

    def __eq__(self, other: object) -> Any:
        """Return whether elements are equal; of the same weight as a true value, so that lists can be compared."""
        is_same = self._store is not None and getattr(other, "_store", None) is self._store
        if is_same and getattr(other, "_index", None) == self._index:
            return np.ones(self.shape, bool).view(_Same)
        return super().__eq__(other)

    __hash__ = None  # as of arrays

    def _current(self) -> Any:
        recording = tape.session()
        plain = self.view(np.ndarray)
        if recording is None or self._store is None:
            return plain
        return recording.source((self._store, self._index), plain)

    def __array_finalize__(self, other: Any) -> None:
        self._store = None

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return getattr(ufunc, method)(*(_current(one) for one in inputs), **options)

    def __array_function__(self, function: Any, types: Any, arguments: Any, options: Any) -> Any:
        return function(*_currents(arguments), **_currents(options))

    def __getitem__(self, key: Any) -> Any:
        found = self._current()[key]
        return tensor(found) if keras_scripts.is_running() else found

    def __reduce__(self) -> Any:
        return self.copy().__reduce__()

    def __deepcopy__(self, memo: Any) -> Any:
        return self.copy()

    def __repr__(self) -> str:
        return repr(self.view(np.ndarray))


class _Same(np.ndarray[Any, Any]):
    """That all elements are equal."""

    def __bool__(self) -> bool:
        return bool(self.view(np.ndarray).all())  # which is no array of this class


def _current(one: Any) -> Any:
    return one._current() if type(one) is WeightArray else one


def _currents(value: Any) -> Any:
    if type(value) in (list, tuple):
        return type(value)(map(_currents, value))
    return {name: _currents(one) for name, one in value.items()} if type(value) is dict else _current(value)


class Weights:
    """The weights of one layer, in the order of `get_weights`."""

    def __init__(self) -> None:
        self._declared: list[Weight] = []
        self._arrays: list[Array] = []
        self._network: Network | None = None
        self._first = 0
        self.is_taken = False
        """Whether the weights belong to a layer and are not a variable alone."""

    @property
    def declared(self) -> list[Weight]:
        """The declarations, in the order of `get_weights`."""
        return self._declared

    def create(self, declared: Sequence[Weight], dtype: str) -> None:
        """Create arrays with the declared initial values."""
        arrays = []
        for weight in declared:
            array = real_array(weight.name, weight.initial(weight.shape, dtype), dtype)
            if array.shape != weight.shape:
                raise ValueError(f"{weight.name}: the initializer gave shape {array.shape}, expected {weight.shape}")
            if weight.constraint is not None:
                weight.constraint.core_arguments(len(weight.shape))  # raises if the weight lacks these axes
            arrays.append(array.copy())
        self._declared, self._arrays = list(declared), self._views(arrays)

    def adopt(self, declared: Sequence[Weight], arrays: Sequence[Array]) -> None:
        """Copy arrays of the declared shapes and the layer's dtype, instead of creating initial values."""
        self._declared, self._arrays = list(declared), self._views(array.copy() for array in arrays)

    def _views(self, arrays: Iterable[Array]) -> list[Array]:
        """Return arrays as weights."""
        return [WeightArray.of(array, self, i) for i, array in enumerate(arrays)]

    def append(self, weight: Weight, array: Array) -> int:
        """Add a weight with this value, and return its number."""
        if self._network is not None:
            self.detach()
        self._declared.append(weight)
        self._arrays.append(WeightArray.of(np.array(array), self, len(self._arrays)))
        return len(self._arrays) - 1

    def write_at(self, number: int, array: Array) -> None:
        """Replace one weight by an array of its shape."""
        if self._network is None:
            self._arrays[number] = WeightArray.of(np.array(array, self._arrays[number].dtype), self, number)
        else:
            self._network.set_weight(self._first + number, np.ascontiguousarray(array, self._arrays[number].dtype))

    def __getstate__(self) -> dict[str, Any]:
        """Return the state for copies and pickles: the current weights, in no network."""
        arrays = [np.array(array) for array in self._arrays]
        return {**vars(self), "_arrays": arrays, "_network": None, "_first": 0}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._arrays = self._views(self._arrays)

    def arrays(self) -> list[Array]:
        """Return read-only views of the current weights."""
        return list(self._arrays)

    def array(self, name: str) -> Array | None:
        """Return a read-only view of the weight of this name, or None if there is none."""
        return next((array for weight, array in self._pairs() if weight.name == name), None)

    def checked(self, owner: str, values: Any, dtype: str) -> list[Array]:
        """Return `values` as arrays for `write`; raise ValueError if their number or a shape is wrong."""
        if not isinstance(values, (list, tuple)):
            raise TypeError(f"weights: expected a list of arrays, got {type(values).__name__}")
        if len(values) != len(self.declared):
            raise ValueError(f"weights: {owner} expected {len(self.declared)} arrays, got {len(values)}")
        arrays = []
        for weight, value in zip(self.declared, values, strict=True):
            array = real_array(weight.name, value, dtype)
            if array.shape != weight.shape:
                raise ValueError(f"{weight.name}: {owner} expected shape {weight.shape}, got {array.shape}")
            arrays.append(array)
        return arrays

    def write(self, arrays: Sequence[Array]) -> None:
        """Replace all weights by arrays from `checked`."""
        if self._network is None:
            self._arrays = self._views(array.copy() for array in arrays)
        else:
            for i, array in enumerate(arrays):
                self._network.set_weight(self._first + i, array)

    def copy_to(self, network: Network, first: int) -> None:
        """Write the weights into the parameters of `network` from `first` on."""
        for i, array in enumerate(self._arrays, first):
            network.set_weight(i, array)

    def move_to(self, network: Network, first: int) -> int:
        """Move the weights, with their regularizers and constraints, into `network`.

        Returns the index of the parameter after them.
        """
        self.copy_to(network, first)
        parameters = network.parameters
        for i, weight in enumerate(self._declared, first):
            if not parameters[i].trainable:
                continue
            if weight.regularizer is not None:
                network.set_regularizer(i, weight.regularizer.l1, weight.regularizer.l2)
            if weight.constraint is not None:
                network.set_constraint(i, *weight.constraint.core_arguments(len(weight.shape)))
        self._network, self._first = network, first
        end = first + len(self._declared)
        self._arrays = self._views(network.weight(i) for i in range(first, end))
        return end

    def detach(self) -> None:
        """Copy the weights out of the network into separate arrays."""
        self._network = None
        self._arrays = self._views(array.copy() for array in self._arrays)

    def _pairs(self) -> list[tuple[Weight, Array]]:
        return list(zip(self.declared, self.arrays(), strict=True))


class JoinedWeights(Weights):
    """The weights of several layers as those of one, each name with the prefix of its layer."""

    def __init__(self, parts: dict[str, Weights]) -> None:
        super().__init__()
        self._parts = parts

    @property
    def declared(self) -> list[Weight]:
        """The declarations, in the order of `get_weights`."""
        return [
            weight._replace(name=prefix + weight.name)
            for prefix, part in self._parts.items()
            for weight in part.declared
        ]

    def arrays(self) -> list[Array]:
        """Return read-only views of the current weights."""
        return [array for part in self._parts.values() for array in part.arrays()]

    def write(self, arrays: Sequence[Array]) -> None:
        """Replace all weights by arrays from `checked`."""
        for part in self._parts.values():
            count = len(part.declared)
            part.write(arrays[:count])
            arrays = arrays[count:]

    def copy_to(self, network: Network, first: int) -> None:
        """Write the weights into the parameters of `network` from `first` on."""
        for part in self._parts.values():
            part.copy_to(network, first)
            first += len(part.declared)

    def move_to(self, network: Network, first: int) -> int:
        """Move the weights into `network`; return the index of the parameter after them."""
        for part in self._parts.values():
            first = part.move_to(network, first)
        return first

    def detach(self) -> None:
        """Copy the weights out of the network into separate arrays."""
        for part in self._parts.values():
            part.detach()


def _read_only(array: Array) -> Array:
    array.setflags(write=False)
    return array
