"""`replace`: the recurrent modules of an existing model become ours, in place."""

import warnings

import numpy as np
import pytest
from peer_torch import random_tensor

import fastlstm


def make_model(torch, **options):
    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = torch.nn.LSTM(1, 32, num_layers=2, batch_first=True, **options)
            self.head = torch.nn.Linear(32, 1)

        def forward(self, x):
            return self.head(self.rnn(x)[0][:, -1])

    torch.manual_seed(1)
    return Model()


def train(torch, model, x, y, epochs, optimizer=None):
    """Return the losses of all steps of Adam on batches of 32."""
    optimizer = optimizer or torch.optim.Adam(model.parameters())
    losses = []
    for _ in range(epochs):
        for rows in torch.arange(len(x)).split(32):
            optimizer.zero_grad()
            loss = torch.nn.functional.mse_loss(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


@pytest.fixture
def waves(torch):
    """Return the windows of 20 steps of the command `fastlstm sine`."""
    _, values = fastlstm.datasets.sine()
    x, y = fastlstm.datasets.windows(values, 20)
    x, y = (np.ascontiguousarray(one, np.float32) for one in (x, y))
    return torch.from_numpy(x), torch.from_numpy(y).reshape(-1, 1)


@pytest.mark.parametrize("options", [{}, {"dropout": 0.2}], ids=["plain", "dropout"])
def test_training_goes_on_with_the_same_losses(torch, ours, waves, options):
    x, y = (one[:1024] for one in waves)
    kept, changed = make_model(torch, **options), make_model(torch, **options)
    found = []
    for model in (kept, changed):
        optimizer = torch.optim.Adam(model.parameters())
        torch.manual_seed(5)
        losses = train(torch, model, x, y, 1, optimizer)
        if model is changed:
            parameters = list(model.parameters())
            assert ours.replace(model) is model
            assert type(model.rnn) is ours.LSTM
            assert all(a is b for a, b in zip(model.parameters(), parameters, strict=True))
        found.append(losses + train(torch, model, x, y, 2, optimizer))
    assert np.abs(np.subtract(*found)).max() <= 1e-5
    assert found[0][-1] < 0.2 * found[0][0]


@pytest.mark.slow
def test_a_whole_training_has_the_same_losses(torch, ours, waves):
    wanted = train(torch, make_model(torch), *waves, 5)
    found = train(torch, ours.replace(make_model(torch)), *waves, 5)
    assert np.abs(np.subtract(wanted, found)).max() <= 1e-5


def test_all_kinds_and_places(torch, ours, rng):
    shared = torch.nn.GRU(4, 4)
    model = torch.nn.ModuleDict(
        {
            "lstm": torch.nn.LSTM(3, 4),
            "inner": torch.nn.ModuleList([shared, torch.nn.RNN(3, 4, nonlinearity="relu"), torch.nn.Linear(3, 4)]),
            "again": shared,
        }
    )
    calls = []
    shared.register_forward_hook(lambda *arguments: calls.append(arguments))
    x = random_tensor(rng, 5, 2, 4, dtype="float32")
    wanted, files = shared(x)[0], {name: value.clone() for name, value in model.state_dict().items()}
    model.double().float()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ours.replace(model)
        ours.replace(model)  # nothing is left to do
    assert type(model["lstm"]) is ours.LSTM
    assert type(model["inner"][1]) is ours.RNN
    assert type(model["inner"][2]) is torch.nn.Linear
    assert model["again"] is model["inner"][0] is shared
    assert type(shared) is ours.GRU
    assert (shared(x)[0] - wanted).abs().max() < 4e-6
    assert len(calls) == 2
    assert all(value.equal(files[name]) for name, value in model.state_dict().items())


def test_a_module_by_itself(torch, ours):
    module = torch.nn.RNN(3, 4)
    assert ours.replace(module) is module
    assert type(module) is ours.RNN


def test_what_is_not_supported_is_left_alone_and_reported(torch, ours):
    class Own(torch.nn.LSTM):
        pass

    made = {
        "own": (Own(3, 4), "class is not"),
        "projected": (torch.nn.LSTM(3, 4, proj_size=2), "projections"),
        "short": (torch.nn.GRU(3, 4).half(), "torch.float16"),
        "elsewhere": (torch.nn.RNN(3, 4, device="meta"), "on meta"),
    }
    model = torch.nn.ModuleDict({name: module for name, (module, _) in made.items()})
    model["good"] = torch.nn.LSTM(3, 4)
    classes = {name: type(module) for name, (module, _) in made.items()}
    with pytest.warns(UserWarning, match="is left as it is") as told:
        ours.replace(model)
    messages = [str(one.message) for one in told]
    assert len(messages) == len(made)
    for (name, (module, reason)), message in zip(made.items(), messages, strict=True):
        assert f"{name!r}" in message
        assert reason in message
        assert type(module) is classes[name]
    assert type(model["good"]) is ours.LSTM


def test_it_takes_modules_only(ours):
    with pytest.raises(TypeError, match=r"model: expected a torch\.nn\.Module, got list"):
        ours.replace([])
