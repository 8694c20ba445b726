"""Small models that several tests share."""

import fastlstm
from fastlstm import Input, Sequential, layers, optimizers, schedules
from fastlstm.callbacks import Callback


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


def fourth_power(y_true, y_pred):
    error = y_pred - y_true
    return (error**4).mean(axis=-1), 4 * error**3 / error.shape[-1]


def compiled_model(loss="mse"):
    """Return a model with most of what a model can have."""
    fastlstm.utils.set_random_seed(4)
    model = Sequential(
        [
            Input((5, 2)),
            layers.Normalization(mean=[0.5, 1.0], variance=[1.0, 2.0]),
            layers.LSTM(4, peephole=True, dropout=0.2, zoneout=0.1, return_sequences=True),
            layers.Bidirectional(
                layers.GRU(3, recurrent_dropout=0.2, return_sequences=True, kernel_constraint="non_neg")
            ),
            layers.TimeDistributed(layers.Dense(3, kernel_regularizer="l2")),
            layers.MinGRU(3),
            layers.Dropout(0.2),
            layers.Dense(1),
        ],
        name="copied",
    )
    optimizer = optimizers.AdamW(
        schedules.CosineDecay(0.01, 50), use_ema=True, gradient_accumulation_steps=2, amsgrad=True
    )
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    model.compile(optimizer, loss, metrics=["mae"], weighted_metrics=["mse"], loss_weights=2.0)
    return model


def go_on(model, data):
    return model.fit(*data, batch_size=6, epochs=2, shuffle=False, verbose=0).history


def small_lstm(steps=6, features=2, outputs=2, **options):
    return Sequential(
        [Input((steps, features), **options), layers.LSTM(5, **options), layers.Dense(outputs, **options)]
    )


class Script(Callback):
    """Puts given figures into the logs, before a callback that watches them."""

    def __init__(self, name, values):
        super().__init__()
        self.name, self.values = name, values

    def on_epoch_end(self, epoch, logs=None):
        logs[self.name] = self.values[epoch]
