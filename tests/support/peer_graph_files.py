"""Random functional models that are written by one package and read by the other.

A case is a number: it seeds the graph, the data and the weights, and builds with `keras`, `tf_keras` or `fastlstm` in
the same words. Keras runs in a process of its own, which runs this file: it opens what fastlstm has left in a folder,
computes and trains, writes models of its own, and leaves its results.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from peers import go_beside

ROWS, STEPS, FEATURES, TOKENS = 6, 5, 3, 9
BEFORE, AFTER = 2, 2  # steps of training before a file is written, and after it is read
OPTIMIZERS = (
    ("Adam", {"learning_rate": 0.01, "amsgrad": True, "epsilon": 1e-3}),
    ("SGD", {"learning_rate": 0.01, "momentum": 0.9}),
    ("RMSprop", {"learning_rate": 0.003, "momentum": 0.5, "epsilon": 1e-3}),
)
"""With an epsilon for gradients that are zero but for rounding, such as those of biases before a normalization."""
ENDINGS = ("keras", "h5", "weights.h5")


class Grown:
    """A random graph: the tensors so far, and the layers that may be called again.

    Parameters
    ----------
    package : module
        keras, tf_keras or fastlstm.
    rng : numpy.random.Generator
        Draws the same numbers whatever the package.
    is_inside : bool
        Whether it is of a model inside: without BatchNormalization, whose statistics Keras also updates if no output
        of the outer model needs them.
    """

    def __init__(self, package, rng, is_inside=False):
        self.package, self.at, self.rng, self.is_inside = package, package.layers, rng, is_inside
        self.masked = False  # Keras removes the mask of what MultiHeadAttention takes, for other layers as well
        self.tensors = []
        self.callable_again = []

    def pick(self, axes=None, width=None):
        """Return a random tensor, of this number of axes and this many features if given; None if there is none."""
        fitting = [
            one
            for one in self.tensors
            if (axes is None or len(one.shape) == axes) and (width is None or one.shape[-1] == width)
        ]
        return fitting[self.rng.integers(len(fitting))] if fitting else None

    def give(self, outputs):
        """Add the outputs of a call."""
        self.tensors += outputs if isinstance(outputs, (list, tuple)) else [outputs]

    def call_again_later(self, layer, first):
        self.callable_again.append((layer, len(first.shape), first.shape[-1]))

    def normalization(self):
        return self.at.LayerNormalization() if self.is_inside else self.at.BatchNormalization()

    def cell(self, units, **options):
        name = ("LSTM", "GRU", "SimpleRNN")[self.rng.integers(3)]
        return getattr(self.at, name)(units, **options)

    # Ways to grow --------------------------------------------------------------------------------------------------

    def recur(self):
        x = self.pick(3)
        layer = self.cell(int(self.rng.integers(2, 4)), return_sequences=bool(self.rng.random() < 0.6))
        if self.rng.random() < 0.3:
            layer = self.at.Bidirectional(layer, merge_mode=("concat", "sum")[self.rng.integers(2)])
        self.give(layer(x))
        self.call_again_later(layer, x)

    def return_states(self):
        layer = self.cell(3, return_sequences=bool(self.rng.integers(2)), return_state=True)
        self.give(list(layer(self.pick(3))))

    def begin_with_states(self):
        """Call a recurrent layer with states made of vectors."""
        vector, x = self.pick(2), self.pick(3)
        if vector is None:
            return
        if self.rng.integers(2):
            states = [self.at.Dense(3, activation="tanh")(vector)]
            layer = self.at.GRU(3, return_sequences=True)
        else:
            states = [self.at.Dense(2)(vector), self.at.Dense(2)(vector)]
            layer = self.at.LSTM(2, return_sequences=True)
        self.give(layer(x, initial_state=states if len(states) > 1 or self.rng.integers(2) else states[0]))

    def call_again(self):
        if not self.callable_again:
            return
        layer, axes, width = self.callable_again[self.rng.integers(len(self.callable_again))]
        x = self.pick(axes, width)
        if x is not None:
            self.give(layer(x))

    def merge(self):
        first = self.pick()
        second = self.pick(len(first.shape), first.shape[-1])
        name = ("Add", "Multiply", "Average", "Concatenate")[self.rng.integers(4)]
        if name == "Concatenate":
            second = self.pick(len(first.shape))
        self.give(getattr(self.at, name)()([first, second]))

    def change(self):
        x = self.pick()
        layers = (
            lambda: self.at.Dense(FEATURES, activation="tanh"),
            self.at.LayerNormalization,
            self.normalization,
            lambda: self.at.Activation("sigmoid"),
            lambda: self.at.Dense(FEATURES, trainable=False),
        )
        layer = layers[self.rng.integers(len(layers))]()
        self.give(layer(x))
        self.call_again_later(layer, x)

    def change_axes(self):
        vector, sequence = self.pick(2), self.pick(3)
        if vector is not None and self.rng.integers(2):
            self.give(self.at.RepeatVector(STEPS)(vector))
        else:
            self.give(self.at.GlobalAveragePooling1D()(sequence))

    def nest_chain(self):
        """Call a Sequential, perhaps in another one, once or twice."""
        x = self.pick(3)
        layers = [self.cell(2, return_sequences=True), self.at.Dense(FEATURES)]
        if self.rng.random() < 0.3:
            layers.insert(1, self.package.Sequential([self.at.Dense(4), self.normalization()]))
        if self.rng.random() < 0.7:
            layers.insert(0, self.package.Input((STEPS, x.shape[-1])))
        model = self.package.Sequential(layers)
        self.give(model(x))
        self.call_again_later(model, x)

    def nest_graph(self):
        """Call a model of one or two inputs and outputs."""
        first, second = self.pick(3), self.pick(3)
        inputs = [self.package.Input((STEPS, first.shape[-1])), self.package.Input((STEPS, second.shape[-1]))]
        inner = Grown(self.package, self.rng, is_inside=True)
        inner.tensors = inputs[: self.rng.integers(1, 3)]
        count = len(inner.tensors)
        for grow in (inner.recur, inner.change, inner.merge):
            grow()
        if self.rng.random() < 0.3:
            inner.nest_chain()
        outputs = inner.tensors[-1:] if self.rng.integers(2) else inner.tensors[-2:]
        needed = [self.at.Concatenate()(inner.tensors[:count])] if count > 1 else []
        model = self.package.models.Model(inputs[:count] if count > 1 else inputs[0], [*outputs, *needed])
        given = [first, second][:count]
        self.give(model(given if count > 1 else given[0]))
        if self.rng.integers(2):
            self.give(model(given[::-1] if first.shape[-1] == second.shape[-1] and count > 1 else given))
        if count == 1:
            self.call_again_later(model, first)

    def attend(self):
        x = self.pick(3)
        other = self.pick(3, x.shape[-1])
        if self.rng.integers(2) or self.masked:
            self.give(self.at.Attention()([x, other], use_causal_mask=bool(self.rng.integers(2))))
        else:
            layer = self.at.MultiHeadAttention(2, 2)
            self.give(layer(x, other, use_causal_mask=bool(self.rng.integers(2))))


def model_of(package, case, masks=True):
    """Return a random functional model with random weights, and batches: pairs of inputs and targets.

    Without `masks` for Keras 2, which merges them differently.
    """
    rng = np.random.default_rng([2031, case])
    names = [("second", "first", "third")[i] for i in range(rng.integers(1, 4))]
    tokens = rng.random(len(names)) < 0.3
    inputs = {
        name: package.Input((STEPS,) if given else (STEPS, FEATURES), name=name, dtype="int32" if given else None)
        for name, given in zip(names, tokens, strict=True)
    }
    grown = Grown(package, rng)
    grown.masked = masked = masks and case % 3 == 2
    ends = []  # so that outputs depend on every input
    for name, given in zip(names, tokens, strict=True):
        x = inputs[name]
        if given:
            x = package.layers.Embedding(TOKENS, FEATURES, mask_zero=masked and bool(rng.integers(2)))(x)
        elif masked and rng.integers(2):
            x = package.layers.Masking()(x)
        grown.give(x)
        ends.append(x)
    ways = [
        *(grown.recur, grown.recur, grown.return_states, grown.begin_with_states, grown.call_again, grown.call_again),
        *(grown.merge, grown.change, grown.change_axes, grown.nest_chain, grown.nest_graph, grown.attend),
    ]
    if masked:
        ways.remove(grown.begin_with_states)  # where Keras 3 ignores masks
    for _ in range(rng.integers(3, 9)):
        ways[rng.integers(len(ways))]()
    chosen = [grown.tensors[i] for i in rng.permutation(len(grown.tensors))[: rng.integers(1, 4)]]
    heads = [package.layers.Dense(2)(one) for one in chosen]
    if len(ends) > 1:
        heads.append(package.layers.GRU(2)(package.layers.Concatenate()(ends)))
    elif not rng.integers(3):
        heads.append(package.layers.Dense(1)(ends[0]))
    keys = [f"{'zyx'[i % 3]}{i}" for i in range(len(heads))]
    by_key = bool(rng.integers(2)) and len(heads) > 1
    outputs = dict(zip(keys, heads, strict=True)) if by_key else heads if len(heads) > 1 else heads[0]
    given = inputs if rng.integers(2) else list(inputs.values()) if len(inputs) > 1 else next(iter(inputs.values()))
    model = package.models.Model(given, outputs, name=f"graph_{case}")
    lowest = {1: 0.1}  # variances, which have one axis, are positive
    weights = [rng.uniform(lowest.get(one.ndim, -0.6), 0.6, one.shape) for one in model.get_weights()]
    model.set_weights([one.astype(np.float32) for one in weights])
    batches = []
    for _ in range(BEFORE + AFTER):
        x = {
            name: rng.integers(0, TOKENS, (ROWS, STEPS)) if is_tokens else rng.normal(size=(ROWS, STEPS, FEATURES))
            for name, is_tokens in zip(names, tokens, strict=True)
        }
        for one in x.values() if masked else ():
            one[np.arange(STEPS) >= rng.integers(1, STEPS + 1, (ROWS, 1))] = 0
        x = {name: one.astype(np.int32 if one.dtype.kind == "i" else np.float32) for name, one in x.items()}
        targets = [rng.normal(size=(ROWS, *one.shape[1:])).astype(np.float32) for one in heads]
        y = dict(zip(keys, targets, strict=True)) if by_key else targets if len(heads) > 1 else targets[0]
        batches.append((x if isinstance(given, dict) else list(x.values()) if len(x) > 1 else x[names[0]], y))
    # Keras on TensorFlow squares the parts of an Embedding's gradient one by one, so here that takes a linear rule.
    optimizer, options = OPTIMIZERS[1 if tokens.any() else case % len(OPTIMIZERS)]
    losses = [("mse", "mae", package.losses.Huber())[i] for i in rng.integers(3, size=len(heads))]
    weights = [float(one) for one in rng.integers(1, 4, len(heads))]
    compiled = {"loss": losses[0]}
    if by_key:
        compiled = {"loss": dict(zip(keys, losses, strict=True)), "loss_weights": dict(zip(keys, weights, strict=True))}
    elif len(heads) > 1:
        compiled = {"loss": losses, "loss_weights": weights}
    model.compile(getattr(package.optimizers, optimizer)(**options), **compiled)
    return model, batches


def outputs_of(model, x):
    """Return the outputs of a model as a list, in the order of the keys if they are a dict."""
    found = model(x) if not hasattr(model, "_native_model") else model.predict(x, verbose=0)
    if isinstance(found, dict):
        found = [found[key] for key in sorted(found)]
    return [np.asarray(one) for one in (found if isinstance(found, (list, tuple)) else [found])]


def train(model, batches):
    """Make a step on each batch."""
    for x, y in batches:
        model.train_on_batch(x, y)


def start(package, folder, cases):
    """Start the process that reads and writes files in a folder, with so many cases."""
    environment = os.environ | {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, __file__, package, str(folder), str(cases)]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)


def _main(name, folder, cases):
    import importlib

    package = importlib.import_module(name)
    go_beside()
    folder, results = Path(folder), {}

    def keep(label, model, x):
        for i, output in enumerate(outputs_of(model, x)):
            assert np.isfinite(output).all()
            results[f"{label}/outputs/{i}"] = output
        for i, weight in enumerate(model.get_weights()):
            results[f"{label}/weights/{i}"] = weight

    for case in range(int(cases)):
        model, batches = model_of(package, case, masks=name == "keras")
        x = batches[0][0]
        model.run_eagerly = True
        results[f"{case}/layers"] = np.array([layer.name for layer in model.layers])
        keep(f"{case}/built", model, x)
        train(model, batches[:BEFORE])
        keep(f"{case}/before", model, x)
        model.save(folder / f"theirs-{case}.keras")
        model.save(folder / f"theirs-{case}.h5")
        model.save_weights(folder / f"theirs-{case}.weights.h5")
        train(model, batches[BEFORE:])
        keep(f"{case}/after", model, x)
        if name == "keras":
            for ending in ENDINGS[:2]:
                again = package.models.load_model(folder / f"ours-{case}.{ending}", compile=ending == "keras")
                keep(f"{case}/opened-{ending}", again, x)
                if ending == "keras":
                    again.run_eagerly = True
                    train(again, batches[BEFORE:])
                    keep(f"{case}/went-on", again, x)
            other, _ = model_of(package, case)
            other.load_weights(folder / f"ours-{case}.weights.h5")
            keep(f"{case}/opened-weights.h5", other, x)
    np.savez(folder / "results.npz", **results)


if __name__ == "__main__":
    _main(*sys.argv[1:])
