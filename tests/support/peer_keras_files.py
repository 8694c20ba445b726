"""Random models that are written by one package and read by the other.

A case is a number: it seeds the choice of layers, the data and the weights, and builds with `keras` or with `fastlstm`
in the same words; `own` is where the layers are that only fastlstm has. Keras runs in a process of its own, which runs
this file: it opens what fastlstm has left in a folder, computes, writes models of its own, and leaves its results.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from peers import go_beside

ROWS, STEPS, FEATURES, TOKENS = 6, 5, 3, 9
CELLS = (("SimpleRNN", {}), ("LSTM", {}), ("GRU", {}), ("GRU", {"reset_after": False}))
OWN = (
    ("LSTM", {"peephole": True}),
    ("LSTM", {"coupled": True}),
    ("LSTM", {"peephole": True, "coupled": True, "use_bias": False}),
    ("LSTM", {"zoneout": 0.2, "zoneout_cell": 0.3, "clip": 0.5}),
    ("SimpleRNN", {"zoneout": 0.2, "clip": 0.5}),
    ("GRU", {"zoneout": 0.2, "clip": 0.5}),
    ("GRU", {"reset_after": False, "clip": 0.5, "zoneout": 0.1}),
    ("MinGRU", {"clip": 0.5}),
    ("MinGRU", {"zoneout": 0.3, "use_bias": False}),
    ("MinLSTM", {"clip": 1.0, "zoneout": 0.2}),
    ("MinLSTM", {}),
)
TRAINED = {
    "sgd": ("SGD", {"momentum": 0.9, "nesterov": True}),
    "plain_sgd": ("SGD", {"weight_decay": 0.01}),
    "adam_amsgrad": ("Adam", {"amsgrad": True, "global_clipnorm": 0.5}),
    "adamw_scheduled": ("AdamW", {"learning_rate": "schedule"}),
    "adam_ema": ("Adam", {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 4}),
    "adam_accumulation": ("Adam", {"gradient_accumulation_steps": 3}),
    "adam_everything": (
        "Adam",
        {"learning_rate": "schedule", "gradient_accumulation_steps": 2, "use_ema": True, "amsgrad": True},
    ),
    "nadam": ("Nadam", {}),
    "nadam_accumulation": ("Nadam", {"gradient_accumulation_steps": 2}),
    "adamax": ("Adamax", {"clipnorm": 0.5}),
    "rmsprop_centered": ("RMSprop", {"centered": True, "momentum": 0.5}),
    "rmsprop": ("RMSprop", {}),
    "adagrad": ("Adagrad", {}),
    "adadelta": ("Adadelta", {"learning_rate": 1.0}),
    "lion": ("Lion", {"learning_rate": 1e-3}),
    "ftrl": ("Ftrl", {"learning_rate": 0.05}),
    "lamb": ("Lamb", {}),
    "adafactor": ("Adafactor", {}),
    "adafactor_ema": ("Adafactor", {"use_ema": True, "gradient_accumulation_steps": 2}),
    "muon": ("Muon", {}),
    "muon_accumulation": ("Muon", {"gradient_accumulation_steps": 2}),
    "own": ("SGD", {"learning_rate": "own"}),
}
BEFORE, AFTER = 5, 4  # steps of training before a file is written, and after it is read


def recurrent(package, own, rng, sequences):
    """Return a random recurrent layer."""
    mine = rng.random() < 0.4
    name, options = (OWN if mine else CELLS)[rng.integers(len(OWN if mine else CELLS))]
    options = {**options, "return_sequences": sequences}
    if rng.random() < 0.2:
        options["kernel_regularizer"] = package.regularizers.L1L2(0.01, 0.02)
    if rng.random() < 0.2:
        options["bias_constraint"] = package.constraints.MaxNorm(1.5)
    if rng.random() < 0.2:
        options["kernel_initializer"] = package.initializers.HeNormal(seed=3)
    if rng.random() < 0.2:
        options["dropout"] = 0.25
    if name not in ("MinGRU", "MinLSTM") and rng.random() < 0.3:
        options["activation"] = ("softsign", "relu", "elu")[rng.integers(3)]
    layer = getattr(own if mine else package.layers, name)(int(rng.integers(2, 7)), **options)
    if rng.random() < 0.3:
        modes = ("sum", "mul", "ave", "concat")
        return package.layers.Bidirectional(layer, merge_mode=modes[rng.integers(4)])
    return layer


def layers_of(package, own, rng):
    """Return the layers of a random model, and what it is given: 'numbers', 'padded' or 'tokens'."""
    at = package.layers
    given = ("numbers", "padded", "tokens")[rng.integers(3)]
    stack = [at.Input((STEPS,) if given == "tokens" else (STEPS, FEATURES))]
    if given == "tokens":
        stack.append(at.Embedding(TOKENS, FEATURES, mask_zero=bool(rng.integers(2))))
    if given == "padded":
        stack.append(at.Masking())
    for _ in range(rng.integers(3)):
        stack.append(recurrent(package, own, rng, True))
        between = (
            lambda: at.LayerNormalization(epsilon=0.01),
            lambda: at.Dropout(0.3),
            lambda: at.Activation("tanh"),
            lambda: at.TimeDistributed(at.Dense(4, activation="gelu")),
            lambda: at.Rescaling(0.5, offset=0.25),
            lambda: at.Dense(3, kernel_regularizer="l2", use_bias=False),
        )
        stack += [between[i]() for i in rng.integers(len(between), size=rng.integers(3))]
    if given == "numbers" and rng.random() < 0.5:
        stack += [at.Flatten(), at.Dense(6, activation="relu"), at.Reshape((2, 3)), recurrent(package, own, rng, False)]
    elif given == "numbers" and rng.random() < 0.5:
        stack += [recurrent(package, own, rng, False), at.RepeatVector(2), recurrent(package, own, rng, True)]
    else:
        stack.append(recurrent(package, own, rng, bool(rng.integers(2))))
    stack.append(at.Dense(2, activation=("linear", "softmax", "sigmoid")[rng.integers(3)]))
    return stack, given


def model_of(package, own, case):
    """Return a random model with random weights, and data for it."""
    rng = np.random.default_rng([2027, case])
    stack, given = layers_of(package, own, rng)
    if given == "numbers" and rng.random() < 0.4:
        stack.insert(1, package.layers.Normalization(mean=[0.1, 0.2, 0.3], variance=[1.0, 2.0, 3.0]))
    model = package.Sequential(stack, name=f"model_{case}")
    for layer in model.layers:
        if type(layer).__name__ != "Normalization":
            layer.set_weights([rng.uniform(-0.7, 0.7, one.shape).astype(np.float32) for one in layer.get_weights()])
    x = rng.normal(size=(ROWS, STEPS, FEATURES)).astype(np.float32)
    padding = np.arange(STEPS) >= rng.integers(1, STEPS + 1, (ROWS, 1))
    if given == "padded":
        x[padding] = 0
    if given == "tokens":
        x = np.where(padding, 0, rng.integers(1, TOKENS, (ROWS, STEPS)))
    return model, x


def trained_model(package, own, name):
    """Return a model that is compiled and not trained, and batches."""
    rng = np.random.default_rng(list(name.encode()))
    at = package.layers
    optimizer, options = TRAINED[name]
    options = {"learning_rate": 0.01} | options
    if options["learning_rate"] == "schedule":
        made = package.optimizers.schedules.CosineDecay(0.001, 20, warmup_target=0.01, warmup_steps=4)
        options["learning_rate"] = made
    if options["learning_rate"] == "own":
        options["learning_rate"] = own.OneCycle(0.1, total_steps=12, three_phase=True)
    model = package.Sequential([at.Input((STEPS, FEATURES)), at.Bidirectional(at.GRU(3)), at.Dense(2)], name=name)
    model.set_weights([rng.uniform(-0.7, 0.7, weight.shape).astype(np.float32) for weight in model.get_weights()])
    loss = package.losses.LogCosh()
    if name == "own":
        loss = own.Quantile((0.2, 0.7))
    optimizer = getattr(package.optimizers, optimizer)(**options)
    model.compile(
        optimizer, loss, metrics=None if name == "own" else ["mae"], loss_weights=[2.0] if name == "sgd" else None
    )
    outputs = 1 if name == "own" else 2
    batches = [
        (rng.normal(size=(ROWS, STEPS, FEATURES)), rng.normal(size=(ROWS, outputs))) for _ in range(BEFORE + AFTER)
    ]
    return model, [(x.astype(np.float32), y.astype(np.float32)) for x, y in batches]


def chains(keras):
    """Return Functional models of Keras that are chains, with what they are given: 'numbers', 'padded' or 'tokens'."""
    at = keras.layers

    def chain(first, *others):
        start = keras.Input((STEPS,) if isinstance(first, at.Embedding) else (STEPS, FEATURES))
        output = start
        for layer in (first, *others):
            output = layer(output)
        return keras.Model(start, output)

    return {
        "numbers": chain(at.Normalization(mean=0.5, variance=2.0), at.LSTM(3, return_sequences=True), at.GRU(2)),
        "padded": chain(at.Masking(), at.Bidirectional(at.LSTM(3, return_sequences=True)), at.LSTM(2), at.Dense(1)),
        "tokens": chain(at.Embedding(TOKENS, 3, mask_zero=True), at.GRU(3), at.Dropout(0.2), at.Dense(2)),
    }


REFUSED = (
    "no layer in place of the operation 'Sin'",
    "'lstm.*' is called with training: training: expected none",
    "computes a mask",
    "no layer 'SpectralNormalization'",
    "Lambda stores Python code",
)
"""What is said of the models of `graphs`."""


def graphs(keras):
    """Return models of Keras that cannot be read, in the order of `REFUSED`."""
    at = keras.layers
    start = keras.Input((STEPS, FEATURES))
    own_mask = at.LSTM(2)(start, mask=keras.ops.any(keras.ops.not_equal(start, 7.0), axis=-1))
    return [
        keras.Model(start, at.LSTM(2)(keras.ops.sin(start))),
        keras.Model(start, at.LSTM(2, dropout=0.5)(start, training=True)),
        keras.Model(start, own_mask),
        keras.Sequential([keras.Input((STEPS, FEATURES)), at.SpectralNormalization(at.Dense(2)), at.LSTM(2)]),
        keras.Sequential([keras.Input((STEPS, FEATURES)), at.Lambda(lambda x: 2 * x)]),
    ]


def data_for(given):
    """Return data for a model of `chains`."""
    rng = np.random.default_rng(5)
    padding = np.arange(STEPS) >= rng.integers(1, STEPS + 1, (ROWS, 1))
    if given == "tokens":
        return np.where(padding, 0, rng.integers(1, TOKENS, (ROWS, STEPS)))
    x = rng.normal(size=(ROWS, STEPS, FEATURES)).astype(np.float32)
    return np.where(padding[..., None] & (given == "padded"), np.float32(0), x)


def train(model, batches):
    """Make a step on each batch."""
    for x, y in batches:
        model.train_on_batch(x, y)


def start(backend, folder, cases):
    """Start the process that reads and writes files in a folder, with this backend and so many cases."""
    environment = os.environ | {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, __file__, backend, str(folder), str(cases)]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)


def _main(backend, folder, cases):
    import keras

    import fastlstm.integrations.keras as own

    assert keras.backend.backend() == backend
    go_beside()
    folder, results = Path(folder), {}

    def keep(name, model, x):
        results[f"{name}/output"] = np.asarray(keras.ops.convert_to_numpy(model(x, training=False)))
        for i, weight in enumerate(model.get_weights()):
            results[f"{name}/weights/{i}"] = weight

    for case in range(int(cases)):
        built, x = model_of(keras, own, case)
        keep(f"ours-{case}", keras.saving.load_model(folder / f"ours-{case}.keras"), x)
        keep(f"theirs-{case}", built, x)
        built.save(folder / f"theirs-{case}.keras")
    if backend == "tensorflow":
        for given, model in chains(keras).items():
            keep(f"chain-{given}", model, data_for(given))
            model.save(folder / f"chain-{given}.keras")
            model.save(folder / f"chain-{given}.h5")
        for number, model in enumerate(graphs(keras)):
            model.save(folder / f"graph-{number}.keras")
        model, batches = trained_model(keras, own, "adam_amsgrad")
        keep("h5", keras.saving.load_model(folder / "ours.h5"), batches[0][0])
        model.optimizer.build(model.trainable_variables)
        model.load_weights(folder / "ours.weights.h5")
        keep("weights", model, batches[0][0])
        results["weights/steps"] = int(model.optimizer.iterations)
        model.save(folder / "theirs.h5")
        model.save_weights(folder / "theirs.weights.h5")
        for name in TRAINED:
            model, batches = trained_model(keras, own, name)
            model.run_eagerly = True
            train(model, batches[:BEFORE])
            model.save(folder / f"theirs-{name}.keras")
            train(model, batches[BEFORE:])
            keep(f"theirs-{name}", model, batches[0][0])
            model = keras.saving.load_model(folder / f"ours-{name}.keras")
            model.run_eagerly = True
            train(model, batches[BEFORE:])
            keep(f"ours-{name}", model, batches[0][0])
    np.savez(folder / "results.npz", **results)


if __name__ == "__main__":
    _main(*sys.argv[1:])
