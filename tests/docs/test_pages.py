"""What the pages of the documentation show in Python runs as it stands."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from peers import require_peer_elsewhere

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
IMPORTED = re.compile(r"^(?:from|import) (?:fastlstm\.integrations(?:\.| import ))?(\w+)", re.MULTILINE)
# pages that show what is added to a module, and a module of that kind, whose imports they need
ADDITIONS = {
    "adding_a_cell": "fastlstm.layers.rnn.min_lstm",
    "adding_a_layer": "fastlstm.layers.cropping",
    "adding_a_loss": "fastlstm.losses._robust",
    "adding_an_activation": "fastlstm.activations._sigmoids",
    "adding_an_optimizer": "fastlstm.optimizers._descent",
}


def blocks_of(path):
    return BLOCK.findall(path.read_text(encoding="utf-8"))


PAGES = [path for path in (ROOT / "README.md", *sorted(DOCS.rglob("*.md"))) if blocks_of(path)]


def test_pages_are_found():
    assert {"README", "index", "data", "lstm", *ADDITIONS} <= {path.stem for path in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).with_suffix("").as_posix())
def test_page(page, tmp_path):
    code = "\n".join(blocks_of(page))
    for name in set(IMPORTED.findall(code)) - sys.stdlib_module_names - {"fastlstm", "numpy", "matplotlib"}:
        require_peer_elsewhere(name)
    if page.stem in ADDITIONS:
        code = f"import {ADDITIONS[page.stem]} as module\n\nglobals().update(vars(module))\n\n{code}"
    shutil.copytree(ROOT / "examples" / "data", tmp_path / "examples" / "data")
    script = tmp_path / f"{page.stem}_page.py"
    script.write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, script.name],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={"KERAS_BACKEND": "torch", **os.environ, "MPLBACKEND": "Agg"},
    )
    assert done.returncode == 0, done.stderr
