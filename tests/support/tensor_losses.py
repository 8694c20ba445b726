"""Models whose losses and metrics use their tensors, and what Keras 2 makes of them in its graphs.

A process of its own runs this file: `python tensor_losses.py FOLDER`.
"""

import sys
from pathlib import Path

import numpy as np
from peers import go_beside

NEEDED = ("tf_keras", "tensorflow")
ROWS, STEPS, FEATURES = 22, 5, 3
BATCH, EPOCHS = 8, 4


def data():
    rng = np.random.default_rng(7)
    x = rng.normal(size=(ROWS, STEPS, FEATURES)).astype("float32")
    return x, np.tanh(x[:, ::-1] * 0.7).astype("float32"), rng.uniform(0.5, 2.0, (ROWS, 1)).astype("float32")


def divergence(K, mean, log_variance):
    return -0.5 * K.sum(1 + log_variance - K.square(mean) - K.exp(log_variance), axis=-1)


def autoencoder(keras):
    """Return an autoencoder's input, output, and the tensors in the middle; nothing in it is random."""
    layers = keras.layers
    x = layers.Input((STEPS, FEATURES), name="x")
    hidden = layers.LSTM(6)(x)
    mean, log_variance = layers.Dense(2, name="mean")(hidden), layers.Dense(2, name="log_variance")(hidden)
    decoded = layers.LSTM(6, return_sequences=True)(layers.RepeatVector(STEPS)(layers.Add()([mean, log_variance])))
    return x, layers.TimeDistributed(layers.Dense(FEATURES), name="decoded")(decoded), mean, log_variance


def of_a_closure(keras, K):
    """A function that refers to tensors around it."""
    x, decoded, mean, log_variance = autoencoder(keras)

    def loss(y_true, y_pred):
        error = keras.losses.mean_squared_error(y_true, y_pred)
        return K.mean(error, axis=-1) + 0.1 * divergence(K, mean, log_variance)

    model = keras.models.Model(x, decoded)
    model.compile("adam", loss=loss)
    x, y, _ = data()
    return model, x, y, None


def of_a_batch(keras, K):
    """A method whose loss is one number for the batch, and a metric."""

    class Parts:
        def __init__(self):
            self.x, self.decoded, self.mean, self.log_variance = autoencoder(keras)

        def divergence(self):
            return K.mean(divergence(K, self.mean, self.log_variance))

        def loss(self, y_true, y_pred):
            return K.mean(K.square(self.x - y_pred)) + self.divergence()

    parts = Parts()

    def kl(y_true, y_pred):
        return K.mean(divergence(K, parts.mean, parts.log_variance))

    model = keras.models.Model(parts.x, parts.decoded)
    model.compile(keras.optimizers.legacy.SGD(0.1), loss=parts.loss, metrics=[kl, "mae"])
    x, y, _ = data()
    return model, x, y, None


def of_an_input(keras, K):
    """A factor that is an input, and weights of a regularizer."""
    x, scale = keras.layers.Input((STEPS, FEATURES)), keras.layers.Input((1,))
    hidden = keras.layers.GRU(5, return_sequences=True, kernel_regularizer="l2")(x)
    decoded = keras.layers.Dense(FEATURES)(hidden)

    def scaled(factor):
        return lambda y_true, y_pred: K.mean(K.abs(y_true - y_pred), axis=(1, 2)) * factor[:, 0]

    model = keras.models.Model([x, scale], decoded)
    model.compile(keras.optimizers.legacy.SGD(0.1, momentum=0.9), loss=scaled(scale))
    given, y, factors = data()
    return model, [given, factors], y, None


def added(keras, K):
    """A loss and a metric that are tensors, beside a loss of targets."""
    x, decoded, mean, log_variance = autoencoder(keras)
    model = keras.models.Model(x, decoded)
    kl = K.mean(divergence(K, mean, log_variance))
    model.add_loss(0.2 * kl)
    model.add_metric(kl, name="kl", aggregation="mean")
    model.compile("adam", loss="mse")
    x, y, _ = data()
    return model, x, y, None


