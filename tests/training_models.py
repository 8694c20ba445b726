"""Small models and data that the tests of training share."""

import fastlstm
from fastlstm import Input, Sequential, layers


def lstm_model(optimizer="adam", loss="mse", dtype="float64", seed=3):
    fastlstm.utils.set_random_seed(seed)
    model = Sequential([Input((5, 2), dtype=dtype), layers.LSTM(4, dtype=dtype), layers.Dense(1, dtype=dtype)])
    model.compile(optimizer, loss)
    return model


def same(first, second):
    return all((a == b).all() for a, b in zip(first.get_weights(), second.get_weights(), strict=True))


def seeded_fit(model, *args, **options):
    """Fit with the same shuffling whatever came before."""
    fastlstm.utils.set_random_seed(8)
    return model.fit(*args, verbose=0, **options)
