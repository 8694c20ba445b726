"""The lesson in one notebook: it runs, and its saved pictures are there for readers on the web."""

import re
from pathlib import Path

import pytest
from notebooks import executed
from peers import require_peer

PAGE = Path(__file__).parents[2] / "docs" / "lesson.ipynb"
CHINESE, ENGLISH = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[A-Za-z]{3}")


@pytest.fixture
def lesson():
    return require_peer("nbformat").read(PAGE, as_version=4)


def kinds(cell):
    """Return what a cell has put out: streams, which may come in parts, and the formats of what it has shown."""
    return {one.get("name") or tuple(sorted(one.data)) for one in cell.outputs}


def test_it_runs_and_its_saved_outputs_are_those_of_all_cells(lesson, tmp_path):
    saved = [kinds(cell) for cell in lesson.cells if cell.cell_type == "code"]
    for cell in lesson.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    fresh = [kinds(cell) for cell in executed(lesson, tmp_path).cells if cell.cell_type == "code"]
    assert saved == fresh
    assert sum(("image/png", "text/plain") in each for each in fresh) >= 6


def test_all_text_is_in_both_languages(lesson):
    texts = [cell.source for cell in lesson.cells if cell.cell_type == "markdown"]
    assert len(texts) >= 10
    for text in texts:
        paragraphs = text.split("\n\n")
        assert any(CHINESE.search(one) for one in paragraphs), text
        assert any(ENGLISH.search(one) and not CHINESE.search(one) for one in paragraphs), text


def test_the_file_is_small_and_says_nothing_of_the_machine(lesson):
    text = PAGE.read_text(encoding="utf-8")
    assert len(text) < 400_000
    assert set(lesson.metadata) == {"kernelspec", "language_info"}
    assert not any("execution" in cell.metadata for cell in lesson.cells)  # times
    assert str(Path.home()) not in text
