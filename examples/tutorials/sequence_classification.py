#!/usr/bin/env python3
"""Sequence classification with Embedding and Bidirectional: which of two words comes first in a sentence.

    python examples/tutorials/sequence_classification.py [--quick]

This tutorial also runs in Keras: only the import lines differ.
"""

import sys

import numpy as np

import fastlstm as keras
from fastlstm import layers

quick = "--quick" in sys.argv
keras.utils.set_random_seed(3)

# Sentences of 8 to 30 words from a vocabulary of 50. Each has words 1 and 2 once; the label is which comes first.
rng = np.random.default_rng(0)
sentences, labels = [], []
for _ in range(400 if quick else 4000):
    words = rng.integers(3, 50, rng.integers(8, 31))
    places = np.sort(rng.choice(len(words), 2, replace=False))
    label = int(rng.integers(2))
    words[places] = (1, 2) if label else (2, 1)
    sentences.append(list(words))
    labels.append(label)
x, y = keras.utils.pad_sequences(sentences, maxlen=30), np.array(labels)
split = len(x) * 4 // 5

model = keras.Sequential(
    [
        layers.Input((30,)),
        layers.Embedding(50, 16, mask_zero=True),
        layers.Bidirectional(layers.LSTM(16)),
        layers.Dropout(0.2),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(5e-3), loss="binary_crossentropy", metrics=["accuracy"])
history = model.fit(x[:split], y[:split], epochs=1 if quick else 8, validation_split=0.1, verbose=0)
loss, accuracy = model.evaluate(x[split:], y[split:], verbose=0)
print(f"sentences {len(x)}, weights {model.count_params()}")
print(f"test accuracy {accuracy:.4f}")
print(f"test loss {loss:.4f}")
