"""Models that Keras 2 writes, in a process of its own, which runs this file: `python peer_keras2.py FOLDER`.

tf_keras is Keras 2 as it lives on, and writes the formats of 2.15. Every model leaves an .h5 and a .keras file, what it
predicts for `data_of`, and if it was trained its weights after training on.
"""

import sys
from pathlib import Path

import numpy as np
from peers import go_beside

NEEDED = ("tf_keras", "tensorflow")
ROWS, STEPS, FEATURES, TOKENS = 6, 5, 3, 9
BEFORE, AFTER = 4, 3  # steps of training before a file is written, and after it is read
MODELS = (
    "lstm",
    "gru",
    "simple_rnn",
    "bidirectional",
    "embedding",
    "masking",
    "stateful",
    "normalization",
    "reshaping",
    "functional",
    "operations",
    "arguments",
    "no_shape_given",
    "convolutions",
    "rectifiers",
)
HARD_SIGMOIDS = ("hard_lstm", "hard_gru", "hard_dense")
REFUSED = {
    "hard_cell_state": "hard_sigmoid of Keras 2 is a different function",
    "hard_activation": "hard_sigmoid of Keras 2 is a different function",
    "local": "no layer 'LocallyConnected1D'",
    "lambda": "Lambda stores Python code",
}
TRAINED = {
    "sgd": ("SGD", {}),
    "momentum": ("SGD", {"momentum": 0.9, "nesterov": True}),
    "adam": ("Adam", {"amsgrad": True, "global_clipnorm": 0.5}),
    "adam_ema": ("Adam", {"use_ema": True, "ema_momentum": 0.8}),
    "adam_scheduled": ("Adam", {"learning_rate": "schedule"}),
    "adamw": ("AdamW", {"weight_decay": 0.01}),
    "adamax": ("Adamax", {}),
    "rmsprop": ("RMSprop", {"centered": True, "momentum": 0.5}),
    "adagrad": ("Adagrad", {}),
    "adadelta": ("Adadelta", {"learning_rate": 1.0}),
    "nadam": ("Nadam", {}),
    "legacy_sgd": ("legacy.SGD", {"momentum": 0.9, "decay": 0.1}),
    "legacy_adam": ("legacy.Adam", {"amsgrad": True}),
    "legacy_rmsprop": ("legacy.RMSprop", {"centered": True, "momentum": 0.5}),
    "legacy_adagrad": ("legacy.Adagrad", {}),
}
LOSSES = ("mse", "mae", "Huber", "LogCosh")


def operations(keras, x):
    """Return the result of operations between layers."""
    y = keras.layers.LSTM(FEATURES, return_sequences=True)(1 - (-(x + x) * 0.3 - 0.5) / 2)
    y = (2.0 * y - x) * (y + 0.5)
    return y[:, -1] - keras.layers.GRU(FEATURES)(y[:, 1:4])


def models(keras):
    """Yield the names of models, and the models."""
    at, shape = keras.layers, (STEPS, FEATURES)
    yield "lstm", [at.LSTM(4, input_shape=shape), at.Dense(2)]
    yield "gru", [at.GRU(4, return_sequences=True, input_shape=shape), at.GRU(3, reset_after=False), at.Dense(1)]
    yield "simple_rnn", [keras.Input((None, FEATURES)), at.SimpleRNN(4, unroll=False), at.Dense(2, "softmax")]
    yield (
        "bidirectional",
        [
            at.Bidirectional(at.LSTM(4, return_sequences=True), input_shape=shape),
            at.TimeDistributed(at.Dense(3, "relu")),
            at.Bidirectional(at.GRU(2), merge_mode="sum"),
        ],
    )
    yield "embedding", [at.Embedding(TOKENS, 4, mask_zero=True, input_length=STEPS), at.LSTM(3), at.Dense(1, "sigmoid")]
    yield "masking", [at.Masking(-1.0, input_shape=shape), at.LSTM(4), at.Dropout(0.3), at.Dense(1)]
    yield "stateful", [at.LSTM(4, stateful=True, batch_input_shape=(ROWS, *shape)), at.Dense(1)]
    normalization = at.Normalization(input_shape=shape)
    normalization.adapt(data_of("normalization") + 2)
    yield "normalization", [normalization, at.LayerNormalization(), at.Activation("tanh"), at.LSTM(3)]
    yield (
        "reshaping",
        [
            at.Rescaling(2.0, 1.0, input_shape=shape),
            at.LSTM(4),
            at.RepeatVector(3),
            at.LSTM(2, return_sequences=True),
            at.Flatten(),
            at.Reshape((3, 2)),
        ],
    )
    start = keras.Input(shape)
    yield "functional", keras.Model(start, at.Dense(1)(at.LSTM(3)(at.LSTM(4, return_sequences=True)(start))))
    yield "operations", keras.Model(start, at.Dense(1)(operations(keras, start)))
    yield (
        "arguments",
        [
            at.LSTM(
                4,
                activation="relu",
                kernel_regularizer=keras.regularizers.l1_l2(0.1, 0.2),
                recurrent_constraint=keras.constraints.MaxNorm(1.0),
                kernel_initializer="he_normal",
                dropout=0.1,
                recurrent_dropout=0.1,
                go_backwards=True,
                input_shape=shape,
            ),
            at.Dense(1, kernel_regularizer="l2", use_bias=False),
        ],
    )
    built = keras.Sequential([at.LSTM(3), at.Dense(1)])
    built.build((None, *shape))
    yield "no_shape_given", built
    hard = "hard_sigmoid"
    yield "hard_lstm", [at.LSTM(4, recurrent_activation=hard, input_shape=shape), at.Dense(1)]
    yield "hard_gru", [at.Bidirectional(at.GRU(4, recurrent_activation=hard, activation=hard), input_shape=shape)]
    yield "hard_dense", [at.SimpleRNN(4, hard, input_shape=shape), at.Dense(2, hard)]
    yield "hard_cell_state", [at.LSTM(4, activation=hard, input_shape=shape)]
    yield "hard_activation", [at.LSTM(4, input_shape=shape), at.Activation(hard)]
    yield (
        "convolutions",
        [
            at.Conv1D(4, 2, padding="causal", input_shape=shape),
            at.BatchNormalization(),
            at.ZeroPadding1D(2),
            at.MaxPooling1D(2),
            at.SeparableConv1D(4, 2, padding="same"),
            at.SpatialDropout1D(0.2),
            at.DepthwiseConv1D(2, padding="same", depth_multiplier=2),
            at.UpSampling1D(2),
            at.AveragePooling1D(2),
            at.LSTM(2, return_sequences=True),
            at.GlobalAveragePooling1D(),
            at.BatchNormalization(),
        ],
    )
    yield (
        "rectifiers",
        [
            at.LeakyReLU(0.2, input_shape=shape),
            at.GaussianNoise(0.1),
            at.PReLU(shared_axes=[1]),
            at.ELU(0.5),
            at.ReLU(max_value=1.0, negative_slope=0.1),
            at.GroupNormalization(1),
            at.UnitNormalization(),
            at.Softmax(),
            at.GRU(2),
        ],
    )
    yield "local", [at.LocallyConnected1D(2, 3, input_shape=shape), at.LSTM(2)]
    yield "lambda", [at.Lambda(lambda x: 2 * x, input_shape=shape), at.LSTM(2)]


