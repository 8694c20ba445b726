"""The tables of docs/keras_scripts.md are what their generator writes."""

import importlib.util
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_is_up_to_date():
    spec = importlib.util.spec_from_file_location("make_keras_names", DOCS / "make_keras_names.py")
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    written = (DOCS / "keras_scripts.md").read_text(encoding="utf-8")
    assert written == generator.page(written), "run docs/make_keras_names.py"
