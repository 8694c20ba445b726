"""Truncated BPTT: a stateful model that is fitted to one long series carries its states and cuts the gradient."""

import numpy as np

import fastlstm
from fastlstm import layers, models

STEPS, WINDOW, H = 120, 20, 6


def series():
    t = np.arange(STEPS + 1)
    return np.sin(0.3 * t) + 0.1 * np.cos(1.1 * t)


def test_states_are_carried_and_gradients_are_cut():
    values = series()
    x = values[:-1].reshape(-1, WINDOW, 1)  # consecutive windows, each a batch of its own
    y = values[1:].reshape(-1, WINDOW, 1)
    rnn = layers.LSTM(H, return_sequences=True, stateful=True, dtype="float64")
    model = fastlstm.Sequential(
        [layers.Input((WINDOW, 1), batch_size=1, dtype="float64"), rnn, layers.Dense(1, dtype="float64")]
    )
    model.compile(fastlstm.optimizers.SGD(0.1), "mse")

    # The same by hand: the final states of a window are data for the next one, through which no gradient goes.
    window, h, c = (layers.Input(shape, dtype="float64") for shape in ((WINDOW, 1), (H,), (H,)))
    by_hand = layers.LSTM(H, return_sequences=True, return_state=True, dtype="float64")
    out, *final = by_hand(window, initial_state=[h, c])
    trained = models.Model([window, h, c], layers.Dense(1, dtype="float64")(out))
    looked_at = models.Model([window, h, c], final)
    trained.set_weights(model.get_weights())
    trained.compile(fastlstm.optimizers.SGD(0.1), "mse")

    history = model.fit(x, y, batch_size=1, shuffle=False, epochs=1, verbose=0)
    states, losses = [np.zeros((1, H))] * 2, []
    for one, target in zip(x[:, None], y[:, None], strict=True):
        after = looked_at.predict([one, *states], verbose=0)
        losses.append(trained.train_on_batch([one, *states], target))
        states = after
    np.testing.assert_allclose(history.history["loss"], [np.mean(losses)], rtol=1e-12)
    for one, other in zip(model.get_weights(), trained.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-15)
    for one, other in zip(rnn.states, states, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-15)


def test_the_next_epoch_continues_unless_states_are_reset():
    values = series()
    x, y = values[:-1].reshape(-1, WINDOW, 1), values[1:].reshape(-1, WINDOW, 1)

    def fitted(reset):
        fastlstm.utils.set_random_seed(1)
        model = fastlstm.Sequential([layers.Input((WINDOW, 1), batch_size=1)])
        model.add(layers.GRU(H, return_sequences=True, stateful=True))
        model.add(layers.Dense(1))
        model.compile("sgd", "mse")
        first = model.fit(x, y, batch_size=1, shuffle=False, epochs=1, verbose=0).history["loss"]
        if reset:
            model.reset_states()
        return first, model.fit(x, y, batch_size=1, shuffle=False, epochs=1, verbose=0).history["loss"]

    (first, carried), (again, from_zeros) = fitted(False), fitted(True)
    assert first == again
    assert carried != from_zeros
