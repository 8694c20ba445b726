"""Convert a model file to another format: Keras, safetensors, ONNX, PyTorch."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from . import _models

NAME = "convert"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "source", type=Path, metavar="IN", help=f"model file, with a name that ends with {_models.SUFFIXES}"
    )
    parser.add_argument("target", type=Path, metavar="OUT", help="file to write; an existing one is replaced")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Convert the file, and return a description of the model."""
    source, target = arguments.source, arguments.target
    read, write = _models.reader(source), _models.writer(target)  # refuse either before doing any work
    model = read(source)
    write(model, target)
    layers = [type(layer).__name__ for layer in model.layers]
    print(f"Saved {target}: {', '.join(layers)}; {model.count_params():,} parameters in {model.dtype}")
    return {
        "command": NAME,
        "from": str(source),
        "to": str(target),
        "layers": layers,
        "parameters": model.count_params(),
        "dtype": model.dtype,
    }
