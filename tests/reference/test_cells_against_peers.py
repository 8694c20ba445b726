"""The reference's cells with random weights against torch, Keras and, forward only but in all forms, ONNX Runtime."""

import numpy as np
import peer_onnx
import pytest
from peers import array_of, require_peer
from reference_cases import MASK, WITH_GATES, Run, assert_close

from fastlstm.reference import CELLS

SHAPES = [(1, 1, 1, 1), (2, 5, 3, 4), (3, 2, 17, 1), (1, 4, 1, 17), (5, 1, 3, 3), (2, 3, 33, 33)]  # N, T, D, H
KERAS = {
    "simple_rnn": ("SimpleRNN", {}),
    "lstm": ("LSTM", {}),
    "gru": ("GRU", {}),
    "gru_reset_before": ("GRU", {"reset_after": False}),
}


def torch_parameters(torch, name, leaves):
    """Return the module and its parameters: blocks z r h are r z n there, and kernels are transposed."""
    units = leaves["recurrent_kernel"].shape[0]
    features = leaves["kernel"].shape[0]
    order = [1, 0, 2] if name == "gru" else range(leaves["kernel"].shape[1] // units)

    def blocks(array):
        return torch.cat([torch.split(array, units, dim=-1)[i] for i in order], dim=-1)

    bias = blocks(leaves["bias"])
    bias = bias if bias.ndim == 2 else torch.stack([bias, torch.zeros_like(bias)])
    module = {"simple_rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[name]
    return module(features, units, batch_first=True, dtype=torch.float64), {
        "weight_ih_l0": blocks(leaves["kernel"]).T,
        "weight_hh_l0": blocks(leaves["recurrent_kernel"]).T,
        "bias_ih_l0": bias[0],
        "bias_hh_l0": bias[1],
    }


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", ["simple_rnn", "lstm", "gru"])
def test_outputs_and_gradients_agree_with_torch(rng, name, shape):
    torch = require_peer("torch")
    run = Run(rng, name, shape)
    outputs, states, saved = run.forward()
    weights = [rng.normal(size=value.shape) for value in (outputs, *states)]
    gradients = run.cell.backward(saved, weights[0], weights[1:])

    leaves = {key: torch.tensor(value, requires_grad=True) for key, value in run.variables().items()}
    module, parameters = torch_parameters(torch, name, leaves)
    state = [leaves[f"initial_{key}"][None] for key in run.cell.states]
    arguments = leaves["x"], tuple(state) if len(state) == 2 else state[0]
    peer_outputs, peer_states = torch.func.functional_call(module, parameters, arguments)
    peer_states = peer_states if len(state) == 2 else (peer_states,)
    values = (peer_outputs, *(s[0] for s in peer_states))
    sum((value * torch.tensor(weight)).sum() for value, weight in zip(values, weights, strict=True)).backward()

    for value, expected in zip((outputs, *states), values, strict=True):
        assert_close(value, expected.detach().numpy(), 1e-10)
    for key, leaf in leaves.items():
        assert_close(getattr(gradients, key), leaf.grad.numpy(), 1e-10)


def check_with_keras(run, name, keras_options=None, **options):
    """Compare outputs and states with those of a layer in float32 with the same weights."""
    keras = require_peer("keras")
    layer_class, fixed = KERAS[name]
    activations = {key: options[key] for key in ("activation", "recurrent_activation") if key in options}
    units = run.initial_state[0].shape[1]
    zeros = {"kernel_initializer": "zeros", "recurrent_initializer": "zeros"}  # are quick, and overwritten
    given = {"return_sequences": True, "return_state": True, **zeros, **fixed, **activations, **(keras_options or {})}
    layer = getattr(keras.layers, layer_class)(units, **given)
    layer.build(run.x.shape)
    layer.set_weights([weight.astype(np.float32) for weight in run.weights.values()])
    state = [s.astype(np.float32) for s in run.initial_state]
    expected = layer(run.x.astype(np.float32), initial_state=state, mask=options.get("mask"))
    outputs, states, _ = run.forward(**options)
    for value, peer in zip((outputs, *states), map(array_of, expected), strict=True):
        assert value.shape == peer.shape
        assert (np.abs(value - peer) / np.maximum(1, np.abs(peer))).max() < 4e-6


@pytest.mark.parametrize(
    ("shape", "go_backwards"), [((2, 5, 3, 4), False), ((3, 4, 17, 9), True), ((1, 3, 1, 1), True)]
)
@pytest.mark.parametrize("name", KERAS)
def test_agrees_with_keras(rng, name, shape, go_backwards):
    check_with_keras(Run(rng, name, shape), name, {"go_backwards": go_backwards}, go_backwards=go_backwards)


@pytest.mark.parametrize("go_backwards", [False, True])
@pytest.mark.parametrize("name", KERAS)
def test_masks_agree_with_keras(rng, name, go_backwards):
    options = {"go_backwards": go_backwards}
    check_with_keras(Run(rng, name, (*MASK.shape, 3, 4)), name, options, mask=MASK, **options)


@pytest.mark.parametrize("pair", [("gelu", "hard_sigmoid"), ("softsign", "relu")])
@pytest.mark.parametrize("name", KERAS)
def test_the_slots_of_activations_agree_with_keras(rng, name, pair):
    options = dict(zip(("activation", "recurrent_activation"), pair if name in WITH_GATES else pair[:1], strict=False))
    check_with_keras(Run(rng, name, (3, 4, 2, 3), scale=0.3), name, **options)


@pytest.mark.parametrize("seed", range(60))
def test_every_form_agrees_with_onnxruntime(seed):
    """Peepholes, coupled gates and clip have no other peer."""
    node = peer_onnx.random_node(seed)
    expected_y = peer_onnx.run_in_onnxruntime(node)[0]
    x = node.inputs["X"].swapaxes(0, 1)
    mask = np.arange(x.shape[1]) < node.inputs.get("sequence_lens", np.full(len(x), x.shape[1]))[:, None]
    coupled, peephole = ("coupled_" if node.is_coupled else ""), ("peephole_" if "P" in node.inputs else "")
    name = {
        "RNN": "simple_rnn",
        "LSTM": f"{coupled}{peephole}lstm",
        "GRU": "gru" if node.resets_after else "gru_reset_before",
    }[node.operator]
    for direction in range(node.directions):
        backwards = direction == 1 or node.attributes["direction"] == "reverse"
        given = [weight.astype(np.float64) for weight in peer_onnx._weights(node, direction)]
        names = [key for key in CELLS[name].weights if key != "bias" or "B" in node.inputs]
        states = [node.inputs.get(key) for key in ("initial_h", "initial_c")[: len(CELLS[name].states)]]
        *recurrent, activation = node.activations(direction)[:2]
        outputs, _, _ = CELLS[name].forward(
            x.astype(np.float64),
            **dict(zip(names, given, strict=True)),
            initial_state=None if states[0] is None else [s[direction].astype(np.float64) for s in states],
            mask=mask,
            clip=node.attributes.get("clip"),
            go_backwards=backwards,
            activation=activation,
            **({"recurrent_activation": recurrent[0]} if recurrent else {}),
        )
        outputs = outputs[:, ::-1] if backwards else outputs
        peer = expected_y[:, direction].swapaxes(0, 1)
        found = np.where(mask[..., None], outputs, 0)
        assert (np.abs(found - peer) / np.maximum(1, np.abs(peer))).max() < 4e-6
