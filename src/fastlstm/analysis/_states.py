"""States and gates of recurrent layers at every step."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from .._internal import checks
from .._internal.arrays import Array
from ._probe import Probe


class Saturation(NamedTuple):
    """How often a gate is shut or open, for each unit.

    Attributes
    ----------
    shut : ndarray (H,)
        Share of the steps at which the gate is below the lower bound.
    open : ndarray (H,)
        Share of the steps at which it is above the upper bound.

    Examples
    --------
    >>> import numpy as np
    >>> Saturation(np.array([0.5]), np.array([0.25])).open
    array([0.25])
    """

    shut: Array
    open: Array


def states(model: Any, x: Any, *, batch_size: int = 32) -> dict[str, dict[str, Array]]:
    """Return the states of all recurrent layers after every step, whatever the layers return.

    Parameters
    ----------
    model : fastlstm.models.Model
        A model with recurrent layers; it need not be compiled. A model that is not built is built for `x`.
    x : array_like
        Data, as for `Model.predict`.
    batch_size : int
        Samples of a pass.

    Returns
    -------
    dict of str to dict of str to ndarray (N, T, H)
        By the name of the layer and of the state, 'h' or 'c'. Steps are in the order of the layer's input, which is
        that of time unless a layer before it goes backwards; at masked steps the states are those of the step before.
        They begin with zeros, and dropout is off. A Bidirectional has two entries, 'bidirectional/forward_lstm' and
        'bidirectional/backward_lstm'.

    Raises
    ------
    ValueError
        If the model has no recurrent layer, or the data does not fit.
    TypeError
        If `model` is not a model, or the data not made of real numbers.

    Examples
    --------
    >>> import numpy as np
    >>> import fastlstm
    >>> from fastlstm import analysis, layers
    >>> model = fastlstm.Sequential([layers.LSTM(8, name="lstm"), layers.Dense(1)])
    >>> found = analysis.states(model, np.ones((4, 10, 3)))
    >>> {name: array.shape for name, array in found["lstm"].items()}
    {'h': (4, 10, 8), 'c': (4, 10, 8)}
    """
    probe = Probe(model, x)
    found = [
        probe.by_layer({layer.record: saved.states_of_steps(layer.record) for layer in probe.layers})
        for saved in map(probe.network.forward, probe.inputs(x, batch_size))
    ]
    return _joined(found)


def gates(model: Any, x: Any, *, batch_size: int = 32) -> dict[str, dict[str, Array]]:
    """Return the values of all gates and candidates of the recurrent layers at every step.

    Parameters
    ----------
    model, x, batch_size
        As for `states`.

    Returns
    -------
    dict of str to dict of str to ndarray (N, T, H)
        By the name of the layer and of the gate: 'i', 'f', 'c' (the candidate) and 'o' of an LSTM; 'z', 'r' and 'h'
        (the candidate) of a GRU; 'z' and 'h' of a minGRU; 'f', 'i' and 'h' of a minLSTM, f and i as they act, with a
        sum of 1; nothing of a SimpleRNN. Coupled gates have f = 1 - i. NaN at masked steps. Steps are in the order of
        time.

    Raises
    ------
    ValueError
        If the model has no recurrent layer, or the data does not fit.
    TypeError
        If `model` is not a model, or the data not made of real numbers.

    Examples
    --------
    >>> import numpy as np
    >>> import fastlstm
    >>> from fastlstm import analysis, layers
    >>> model = fastlstm.Sequential([layers.GRU(8, name="gru")])
    >>> found = analysis.gates(model, np.ones((4, 10, 3)))
    >>> {name: array.shape for name, array in found["gru"].items()}
    {'z': (4, 10, 8), 'r': (4, 10, 8), 'h': (4, 10, 8)}
    """
    probe = Probe(model, x)
    found = []
    for saved in map(probe.network.forward, probe.inputs(x, batch_size)):
        found.append(
            {
                layer.name: _named(layer.cell, layer.in_time(saved.gates_of_steps(layer.record)))
                for layer in probe.layers
            }
        )
    return _joined(found)


def saturation(
    model: Any, x: Any, *, low: float = 0.1, high: float = 0.9, batch_size: int = 32
) -> dict[str, dict[str, Saturation]]:
    """Return how often each gate is shut or open: an open forget gate remembers, one that is shut forgets.

    Parameters
    ----------
    model, x, batch_size
        As for `states`.
    low, high : float
        A gate is shut below `low` and open above `high`.

    Returns
    -------
    dict of str to dict of str to Saturation
        By the name of the layer and of the gate: 'i', 'f' and 'o' of an LSTM, 'z' and 'r' of a GRU, 'z' of a minGRU,
        'f' and 'i' of a minLSTM; the shares are of all samples and steps that are not masked.

    Raises
    ------
    ValueError
        If `low` is above `high`, the model has no recurrent layer, or the data does not fit.
    TypeError
        If `model` is not a model, or the data not made of real numbers.

    References
    ----------
    Karpathy, Johnson and Fei-Fei, "Visualizing and understanding recurrent networks", ICLR workshop 2016.

    Examples
    --------
    >>> import numpy as np
    >>> import fastlstm
    >>> from fastlstm import analysis, layers
    >>> model = fastlstm.Sequential([layers.LSTM(8, name="lstm")])
    >>> found = analysis.saturation(model, np.ones((4, 10, 3)))
    >>> sorted(found["lstm"]), found["lstm"]["f"].open.shape
    (['f', 'i', 'o'], (8,))
    """
    low = checks.number("low", low, 0.0, 1.0)
    high = checks.number("high", high, low, 1.0)
    return {
        layer: {gate: _saturation(values, low, high) for gate, values in of_layer.items() if gate not in CANDIDATES}
        for layer, of_layer in gates(model, x, batch_size=batch_size).items()
    }


CANDIDATES = ("c", "h")
"""Among the gates of a cell, those that are not gates but what they let in."""


def _saturation(values: Array, low: float, high: float) -> Saturation:
    known = ~np.isnan(values[..., 0])
    of_known = values[known]
    if not len(of_known):
        nothing = np.full(values.shape[-1], np.nan)
        return Saturation(nothing, nothing)
    return Saturation((of_known < low).mean(axis=0), (of_known > high).mean(axis=0))


def _named(cell: Any, values: Array) -> dict[str, Array]:
    """Return gates (N, T, gates, H) by their names."""
    if not values.shape[2]:
        return {}
    named = {name: values[:, :, k] for k, name in enumerate(cell.blocks)}
    if cell.options.get("coupled"):
        named = {"i": named["i"], "f": 1 - named["i"], "c": named["c"], "o": named["o"]}
    return named


def _joined(batches: Sequence[Mapping[str, Mapping[str, Array]]]) -> dict[str, dict[str, Array]]:
    """Return the arrays of all batches together."""
    return {
        layer: {name: np.concatenate([batch[layer][name] for batch in batches]) for name in named}
        for layer, named in batches[0].items()
    }
