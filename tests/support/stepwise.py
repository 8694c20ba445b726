"""Recurrent layers as loops in NumPy in which the state after one step can be changed, for finite differences."""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _lstm(w, x, states, change, coupled=False):
    h, c = states
    z = x @ w["kernel"] + h @ w["recurrent_kernel"] + w["bias"]
    z_i, z_f, z_g, z_o = np.split(z, 4, axis=1) if not coupled else np.insert(np.split(z, 3, axis=1), 1, 0, axis=0)
    p = w.get("peephole", np.zeros((2 if coupled else 3, h.shape[1])))
    i = sigmoid(z_i + p[0] * c)
    f = 1 - i if coupled else sigmoid(z_f + p[1] * c)
    g = np.tanh(z_g)
    c = f * c + i * g + change[1]
    o = sigmoid(z_o + p[-1] * c)
    return (o * np.tanh(c) + change[0], c), {"i": i, "f": f, "c": g, "o": o}


def _gru(w, x, states, change, reset_after=True):
    (h,) = states
    bias = w["bias"] if reset_after else np.stack([w["bias"], 0 * w["bias"]])
    x_z, x_r, x_h = np.split(x @ w["kernel"] + bias[0], 3, axis=1)
    u_z, u_r, u_h = np.split(w["recurrent_kernel"], 3, axis=1)
    b_z, b_r, b_h = np.split(bias[1], 3)
    z, r = sigmoid(x_z + h @ u_z + b_z), sigmoid(x_r + h @ u_r + b_r)
    g = np.tanh(x_h + (r * (h @ u_h + b_h) if reset_after else (r * h) @ u_h))
    return (z * h + (1 - z) * g + change[0],), {"z": z, "r": r, "h": g}


def _simple_rnn(w, x, states, change):
    (h,) = states
    return (np.tanh(x @ w["kernel"] + h @ w["recurrent_kernel"] + w["bias"]) + change[0],), {}


def _min_gru(w, x, states, change):
    (h,) = states
    a_z, g = np.split(x @ w["kernel"] + w["bias"], 2, axis=1)
    z = sigmoid(a_z)
    return ((1 - z) * h + z * g + change[0],), {"z": z, "h": g}


def _min_lstm(w, x, states, change):
    (h,) = states
    a_f, a_i, g = np.split(x @ w["kernel"] + w["bias"], 3, axis=1)
    f, i = sigmoid(a_f), sigmoid(a_i)
    share = f / (f + i)
    return (share * h + (1 - share) * g + change[0],), {"f": share, "i": 1 - share, "h": g}


CELLS = {
    "SimpleRNN": ("SimpleRNN", {}, _simple_rnn, ("h",)),
    "LSTM": ("LSTM", {}, _lstm, ("h", "c")),
    "peephole LSTM": ("LSTM", {"peephole": True}, _lstm, ("h", "c")),
    "coupled LSTM": ("LSTM", {"coupled": True}, lambda *a: _lstm(*a, coupled=True), ("h", "c")),
    "coupled peephole LSTM": (
        "LSTM",
        {"peephole": True, "coupled": True},
        lambda *a: _lstm(*a, coupled=True),
        ("h", "c"),
    ),
    "GRU": ("GRU", {}, _gru, ("h",)),
    "GRU, reset before": ("GRU", {"reset_after": False}, lambda *a: _gru(*a, reset_after=False), ("h",)),
    "MinGRU": ("MinGRU", {}, _min_gru, ("h",)),
    "MinLSTM": ("MinLSTM", {}, _min_lstm, ("h",)),
}
"""By name: the layer's class and arguments, the loop's step, and the states."""


def weights_of(layer):
    return {weight.name: np.array(weight) for weight in layer.weights}


def run(name, w, x, *, changed_at=None, change=None, mask=None, go_backwards=False):
    """Return states (N, T, states, H) and gates (N, T, H) by name, both in the order of time.

    `change`, (states, H), is added to the states after step `changed_at`.
    """
    _, _, step, states = CELLS[name]
    n, steps, _ = x.shape
    units = w["bias"].shape[-1] // (len(_blocks(name)))
    current = tuple(np.zeros((n, units)) for _ in states)
    found, gates = np.zeros((n, steps, len(states), units)), {}
    order = range(steps)[::-1] if go_backwards else range(steps)
    for t in order:
        given = change if t == changed_at else np.zeros((len(states), units))
        after, values = step(w, x[:, t], current, given)
        valid = np.ones(n, bool) if mask is None else mask[:, t]
        kept = tuple(old + (each if t == changed_at else 0) for old, each in zip(current, given, strict=True))
        current = tuple(np.where(valid[:, None], new, old) for new, old in zip(after, kept, strict=True))
        found[:, t] = np.stack(current, axis=1)
        for gate, value in values.items():
            gates.setdefault(gate, np.full((n, steps, units), np.nan))[valid, t] = value[valid]
    return found, gates


def _blocks(name):
    cell = CELLS[name][0]
    if cell == "LSTM":
        return "ico" if "coupled" in name else "ifco"
    return {"SimpleRNN": "h", "GRU": "zrh", "MinGRU": "zh", "MinLSTM": "fih"}[cell]
