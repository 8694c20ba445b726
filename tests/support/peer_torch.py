"""Recurrent modules of torch.nn with random weights, and ours with the same."""

import contextlib
import importlib

import numpy as np
from peers import require_peer

KINDS = {
    "lstm": ("LSTM", {}),
    "gru": ("GRU", {}),
    "rnn_tanh": ("RNN", {"nonlinearity": "tanh"}),
    "rnn_relu": ("RNN", {"nonlinearity": "relu"}),
}


def integration():
    """Return fastlstm.integrations.torch, or skip the test."""
    require_peer("torch")
    return importlib.import_module("fastlstm.integrations.torch")


@contextlib.contextmanager
def one_thread():
    """Let torch compute on one thread: these networks are too small for more."""
    torch = require_peer("torch")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield torch
    torch.set_num_threads(before)


def random_tensor(rng, *shape, dtype="float64", scale=1.0):
    torch = require_peer("torch")
    return torch.from_numpy(np.asarray(rng.normal(size=shape) * scale, dtype))


def with_random_weights(rng, module):
    """Give a module random parameters, also biases that differ."""
    torch = require_peer("torch")
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(random_tensor(rng, *parameter.shape, scale=0.4))
    return module


def pair(rng, kind, *arguments, dtype="float64", **options):
    """Return a module of torch.nn and ours with the same weights."""
    torch = require_peer("torch")
    name, fixed = KINDS[kind]
    made = {**fixed, **options, "dtype": getattr(torch, dtype)}
    peer = with_random_weights(rng, getattr(torch.nn, name)(*arguments, **made))
    ours = getattr(integration(), name)(*arguments, **made)
    ours.load_state_dict(peer.state_dict())
    return peer, ours


def states_of(rng, module, rows, dtype="float64", *, leaf=True):
    """Return random initial states in the form that the module takes, and as a list."""
    count = module.num_layers * (2 if module.bidirectional else 1)
    shape = (count, module.hidden_size) if rows is None else (count, rows, module.hidden_size)
    each = [random_tensor(rng, *shape, dtype=dtype).requires_grad_(leaf) for _ in range(1 + (module.mode == "LSTM"))]
    return (tuple(each) if len(each) > 1 else each[0]), each


def as_list(state):
    return list(state) if isinstance(state, tuple) else [state]


def values(output):
    """Return the numbers of an output, which may be packed."""
    torch = require_peer("torch")
    return output.data if isinstance(output, torch.nn.utils.rnn.PackedSequence) else output


def assert_same_predictions(rng, module, model, dtype, *, steps=6, whole_numbers=False):
    """Compare a module and a model on random input, in evaluation mode; where their steps are open, take so many."""
    torch = require_peer("torch")
    shape = tuple(extent or steps for extent in model.input_shape[1:])
    x = rng.integers(0, 5, (4, *shape)) if whole_numbers else rng.normal(size=(4, *shape)).astype(dtype)
    with torch.no_grad():
        wanted = module.eval()(torch.from_numpy(x))
    wanted = (wanted[0] if isinstance(wanted, tuple) else wanted).numpy()
    found = model.predict(x, verbose=0)
    assert found.dtype == wanted.dtype == dtype
    assert found.shape == wanted.shape
    assert (np.abs(found - wanted) / np.maximum(1, np.abs(wanted))).max() <= 4e-6
