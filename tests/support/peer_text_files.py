"""Models that take texts or tokens, written by one package and read by the other.

Keras runs in a process of its own, which runs this file: `python peer_text_files.py FOLDER`. It opens what fastlstm has
left in the folder, and writes the same models itself, with other weights.
"""

import os
import sys
from pathlib import Path

import numpy as np
from peers import go_beside

NEEDED = ("keras", "tensorflow")
TEXTS = ["The cat sat, the cat ran.", "A dog! ran far away", "the end", "été über ß"]
WORDS = [["a", "b", "z"], ["c", "", "a"], ["b", "b", "d"]]
NUMBERS = [[7, 9, 1], [8, 7, 7], [-3, 9, 8]]


def adapted(layer, data):
    layer.adapt(np.array(data))
    return layer


def words(keras):
    """Texts in a chain, with a vocabulary that was learned."""
    vectorize = adapted(keras.layers.TextVectorization(max_tokens=9, output_sequence_length=5), TEXTS)
    layers = keras.layers
    return keras.Sequential(
        [keras.Input((1,), dtype="string"), vectorize, layers.Embedding(9, 4, mask_zero=True), layers.LSTM(3)]
    )


def counts(keras):
    """Rows of counts of pairs of words, in a graph."""
    vectorize = adapted(keras.layers.TextVectorization(output_mode="count", ngrams=2, standardize="lower"), TEXTS)
    x = keras.Input((1,), dtype="string", name="text")
    return keras.Model(x, keras.layers.Dense(2)(vectorize(x)))


def characters(keras):
    """Characters, with a vocabulary that was given."""
    vectorize = keras.layers.TextVectorization(split="character", output_sequence_length=7, vocabulary=["a", "t", "e"])
    x = keras.Input((1,), dtype="string")
    return keras.Model(x, keras.layers.GRU(3)(keras.layers.Embedding(6, 4)(vectorize(x))))


def lookup(keras):
    """Strings, beside an input of numbers."""
    strings, numbers = keras.Input((3,), dtype="string"), keras.Input((3, 2))
    indices = adapted(keras.layers.StringLookup(num_oov_indices=2), WORDS)(strings)
    embedded = keras.layers.Embedding(12, 2)(indices)
    return keras.Model([strings, numbers], keras.layers.SimpleRNN(4)(keras.layers.Add()([embedded, numbers])))


def tokens(keras):
    """Whole numbers, a 1 for each."""
    found = adapted(keras.layers.IntegerLookup(output_mode="multi_hot"), NUMBERS)
    x = keras.Input((3,), dtype="int64")
    return keras.Model(x, keras.layers.Dense(2)(found(x)))


MODELS = {one.__name__: one for one in (words, counts, characters, lookup, tokens)}


def data_of(name):
    if name == "lookup":
        return [np.array(WORDS), np.linspace(-1, 1, 18, dtype="float32").reshape(3, 3, 2)]
    return np.array(NUMBERS) if name == "tokens" else np.array(TEXTS)[:, None]


def weighted(model, seed):
    """Return the model with weights that are no initial ones."""
    rng = np.random.default_rng(seed)
    model.set_weights([rng.normal(0, 0.5, np.shape(one)).astype("float32") for one in model.get_weights()])
    return model


def _main(folder):
    go_beside()
    os.environ |= {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
    import keras
    import tensorflow as tf

    folder, results = Path(folder), {}

    def output(model, name):
        x = data_of(name)
        return np.asarray(model([tf.constant(one) for one in x] if isinstance(x, list) else tf.constant(x)))

    for name, build in MODELS.items():
        results[f"ours/{name}"] = output(keras.models.load_model(folder / f"ours-{name}.keras"), name)
        model = weighted(build(keras), 5)
        model.save(folder / f"{name}.keras")
        results[f"keras/{name}"] = output(model, name)
    np.savez(folder / "results.npz", **results)


if __name__ == "__main__":
    _main(*sys.argv[1:])