def masked(keras, K):
    """Values of steps where a mask reaches the output, with sample weights and metrics."""
    x = keras.layers.Input((STEPS, FEATURES))
    hidden = keras.layers.LSTM(4, return_sequences=True)(keras.layers.Masking()(x))
    decoded = keras.layers.TimeDistributed(keras.layers.Dense(FEATURES))(hidden)
    norm = K.sum(K.square(hidden), axis=-1)

    def loss(y_true, y_pred):
        return K.mean(K.square(y_true - y_pred), axis=-1) + 0.1 * norm

    def size(y_true, y_pred):
        return norm + 0 * K.sum(y_pred, axis=-1)

    model = keras.models.Model(x, decoded)
    model.compile(keras.optimizers.legacy.SGD(0.1), loss=loss, metrics=[size, "mae"])
    given, y, factors = data()
    given[::3, 2:] = 0
    given[1] = 0
    return model, given, y, factors[:, 0]


def several(keras, K):
    """Several outputs, one of them masked, each with metrics and sample weights."""
    x = keras.layers.Input((STEPS, FEATURES))
    hidden = keras.layers.GRU(4, return_sequences=True, reset_after=False)(keras.layers.Masking()(x))
    decoded = keras.layers.TimeDistributed(keras.layers.Dense(FEATURES), name="decoded")(hidden)
    final = keras.layers.Dense(1, name="final")(keras.layers.LSTM(3)(hidden))
    norm = K.mean(K.square(hidden), axis=(1, 2))

    def of_final(y_true, y_pred):
        return K.abs(y_true - y_pred)[:, 0] + 0.1 * norm

    def near(y_true, y_pred):
        return K.exp(-K.sum(K.abs(y_true - y_pred), axis=-1)) * K.exp(norm)

    model = keras.models.Model(x, [decoded, final])
    model.compile(
        keras.optimizers.legacy.SGD(0.1),
        loss={"decoded": "mse", "final": of_final},
        loss_weights=[1.0, 0.5],
        metrics={"final": [near, "mse"], "decoded": "mae"},
    )
    given, y, factors = data()
    given[::3, 2:] = 0
    return model, given, [y, y[:, -1, :1]], [factors[:, 0], factors[::-1, 0] ** 2]


CASES = {one.__name__: one for one in (of_a_closure, of_a_batch, of_an_input, added, masked, several)}


def trained(keras, K, name, weights=None):
    """Return the initial weights, the history of a training, the final weights, and an evaluation."""
    model, x, y, weight = CASES[name](keras, K)
    if weights is not None:
        model.set_weights(weights)
    initial = [np.array(one) for one in model.get_weights()]
    mixes = name not in ("of_a_closure", "of_an_input")  # Keras mixes metrics of training and validation
    held_out = None if mixes else (x, y)
    # Keras 2 weights the batches of an epoch otherwise if a loss is masked, so that there is only one of them.
    size = ROWS if name in ("masked", "several") else BATCH
    fitted = model.fit(x, y, size, EPOCHS, shuffle=False, verbose=0, sample_weight=weight, validation_data=held_out)
    evaluated = model.evaluate(x, y, batch_size=ROWS, verbose=0, sample_weight=weight)
    values = dict(zip(model.metrics_names, np.ravel(evaluated), strict=True))
    final = model.get_weights()
    return initial, fitted.history, final, values, model.train_on_batch(*map(first_batch, (x, y, weight)))


def first_batch(value):
    if isinstance(value, list):
        return [one[:BATCH] for one in value]
    return value if value is None else value[:BATCH]


def _main(folder):
    go_beside()
    import tensorflow as tf
    import tf_keras

    tf.compat.v1.disable_eager_execution()
    tf.compat.v1.experimental.output_all_intermediates(True)
    results = {}
    for name in CASES:
        initial, history, final, evaluated, step = trained(tf_keras, tf_keras.backend, name)
        results |= {f"{name}/initial/{i}": one for i, one in enumerate(initial)}
        results |= {f"{name}/final/{i}": one for i, one in enumerate(final)}
        results |= {f"{name}/history/{key}": np.array(values) for key, values in history.items()}
        results |= {f"{name}/evaluated/{key}": np.array(value) for key, value in evaluated.items()}
        results[f"{name}/step"] = np.ravel(step)[:1]
    np.savez(Path(folder) / "results.npz", **results)


if __name__ == "__main__":
    _main(*sys.argv[1:])
