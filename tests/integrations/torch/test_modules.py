"""Our LSTM, GRU and RNN against torch.nn's: results, gradients, conventions, files, and what they refuse."""

import copy
import io
import itertools
import pickle
import subprocess
import sys

import numpy as np
import pytest
from peer_torch import KINDS, as_list, pair, random_tensor, states_of, values, with_random_weights

BOUNDS = {"float32": 4e-6, "float64": 1e-10}
T, N, D, H = 6, 5, 3, 7


def assert_close(found, wanted, bound):
    assert found.dtype == wanted.dtype
    assert found.shape == wanted.shape
    assert (found - wanted).abs().max() <= bound * max(1, wanted.abs().max())


def gradients(torch, module, x, hx, leaves, weights):
    """Return outputs and states, and their gradients, weighted at random, for the leaves and all parameters."""
    output, state = module(x(), hx)
    results = [values(output), *as_list(state)]
    loss = sum((one * weight).sum() for one, weight in zip(results, weights, strict=True))
    return results, torch.autograd.grad(loss, [*leaves, *module.parameters()])


def assert_same(torch, rng, peer, module, x, hx, leaves, dtype):
    with torch.no_grad():
        output, state = peer(x(), hx)
    weights = [random_tensor(rng, *one.shape, dtype=dtype) for one in (values(output), *as_list(state))]
    wanted = gradients(torch, peer, x, hx, leaves, weights)
    found = gradients(torch, module, x, hx, leaves, weights)
    for ours, theirs in zip(itertools.chain(*found), itertools.chain(*wanted), strict=True):
        assert_close(ours, theirs, BOUNDS[dtype])


@pytest.mark.parametrize("given", [True, False], ids=["states", "zeros"])
@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize(("layers", "bidirectional", "bias"), [(1, False, True), (3, True, True), (2, False, False)])
@pytest.mark.parametrize("kind", KINDS)
def test_results_and_gradients(torch, rng, dtype, kind, layers, bidirectional, bias, batch_first, given):
    options = {"bias": bias, "batch_first": batch_first, "bidirectional": bidirectional}
    peer, module = pair(rng, kind, D, H, layers, dtype=dtype, **options)
    x = random_tensor(rng, *((N, T, D) if batch_first else (T, N, D)), dtype=dtype).requires_grad_()
    hx, states = states_of(rng, peer, N, dtype) if given else (None, [])
    assert_same(torch, rng, peer, module, lambda: x, hx, [x, *states], dtype)


@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_without_a_batch(torch, rng, kind, batch_first):
    peer, module = pair(rng, kind, D, H, 2, bidirectional=True, batch_first=batch_first)
    x = random_tensor(rng, T, D).requires_grad_()
    hx, states = states_of(rng, peer, None)
    assert_same(torch, rng, peer, module, lambda: x, hx, [x, *states], "float64")
    assert_same(torch, rng, peer, module, lambda: x, None, [x], "float64")


@pytest.mark.parametrize("given", [True, False], ids=["states", "zeros"])
@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_packed_sequences(torch, rng, kind, ordered, given):
    peer, module = pair(rng, kind, D, H, 2, bidirectional=True)
    lengths = [6, 4, 4, 2, 1] if ordered else [2, 6, 1, 4, 3]
    padded = random_tensor(rng, T, N, D).requires_grad_()
    hx, states = states_of(rng, peer, N) if given else (None, [])

    def x():
        return torch.nn.utils.rnn.pack_padded_sequence(padded, lengths, enforce_sorted=ordered)

    wanted, found = peer(x(), hx)[0], module(x(), hx)[0]
    for name in ("batch_sizes", "sorted_indices", "unsorted_indices"):
        ours, theirs = getattr(found, name), getattr(wanted, name)
        assert (ours is None and theirs is None) or ours.equal(theirs)
    assert_same(torch, rng, peer, module, x, hx, [padded, *states], "float64")


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_dropout_drops_what_torch_drops(torch, rng, kind, packed):
    peer, module = pair(rng, kind, D, H, 3, dropout=0.4, bidirectional=True, batch_first=True)
    x = random_tensor(rng, N, T, D)
    given = torch.nn.utils.rnn.pack_padded_sequence(x, [6, 5, 3, 3, 1], batch_first=True) if packed else x
    found = []
    for one in (peer, module):
        torch.manual_seed(11)
        output, state = one(given)
        data = values(output)
        data.square().sum().backward()
        found.append([data, *as_list(state), *(parameter.grad for parameter in one.parameters())])
        assert not data.equal(values(one(given)[0]))
    for ours, theirs in zip(*found, strict=True):
        assert_close(ours, theirs, 1e-10)
    peer.eval()
    module.eval()
    assert_close(values(module(given)[0]), values(peer(given)[0]), 1e-10)


