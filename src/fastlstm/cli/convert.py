"""Convert a model from one kind of file to another: Keras, safetensors, ONNX, PyTorch."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from . import _models

NAME = "convert"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("source", type=Path, metavar="IN", help=f"the model's file, which ends with {_models.ENDINGS}")
    parser.add_argument("target", type=Path, metavar="OUT", help="the file to write, in place of one that exists")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Convert, and return what the model is."""
    source, target = arguments.source, arguments.target
    read, write = _models.reader(source), _models.writer(target)  # both, before any work is done
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
