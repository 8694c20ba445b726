"""How far back the recurrent layers remember."""

from typing import Any

import numpy as np

from .._internal import checks
from .._internal.arrays import Array
from ._gradient_flow import GradientFlow, norms_of
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
    probe = Probe(model, x)
    found = []
    for inputs in probe.inputs(x, batch_size):
        saved = probe.network.forward(inputs)
        d_output, _ = probe.output_gradient(saved.output, step, feature)
        _, _, records = probe.network.state_gradients(saved, d_output)
        found.append(probe.norms_by_layer(records))
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
    `share` of what it is at that step, on average over the samples. Masked steps do not count.

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
    if share == 0:
        raise ValueError("share: expected a number above 0, got 0")
    probe = Probe(model, x)
    found: dict[str, list[Array]] = {layer.name: [] for layer in probe.layers}
    for inputs in probe.inputs(x, batch_size):
        saved = probe.network.forward(inputs)
        valid = {layer.name: probe.valid_steps(saved, layer) for layer in probe.layers}
        d_output, at = probe.output_gradient(saved.output, step, feature)
        _, _, records = probe.network.state_gradients(saved, d_output)
        norms = probe.norms_by_layer(records)
        for layer in probe.layers:
            of_layer = norms[layer.name]["h"]
            if at is not None and of_layer.shape[1] != saved.output.shape[1]:
                if step is not None:
                    raise ValueError(
                        f"step: layer {layer.name!r} has {of_layer.shape[1]} steps and the output"
                        f" {saved.output.shape[1]}: expected None"
                    )
                at = None
            found[layer.name] += _shares(of_layer, valid[layer.name], at, layer.last_step_first)
    return {name: length_of(shares, share) for name, shares in found.items()}


def _shares(norms: Array, valid: Array, at: int | None, last_step_first: bool) -> list[Array]:
    """Return for each sample the norms (N, T) at its valid steps from the output back, divided by the first one."""
    if last_step_first:
        norms, valid = norms[:, at:], valid[:, at:]
    else:
        end = None if at is None else at + 1
        norms, valid = norms[:, :end][:, ::-1], valid[:, :end][:, ::-1]
    of_samples = [one[counts] for one, counts in zip(norms, valid, strict=True)]
    return [one / one[0] for one in of_samples if len(one) and one[0] > 0]


def length_of(shares: list[Array], share: float) -> float:
    """Return after how many steps the mean of the shares has fallen below `share`, infinite if it never does."""
    if not shares:
        return 0.0
    longest = max(map(len, shares))
    sums, counts = np.zeros(longest), np.zeros(longest)
    for one in shares:
        sums[: len(one)] += one
        counts[: len(one)] += 1
    below = np.flatnonzero(sums < share * counts)
    return float(below[0]) if len(below) else np.inf
