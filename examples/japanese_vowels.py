#!/usr/bin/env python3
"""Identify nine speakers by their pronunciation of two vowels: sequences of different lengths.

    python examples/japanese_vowels.py [--seed 0] [--out .] [--quick]

The JapaneseVowels data set (Kudo, Toyama and Shimbo, 1999; included in sktime) has 270 training and 370 test utterances
of 7 to 29 steps with 12 cepstral coefficients. Shorter utterances are padded, and a mask excludes the padding from
states and gradients. Units, dropout and epochs were chosen by cross-validation on the training set. The figure,
japanese_vowels.png, is the confusion matrix of the test set.
"""

import argparse
import time
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import fastlstm
from fastlstm import layers

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # sktime warns about its own dependencies on import
    from sktime.datasets import load_japanese_vowels

UNITS, DROPOUT, EPOCHS, BATCH, SPEAKERS = 64, 0.4, 240, 30, 9
PADDING = -10.0  # a value that does not occur among the standardised coefficients


def utterances(split: str) -> tuple[list[np.ndarray], np.ndarray]:
    """Return the utterances of a split as (steps, 12) arrays, and their speakers from 0 to 8."""
    x, y = load_japanese_vowels(split=split, return_X_y=True, return_type="nested_univ")
    return [np.stack([column.to_numpy() for column in row], axis=1) for row in x.to_numpy()], y.astype(int) - 1


def padded(parts: list[list[np.ndarray]]) -> list[np.ndarray]:
    """Return (N, T, 12) arrays: standardised by the mean and deviation of the first part, and padded at the end."""
    together = np.concatenate(parts[0])
    mean, deviation = together.mean(axis=0), together.std(axis=0)
    steps = max(len(one) for part in parts for one in part)
    return [
        fastlstm.datasets.pad_sequences(
            [(one - mean) / deviation for one in part], steps, dtype="float32", padding="post", value=PADDING
        )
        for part in parts
    ]


def trained(
    x: np.ndarray, y: np.ndarray, seed: int, epochs: int = EPOCHS, cell: type = layers.LSTM, depth: int = 1
) -> fastlstm.Sequential:
    """Return a model of `depth` recurrent layers, trained on the padded utterances."""
    fastlstm.utils.set_random_seed(seed)
    model = fastlstm.Sequential(
        [
            layers.Input(x.shape[1:]),
            layers.Masking(PADDING),
            *[cell(UNITS, dropout=DROPOUT / 2, return_sequences=i + 1 < depth) for i in range(depth)],
            layers.Dropout(DROPOUT),
            layers.Dense(SPEAKERS, activation="softmax"),
        ]
    )
    model.compile(fastlstm.optimizers.Adam(2e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, batch_size=BATCH, epochs=epochs, verbose=0)
    return model


def main() -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path(), help="folder for the figure")
    parser.add_argument("--quick", action="store_true", help="two epochs, as a quick test")
    arguments = parser.parse_args()
    (sequences, y), (test_sequences, y_test) = utterances("train"), utterances("test")
    x, x_test = padded([sequences, test_sequences])
    start = time.perf_counter()
    model = trained(x, y, arguments.seed, 2 if arguments.quick else EPOCHS)
    seconds = time.perf_counter() - start
    loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
    lengths = [len(one) for one in sequences]
    print(f"training        {len(x)} utterances of {min(lengths)} to {max(lengths)} steps, {seconds:.1f} s")
    print(f"test accuracy   {accuracy:.4f} of {len(x_test)} utterances")
    print(f"test loss       {loss:.4f}")
    arguments.out.mkdir(parents=True, exist_ok=True)
    found = model.predict(x_test, verbose=0).argmax(axis=1)
    draw(y_test, found).savefig(arguments.out / "japanese_vowels.png", dpi=150)


def draw(truth: np.ndarray, found: np.ndarray) -> plt.Figure:
    """Return a figure of the confusion matrix."""
    table = np.zeros((SPEAKERS, SPEAKERS), int)
    np.add.at(table, (truth, found), 1)
    shares = table / table.sum(axis=1, keepdims=True)
    figure, axes = plt.subplots(figsize=(5.4, 5), layout="constrained")
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1.2)
    for (row, column), count in np.ndenumerate(table):
        if count:
            dark = shares[row, column] > 0.5
            axes.text(column, row, count, ha="center", va="center", color="white" if dark else "black", fontsize=9)
    names = [str(i + 1) for i in range(SPEAKERS)]
    axes.set(xticks=range(SPEAKERS), xticklabels=names, yticks=range(SPEAKERS), yticklabels=names)
    axes.set(xlabel="predicted speaker", ylabel="true speaker")
    right = np.sum(truth == found)
    axes.set_title(f"{right} of {len(truth)} test utterances recognised ({right / len(truth):.1%})")
    return figure


if __name__ == "__main__":
    main()
