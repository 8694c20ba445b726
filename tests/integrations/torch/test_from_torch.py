"""`from_torch`: what people write in PyTorch becomes a Sequential with its predictions, or is refused."""

import numpy as np
import pytest
from peer_torch import assert_same_predictions, random_tensor, with_random_weights

from fastlstm import layers

N, T, D = 4, 6, 3


@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
def test_a_recurrent_module_by_itself(torch, ours, rng, kind, batch_first):
    for where in (torch.nn, ours):
        module = getattr(where, kind)(D, 5, 2, bidirectional=True, batch_first=batch_first, dtype=torch.float64)
        with_random_weights(rng, module)
        model = ours.from_torch(module)
        assert [type(layer) for layer in model.layers] == [layers.Bidirectional] * 2
        x = random_tensor(rng, N, T, D)
        wanted = module(x if batch_first else x.transpose(0, 1))[0].detach()
        wanted = wanted if batch_first else wanted.transpose(0, 1)
        np.testing.assert_allclose(model.predict(x.numpy(), verbose=0), wanted, rtol=0, atol=1e-12)


def test_peepholes(torch, ours, rng):
    module = with_random_weights(rng, ours.LSTM(D, 5, batch_first=True, bidirectional=True, peephole=True))
    model = ours.from_torch(module)
    assert model.layers[0].forward_layer.peephole
    assert_same_predictions(rng, module, model, "float32")


def make(torch, forward, **modules):
    """Return a module with these modules and this forward method."""

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            for name, module in modules.items():
                setattr(self, name, module)

    Model.forward = forward
    return Model()


def last_of_batch_first(self, x):
    return self.head(self.rnn(x)[0][:, -1, :])


def last_of_time_first(self, x):
    output, _ = self.rnn(x)
    return self.head(output[-1])


def last_state(self, x):
    _, (h, _) = self.rnn(x)
    return self.head(h[-1].contiguous())


def only_state(self, x):
    return self.head(self.rnn(x)[1][0].squeeze(0))


def with_a_default(self, x, state=None):
    return self.head(self.rnn(x, state)[0][:, -1])


@pytest.mark.parametrize(
    "forward",
    [last_of_batch_first, last_of_time_first, last_state, only_state, with_a_default],
    ids=lambda f: f.__name__,
)
def test_ways_to_take_the_last_step(torch, ours, rng, forward):
    batch_first = forward is not last_of_time_first
    rnn = torch.nn.LSTM(D, 5, batch_first=batch_first)
    module = with_random_weights(rng, make(torch, forward, rnn=rnn, head=torch.nn.Linear(5, 2)))
    model = ours.from_torch(module)
    x = random_tensor(rng, N, T, D, dtype="float32")
    wanted = module(x if batch_first else x.transpose(0, 1)).detach().numpy()
    np.testing.assert_allclose(model.predict(x.numpy(), verbose=0), wanted, rtol=0, atol=4e-6)


def test_flattened_steps(torch, ours, rng):
    module = torch.nn.Sequential(
        torch.nn.Embedding(5, 3), torch.nn.Flatten(), torch.nn.Linear(3 * T, 4), torch.nn.ReLU(), torch.nn.Flatten()
    )
    model = ours.from_torch(module)
    assert model.input_shape == (None, T)
    assert_same_predictions(rng, module, model, "float32", whole_numbers=True)


def test_a_network_without_recurrence(torch, ours, rng):
    module = torch.nn.Sequential(torch.nn.Tanh(), torch.nn.Linear(D, 5), torch.nn.LeakyReLU(0.2), torch.nn.Linear(5, 1))
    model = ours.from_torch(module)
    assert model.input_shape == (None, D)
    assert_same_predictions(rng, module, model, "float32")


def test_frozen_parameters_and_layers(torch, ours):
    module = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1))
    module[0].requires_grad_(False)
    model = ours.from_torch(module)
    assert [layer.trainable for layer in model.layers] == [False, True, True]
    assert [one.requires_grad for one in ours.to_torch(model).parameters()] == [False, False, True, True]


def test_the_module_and_the_model_are_left_as_they_were(torch, ours, rng):
    module = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Dropout(0.5))
    before = {name: value.clone() for name, value in module.state_dict().items()}
    model = ours.from_torch(module)
    other = ours.to_torch(model)
    assert module.training
    assert not other.training
    with torch.no_grad():
        module[0].weight.add_(1)
        other[0].weight.add_(2)
    assert (model.get_weights()[0] == before["0.weight"].numpy().T).all()


