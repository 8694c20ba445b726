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
    return model, False


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
    return model, False


def of_an_input(keras, K):
    """A factor that is an input, and weights of a regularizer."""
    x, scale = keras.layers.Input((STEPS, FEATURES)), keras.layers.Input((1,))
    hidden = keras.layers.GRU(5, return_sequences=True, kernel_regularizer="l2")(x)
    decoded = keras.layers.Dense(FEATURES)(hidden)

    def scaled(factor):
        return lambda y_true, y_pred: K.mean(K.abs(y_true - y_pred), axis=(1, 2)) * factor[:, 0]

    model = keras.models.Model([x, scale], decoded)
    model.compile(keras.optimizers.legacy.SGD(0.1, momentum=0.9), loss=scaled(scale))
    return model, True


def added(keras, K):
    """A loss and a metric that are tensors, beside a loss of targets."""
    x, decoded, mean, log_variance = autoencoder(keras)
    model = keras.models.Model(x, decoded)
    kl = K.mean(divergence(K, mean, log_variance))
    model.add_loss(0.2 * kl)
    model.add_metric(kl, name="kl", aggregation="mean")
    model.compile("adam", loss="mse")
    return model, False


CASES = {one.__name__: one for one in (of_a_closure, of_a_batch, of_an_input, added)}


def trained(keras, K, name, weights=None):
    """Return the initial weights, the history of a training, the final weights, and an evaluation."""
    model, takes_scale = CASES[name](keras, K)
    if weights is not None:
        model.set_weights(weights)
    initial = [np.array(one) for one in model.get_weights()]
    x, y, scale = data()
    given = [x, scale] if takes_scale else x
    mixes = name in ("of_a_batch", "added")  # Keras mixes such metrics of training and validation
    held_out = None if mixes else (given, y)
    history = model.fit(given, y, BATCH, EPOCHS, shuffle=False, verbose=0, validation_data=held_out)
    evaluated = model.evaluate(given, y, batch_size=ROWS, verbose=0)
    first = [x[:BATCH], scale[:BATCH]] if takes_scale else x[:BATCH]
    values = dict(zip(model.metrics_names, np.ravel(evaluated), strict=True))
    final = model.get_weights()
    return initial, history.history, final, values, model.train_on_batch(first, y[:BATCH])


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
