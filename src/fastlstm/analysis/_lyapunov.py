"""Whether a recurrent layer forgets or explodes: the growth of small changes of its states."""

from typing import Any

import numpy as np

from .._internal.arrays import Array
from ._probe import Probe, RecordedLayer

_TRANSIENT = 0.25
"""The share of the steps that is left out, in which a random direction turns to the one that grows fastest."""


def lyapunov_exponent(model: Any, x: Any, *, batch_size: int = 32) -> dict[str, float]:
    """Return the mean growth per step of a small change of the states of each recurrent layer, as a logarithm.

    It is negative where the layer forgets: a change becomes smaller by the factor exp(exponent) at each step, and so do
    gradients. It is positive where changes and gradients explode, and near zero where they last.

    The largest Lyapunov exponent along the given sequences: a random direction is multiplied by the transposed
    Jacobians of all steps, in a native backward pass in float64 for each layer, and the logarithm of its norm divided
    by the number of steps. The first quarter of the steps that it passes is left out, and so are masked steps, and
    those at which it has become too small or large for float64.

    Parameters
    ----------
    model : fastlstm.models.Model
        A model with recurrent layers; it need not be compiled.
    x : array_like
        Data, as for `Model.predict`; the longer the sequences, the more exact.
    batch_size : int
        Samples of a pass.

    Returns
    -------
    dict of str to float
        By the name of the layer, the mean over the samples; minus infinity if a change is gone at once.

    Raises
    ------
    ValueError
        If the model has no recurrent layer, the sequences have less than four steps, or the data does not fit.
    TypeError
        If `model` is not a model, or the data not made of real numbers.

    References
    ----------
    Vogt, Puelma Touzel, Shlizerman and Lajoie, "On Lyapunov exponents for RNNs", Frontiers in Applied Mathematics and
    Statistics 8 (2022).

    Examples
    --------
    >>> import math
    >>> import numpy as np
    >>> import fastlstm
    >>> from fastlstm import analysis, layers
    >>> half = np.eye(8) / 2
    >>> layer = layers.SimpleRNN(8, name="rnn", activation="linear", recurrent_initializer=lambda *_: half)
    >>> model = fastlstm.Sequential([layer, layers.Dense(1)])
    >>> round(analysis.lyapunov_exponent(model, np.zeros((4, 60, 1)))["rnn"], 6), round(math.log(0.5), 6)
    (-0.693147, -0.693147)
    """
    probe = Probe(model, x, dtype="float64")
    found: dict[str, list[Array]] = {layer.name: [] for layer in probe.layers}
    seen = 0
    for inputs in probe.inputs(x, batch_size):
        for layer in probe.layers:
            found[layer.name].append(_growth(probe, inputs, layer, seen))
        seen += len(found[probe.layers[0].name][-1])
    return {layer: float(np.mean(np.concatenate(rates))) for layer, rates in found.items()}


def _growth(probe: Probe, inputs: Any, layer: RecordedLayer, seen: int) -> Array:
    """Return the growth per step of a random change of the final states of a layer, (N,), after `seen` samples."""
    saved = probe.network.forward(inputs)
    outputs = saved.output if isinstance(saved.output, list) else [saved.output]
    nothing = [np.zeros_like(output) for output in outputs]
    d_state = np.zeros_like(saved.state)
    states = slice(layer.first_state, layer.first_state + len(layer.cell.states) * layer.units)
    for n in range(len(d_state)):  # the same direction for a sample in any batch
        d_state[n, states] = np.random.default_rng(seen + n).standard_normal(d_state[n, states].shape)
    valid = probe.valid_steps(saved, layer)
    _, _, records = probe.network.state_gradients(saved, nothing if len(nothing) > 1 else nothing[0], d_state)
    record = layer.in_time(records[layer.record])
    against_time, valid = (each if layer.last_step_first else each[:, ::-1] for each in (record, valid))
    steps = against_time.shape[1]
    if steps < 4:
        raise ValueError(f"x: expected sequences of at least 4 steps, got {steps}")
    rates = []
    for logarithms, counts in zip(_log_norms(against_time), valid, strict=True):
        usable = logarithms[counts]
        usable = usable[: len(usable) if np.isfinite(usable).all() else int(np.isfinite(usable).argmin())]
        last = len(usable) - 1
        first = int(_TRANSIENT * last)
        rates.append((usable[last] - usable[first]) / (last - first) if last > first else -np.inf)
    return np.array(rates)


def _log_norms(vectors: Array) -> Array:
    """Return the logarithms of the norms of (N, T, states, H), infinite where float64 is too small or large."""
    largest = np.abs(vectors).max(axis=(2, 3))
    inside = np.isfinite(largest) & (largest > np.finfo(np.float64).tiny / np.finfo(np.float64).eps)
    scale = np.where(inside, largest, 1.0)
    with np.errstate(over="ignore", invalid="ignore"):
        sums = ((vectors / scale[:, :, None, None]) ** 2).sum(axis=(2, 3))
    return np.asarray(np.where(inside, np.log(scale) + np.log(np.where(inside, sums, 1.0)) / 2, np.inf))
