"""docs/api.md is what its generator writes, and has every public name."""

import importlib.util
from pathlib import Path

import pytest

import fastlstm

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def generator():
    spec = importlib.util.spec_from_file_location("make_api_index", DOCS / "make_api_index.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date(generator):
    written = (DOCS / "api.md").read_text(encoding="utf-8")
    assert written == generator.page(), "run docs/make_api_index.py"


@pytest.mark.parametrize("package", ["layers", "losses", "metrics", "optimizers", "reference"])
def test_names_are_those_of_the_imported_package(generator, package):
    assert sorted(generator.public_names(f"fastlstm.{package}")) == sorted(getattr(fastlstm, package).__all__)


def test_every_class_and_function_has_a_summary(generator):
    for module in generator.public_modules():
        names = generator.public_names(module)
        lacking = [name for name in names if not name.isupper() and not generator.summary(module, name)]
        assert set(lacking) <= {"__version__"}, module
