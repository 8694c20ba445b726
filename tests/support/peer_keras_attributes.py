"""The list of the attributes of the installed Keras and TensorFlow, in a process of its own, which runs this file."""

import os
import runpy
import sys
from pathlib import Path

import numpy as np
from peers import go_beside

NEEDED = ("keras", "tf_keras", "tensorflow", "jax")
WRITER = Path(__file__).parents[2] / "docs" / "make_keras_attributes.py"


def _main(folder):
    go_beside()
    os.environ["KERAS_BACKEND"] = "jax"
    written = runpy.run_path(str(WRITER))
    np.savez(Path(folder) / "results.npz", text=written["text"](written["table"]()))


if __name__ == "__main__":
    _main(*sys.argv[1:])