def cases():
    for kind in (*KINDS, "peephole"):
        yield kind, {}, False
    for kind in ("lstm", "gru", "rnn_tanh", "peephole"):
        yield kind, {"num_layers": 2, "bidirectional": True}, False
        yield kind, {"num_layers": 2, "bidirectional": True, "bias": kind != "gru"}, True


@pytest.mark.parametrize(("kind", "options", "packed"), [*cases()])
def test_gradcheck(torch, rng, ours, kind, options, packed):
    name, fixed = ("LSTM", {"peephole": True}) if kind == "peephole" else KINDS[kind]
    module = getattr(ours, name)(2, 3, dtype=torch.float64, **fixed, **options)
    with_random_weights(rng, module)
    lengths, rows = [4, 2, 1], 3
    x = random_tensor(rng, 4, rows, 2).requires_grad_()
    _, states = states_of(rng, module, rows)
    names = [name for name, _ in module.named_parameters()]

    def run(x, *rest):
        states, parameters = rest[: len(rest) - len(names)], dict(zip(names, rest[-len(names) :], strict=True))
        given = torch.nn.utils.rnn.pack_padded_sequence(x, lengths) if packed else x
        hx = tuple(states) if len(states) > 1 else states[0]
        output, state = torch.func.functional_call(module, parameters, (given, hx))
        return (values(output), *as_list(state))

    assert torch.autograd.gradcheck(run, (x, *states, *module.parameters()), check_batched_grad=False)


def test_peephole_weights_of_zero_change_nothing_and_others_do(torch, rng, ours):
    peer = with_random_weights(rng, torch.nn.LSTM(D, H, 2, bidirectional=True))
    module = ours.LSTM(D, H, 2, bidirectional=True, peephole=True)
    missing = module.load_state_dict(peer.state_dict(), strict=False).missing_keys
    assert sorted(missing) == sorted(f"weight_peephole_l{k}{way}" for k in (0, 1) for way in ("", "_reverse"))
    x = random_tensor(rng, T, N, D, dtype="float32")
    with torch.no_grad():
        for name in missing:
            assert module.state_dict()[name].shape == (3, H)
            module.state_dict()[name].zero_()
        assert_close(module(x)[0], peer(x)[0], 4e-6)
        module.weight_peephole_l1_reverse[1] = 1.0
        assert (module(x)[0] - peer(x)[0]).abs().max() > 1e-3


def test_peephole_weights_are_those_of_the_layer(torch, rng, ours):
    from fastlstm import ops

    module = with_random_weights(rng, ours.LSTM(D, H, batch_first=True, dtype=torch.float64, peephole=True))
    x = random_tensor(rng, N, T, D)
    w = {name: value.numpy() for name, value in module.state_dict().items()}
    bias = w["bias_ih_l0"] + w["bias_hh_l0"]
    wanted = ops.lstm(x.numpy(), w["weight_ih_l0"].T, w["weight_hh_l0"].T, bias, w["weight_peephole_l0"])
    output, (_, c) = module(x)
    np.testing.assert_allclose(output.detach().numpy(), wanted.outputs, rtol=0, atol=1e-14)
    np.testing.assert_allclose(c[0].detach().numpy(), wanted.states[1], rtol=0, atol=1e-14)


