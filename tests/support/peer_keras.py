"""The same layers and models built from Keras and from us, and what Keras computes with them.

A case builds from `keras` or from `fastlstm`: constructors and calls are the same.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np
from keras_stacks import STACKS
from peers import require_peer

ROWS, STEPS, FEATURES, UNITS, TOKENS = 8, 7, 3, 4, 9
CELLS = {
    "SimpleRNN": ("SimpleRNN", {}),
    "LSTM": ("LSTM", {}),
    "GRU": ("GRU", {}),
    "GRU_reset_before": ("GRU", {"reset_after": False}),
}
ACTIVATIONS = [
    "celu",
    "elu",
    "exponential",
    "gelu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "mish",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "squareplus",
    "tanh",
    "tanh_shrink",
]
MERGE_MODES = ("sum", "mul", "ave", "concat", None)

# All valid, padded on the right and the left, gaps, one valid step at either end, and none.
PATTERNS = ("1111111", "1110000", "0001111", "1011010", "0101101", "1000000", "0000001", "0000000")
MASK = np.array([list(row) for row in PATTERNS]) == "1"


@dataclass
class Case:
    """A layer or model, and how it is called."""

    build: Callable[[ModuleType], Any]
    states: int = 0
    """How many initial states are given."""
    masked: bool = False
    """Whether `MASK` is given."""
    x: str = "numbers"
    """Or 'padded': zeros where `MASK` is false; or 'tokens': whole numbers, 0 where it is false."""
    calls: int = 1
    """On other data each time, but for the last, which is the first once more after resetting the states."""
    scale: float = 0.7
    """Weights are uniform between plus and minus this."""
    features: int = FEATURES

    @property
    def has_masks(self) -> bool:
        return self.masked or self.x != "numbers"


def recurrent(package, cell, **options):
    """Return a recurrent layer; `cell` is a key of CELLS."""
    name, fixed = CELLS[cell]
    return getattr(package.layers, name)(UNITS, **fixed, **options)


def bidirectional(package, cell, merge_mode="concat", backward=None, **options):
    """Return a Bidirectional; `backward` are the options of a backward layer of its own."""
    forward_layer = recurrent(package, cell, **options)
    other = None if backward is None else recurrent(package, cell, go_backwards=True, **options, **backward)
    return package.layers.Bidirectional(forward_layer, merge_mode=merge_mode, backward_layer=other)


def stack(package, make):
    """Return a Sequential of the layers that `make` lists."""
    return package.Sequential(make(package.layers))


def _layer_cases():
    """Yield the names and cases of recurrent layers, with masks and without."""
    sequences, state, backwards = {"return_sequences": True}, {"return_state": True}, {"go_backwards": True}
    variants = {
        "last": {},
        "sequences": sequences,
        "no_bias": sequences | {"use_bias": False},
        "stateful": sequences | {"stateful": True},
        "states": sequences | state,
        "last_states": state,
        "backwards": backwards | state,
        "backwards_sequences": backwards | sequences | state,
    }
    for cell in CELLS:
        states = 2 if cell == "LSTM" else 1
        for variant, options in variants.items():
            build = partial(recurrent, cell=cell, **options)
            calls = 3 if variant == "stateful" else 1
            yield f"{cell}-{variant}-masked", Case(build, masked=True, calls=calls)
            if "return_state" in options:
                yield f"{cell}-{variant}-initial", Case(build, states=states)
                yield f"{cell}-{variant}-initial-masked", Case(build, masked=True, states=states)
            else:
                yield f"{cell}-{variant}", Case(build, calls=calls)
        zeros = partial(recurrent, cell=cell, zero_output_for_mask=True, return_sequences=True, return_state=True)
        yield f"{cell}-zeros-masked", Case(zeros, masked=True)
        yield f"{cell}-zeros-backwards-masked", Case(partial(zeros, go_backwards=True), masked=True)
        yield f"{cell}-zeros-initial-masked", Case(zeros, states=states, masked=True)


def _activation_cases():
    for activation in ACTIVATIONS:
        in_cell = partial(recurrent, cell="GRU", activation=activation, return_sequences=True)
        in_gates = partial(recurrent, cell="LSTM", recurrent_activation=activation, return_sequences=True)
        yield f"activation-{activation}", Case(in_cell, scale=0.3)
        yield f"recurrent_activation-{activation}", Case(in_gates, scale=0.3)


def _bidirectional_cases():
    for cell in CELLS:
        for merge_mode in MERGE_MODES if cell == "LSTM" else ("sum",):
            for return_sequences in (False, True):
                build = partial(bidirectional, cell=cell, merge_mode=merge_mode, return_sequences=return_sequences)
                name = f"Bidirectional-{cell}-{merge_mode}-{'sequences' if return_sequences else 'last'}"
                yield name, Case(build)
                yield f"{name}-masked", Case(build, masked=True)
        build = partial(bidirectional, cell=cell, return_state=True, return_sequences=True)
        yield f"Bidirectional-{cell}-states-masked", Case(build, masked=True)
        states = 4 if cell == "LSTM" else 2
        yield f"Bidirectional-{cell}-states-initial", Case(build, states=states)
        yield f"Bidirectional-{cell}-states-initial-masked", Case(build, states=states, masked=True)
    yield "Bidirectional-LSTM-stateful", Case(partial(bidirectional, cell="LSTM", stateful=True), calls=3)
    for return_sequences in (False, True):
        other = {"activation": "softsign", "use_bias": False}
        build = partial(bidirectional, cell="GRU", backward=other, return_sequences=return_sequences)
        name = f"Bidirectional-two_layers-{'sequences' if return_sequences else 'last'}"
        yield name, Case(build)
        yield f"{name}-masked", Case(build, masked=True)


def _stacks_without_masks():
    yield "rnn_gru_dense", lambda at: [at.SimpleRNN(5, return_sequences=True), at.GRU(4), at.Dense(2)]
    yield (
        "three_deep",
        lambda at: [
            at.LSTM(5, return_sequences=True),
            at.Bidirectional(at.LSTM(3, return_sequences=True), merge_mode="mul"),
            at.GRU(4, reset_after=False, go_backwards=True, return_sequences=True),
            at.TimeDistributed(at.Dense(2)),
        ],
    )
    yield (
        "between",
        lambda at: [
            at.Rescaling(0.5, offset=0.25),
            at.LSTM(5, return_sequences=True),
            at.LayerNormalization(),
            at.Activation("relu"),
            at.Dropout(0.5),
            at.Bidirectional(at.GRU(4)),
            at.Dense(3, activation="softmax"),
        ],
    )
    yield "window", lambda at: [at.Flatten(), at.Dense(6, activation="tanh"), at.Reshape((2, 3)), at.LSTM(4)]
    yield "encoder", lambda at: [at.LSTM(4), at.RepeatVector(3), at.LSTM(4, return_sequences=True), at.Dense(2)]


def _stacks_with_masks(layer):
    """Yield stacks over one layer that makes a mask."""
    yield "last", lambda at: [layer(at), at.LSTM(4), at.Dense(2)]
    yield "deep", lambda at: [layer(at), at.GRU(4, return_sequences=True), at.Dense(5), at.LSTM(3), at.Dense(2)]
    yield (
        "sequences",
        lambda at: [
            layer(at),
            at.Bidirectional(at.LSTM(4, return_sequences=True)),
            at.Dropout(0.5),
            at.LayerNormalization(),
            at.Activation("tanh"),
            at.SimpleRNN(4, return_sequences=True),
            at.Dense(2),
        ],
    )
    yield (
        "time_distributed",
        lambda at: [layer(at), at.LSTM(4, return_sequences=True), at.TimeDistributed(at.Dense(3)), at.GRU(2)],
    )
    yield "swallowed", lambda at: [layer(at), at.LSTM(4), at.RepeatVector(3), at.LSTM(4)]


def _keras_stacks():
    """Yield stacks whose weights may be any numbers."""
    for name, make in STACKS.items():
        if "batch" not in name and "deep" not in name:
            yield name.replace(" ", "_"), make


def _stack_cases():
    for name, make in _keras_stacks():
        yield f"stack-{name}", Case(partial(stack, make=make), features=4)
    for name in ("global max pooling", "max pooling"):
        masked = partial(stack, make=lambda at, make=STACKS[name]: [at.Masking(), *make(at)])
        yield f"stack-Masking-{name.replace(' ', '_')}", Case(masked, x="padded")
    for name, make in _stacks_without_masks():
        yield f"stack-{name}", Case(partial(stack, make=make))
    for name, make in _stacks_with_masks(lambda at: at.Masking()):
        yield f"stack-Masking-{name}", Case(partial(stack, make=make), x="padded")
    for name, make in _stacks_with_masks(lambda at: at.Embedding(TOKENS, FEATURES, mask_zero=True)):
        yield f"stack-Embedding-{name}", Case(partial(stack, make=make), x="tokens")
    for name, make in _stacks_with_masks(lambda at: at.Embedding(TOKENS, FEATURES)):
        yield f"stack-Embedding-unmasked-{name}", Case(partial(stack, make=make), x="tokens")


CASES = dict([*_layer_cases(), *_activation_cases(), *_bidirectional_cases(), *_stack_cases()])
OF_BACKEND = {
    # On JAX masked steps come out otherwise than documented. Activations by themselves are enough from one backend.
    "jax": [name for name, case in CASES.items() if not (case.has_masks or "activation-" in name)],
    "tensorflow": list(CASES),
}


def run(package, name, weights=None, case=None):
    """Build a case, give it these weights or random ones, call it; return the weights and a list of all outputs.

    Another `case` gets the data of this name.
    """
    case = case or CASES[name]
    rng = np.random.default_rng(zlib.crc32(name.encode()))

    def uniform(*shape, scale=1.0):
        return rng.uniform(-scale, scale, shape).astype(np.float32)

    sequences = [uniform(ROWS, STEPS, case.features) for _ in range(max(1, case.calls - 1))]
    if case.x == "padded":
        sequences[0][~MASK] = 0
    if case.x == "tokens":
        sequences[0] = np.where(MASK, rng.integers(1, TOKENS, MASK.shape), 0)
    states = [uniform(ROWS, UNITS) for _ in range(case.states)]
    options = ({"initial_state": states} if states else {}) | ({"mask": MASK} if case.masked else {})

    built = case.build(package)
    built.build(sequences[0].shape)
    if weights is None:
        weights = [uniform(*weight.shape, scale=case.scale) for weight in built.get_weights()]
    built.set_weights(weights)
    outputs = [built(x, **options) for x in sequences]
    if case.calls > 1:
        built.reset_state()
        outputs.append(built(sequences[0], **options))
    return weights, [np.asarray(output) for output in _flat(outputs)]


def _flat(outputs):
    for output in outputs:
        yield from _flat(output) if isinstance(output, (tuple, list)) else [output]


def results():
    """Return the weights and outputs of every case of this process's backend."""
    keras = require_peer("keras")
    return {name: run(keras, name) for name in OF_BACKEND[keras.backend.backend()]}
