"""Stream: a model run one step at a time, at the cost of one step."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .._internal import native
from .._internal.arrays import Array, real_array
from ..layers.rnn._stateful_layer import StatefulLayer
from ..layers.rnn._states import join_states, split_states

if TYPE_CHECKING:
    from .graph import LayerGraph

__all__ = ["Stream"]


class Stream:
    """Runs a model one step at a time and keeps its states in between. Created by ``model.stream()``.

    After any number of steps, the output is bit-identical to that of ``model.predict`` for all of them as one sequence,
    or to its last step if the model returns sequences. A stream always uses the current weights of the model, so it can
    continue while the model is trained; after adding or removing layers, create a new one.

    Parameters
    ----------
    model : Sequential
        A built model of sequences, none of whose layers needs the whole sequence.

    Attributes
    ----------
    step : callable
        ``step(x, out=None)``, a method of the compiled core. `x` is the next step, (D,) for one sequence or (N, D)
        for N sequences; for a model that starts with an `Embedding`, an index or (N,) indices. Returns the output,
        (O,) or (N, O), as a new array or in `out`, an array of that shape and of the model's dtype. An `x` that is a
        C-contiguous array of the model's dtype is used directly; anything else is converted first. NaN and Inf are
        allowed. Raises ValueError if a shape is wrong or N differs from that of the first step, and TypeError if `x`
        is not made of real integers or floats or `out` is not such an array.

    Raises
    ------
    ValueError
        If the model is not built, does not take sequences, or has a layer that needs the whole sequence.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm import Input, Sequential, layers
    >>> model = Sequential([Input((20, 1)), layers.LSTM(8, seed=1), layers.Dense(1)])
    >>> wave = np.sin(np.arange(20, dtype="float32") / 3)[:, None]
    >>> stream = model.stream()
    >>> for value in wave:
    ...     prediction = stream.step(value)
    >>> bool((prediction == model.predict(wave[None])[0]).all())
    True
    """

    step: Callable[..., Array]

    def __init__(self, model: "LayerGraph") -> None:
        network = model._native_model().network
        if len(model._inputs) != 1 or len(model._outputs) != 1:
            raise ValueError(f"stream: expected a model with one input and one output, got {model.name!r}")
        first, shape = model._first_layer(), model.input_shape[1:]
        if not first._network_input(model.input_shape)[1]:
            raise ValueError(f"stream: expected a model of sequences, got {model.name!r} of input {model.input_shape}")
        for layer in model._leaf_layers():
            if not layer._works_step_by_step:
                raise ValueError(
                    f"stream: layer {layer.name!r} ({type(layer).__name__}) of model {model.name!r} needs the whole"
                    " sequence"
                )
        rank = len(shape) - 1  # of one step

        def converted(x: Any) -> Array:
            array = first._as_input("x", x)
            if array.ndim not in (rank, rank + 1) or array.shape[array.ndim - rank :] != tuple(shape[1:]):
                expected = tuple(shape[1:])
                raise ValueError(f"x: expected a step of shape {expected}, or N of them, got shape {array.shape}")
            return first._for_network(array)

        self._dtype = model.dtype
        self._widths = [
            w for layer in model._leaf_layers() if isinstance(layer, StatefulLayer) for w in layer._state_widths()
        ]
        self._core = native.stream(network, converted)
        self.step = self._core.step

    @property
    def state(self) -> list[Array] | None:
        """The states before the next step, layer by layer; None before the first step.

        Copies, (N, units) each; N is 1 if a step is (D,).
        """
        state = self._core.state
        return None if state is None else split_states(state, self._widths)

    def set_state(self, state: Any) -> None:
        """Set the states before the next step.

        Parameters
        ----------
        state : list of array_like
            In the order of `state`, (N, units) each, or (units,) for one sequence; None stands for zeros.

        Raises
        ------
        ValueError
            If the number of arrays or a shape is wrong.
        TypeError
            If they are not made of real integers or floats.
        """
        if state is None:
            return self.reset()
        arrays = [np.atleast_2d(self._array(f"state[{i}]", one)) for i, one in enumerate(_as_list(state))]
        rows = len(arrays[0]) if arrays else 0
        self._core.state = join_states("state", arrays, self._widths, rows, self._array)

    def reset(self) -> None:
        """Reset the states to zeros; the next step may have any number of sequences."""
        self._core.reset()

    def _array(self, name: str, value: Any) -> Array:
        return real_array(name, value, self._dtype)


def _as_list(state: Any) -> list[Any]:
    if not isinstance(state, (list, tuple)):
        raise TypeError(f"state: expected a list of arrays, got {type(state).__name__}")
    return list(state)
