"""Streams: a model fed one step at a time, at the price of one step."""

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
    """A model fed one step at a time: it carries the states from step to step. Made by ``model.stream()``.

    After any number of steps the output is, bit for bit, what ``model.predict`` gives for all of them as one sequence
    (its last step, where the model gives out a sequence). A stream takes the weights that the model has at each step,
    so it can go on while the model is trained; once layers are added to the model or removed, make a new one.

    Attributes
    ----------
    step : callable
        ``step(x, out=None)``, a method of the compiled core. `x` is the next step, (D,) for one sequence or (N, D)
        for N of them at once; for a model that begins with an `Embedding` an index, or (N,) of them. Returns the
        output, (O,) or (N, O), as a new array or in `out`, an array of that shape and of the model's dtype. An `x`
        that is a C-contiguous array of the model's dtype is taken as it is; anything else is converted first. NaN and
        Inf are let through. Raises ValueError if a shape is wrong, or if the stream has begun with another N, and
        TypeError if `x` is not made of real integers or floats or `out` is not such an array.

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
        first, shape = model.layers[0], model.input_shape[1:]
        if not first._network_input(model.input_shape)[1]:
            raise ValueError(f"stream: expected a model of sequences, got {model.name!r} of input {model.input_shape}")
        for layer in model.layers:
            if not layer._works_step_by_step:
                raise ValueError(
                    f"stream: layer {layer.name!r} ({type(layer).__name__}) of model {model.name!r} needs the whole"
                    " sequence"
                )
        rank = len(shape) - 1  # of one step

        def converted(x: Any) -> Array:
            array = first._as_input("x", x)
            if array.ndim not in (rank, rank + 1) or array.shape[array.ndim - rank :] != tuple(shape[1:]):
                one = ", ".join(str(extent) for extent in shape[1:])
                raise ValueError(f"x: expected a step of shape ({one}), or N of them, got shape {array.shape}")
            return first._for_network(array)

        self._dtype = model.dtype
        self._widths = [w for layer in model.layers if isinstance(layer, StatefulLayer) for w in layer._state_widths()]
        self._core = native.stream(network, converted)
        self.step = self._core.step

    @property
    def state(self) -> list[Array] | None:
        """The states that the next step begins with, those of every recurrent layer in turn; None before the first.

        Copies, (N, units) each; N is 1 where a step is (D,).
        """
        state = self._core.state
        return None if state is None else split_states(state, self._widths)

    def set_state(self, state: Any) -> None:
        """Let the next step begin with other states.

        Parameters
        ----------
        state : list of array_like
            As many as `state` has, (N, units) or for one sequence (units,) each; None begins with zeros.

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
        """Begin with zeros again, with any number of sequences."""
        self._core.reset()

    def _array(self, name: str, value: Any) -> Array:
        return real_array(name, value, self._dtype)


def _as_list(state: Any) -> list[Any]:
    if not isinstance(state, (list, tuple)):
        raise TypeError(f"state: expected a list of arrays, got {type(state).__name__}")
    return list(state)
