"""The core in float64 against torch: outputs, states and all gradients of cells, stacked and bidirectional."""

import numpy as np
import pytest
from peer_torch import KINDS

from fastlstm import _core

BOUND = 1e-10


class Pair:
    """A recurrent network of torch with random weights, and the same one of the core."""

    def __init__(self, torch, rng, kind, *, features, units, depth, bidirectional, bias):
        self.kind, self.units, self.depth, self.bias = kind, units, depth, bias
        self.suffixes = [f"_l{layer}{way}" for layer in range(depth) for way in ("", "_reverse")[: 1 + bidirectional]]
        self.states_of_each = 2 if kind == "lstm" else 1
        name, options = KINDS[kind]
        shared = {"batch_first": True, "bias": bias, "bidirectional": bidirectional, "dtype": torch.float64}
        self.peer = getattr(torch.nn, name)(features, units, depth, **shared, **options)
        with torch.no_grad():
            for parameter in self.peer.parameters():
                parameter.copy_(torch.tensor(rng.uniform(-0.5, 0.5, tuple(parameter.shape))))
        self.core = _core.NetworkF64(features, True, input_gradient=True)
        for _ in range(depth):
            self._add_layer(bidirectional)
        for i, weight in enumerate(self.ours(lambda parameter: parameter.detach().numpy(), gradients=False)):
            self.core.set_weight(i, weight)

    def _add_layer(self, bidirectional):
        options = {
            "cell": {"lstm": "lstm", "gru": "gru"}.get(self.kind, "simple_rnn"),
            "units": self.units,
            "activation": "relu" if self.kind == "rnn_relu" else "tanh",
            "recurrent_activation": "sigmoid",
            "use_bias": self.bias,
            "return_sequences": True,
        }
        if bidirectional:
            backward = {**options, "go_backwards": True}
            self.core.add("bidirectional", forward=options, backward=backward, merge_mode="concat")
        else:
            self.core.add("recurrent", **options)

    def ours(self, read, *, gradients):
        """Return what `read` gives for torch's parameters, in the core's layout and order.

        Torch has two biases where the core has their sum: of their equal gradients one is taken.
        """

        def blocks(name):
            value = read(getattr(self.peer, name))
            return value[self._core_order()] if self.kind == "gru" else value

        arrays = []
        for suffix in self.suffixes:
            arrays += [blocks(f"weight_ih{suffix}").T, blocks(f"weight_hh{suffix}").T]
            if self.bias:
                biases = blocks(f"bias_ih{suffix}"), blocks(f"bias_hh{suffix}")
                arrays.append(np.stack(biases) if self.kind == "gru" else biases[0] if gradients else sum(biases))
        return [np.ascontiguousarray(array) for array in arrays]

    def _core_order(self):
        """Return the rows of torch's r z n in the core's order z r h."""
        reset, update, candidate = np.split(np.arange(3 * self.units), 3)
        return np.concatenate([update, reset, candidate])

    def side_by_side(self, states):
        """Return torch's h, or h and c, each (depth * directions, N, H), as the core's (N, state_size)."""
        return np.concatenate([state[i] for i in range(len(self.suffixes)) for state in states], axis=-1)


def assert_close(value, expected):
    assert value.shape == expected.shape
    assert np.abs(value - expected).max() < BOUND * np.abs(expected).max()


@pytest.mark.parametrize("initial_state", [True, False])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("depth", [1, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_outputs_and_gradients_agree_with_torch(isa, rng, torch, kind, depth, bidirectional, bias, initial_state):
    rows, steps, features, units = 19, 6, 3, 9
    pair = Pair(torch, rng, kind, features=features, units=units, depth=depth, bidirectional=bidirectional, bias=bias)
    shape = (len(pair.suffixes), rows, units)
    x = rng.normal(size=(rows, steps, features))
    states = [rng.normal(size=shape) if initial_state else np.zeros(shape) for _ in range(pair.states_of_each)]
    d_output = rng.normal(size=(rows, steps, units * (1 + bidirectional)))
    d_states = [rng.normal(size=shape) for _ in states]

    leaves = [torch.tensor(value, requires_grad=True) for value in (x, *states)]
    output, final = pair.peer(leaves[0], tuple(leaves[1:]) if kind == "lstm" else leaves[1])
    finals = final if kind == "lstm" else (final,)
    pairs = zip((output, *finals), (d_output, *d_states), strict=True)
    sum((value * torch.tensor(gradient)).sum() for value, gradient in pairs).backward()

    kept = pair.core.forward(x, state=pair.side_by_side(states) if initial_state else None)
    d_x, d_initial = pair.core.backward(kept, d_output, pair.side_by_side(d_states))
    assert_close(kept.output, output.detach().numpy())
    assert_close(kept.state, pair.side_by_side([value.detach().numpy() for value in finals]))
    assert_close(d_x, leaves[0].grad.numpy())
    assert_close(d_initial, pair.side_by_side([leaf.grad.numpy() for leaf in leaves[1:]]))
    expected = pair.ours(lambda parameter: parameter.grad.numpy(), gradients=True)
    assert len(pair.core.parameters) == len(expected)
    for i, gradient in enumerate(expected):
        assert_close(pair.core.gradient(i), gradient)
