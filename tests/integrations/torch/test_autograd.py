"""Our modules in PyTorch's autograd: what is saved and when it is good, frozen parameters, derivatives, threads."""

import gc
import threading

import pytest
from peer_torch import pair, random_tensor, with_random_weights

T, N, D, H = 6, 5, 3, 7


@pytest.fixture
def both(torch, rng):
    """Return an LSTM of torch.nn, ours with the same weights, and an input."""
    peer, module = pair(rng, "lstm", D, H, 2, bidirectional=True)
    return peer, module, random_tensor(rng, T, N, D)


def assert_close(found, wanted, bound=1e-10):
    assert (found is None) == (wanted is None)
    if found is not None:
        assert (found - wanted).abs().max() <= bound * max(1, wanted.abs().max())


def assert_same_gradients(peer, module):
    for (name, wanted), found in zip(peer.named_parameters(), module.parameters(), strict=True):
        assert (found.grad is None) == (wanted.grad is None), name
        assert_close(found.grad, wanted.grad)


@pytest.mark.parametrize(
    "frozen",
    [
        ["weight_ih_l0"],
        ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"],
        ["_l0"],
        ["_l1"],
        [""],
    ],
    ids=["one", "a-direction", "first-layer", "last-layer", "all"],
)
@pytest.mark.parametrize("with_input", [True, False])
def test_frozen_parameters(torch, both, frozen, with_input):
    peer, module, x = both
    found = []
    for one in (peer, module):
        for name, parameter in one.named_parameters():
            parameter.requires_grad_(not any(part == name or (len(part) < 5 and part in name) for part in frozen))
        leaf = x.clone().requires_grad_(with_input)
        output, (h, _) = one(leaf)
        assert output.requires_grad == (with_input or frozen != [""])
        if output.requires_grad:
            (output.square().sum() + h.sum()).backward()
        found.append(leaf.grad)
    assert_close(*found[::-1])
    assert_same_gradients(peer, module)


@pytest.mark.parametrize("trained", [False, True])
@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_the_input_wants_no_gradient_and_the_initial_state_does(torch, rng, kind, trained):
    found = []
    for one in pair(rng, kind, D, H, 2):
        one.requires_grad_(trained)
        states = [random_tensor(rng, 2, N, H).mul(0).add(0.5).requires_grad_() for _ in range(1 + (kind == "lstm"))]
        output, _ = one(torch.ones(T, N, D, dtype=torch.float64), tuple(states) if kind == "lstm" else states[0])
        output.square().sum().backward()
        found.append([state.grad for state in states])
    for wanted, ours in zip(*found, strict=True):
        assert wanted.abs().max() > 0
        assert_close(ours, wanted)


@pytest.mark.parametrize("result", ["output", "h", "c"])
def test_one_result_in_the_loss(both, result):
    peer, module, x = both
    for one in (peer, module):
        output, (h, c) = one(x)
        {"output": output, "h": h, "c": c}[result].square().sum().backward()
    assert_same_gradients(peer, module)


def test_a_second_backward_pass_is_right_with_retain_graph_and_raises_without(torch, both):
    peer, module, x = both
    for one in (peer, module):
        loss = one(x)[0].square().sum()
        loss.backward(retain_graph=True)
        loss.backward(retain_graph=True)
        loss.backward()
        with pytest.raises(RuntimeError, match="backward through the graph a second time"):
            loss.backward()
    assert_same_gradients(peer, module)


def test_calls_before_a_backward_pass_keep_their_own_values(torch, both):
    peer, module, x = both
    for one in (peer, module):
        first, second = one(x)[0], one(-x)[0]
        with torch.no_grad():
            one(3 * x)
        (first * second.square()).sum().backward()
    assert_same_gradients(peer, module)


def test_a_decoder_that_feeds_itself_shares_one_network(torch, both):
    peer, module, x = both
    for one in (peer, module):
        state, inputs, loss = None, x[:1], 0
        for _ in range(8):
            output, state = one(inputs, state)
            loss = loss + output.square().sum()
            inputs = output[..., :D]
        loss.backward()
    assert_same_gradients(peer, module)
    # The first call has no input that wants a gradient, the others do: two forms.
    assert [len(loaded) for loaded in module._networks._loaded.values()] == [1, 1]


def test_weights_may_change_in_any_way_between_calls(torch, both):
    peer, module, x = both
    for change in (
        lambda one: one.weight_ih_l0.data.mul_(1.5),  # no version counter counts this one
        lambda one: one.bias_hh_l1.detach().numpy().__iadd__(0.25),
        lambda one: setattr(one, "weight_hh_l0", torch.nn.Parameter(one.weight_hh_l0.detach() * 0.5)),
        lambda one: one.load_state_dict({name: 0.5 * value for name, value in one.state_dict().items()}),
    ):
        for one in (peer, module):
            change(one)
        with torch.no_grad():
            assert_close(module(x)[0], peer(x)[0])
        assert_close(module(x)[0], peer(x)[0])


def test_changed_weights_are_found_out_before_the_backward_pass(torch, both):
    for one in both[:2]:
        loss = one(both[2])[0].sum()
        with torch.no_grad():
            one.weight_hh_l0.add_(1)
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            loss.backward()


