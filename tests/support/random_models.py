"""Random models of all kinds of layers, to be written to files, and what to run them on."""

import numpy as np

from fastlstm import Input, Sequential, layers
from fastlstm.layers.rnn.recurrent import layers_by_cell

MAKERS = layers_by_cell()
BOUNDED = ("tanh", "sigmoid", "hard_sigmoid", "softsign", "hard_tanh")  # the last one is in no recurrent operator
GATES = ("sigmoid", "hard_sigmoid", "sparse_sigmoid")
ANY = (
    "linear",
    "relu",
    "gelu",
    "silu",
    "softplus",
    "elu",
    "celu",
    "mish",
    "relu6",
    "softmax",
    "hard_silu",
    "tanh_shrink",
)


def random_model(seed, dtype="float32"):
    """Return a built model with random weights."""
    rng = np.random.default_rng(seed)
    is_open, features = bool(rng.integers(2)), int(rng.integers(1, 7))
    begin = rng.choice(["plain", "masked", "embedding", "normalised"], p=[0.5, 0.15, 0.2, 0.15])
    steps = None if is_open else int(rng.integers(2, 9))
    model = Sequential([Input((steps,) if begin == "embedding" else (steps, features), dtype=dtype)])
    if begin == "embedding":
        model.add(layers.Embedding(9, features, mask_zero=bool(rng.integers(2)), dtype=dtype))
    if begin == "masked":
        model.add(layers.Masking(dtype=dtype))
    if begin == "normalised":
        model.add(layers.Normalization(dtype=dtype))
    depth = int(rng.integers(1, 4))
    for i in range(depth):
        model.add(_recurrent(rng, dtype, return_sequences=i + 1 < depth or rng.random() < 0.3))
        if rng.random() < 0.4:
            model.add(_between(rng, dtype))
    if len(model.output_shape) == 2 and rng.random() < 0.3:
        model.add(layers.RepeatVector(3, dtype=dtype))
        model.add(_recurrent(rng, dtype, return_sequences=bool(rng.integers(2))))
    if len(model.output_shape) == 3 and model.output_shape[1] is not None and rng.random() < 0.5:
        model.add(layers.Flatten(dtype=dtype))
    model.add(layers.Dense(int(rng.integers(1, 5)), str(rng.choice(ANY)), use_bias=bool(rng.integers(2)), dtype=dtype))
    give_random_weights(model, rng)
    return model


def give_random_weights(model, rng):
    """Give a model random weights; a variance is positive."""
    for layer in model.layers:
        weights = [rng.uniform(-0.7, 0.7, weight.shape) for weight in layer.get_weights()]
        if isinstance(layer, layers.Normalization):
            weights[1] = np.abs(weights[1]) + 0.5
        layer.set_weights(weights)


def _recurrent(rng, dtype, return_sequences):
    cell = str(rng.choice(list(MAKERS)))
    options = {"return_sequences": return_sequences, "dtype": dtype, "use_bias": bool(rng.random() < 0.8)}
    if rng.random() < 0.3:
        options["clip"] = float(rng.uniform(0.3, 1))
    if rng.random() < 0.15:
        options["zoneout"] = 0.3
    if cell.endswith("lstm") and cell != "min_lstm" and rng.random() < 0.15:
        options["zoneout_cell"] = 0.2
    if not cell.startswith("min"):
        options["activation"] = str(rng.choice(BOUNDED))
    if not cell.startswith("min") and cell != "simple_rnn":
        options["recurrent_activation"] = str(rng.choice(GATES))
    if rng.random() < 0.3:
        merge_mode = str(rng.choice(["concat", "sum", "mul", "ave"]))
        return layers.Bidirectional(MAKERS[cell](int(rng.integers(1, 9)), **options), merge_mode)
    return MAKERS[cell](int(rng.integers(1, 9)), go_backwards=bool(rng.random() < 0.25), **options)


def _between(rng, dtype):
    makers = [
        lambda: layers.Dropout(0.5, dtype=dtype),
        lambda: layers.Activation(str(rng.choice(BOUNDED)), dtype=dtype),
        lambda: layers.LayerNormalization(dtype=dtype),
        lambda: layers.Rescaling(0.5, 0.1, dtype=dtype),
        lambda: layers.Dense(4, "tanh", dtype=dtype),
    ]
    return makers[rng.integers(len(makers))]()


def data_for(model, rng, rows=5, steps=6):
    """Return an input; some steps are masked, of one row all."""
    first, shape = model.layers[0], model.input_shape
    steps = shape[1] if shape[1] is not None else steps
    if isinstance(first, layers.Embedding):
        x = rng.integers(1, first.input_dim, (rows, steps))
    elif len(shape) == 3:
        x = rng.uniform(-1, 1, (rows, steps, shape[2])).astype(model.dtype)
    else:
        return rng.uniform(-1, 1, (rows, steps)).astype(model.dtype)
    if isinstance(first, (layers.Embedding, layers.Masking)):
        x[rng.random(x.shape[:2]) < 0.3] = 0
        x[0] = 0
    return x
