"""The pages in docs/questions show the tables that their benchmark prints, and what they say of bits holds."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from fastlstm.benchmarks import question_servers, questions

PAGES = Path(__file__).parents[2] / "docs/questions"


def shown(page):
    """Return the first columns of the tables of a page, with the headers of all columns."""
    tables = re.findall(r"^((?:\|.*\n)+)", (PAGES / f"{page}.md").read_text(encoding="utf-8"), re.MULTILINE)
    rows = [[line.strip("| \n").split(" | ") for line in table.splitlines()] for table in tables]
    return [(head, [row[0] for row in body]) for head, _, *body in rows]


@pytest.mark.parametrize("page", questions.TIMES)
def test_pages_show_all_times(page):
    tables = shown(page)
    for what, rows in questions.TIMES[page].items():
        assert ([what, "time", "ratio to the last row"], [row.label for row in rows]) in tables


@pytest.mark.parametrize(
    ("page", "rows"), [("memory_grows", questions.MEMORY), ("different_results", questions.CHANGES)]
)
def test_pages_show_memory_and_bits(page, rows):
    assert [*rows] in [labels for _, labels in shown(page)]


def test_index_links_every_page():
    links = set(re.findall(r"\((\w+)\.md\)", (PAGES / "index.md").read_text(encoding="utf-8")))
    assert links == set(questions.PAGES) == {path.stem for path in PAGES.glob("*.md")} - {"index"}


def test_predictions_alone_are_those_of_the_batch():
    found = question_servers.bits("fastlstm")
    assert found["alone"] == found["together"]


def test_libraries_that_disagree_are_not_timed():
    same, other = [[1.0, 2.0]], [[1.0, 2.1]]
    questions.require_agreement({"a": same, "b": same, "scripts": None})
    with pytest.raises(RuntimeError, match=r"^b: expected predictions within"):
        questions.require_agreement({"a": same, "b": other})


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
@pytest.mark.parametrize("how", ["predict", "lengths", "predict_on_batch", "call"])
def test_predictions_leave_nothing_behind(how):
    assert question_servers.memory_growth("fastlstm", how, 300, 2000) < 0.5  # MB in 1,000 calls: 500 bytes in each


@pytest.mark.slow
@pytest.mark.idle_cores
def test_it_prints_the_tables_of_a_page(torch):
    done = subprocess.run(
        [sys.executable, "-m", "fastlstm.benchmarks.questions", "--quick", "--only", "coming_from_pytorch"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("| PyTorch after `replace(model)` |") == 2
