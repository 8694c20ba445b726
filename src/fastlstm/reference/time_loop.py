r"""The loop over time that all cells share: masks, initial states, direction, recurrent dropout, zoneout, and BPTT.

Legend: N batch, T time steps, D input features, H units. A cell turns the input :math:`x_t` (N, D) and the states
:math:`s_{t-1}` (h first, in an LSTM then c, each (N, H)) into new states :math:`\hat s_t`; its file has the equations.
Everything else is here, with the mask v, the recurrent dropout mask r and the zoneout k:

.. math::

    \hat s_t &= \mathrm{cell}(x_t,\; r h_{t-1},\; s_{t-1})
        \qquad r h_{t-1} \text{ goes into the products with the recurrent kernel, the raw } h_{t-1} \text{ elsewhere} \\
    \tilde s_t &= k_t s_{t-1} + (1 - k_t) \hat s_t \\
    s_t &= \tilde s_t \text{ where } v_t \text{, else } s_{t-1} \\
    y_t &= h_t \text{, but 0 before a row's first valid step}

So a masked step keeps all states and repeats the previous output. A row without a valid step has zero outputs and its
initial state as final state. The values of x at masked steps are ignored, even NaN.

Backward. Write :math:`\bar v` for the gradient of the loss with respect to v. Each line above is linear in the result
of the line before, so its transpose carries the gradient back: from t = T down to 1, with :math:`\bar s_T` the gradient
of the final states,

.. math::

    \bar h_t &\mathrel{+}= \bar y_t \text{ from the first valid step on} \\
    \bar{\tilde s}_t &= \bar s_t \text{ where } v_t \text{, else } 0 \\
    \bar{\hat s}_t &= (1 - k_t) \bar{\tilde s}_t \\
    \bar s_{t-1} &= (\bar s_t - \bar{\tilde s}_t) + k_t \bar{\tilde s}_t + \text{the gradient from the cell,}
        \text{ multiplied by } r \text{ where it comes through the products}

With go_backwards the loop runs over the reversed sequence, and t counts steps in the order of processing, as do the
outputs, their gradients and k. The gradient of x is in the order of x.

Sources: P. J. Werbos, "Backpropagation Through Time: What It Does and How to Do It", Proceedings of the IEEE 78(10),
1990. One recurrent dropout mask for all steps: Y. Gal and Z. Ghahramani, "A Theoretically Grounded Application of
Dropout in Recurrent Neural Networks", NeurIPS 2016. Zoneout: D. Krueger et al., "Zoneout: Regularizing RNNs by Randomly
Preserving Hidden Activations", ICLR 2017. Masks and direction are as in Keras 3; leading masked steps, in which the
backends of Keras differ, as with TensorFlow and PyTorch.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, TypeAlias, TypedDict

import numpy as np
from numpy.typing import NDArray

from .._internal.checks import flag, number
from ._arrays import FloatArray, check_array, shape_of

States: TypeAlias = tuple[FloatArray, ...]


class LoopOptions(TypedDict, total=False):
    """Keyword options of the forward pass of every cell.

    Attributes
    ----------
    initial_state : sequence of ndarray (N, H), optional
        h, or h and c: one array for each state. None means zeros.
    mask : ndarray of bool (N, T), optional
        True where a step is valid. None means that all are.
    go_backwards : bool
        Process the last step first; outputs stay in the order of processing.
    recurrent_mask : ndarray (N, H), optional
        Multiplies h at every step before the products with the recurrent kernel (recurrent dropout). Ignored by cells
        without a recurrent kernel.
    zoneout : sequence of (ndarray, float or None), optional
        For each state, the fraction of the previous one that is kept, from 0 to 1. Arrays are broadcast to (T, N, H),
        with steps in the order of processing. In training it is a random array of 0 and 1, at inference its mean.

    References
    ----------
    Y. Gal and Z. Ghahramani, "A Theoretically Grounded Application of Dropout in Recurrent Neural Networks", NeurIPS
    2016 (recurrent dropout); D. Krueger et al., "Zoneout: Regularizing RNNs by Randomly Preserving Hidden Activations",
    ICLR 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm.reference import min_gru_forward
    >>> options = LoopOptions(go_backwards=True, mask=np.array([[True, True, False]]))
    >>> outputs, (h,), saved = min_gru_forward(np.ones((1, 3, 2)), np.full((2, 8), 0.1), **options)
    >>> outputs[0, :, 0].round(3).tolist()
    [0.0, 0.11, 0.159]
    """

    initial_state: Sequence[FloatArray] | None
    mask: NDArray[np.bool_] | None
    go_backwards: bool
    recurrent_mask: FloatArray | None
    zoneout: Sequence[FloatArray | float | None] | None


class Step(NamedTuple):
    """What a step saves: the inputs of the cell, and whatever else its backward pass needs."""

    x: FloatArray
    h_in: FloatArray
    previous: States
    saved: Any


class StepGradients(NamedTuple):
    """The gradients from the backward pass of a cell for one step.

    Attributes
    ----------
    x : ndarray (N, D)
        Gradient of the input.
    h_in : ndarray (N, H)
        Gradient of h as the products with the recurrent kernel see it.
    previous : tuple of ndarray (N, H)
        Gradients of the previous states, except through `h_in`.
    weights : dict
        Contribution of this step to the gradient of each weight, by name.
    """

    x: FloatArray
    h_in: FloatArray
    previous: States
    weights: dict[str, FloatArray]


@dataclass(frozen=True)
class Cell(ABC):
    """The equations of one step; each cell is a subclass.

    Attributes
    ----------
    weights : dict
        The weights by name.
    units : int
        Number of units H.
    clip : float or None
        Bound of the pre-activations of all gates.
    """

    states: ClassVar[tuple[str, ...]] = ("h",)

    weights: dict[str, FloatArray]
    units: int
    clip: float | None

    def __post_init__(self) -> None:
        if self.clip is not None:
            number("clip", self.clip, 0)

    @abstractmethod
    def forward(self, x: FloatArray, h_in: FloatArray, previous: States) -> tuple[States, Any]:
        """Return the new states, and what `backward` needs in addition to the arguments.

        `h_in` is h after recurrent dropout, for the products with the recurrent kernel.
        """

    @abstractmethod
    def backward(self, step: Step, d_states: States) -> StepGradients:
        """Return the gradients of one step, given those of its new states."""


@dataclass(frozen=True)
class Saved:
    """What the forward pass saves for the backward pass, with steps in the order of processing.

    Attributes
    ----------
    cell : Cell
        The cell with its weights (the caller's arrays, not copies) and activations.
    steps : list of Step
        One for each time step.
    shape : tuple of int
        (N, T, D), the shape of x.
    valid, started : ndarray of bool (T, N, 1)
        The mask, and whether there has been a valid step.
    go_backwards : bool
        Whether time was reversed.
    recurrent_mask : ndarray (N, H)
        Ones if none was given.
    zoneout : tuple of (ndarray (T, N, H) or None)
        The zoneout of each state.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm.reference import min_gru_forward
    >>> outputs, (h,), saved = min_gru_forward(np.ones((2, 5, 3)), np.full((3, 8), 0.1))
    >>> saved.shape, len(saved.steps)
    ((2, 5, 3), 5)
    """

    cell: Cell
    steps: list[Step]
    shape: tuple[int, int, int]
    valid: NDArray[np.bool_]
    started: NDArray[np.bool_]
    go_backwards: bool
    recurrent_mask: FloatArray
    zoneout: tuple[FloatArray | None, ...]


def complete_weights(
    given: Mapping[str, FloatArray | None], letters: Mapping[str, str], x: FloatArray, units: int
) -> dict[str, FloatArray]:
    """Check x and the weights, and return the weights with zeros in place of None."""
    check_array("x", x, (None, None, None), "(N, T, D)")
    weights = {}
    for name, array in given.items():
        shape = shape_of(letters[name], {"D": x.shape[2], "H": units})
        weights[name] = np.zeros(shape, x.dtype) if array is None else array
        check_array(name, weights[name], shape, letters[name], like=x)
    return weights


def run_forward(
    cell: Cell,
    x: FloatArray,
    *,
    initial_state: Sequence[FloatArray] | None = None,
    mask: NDArray[np.bool_] | None = None,
    go_backwards: bool = False,
    recurrent_mask: FloatArray | None = None,
    zoneout: Sequence[FloatArray | float | None] | None = None,
) -> tuple[FloatArray, States, Saved]:
    """Run a cell over x (N, T, D); the options are those of `LoopOptions`.

    Returns the outputs (N, T, H), the final states, and what `run_backward` needs.
    """
    samples, steps, _ = x.shape
    zeros = np.zeros((samples, cell.units), x.dtype)
    states = _one_each("initial_state", initial_state, cell, zeros)
    for name, state in zip(cell.states, states, strict=True):
        check_array(f"initial_state {name}", state, zeros.shape, "(N, H)", like=x)
    states = tuple(state.copy() for state in states)
    if recurrent_mask is None:
        recurrent_mask = np.ones_like(zeros)
    check_array("recurrent_mask", recurrent_mask, zeros.shape, "(N, H)", like=x)
    keep = tuple(
        None if k is None else _zoneout(f"zoneout {name}", k, (steps, *zeros.shape), x)
        for name, k in zip(cell.states, _one_each("zoneout", zoneout, cell, None), strict=True)
    )

    order = slice(None, None, -1) if flag("go_backwards", go_backwards) else slice(None)
    valid = _valid(mask, samples, steps)[order]
    started = np.logical_or.accumulate(valid, axis=0)
    inputs = np.where(valid, x.swapaxes(0, 1)[order], 0)

    outputs = np.empty((steps, *zeros.shape), x.dtype)
    saved_steps = []
    for t in range(steps):
        h_in = recurrent_mask * states[0]
        new, saved_by_cell = cell.forward(inputs[t], h_in, states)
        saved_steps.append(Step(inputs[t], h_in, states, saved_by_cell))
        new = tuple(
            s if k is None else k[t] * before + (1 - k[t]) * s for s, before, k in zip(new, states, keep, strict=True)
        )
        states = tuple(np.where(valid[t], s, before) for s, before in zip(new, states, strict=True))
        outputs[t] = np.where(started[t], states[0], 0)

    saved = Saved(cell, saved_steps, x.shape, valid, started, go_backwards, recurrent_mask, keep)
    return outputs.swapaxes(0, 1).copy(), tuple(s.copy() for s in states), saved


def run_backward(
    saved: Saved, d_outputs: FloatArray | None, d_states: Sequence[FloatArray | None] | None
) -> dict[str, FloatArray]:
    """Backpropagate through time; return the gradients of x, of each weight and of each initial state by name."""
    cell = saved.cell
    samples, steps, _ = saved.shape
    like = saved.recurrent_mask
    if d_outputs is None:
        d_outputs = np.zeros((samples, steps, cell.units), like.dtype)
    check_array("d_outputs", d_outputs, (samples, steps, cell.units), "(N, T, H)", like=like)
    ds = [np.zeros_like(like) if d is None else d for d in _one_each("d_states", d_states, cell, None)]
    for name, d in zip(cell.states, ds, strict=True):
        check_array(f"d_states {name}", d, like.shape, "(N, H)", like=like)

    d_x = np.zeros((steps, samples, saved.shape[2]), like.dtype)
    d_weights = {name: np.zeros_like(weight) for name, weight in cell.weights.items()}
    for t in reversed(range(steps)):
        ds[0] = ds[0] + np.where(saved.started[t], d_outputs[:, t], 0)
        carried = [np.where(saved.valid[t], 0, d) for d in ds]
        ds = [np.where(saved.valid[t], d, 0) for d in ds]
        for i, k in enumerate(saved.zoneout):
            if k is not None:
                carried[i] = carried[i] + k[t] * ds[i]
                ds[i] = (1 - k[t]) * ds[i]
        step = cell.backward(saved.steps[t], tuple(ds))
        d_x[t] = step.x
        for name, d_weight in step.weights.items():
            d_weights[name] += d_weight
        ds = [d + more for d, more in zip(carried, step.previous, strict=True)]
        ds[0] = ds[0] + saved.recurrent_mask * step.h_in

    if saved.go_backwards:
        d_x = d_x[::-1]
    initial = {f"initial_{name}": d.copy() for name, d in zip(cell.states, ds, strict=True)}
    return {"x": d_x.swapaxes(0, 1).copy(), **d_weights, **initial}


def _one_each(name: str, given: Sequence[Any] | None, cell: Cell, default: Any) -> tuple[Any, ...]:
    """Return one value for each state of the cell."""
    if given is None:
        return (default,) * len(cell.states)
    if not isinstance(given, (tuple, list)):
        raise TypeError(f"{name}: expected a tuple or list for the states {cell.states}, got {type(given).__name__}")
    if len(given) != len(cell.states):
        raise ValueError(f"{name}: expected one for each of the states {cell.states}, got {len(given)}")
    return tuple(given)


def _valid(mask: NDArray[np.bool_] | None, samples: int, steps: int) -> NDArray[np.bool_]:
    """Return the mask as (T, N, 1)."""
    if mask is None:
        return np.ones((steps, samples, 1), np.bool_)
    if not isinstance(mask, np.ndarray) or mask.dtype != np.bool_:
        kind = f"dtype {mask.dtype}" if isinstance(mask, np.ndarray) else type(mask).__name__
        raise TypeError(f"mask: expected a NumPy array of bool, got {kind}")
    if mask.shape != (samples, steps):
        raise ValueError(f"mask: expected shape (N, T) = ({samples}, {steps}), got {mask.shape}")
    return np.array(mask.T[:, :, None])


def _zoneout(name: str, keep: FloatArray | float, shape: tuple[int, int, int], like: FloatArray) -> FloatArray:
    """Return the zoneout of a state as an array (T, N, H)."""
    array = np.asarray(number(name, keep, 0, 1), like.dtype) if isinstance(keep, (int, float)) else keep
    check_array(name, array, (None,) * np.ndim(array), "any", like=like)
    try:
        broadcast = np.broadcast_to(array, shape)
    except ValueError:
        raise ValueError(
            f"{name}: expected a shape that broadcasts to (T, N, H) = {shape}, got {array.shape}"
        ) from None
    if not ((broadcast >= 0) & (broadcast <= 1)).all():
        raise ValueError(f"{name}: expected values from 0 to 1, got {array.min()} to {array.max()}")
    return broadcast