def data_of(name):
    """Return what a model is given."""
    rng = np.random.default_rng([7, *name.encode()])
    if name == "embedding":
        return rng.integers(0, TOKENS, (ROWS, STEPS))
    x = rng.normal(size=(ROWS, STEPS, FEATURES)).astype(np.float32)
    if name == "masking":
        x[2, 3:] = -1
    return x


def batches_of(name):
    """Return the batches of a training."""
    rng = np.random.default_rng([8, *name.encode()])
    shapes = (ROWS, STEPS, FEATURES), (ROWS, 2)
    return [[rng.normal(size=shape).astype(np.float32) for shape in shapes] for _ in range(BEFORE + AFTER)]


def trained_model(keras, name):
    """Return a compiled model."""
    at, (optimizer, options) = keras.layers, TRAINED[name]
    options = {"learning_rate": 0.01} | options
    if options["learning_rate"] == "schedule":
        options["learning_rate"] = keras.optimizers.schedules.ExponentialDecay(0.05, 3, 0.7)
    kind = keras.optimizers
    for part in optimizer.split("."):
        kind = getattr(kind, part)
    model = keras.Sequential([at.GRU(3, input_shape=(STEPS, FEATURES)), at.Dense(2)])
    loss = LOSSES[len(name) % len(LOSSES)]
    loss = getattr(keras.losses, loss)() if loss[0].isupper() else loss
    model.compile(kind(**options), loss, metrics=["mae", keras.metrics.RootMeanSquaredError(name="root")])
    return model


def _main(folder):
    import tf_keras as keras

    go_beside()
    folder, results = Path(folder), {}
    keras.utils.set_random_seed(3)
    for name, given in models(keras):
        model = keras.Sequential(given, name=name) if isinstance(given, list) else given
        x = data_of(name)
        for layer in model.layers:
            if type(layer).__name__ != "Normalization":  # also biases, which begin as zeros
                layer.set_weights([weight + 0.1 * np.sign(weight + 0.05) for weight in layer.get_weights()])
        for ending in ("h5", "keras"):
            model.save(folder / f"{name}.{ending}")
        model.save_weights(folder / f"{name}.weights.h5")
        results[f"{name}/output"] = np.asarray(model(x))
    for name in TRAINED:
        model = trained_model(keras, name)
        model.run_eagerly = True
        batches = batches_of(name)
        for x, y in batches[:BEFORE]:
            model.train_on_batch(x, y)
        model.save(folder / f"{name}.h5")
        if not name.startswith("legacy"):  # whose slots are only in .h5 files
            model.save(folder / f"{name}.keras")
        for x, y in batches[BEFORE:]:
            model.train_on_batch(x, y)
        for i, weight in enumerate(model.get_weights()):
            results[f"{name}/{i}"] = weight
    np.savez(folder / "results.npz", **results)


if __name__ == "__main__":
    _main(*sys.argv[1:])
