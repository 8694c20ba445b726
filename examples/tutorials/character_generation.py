#!/usr/bin/env python3
"""Character-level text generation: learn a text letter by letter, then continue it.

    python examples/tutorials/character_generation.py [--quick]

This tutorial also runs in Keras: only the import lines differ.
"""

import sys

import numpy as np

import fastlstm as keras
from fastlstm import layers

quick = "--quick" in sys.argv
keras.utils.set_random_seed(2)

# Sentences generated from a small grammar, so that there is structure to learn and no text to include.
subjects, verbs = ["the cat", "a dog", "my bird", "one fish"], ["sees", "likes", "hears", "follows"]
objects, ends = ["the moon", "a ball", "the rain", "my shoe"], [". ", "! ", "? "]
choose = np.random.default_rng(0).choice
sentences = [f"{choose(subjects)} {choose(verbs)} {choose(objects)}{choose(ends)}" for _ in range(60 if quick else 400)]
text = "".join(sentences)
characters = sorted(set(text))
codes = np.array([characters.index(letter) for letter in text])

length = 40
starts = np.arange(0, len(codes) - length - 1, 3)
x = np.stack([codes[start : start + length] for start in starts])
y = np.stack([codes[start + 1 : start + length + 1] for start in starts])

model = keras.Sequential(
    [
        layers.Input((length,)),
        layers.Embedding(len(characters), 16),
        layers.LSTM(64, return_sequences=True),
        layers.Dense(len(characters), activation="softmax"),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(5e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, batch_size=64, epochs=1 if quick else 12, verbose=0)

written = list(codes[:length])
for _ in range(20 if quick else 120):
    chances = np.asarray(model.predict(np.array([written[-length:]]), verbose=0))[0, -1].astype("float64")
    written.append(int(np.random.choice(len(characters), p=chances / chances.sum())))
print("wrote:", "".join(characters[code] for code in written[length:]))
print(f"accuracy {history.history['accuracy'][-1]:.4f}")
print(f"letters {len(characters)}, sequences {len(x)}")
print(f"train loss {history.history['loss'][-1]:.4f}")
