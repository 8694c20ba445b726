#!/usr/bin/env python3
"""Classify handwritten digits row by row: scikit-learn's 8 x 8 digits, one row per time step.

    python examples/digits.py [--seed 0] [--out .] [--quick]

An LSTM reads an image one row at a time and predicts the digit after the last row. A quarter of the 1,797 images
(Alpaydin and Kaynak, 1998; included in scikit-learn) is held out, stratified by digit. The learning rate and its decay
were chosen by cross-validation on the remaining images. The figure, digits.png, shows the predicted probabilities after
each row, from `model.stream()`, for one image of each digit.
"""

import argparse
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import fastlstm
from fastlstm import layers, optimizers, schedules

UNITS, EPOCHS, BATCH = 64, 60, 32


def main() -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path(), help="folder for the figure")
    parser.add_argument("--quick", action="store_true", help="two epochs, as a quick test")
    arguments = parser.parse_args()
    images, digits = load_digits(return_X_y=True)
    images = images.reshape(-1, 8, 8).astype(np.float32) / 16
    x, x_test, y, y_test = train_test_split(images, digits, test_size=0.25, stratify=digits, random_state=0)

    fastlstm.utils.set_random_seed(arguments.seed)
    model = fastlstm.Sequential([layers.Input((8, 8)), layers.LSTM(UNITS), layers.Dense(10, activation="softmax")])
    epochs = 2 if arguments.quick else EPOCHS
    rate = schedules.CosineDecay(1e-2, epochs * -(-len(x) // BATCH))
    model.compile(optimizers.Adam(rate), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    start = time.perf_counter()
    model.fit(x, y, batch_size=BATCH, epochs=epochs, verbose=0)
    seconds = time.perf_counter() - start
    loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
    print(f"training        {len(x)} images, {seconds:.1f} s")
    print(f"test accuracy   {accuracy:.4f} of {len(x_test)} images")
    print(f"test loss       {loss:.4f}")
    arguments.out.mkdir(parents=True, exist_ok=True)
    draw(model, x_test, y_test).savefig(arguments.out / "digits.png", dpi=150)


def draw(model: fastlstm.Sequential, images: np.ndarray, digits: np.ndarray) -> plt.Figure:
    """Return a figure with an image of each digit and the predicted probabilities after each of its rows."""
    figure, places = plt.subplots(2, 10, figsize=(13, 3.4), layout="constrained")
    for digit, (above, below) in enumerate(places.T):
        image = images[np.argmax(digits == digit)]
        stream = model.stream()
        beliefs = np.stack([stream.step(row) for row in image])
        above.imshow(image, cmap="gray_r")
        shown = below.imshow(beliefs, cmap="viridis", vmin=0, vmax=1, aspect="auto")
        above.set(xticks=[], yticks=[], title=f"{digit}")
        below.set(xticks=range(0, 10, 3), yticks=[])
    places[0, 0].set_ylabel("image")
    places[1, 0].set(ylabel="rows read", yticks=[0, 7], yticklabels=["1", "8"])
    figure.supxlabel("predicted digit")
    figure.colorbar(shown, ax=places[1, -1], label="probability")
    return figure


if __name__ == "__main__":
    main()