def test_a_changed_input_is_found_out_before_the_backward_pass(torch, both):
    _, module, x = both
    loss = module(x)[0].sum()
    x.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_steps_of_an_optimizer_between_two_passes_that_wait(torch, both):
    peer, module, x = both
    for one in (peer, module):
        optimizer = torch.optim.SGD(one.parameters(), 0.01)
        waiting = one(x)[0]  # is never walked back
        for _ in range(3):
            optimizer.zero_grad()
            one(x)[0].square().sum().backward()
            optimizer.step()
        del waiting
    for wanted, found in zip(peer.parameters(), module.parameters(), strict=True):
        assert_close(found, wanted)


def test_memory_of_passes_that_nobody_walks_back_is_used_again(torch, both):
    _, module, x = both
    for i in range(5):
        with torch.no_grad():
            module.bias_ih_l0.add_(0.1)
        module(x + i)
    gc.collect()
    assert [len(loaded) for loaded in module._networks._loaded.values()] == [1]
    assert not [one for loaded in module._networks._loaded.values() for one in loaded if len(one.saved)]


def test_no_grad_and_inference_mode_save_nothing(torch, both):
    peer, module, x = both
    for mode in (torch.no_grad, torch.inference_mode):
        with mode():
            output, (h, _) = module(x)
            assert not output.requires_grad
            assert_close(output, peer(x)[0])
            assert not h.requires_grad
    loaded = [one for each in module._networks._loaded.values() for one in each]
    assert not any(len(one.saved) for one in loaded)


@pytest.mark.parametrize("through", ["x", "weight", "outer"])
def test_second_derivatives_raise(torch, rng, ours, through):
    module = with_random_weights(rng, ours.GRU(D, H, dtype=torch.float64))
    x = random_tensor(rng, T, N, D).requires_grad_()
    factor = torch.ones((), dtype=torch.float64, requires_grad=True)
    loss = module(x)[0].sum() * (factor if through == "outer" else 1)
    of = module.weight_ih_l0 if through == "weight" else x
    (gradient,) = torch.autograd.grad(loss, of, create_graph=True)
    penalty = loss + gradient.square().sum()
    with pytest.raises(NotImplementedError, match=r"second derivatives.*torch\.nn"):
        penalty.backward()


def test_create_graph_is_fine_where_nothing_is_differentiated_twice(torch, both):
    peer, module, x = both
    for one in (peer, module):
        leaf = torch.ones(2 * H, dtype=x.dtype, requires_grad=True)
        loss = (one(x)[0] * leaf.pow(3)).sum()
        (gradient,) = torch.autograd.grad(loss, leaf, create_graph=True)
        gradient.detach().sum()
        loss.backward()
    assert_same_gradients(peer, module)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of torch's own, in forward mode
def test_what_torch_can_not_do_with_it_raises(torch, ours, rng):
    module = ours.RNN(D, H, dtype=torch.float64)
    x = random_tensor(rng, T, N, D)
    with pytest.raises(RuntimeError, match="setup_context"):
        torch.func.vmap(module)(torch.stack([x, x]))
    with torch.autograd.forward_ad.dual_level():
        dual = torch.autograd.forward_ad.make_dual(x, torch.ones_like(x))
        with pytest.raises(RuntimeError, match="jvp"):
            module(dual)


def test_checkpoint(torch, both):
    peer, module, x = both
    leaf = x.requires_grad_()
    peer(leaf)[0].square().sum().backward()
    torch.utils.checkpoint.checkpoint(lambda x: module(x)[0], leaf, use_reentrant=False).square().sum().backward()
    assert_same_gradients(peer, module)


def test_threads_use_one_module_at_once(torch, both):
    peer, module, x = both
    wanted = torch.autograd.grad(peer(x)[0].square().sum(), peer.weight_hh_l0)[0]
    found = [None] * 8

    def work(i):
        for _ in range(10):
            with torch.no_grad():
                module(x * i)
            found[i] = torch.autograd.grad(module(x)[0].square().sum(), module.weight_hh_l0)[0]

    threads = [threading.Thread(target=work, args=(i,)) for i in range(len(found))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in found:
        assert_close(one, wanted)


@pytest.mark.filterwarnings("ignore")  # of torch.compile, about what it leaves out
def test_torch_compile_leaves_the_module_out(torch, rng, ours):
    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = with_random_weights(rng, ours.GRU(D, H, batch_first=True))

        def forward(self, x):
            return self.rnn(2 * x)[0][:, -1] + 1

    model = Model()
    x = random_tensor(rng, N, T, D, dtype="float32")
    compiled = torch.compile(model, backend="eager")
    for mode in (torch.no_grad, torch.enable_grad):
        with mode():
            assert_close(compiled(x), model(x), 1e-6)
    compiled(x).sum().backward()
    found = model.rnn.weight_hh_l0.grad.clone()
    model.zero_grad()
    model(x).sum().backward()
    assert_close(found, model.rnn.weight_hh_l0.grad, 1e-6)
