"""How far back the recurrent layers remember."""

from typing import Any

import numpy as np

from .._internal import checks
from .._internal.arrays import Array
from ._gradient_flow import GradientFlow, norms_of, norms_of_batch
from ._probe import Probe


def output_flow(
    model: Any, x: Any, *, step: int | None = None, feature: int | None = None, batch_size: int = 32
) -> GradientFlow:
    """Return how much an output depends on the state after each step of the recurrent layers.

    As `gradient_flow`, of an output instead of the loss, so that no targets are needed.

    Parameters
    ----------
    model : fastlstm.models.Model
        A model with recurrent layers and one output; it need not be compiled.
    x : array_like
        Data, as for `Model.predict`.
    step : int, optional
        The step of an output with steps. Default: the last one.
    feature : int, optional
        The feature of the output. Default: the largest one of each sample.
    batch_size : int
        Samples of a pass.

    Returns
    -------
    GradientFlow
        Norms by layer and state.

    Raises
    ------
    ValueError
        If the model has no recurrent layer or several outputs, or an argument is out of range.
    TypeError
        If `model` is not a model, or the data not made of real numbers.

    Examples
    --------
    >>> import numpy as np
    >>> import fastlstm
    >>> from fastlstm import analysis, layers
    >>> model = fastlstm.Sequential([layers.GRU(8, name="gru"), layers.Dense(1)])
    >>> x = np.random.default_rng(0).normal(size=(16, 50, 3))
    >>> analysis.output_flow(model, x)["gru"]["h"].samples.shape
    (16, 50)
    """
    return _flow(Probe(model, x), x, step, feature, batch_size)


def _flow(probe: Probe, x: Any, step: Any, feature: Any, batch_size: Any) -> GradientFlow:
    found = []
    for inputs in probe.inputs(x, batch_size):
        saved = probe.network.forward(inputs)
        _, _, records = probe.network.state_gradients(saved, probe.output_gradient(saved.output, step, feature))
        found.append(norms_of_batch(probe.by_layer(records)))
    return norms_of(found)


def memory_length(
    model: Any,
    x: Any,
    *,
    share: float = 0.01,
    step: int | None = None,
    feature: int | None = None,
    batch_size: int = 32,
) -> dict[str, float]:
    """Return how many steps back an output still depends on the state of each recurrent layer.

    Counted from `step` backwards, as long as the norm of the gradient of the output with respect to h is at least
    `share` of what it is at that step, on average over the samples.

    Parameters
    ----------
    model, x, step, feature, batch_size
        As for `output_flow`.
    share : float
        From 0 to 1, exclusive.

    Returns
    -------
    dict of str to float
        By the name of the layer, the number of steps; infinite where the gradient has not fallen below the share at the
        first step: the sequences are too short to tell.

    Raises
    ------
    ValueError
        If the model has no recurrent layer or several outputs, or an argument is out of range.
    TypeError
        If `model` is not a model, or the data not made of real numbers.

    Examples
    --------
    >>> import numpy as np
    >>> import fastlstm
    >>> from fastlstm import analysis, layers
    >>> layer = layers.SimpleRNN(8, name="rnn", activation="linear", recurrent_initializer="orthogonal")
    >>> model = fastlstm.Sequential([layer, layers.Dense(1)])
    >>> x = np.zeros((4, 30, 1))
    >>> analysis.memory_length(model, x)
    {'rnn': inf}
    """
    share = checks.number("share", share, 0.0, 1.0, below_high=True)
    probe = Probe(model, x)
    flow = _flow(probe, x, step, feature, batch_size)
    return {
        layer.name: _length(_from_output_back(flow[layer.name]["h"].samples, step, layer.last_step_first), share)
        for layer in probe.layers
    }


def _from_output_back(norms: Array, step: int | None, last_step_first: bool) -> Array:
    """Return the norms (N, T) from the step of the output on, against the direction in which the layer works."""
    if last_step_first:
        return norms if step is None else norms[:, step:]
    return (norms if step is None else norms[:, : step + 1 or None])[:, ::-1]


def _length(norms: Array, share: float) -> float:
    """Return the number of steps after which the mean share of the norms (N, steps) has fallen below `share`."""
    known = norms[:, 0] > 0
    if not known.any():
        return 0.0
    below = np.flatnonzero((norms[known] / norms[known, :1]).mean(axis=0) < share)
    return float(below[0]) if len(below) else np.inf
