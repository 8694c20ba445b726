"""Random models to PyTorch and back, and from there and back: the same predictions and weights."""

import numpy as np
import pytest
from peer_torch import assert_same_predictions, with_random_weights

import fastlstm
from fastlstm import layers

T, D = 6, 3


ACTIVATIONS = ("relu", "tanh", "sigmoid", "elu", "gelu", "selu", "silu", "softplus", "softsign", "mish", "hard_silu")


def random_layers(rng, dtype):
    """Return layers that torch can express, and whether the first is an Embedding."""

    def chance(share=0.5):
        return bool(rng.random() < share)

    embeds = chance(0.2)
    made = [layers.Embedding(5, int(rng.integers(1, 6)), dtype=dtype)] if embeds else []
    if not embeds and chance(0.3):
        made.append(layers.Normalization(dtype=dtype))
    depth = int(rng.integers(1, 4))
    last_gives_steps = chance()
    for i in range(depth):
        kind = rng.choice(["LSTM", "peephole", "GRU", "SimpleRNN"])
        options = {
            "use_bias": chance(0.8),
            "return_sequences": i < depth - 1 or last_gives_steps,
            "dtype": dtype,
        }
        if kind == "peephole":
            options["peephole"] = True
        if kind == "SimpleRNN":
            options["activation"] = str(rng.choice(["tanh", "relu"]))
        layer = getattr(layers, "LSTM" if kind == "peephole" else kind)
        units = int(rng.integers(1, 9))
        if chance(0.3):
            merge = str(rng.choice(["concat", "sum", "mul", "ave"]))
            made.append(layers.Bidirectional(layer(units, **options), merge_mode=merge))
        else:
            made.append(layer(units, go_backwards=chance(0.15), **options))
        if chance(0.3):
            made.append(layers.Dropout(0.3, dtype=dtype))
        if chance(0.2):
            made.append(layers.LayerNormalization(scale=chance(0.8), center=chance(0.8), dtype=dtype))
    if last_gives_steps:
        made.append([layers.TimeDistributed(layers.Dense(3, dtype=dtype)), layers.Flatten(dtype=dtype)][int(chance())])
    elif chance(0.2):
        made += [layers.RepeatVector(3, dtype=dtype), layers.GRU(4, dtype=dtype)]
    made.append(layers.Dense(int(rng.integers(1, 4)), use_bias=chance(0.8), dtype=dtype))
    made.append(layers.Activation(str(rng.choice([*ACTIVATIONS, "softmax", "log_softmax"])), dtype=dtype))
    if chance(0.2):
        made.append(layers.Rescaling(2.0, 0.5, dtype=dtype))
    return made, embeds


def random_model(rng, dtype):
    made, embeds = random_layers(rng, dtype)
    shape = (T,) if embeds else (T, D)
    model = fastlstm.Sequential([layers.Input(shape, dtype=dtype), *made])
    model.set_weights(
        [
            np.abs(rng.normal(size=one.shape)) if "variance" in name else rng.normal(size=one.shape) * 0.4
            for name, one in named_weights(model)
        ]
    )
    return model, embeds


def named_weights(model):
    return [
        (weight.name, array)
        for layer in model.layers
        for weight, array in zip(layer._weights.declared, layer.weights, strict=True)
    ]


def random_module(torch, rng, dtype):
    """Return a model of torch.nn as people write them, and whether it begins with an Embedding."""
    nn, kind = torch.nn, rng.choice(["LSTM", "GRU", "RNN"])
    embeds, last, batch_first = (bool(rng.random() < share) for share in (0.3, 0.6, 0.6))
    units, width = int(rng.integers(1, 9)), int(rng.integers(1, 6))

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            count = int(rng.integers(1, 4))
            self.embed = nn.Embedding(5, width) if embeds else nn.Identity()
            self.rnn = getattr(nn, kind)(
                width if embeds else D,
                units,
                count,
                bias=bool(rng.random() < 0.8),
                batch_first=batch_first or not last,
                dropout=0.2 if count > 1 else 0.0,
                bidirectional=bool(rng.random() < 0.4),
                **({"nonlinearity": str(rng.choice(["tanh", "relu"]))} if kind == "RNN" else {}),
            )
            both = units * (2 if self.rnn.bidirectional else 1)
            self.norm = nn.LayerNorm(both)
            self.head = nn.Sequential(nn.Linear(both, 5), nn.Dropout(0.5), nn.SiLU(), nn.Linear(5, 2), nn.Softmax(-1))

        def forward(self, x):
            x = self.embed(x)
            output, state = self.rnn(x)
            if last:
                h = state[0] if kind == "LSTM" else state
                output = torch.cat((h[-2], h[-1]), dim=1) if self.rnn.bidirectional else h[-1]
            return self.head(torch.relu(self.norm(output)))

    return with_random_weights(rng, Model().to(getattr(torch, dtype))), embeds, batch_first or not last


def there_and_back(torch, ours, seed):
    """Check a random model of ours and one of torch."""
    rng = np.random.default_rng(seed)
    dtype = str(rng.choice(["float32", "float64"]))
    model, embeds = random_model(rng, dtype)
    module = ours.to_torch(model)
    assert_same_predictions(rng, module, model, dtype, whole_numbers=embeds)
    back = ours.from_torch(module)
    assert_same_predictions(rng, module, back, dtype, whole_numbers=embeds)
    assert all((a == b).all() for a, b in zip(back.get_weights(), model.get_weights(), strict=True))
    again = ours.to_torch(back).state_dict()
    assert all(value.equal(again[name]) for name, value in module.state_dict().items())

    module, embeds, batch_first = random_module(torch, rng, dtype)
    model = ours.from_torch(module)
    back = ours.to_torch(model)
    if batch_first:
        assert_same_predictions(rng, module, model, dtype, whole_numbers=embeds)
    assert_same_predictions(rng, back, model, dtype, whole_numbers=embeds)
    wanted = sorted(float(one.sum()) for name, one in module.state_dict().items() if "bias" not in name)
    found = sorted(float(one.sum()) for name, one in back.state_dict().items() if "bias" not in name)
    assert wanted == found
    again = ours.from_torch(back)
    assert all((a == b).all() for a, b in zip(again.get_weights(), model.get_weights(), strict=True))


@pytest.mark.parametrize("seed", range(8))
def test_random_models_there_and_back(torch, ours, seed):
    there_and_back(torch, ours, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8, 108))
def test_a_hundred_random_models_there_and_back(torch, ours, seed):
    there_and_back(torch, ours, seed)
