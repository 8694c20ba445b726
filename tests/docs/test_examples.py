"""The examples run as scripts and print a table."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from peers import require_peer_elsewhere

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.py"))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_example(file, tmp_path):
    for package in ("sklearn", "sktime", "torch"):
        if package in file.read_text(encoding="utf-8"):
            require_peer_elsewhere(package)
    done = subprocess.run(
        [sys.executable, "-W", "error", str(file), "--quick"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "MPLBACKEND": "Agg"},
    )
    assert done.returncode == 0, done.stderr
    assert "nan" not in done.stdout.lower()
    table = [line for line in done.stdout.splitlines() if any(mark.isdigit() for mark in line)]
    assert len(table) >= 3