@pytest.mark.parametrize("kind", KINDS)
def test_parameters_files_and_first_weights_are_those_of_torch(torch, ours, kind):
    name, fixed = KINDS[kind]
    made = []
    for where in (torch.nn, ours):
        torch.manual_seed(3)
        made.append(getattr(where, name)(D, H, 2, bidirectional=True, dropout=0.5, **fixed))
    peer, module = made
    assert isinstance(module, type(peer))
    assert repr(module) == repr(peer)
    assert [name for name, _ in module.named_parameters()] == [name for name, _ in peer.named_parameters()]
    assert all(a.equal(b) for a, b in zip(module.parameters(), peer.parameters(), strict=True))
    file = io.BytesIO()
    torch.save(module.state_dict(), file)
    file.seek(0)
    peer.load_state_dict(torch.load(file, weights_only=True))
    module.load_state_dict(peer.state_dict())


def test_first_peephole_weights_are_uniform_as_the_others(torch, ours):
    torch.manual_seed(3)
    module = ours.LSTM(D, 64, peephole=True)
    weights = module.weight_peephole_l0.detach()
    assert weights.abs().max() <= 1 / 8
    assert weights.abs().max() > 0.9 / 8
    assert abs(weights.mean()) < 0.03
    assert "peephole=True" in repr(module)
    before = weights.clone()
    module.reset_parameters()
    assert not module.weight_peephole_l0.equal(before)


@pytest.mark.parametrize("peephole", [False, True])
def test_copies_and_pickles(torch, rng, ours, peephole):
    module = ours.LSTM(D, H, 2, bidirectional=True, peephole=peephole)
    x = random_tensor(rng, T, N, D, dtype="float32")
    wanted = module(x)[0]
    file = io.BytesIO()
    torch.save(module, file)
    file.seek(0)
    for other in (copy.deepcopy(module), pickle.loads(pickle.dumps(module)), torch.load(file, weights_only=False)):
        assert type(other) is type(module)
        assert other(x)[0].equal(wanted)
        with torch.no_grad():
            other.weight_hh_l0.add_(1)
        assert not other(x)[0].equal(wanted)
    assert module(x)[0].equal(wanted)


def test_outputs_are_contiguous_and_of_the_callers_own(torch, rng, ours):
    for batch_first in (True, False):
        module = ours.LSTM(D, H, batch_first=batch_first)
        x = random_tensor(rng, T, N, D, dtype="float32")
        output, (h, c) = module(x)
        assert all(one.is_contiguous() for one in (output, h, c))
        kept = output.detach().clone()
        module(2 * x)
        with torch.no_grad():
            output.mul_(2)
        assert module(x)[0].equal(kept)


@pytest.mark.parametrize("kind", KINDS)
def test_no_rows(torch, rng, kind):
    _, module = pair(rng, kind, D, H, 2, bidirectional=True)
    output, state = module(random_tensor(rng, T, 0, D))
    assert output.shape == (T, 0, 2 * H)
    assert all(one.shape == (4, 0, H) for one in as_list(state))


def test_any_layout_of_the_input(torch, rng):
    peer, module = pair(rng, "gru", D, H)
    x = random_tensor(rng, D, N, 2 * T).permute(2, 1, 0)[::2]
    hx = random_tensor(rng, N, H, 1).permute(2, 0, 1)
    assert_close(module(x, hx)[0], peer(x, hx)[0], 1e-10)
    expanded = random_tensor(rng, 1, 1, D).expand(T, N, D)
    assert_close(module(expanded)[0], peer(expanded)[0], 1e-10)


