"""The benchmark of models with branches: it compares losses with the peers that are installed before it times them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "graphs.py"


@pytest.mark.slow
@pytest.mark.idle_cores
def test_it_times_models_that_agree_with_those_of_the_peers(tmp_path):
    done = subprocess.run(
        [sys.executable, SCRIPT, "--quick", "--json", tmp_path / "found.json"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "seq2seq_attention, H 4" in done.stdout
    assert (tmp_path / "found.json").stat().st_size > 0
