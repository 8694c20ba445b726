"""Random models, and what Keras makes of them in twenty steps of training.

A case is a number: it seeds the choice of layers, loss, optimizer, weights of samples, masks and clipping, the data and
the first weights. It builds and trains with `keras` or with `fastlstm` in the same words.
"""

import numpy as np

CASES = range(30)
STEPS, ROWS, LENGTH, FEATURES = 20, 12, 6, 3

LOSSES = {
    "mse": "numbers",
    "mae": "numbers",
    "huber": "numbers",
    "log_cosh": "numbers",
    "poisson": "positive",
    "msle": "positive",
    "binary_crossentropy": "flags",
    "categorical_crossentropy": "shares",
    "sparse_categorical_crossentropy": "classes",
    "kl_divergence": "shares",
    "cosine_similarity": "numbers",
    "squared_hinge": "signs",
}
ACTIVATIONS = {"numbers": None, "positive": "softplus", "flags": "sigmoid", "shares": "softmax", "classes": "softmax"}
OPTIMIZERS = ("SGD", "Adam", "AdamW", "Nadam", "Adamax", "RMSprop", "Adagrad", "Adadelta", "Lion")
CELLS = (("SimpleRNN", {}), ("LSTM", {}), ("GRU", {}), ("GRU", {"reset_after": False}))


def recurrent(package, rng, return_sequences):
    """Return a random recurrent layer."""
    name, options = CELLS[rng.integers(len(CELLS))]
    options = {**options, "return_sequences": return_sequences}
    if rng.random() < 0.3:
        options["kernel_regularizer"] = package.regularizers.L2(0.01)
    if rng.random() < 0.2:
        options["recurrent_constraint"] = package.constraints.MaxNorm(1.5)
    layer = getattr(package.layers, name)(int(rng.integers(2, 9)), **options)
    return package.layers.Bidirectional(layer) if rng.random() < 0.3 else layer


def optimizer(package, rng):
    """Return a random optimizer."""
    name = OPTIMIZERS[rng.integers(len(OPTIMIZERS))]
    options = {"learning_rate": {"SGD": 0.05, "Adadelta": 1.0, "Lion": 1e-4}.get(name, 2e-3)}
    if name == "SGD":
        options |= {"momentum": 0.9, "nesterov": bool(rng.integers(2))}
    if rng.random() < 0.3:
        options["weight_decay"] = 0.01
    clipping = (None, "clipnorm", "clipvalue", "global_clipnorm")[rng.integers(4)]
    if clipping:
        options[clipping] = 0.05
    return getattr(package.optimizers, name)(**options)


def targets(kind, outputs, rng):
    """Return targets of one batch that go with a loss."""
    if kind == "classes":
        return rng.integers(0, outputs, ROWS)
    if kind == "flags":
        return rng.integers(0, 2, (ROWS, outputs)).astype(np.float32)
    if kind == "signs":
        return rng.choice([-1.0, 1.0], (ROWS, outputs)).astype(np.float32)
    values = rng.normal(size=(ROWS, outputs))
    if kind == "positive":
        values = np.abs(values)
    if kind == "shares":
        values = np.exp(values) / np.exp(values).sum(axis=1, keepdims=True)
    return values.astype(np.float32)


def train(package, case, weights=None):
    """Return the first weights of a case, the losses of its steps, and the last weights."""
    rng = np.random.default_rng([2026, case])
    loss = list(LOSSES)[case % len(LOSSES)]
    outputs, masked, weighted, deep = (
        int(rng.integers(2, 5)),
        rng.random() < 0.4,
        rng.random() < 0.4,
        rng.random() < 0.5,
    )
    layers = package.layers
    stack = [layers.Input((LENGTH, FEATURES))]
    if masked:
        stack.append(layers.Masking())
    if deep:
        stack.append(recurrent(package, rng, True))
    stack += [recurrent(package, rng, False), layers.Dense(outputs, activation=ACTIVATIONS.get(LOSSES[loss]))]
    model = package.Sequential(stack)
    model.compile(optimizer(package, rng), loss=loss)
    drawn = [rng.uniform(-0.6, 0.6, weight.shape).astype(np.float32) for weight in model.get_weights()]
    model.set_weights(drawn if weights is None else weights)
    losses = []
    for _ in range(STEPS):
        x = rng.normal(size=(ROWS, LENGTH, FEATURES)).astype(np.float32)
        if masked:  # padded behind, where all backends of Keras agree
            x[np.arange(LENGTH) >= rng.integers(1, LENGTH + 1, (ROWS, 1))] = 0
        y = targets(LOSSES[loss], outputs, rng)
        each = rng.uniform(0.2, 2, ROWS).astype(np.float32) if weighted else None
        losses.append(float(model.train_on_batch(x, y, sample_weight=each)))
    return drawn, losses, model.get_weights()