def refused(torch):
    x = torch.zeros(T, N, D)
    h = torch.zeros(1, N, H)
    packed = torch.nn.utils.rnn.pack_padded_sequence(x, [6, 5, 3, 3, 1])
    return {
        "half": (lambda m: m.half()(x.half()), TypeError, "float32 or float64, got torch.float16"),
        "bfloat16": (lambda m: m.bfloat16()(x.bfloat16()), TypeError, "got torch.bfloat16"),
        "meta": (lambda m: m.to("meta")(x.to("meta")), ValueError, "on the CPU, got one on meta"),
        "meta-input": (lambda m: m(x.to("meta")), ValueError, "input: .* on the CPU"),
        "dtype": (lambda m: m(x.double()), ValueError, "input: expected torch.float32 as the weights, got torch.f"),
        "array": (lambda m: m(x.numpy()), TypeError, "input: expected a Tensor or a PackedSequence, got ndarray"),
        "rank": (lambda m: m(x[None]), ValueError, "2D or 3D, got 4D"),
        "features": (lambda m: m(x[..., :2]), RuntimeError, "Expected 3, got 2"),
        "packed-features": (lambda m: m(packed._replace(data=packed.data[:, :2])), RuntimeError, "Expected 3, got 2"),
        "one-state": (lambda m: m(x, h), TypeError, r"hx: .* expected a tuple \(h, c\), got Tensor"),
        "three-states": (lambda m: m(x, (h, h, h)), TypeError, "got 3 of them"),
        "state-dtype": (lambda m: m(x, (h, h.double())), TypeError, "hx: .*torch.float32.*torch.float64"),
        "state-array": (lambda m: m(x, (h, h.numpy())), TypeError, "hx: .* got ndarray"),
        "state-rank": (lambda m: m(x, (h[0], h[0])), RuntimeError, "batched 3-D input, hx should also be 3-D"),
        "state-rank-2": (lambda m: m(x[:, 0], (h, h)), RuntimeError, "unbatched 2-D input, hx should also be 2-D"),
        "state-shape": (lambda m: m(x, (h, h[:, :2])), RuntimeError, r"Expected hidden\[1\] size"),
        "trace": (lambda m: torch.jit.trace(m, x), RuntimeError, "cannot be traced"),
    }


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of torch.jit
@pytest.mark.parametrize(
    "case",
    [
        "half",
        "bfloat16",
        "meta",
        "meta-input",
        "dtype",
        "array",
        "rank",
        "features",
        "packed-features",
        "one-state",
        "three-states",
        "state-dtype",
        "state-array",
        "state-rank",
        "state-rank-2",
        "state-shape",
        "trace",
    ],
)
def test_what_is_refused(torch, ours, case):
    call, error, match = refused(torch)[case]
    with pytest.raises(error, match=match):
        call(ours.LSTM(D, H))


def test_constructors_refuse_what_torch_refuses_and_projections(torch, ours):
    with pytest.raises(ValueError, match=r"proj_size: .*no projections, expected 0, got 2"):
        ours.LSTM(D, H, proj_size=2)
    with pytest.raises(ValueError, match="proj_size"):
        ours.GRU(D, H, proj_size=2)
    with pytest.raises(TypeError, match="peephole: expected True or False"):
        ours.LSTM(D, H, peephole=1)
    with pytest.raises(TypeError, match="peephole"):
        ours.GRU(D, H, peephole=True)
    with pytest.raises(ValueError, match="nonlinearity"):
        ours.RNN(D, H, nonlinearity="gelu")
    with pytest.raises(ValueError, match="hidden_size must be greater"):
        ours.LSTM(D, 0)


def test_without_torch_the_error_names_the_extra():
    code = "import sys; sys.modules['torch'] = None; import fastlstm.integrations; import fastlstm.integrations.torch"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "ImportError: fastlstm.integrations.torch needs PyTorch: pip install 'fastlstm[torch]'" in done.stderr


def test_the_package_does_not_import_torch():
    code = "import sys, fastlstm, fastlstm.integrations; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