def chains(torch):
    nn = torch.nn
    lstm, both = nn.LSTM(D, 4, batch_first=True), nn.LSTM(D, 4, batch_first=True, bidirectional=True)
    head, wide = nn.Linear(4, 2), nn.Linear(8, 2)

    def twice(self, x):
        output = self.rnn(x)[0][:, -1]
        return self.head(output) + output[:, :2]

    def branches(self, x):
        output = self.rnn(x)[0]
        self.head(output)
        return self.head(output)

    def decides(self, x):
        return self.head(self.rnn(x if x.sum() > 0 else -x)[0])

    return {
        "twice": (make(torch, twice, rnn=lstm, head=head), "is not supported"),
        "branches": (make(torch, branches, rnn=lstm, head=head), "expected a chain"),
        "decides": (make(torch, decides, rnn=lstm, head=head), "cannot be read as a chain of modules"),
        "states": (make(torch, lambda self, x, s: self.head(self.rnn(x, s)[0]), rnn=lstm, head=head), "initial states"),
        "cell": (make(torch, lambda self, x: self.head(self.rnn(x)[1][1][-1]), rnn=lstm, head=head), "last state h"),
        "first-step": (make(torch, lambda self, x: self.head(self.rnn(x)[0][:, 0]), rnn=lstm, head=head), "supported"),
        "both-last": (make(torch, lambda self, x: self.head(self.rnn(x)[0][:, -1]), rnn=both, head=wide), "join h"),
        "tuple": (nn.Sequential(lstm, head), "expected all outputs of a recurrent module"),
        "returns": (make(torch, lambda self, x: (x, self.head(x)), head=head), "returns a tensor"),
        "unknown": (nn.Sequential(nn.Conv1d(3, 4, 2), nn.ReLU()), r"Conv1d\(.*not supported"),
        "projections": (nn.LSTM(3, 4, proj_size=2), "projections"),
        "own-class": (type("Own", (nn.GRU,), {})(3, 4), "not supported"),
        "leaky": (nn.Sequential(head, nn.LeakyReLU(0.01)), "negative_slope=0.2"),
        "softmax": (nn.Sequential(head, nn.Softmax(0)), "dim=-1"),
        "norm": (nn.Sequential(head, nn.LayerNorm((3, 2))), "several axes"),
        "max-norm": (nn.Embedding(3, 2, max_norm=1.0), "max_norm"),
        "embedding": (nn.Sequential(head, nn.Embedding(3, 2)), "must be the first"),
        "flatten": (nn.Sequential(nn.Embedding(3, 2), nn.Flatten()), "number of steps"),
        "features": (nn.Sequential(nn.ReLU()), "number of features"),
        "time-first": (
            make(torch, lambda self, x: self.head(torch.flatten(self.rnn(x)[0], 1)), rnn=nn.GRU(D, 4), head=head),
            "joins the samples",
        ),
    }


@pytest.mark.parametrize(
    "case",
    [
        "twice",
        "branches",
        "decides",
        "states",
        "cell",
        "first-step",
        "both-last",
        "tuple",
        "returns",
        "unknown",
        "projections",
        "own-class",
        "leaky",
        "softmax",
        "norm",
        "max-norm",
        "embedding",
        "flatten",
        "features",
        "time-first",
    ],
)
def test_what_from_torch_refuses(torch, ours, case):
    module, match = chains(torch)[case]
    with pytest.raises(ValueError, match=match):
        ours.from_torch(module)


def test_dtypes_and_devices_that_from_torch_refuses(torch, ours):
    with pytest.raises(TypeError, match=r"float32 or of float64, got torch\.float16"):
        ours.from_torch(torch.nn.Linear(2, 3).half())
    with pytest.raises(TypeError, match=r"torch\.float32, torch\.float64"):
        ours.from_torch(torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Linear(3, 1).double()))
    with pytest.raises(ValueError, match="on the CPU"):
        ours.from_torch(torch.nn.Linear(2, 3, device="meta"))
    with pytest.raises(TypeError, match=r"module: expected a torch\.nn.Module, got str"):
        ours.from_torch("lstm")
