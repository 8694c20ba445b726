"""The examples run, print their tables and give finite errors."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.py"))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_example(file, capsys):
    spec = importlib.util.spec_from_file_location(file.stem, file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    errors = module.main(["--quick"])
    lines = capsys.readouterr().out.splitlines()
    for name, error in errors.items():
        assert np.isfinite(error)
        assert any(line.startswith(name) for line in lines)
