"""Tutorials in Keras's words run here and, with the import lines changed, in Keras, and come to like losses."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from peers import require_peer_elsewhere

TUTORIALS = sorted((Path(__file__).parents[2] / "examples" / "tutorials").glob("*.py"))
OF_KERAS = {"import fastlstm as keras": "import keras", "from fastlstm import layers": "from keras import layers"}


def loss_of(text, folder, **environment):
    """Run a tutorial quickly, and return the loss in its last line."""
    script = folder / "tutorial.py"
    script.write_text(text, encoding="utf-8")
    command = [sys.executable, str(script), "--quick"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=folder, env={**os.environ, **environment}
    )
    assert done.returncode == 0, done.stderr
    return float(done.stdout.split()[-1])


@pytest.mark.parametrize("file", TUTORIALS, ids=lambda file: file.stem)
def test_tutorial(file, tmp_path):
    loss = loss_of(file.read_text(encoding="utf-8"), tmp_path, PYTHONWARNINGS="error")
    assert 0 < loss < 10


@pytest.mark.slow
@pytest.mark.parametrize("file", TUTORIALS, ids=lambda file: file.stem)
def test_keras_comes_to_a_like_loss(file, tmp_path):
    require_peer_elsewhere("keras")
    require_peer_elsewhere("jax")
    text = file.read_text(encoding="utf-8")
    ours = loss_of(text, tmp_path)
    for line, other in OF_KERAS.items():
        assert text.count(line) == 1
        text = text.replace(line, other)
    assert "fastlstm" not in text
    theirs = loss_of(text, tmp_path, KERAS_BACKEND="jax")
    assert 2 / 3 < ours / theirs < 3 / 2
