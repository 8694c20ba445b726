"""Models that Keras on TensorFlow writes as ONNX by tf2onnx, in a process of its own, which runs this file."""

import sys
from pathlib import Path

import numpy as np
from peers import go_beside

NEEDED = ("keras", "tensorflow", "tf2onnx")
ROWS, STEPS, FEATURES, TOKENS = 4, 6, 3, 9
MODELS = (
    "lstm",
    "simple_rnn",
    "gru",
    "gru_reset_before",
    "activations",
    "biases_of_zero",
    "square",
    "backwards",
    "bidirectional",
    "embedding",
    "sequence_to_sequence",
    "reshaping",
)
REFUSED = {"masking": "Equal", "layer_normalization": "GlobalAveragePool", "time_distributed": "Slice"}


def models(keras):
    """Yield the names of models, and their layers."""
    at = keras.layers
    any_length, fixed = keras.Input((None, FEATURES)), keras.Input((STEPS, FEATURES))
    yield "lstm", [any_length, at.LSTM(4, return_sequences=True), at.LSTM(3, use_bias=False), at.Dense(2)]
    yield "simple_rnn", [any_length, at.SimpleRNN(4, return_sequences=True), at.SimpleRNN(3, "relu"), at.Dense(2)]
    yield "gru", [any_length, at.GRU(4, return_sequences=True), at.GRU(3, use_bias=False), at.Dense(2, "softmax")]
    yield "gru_reset_before", [fixed, at.GRU(4, reset_after=False), at.Dropout(0.3), at.Dense(2)]
    yield (
        "activations",
        [fixed, at.LSTM(4, "softsign", "hard_sigmoid", return_sequences=True), at.SimpleRNN(3, "relu6")],
    )
    yield "biases_of_zero", [fixed, at.GRU(4, return_sequences=True), at.SimpleRNN(4), at.Dense(2)]
    yield "square", [fixed, at.GRU(FEATURES, return_sequences=True), at.SimpleRNN(FEATURES, use_bias=False)]
    yield "backwards", [fixed, at.GRU(4, go_backwards=True), at.Dense(2)]
    wrapped = [at.Bidirectional(at.GRU(4, return_sequences=True)), at.Bidirectional(at.LSTM(3), merge_mode="sum")]
    yield "bidirectional", [fixed, *wrapped, at.Dense(2)]
    yield "embedding", [keras.Input((STEPS,)), at.Embedding(TOKENS, 3), at.GRU(4), at.Dense(2, "sigmoid")]
    yield "sequence_to_sequence", [fixed, at.GRU(4), at.RepeatVector(5), at.GRU(3, return_sequences=True), at.Dense(2)]
    yield "reshaping", [fixed, at.Rescaling(2.0, 1.0), at.LSTM(4, return_sequences=True), at.Reshape((3, 8)), at.GRU(2)]
    yield "masking", [fixed, at.Masking(), at.LSTM(4)]
    yield "layer_normalization", [fixed, at.LayerNormalization(), at.LSTM(4)]
    yield "time_distributed", [fixed, at.LSTM(4, return_sequences=True), at.TimeDistributed(at.Dense(2))]


def data_of(name):
    """Return what a model is given."""
    rng = np.random.default_rng([9, *name.encode()])
    if name == "embedding":
        return rng.integers(0, TOKENS, (ROWS, STEPS)).astype(np.float32)
    scale = 10 if name == "activations" else 1  # for those that differ from others far from zero
    return scale * rng.normal(size=(ROWS, STEPS, FEATURES)).astype(np.float32)


def _main(folder):
    import keras

    go_beside()
    results, rng = {}, np.random.default_rng(10)
    for name, stack in models(keras):
        model = keras.Sequential(stack)
        if name != "biases_of_zero":
            model.set_weights([weight + 0.1 * rng.normal(size=weight.shape) for weight in model.get_weights()])
        results[name] = np.asarray(model(data_of(name)))
        model.export(Path(folder) / f"{name}.onnx", format="onnx", verbose=False)
    np.savez(Path(folder) / "results.npz", **results)


if __name__ == "__main__":
    _main(*sys.argv[1:])
