#!/usr/bin/env python3
"""Sequence to sequence with RepeatVector and TimeDistributed: read a word and write it backwards.

    python examples/tutorials/sequence_to_sequence.py [--quick]

This tutorial also runs in Keras: only the import lines differ.
"""

import sys

import numpy as np

import fastlstm as keras
from fastlstm import layers

quick = "--quick" in sys.argv
keras.utils.set_random_seed(4)

letters, length = 8, 5
words = np.random.default_rng(0).integers(0, letters, (400 if quick else 6000, length))
x = keras.utils.to_categorical(words, letters)
y = keras.utils.to_categorical(words[:, ::-1], letters)
split = len(x) * 5 // 6

model = keras.Sequential(
    [
        layers.Input((length, letters)),
        layers.GRU(64),
        layers.RepeatVector(length),
        layers.GRU(64, return_sequences=True),
        layers.TimeDistributed(layers.Dense(letters, activation="softmax")),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(5e-3), loss="categorical_crossentropy", metrics=["accuracy"])
slower = keras.callbacks.ReduceLROnPlateau(monitor="loss", factor=0.5, patience=3)
history = model.fit(x[:split], y[:split], batch_size=64, epochs=2 if quick else 30, callbacks=[slower], verbose=0)
loss, accuracy = model.evaluate(x[split:], y[split:], verbose=0)
read, written = words[split], np.asarray(model.predict(x[split : split + 1], verbose=0))[0].argmax(axis=-1)
print(f"reads {read}, writes {written}")
print(f"test accuracy {accuracy:.4f}")
print(f"test loss {loss:.4f}")
