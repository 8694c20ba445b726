"""The README in Chinese says what the one in English says: the same code, links, pictures and figures."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENGLISH, CHINESE = "README.md", "README.zh-CN.md"
HAN = r"[\u4e00-\u9fff]"


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


def without_code(text):
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


def code(text):
    """The blocks of code, without comments, which are translated."""
    return [re.sub(r" *# .*", "", block) for block in re.findall(r"```.*?```", text, re.DOTALL)]


def commands(text):
    return Counter(re.findall(r"`[^`]+`", without_code(text)))


def targets(text):
    """Links and pictures; a picture is marked by the exclamation mark before it."""
    found = Counter(re.findall(r"(!?)\[[^\]]*\]\(([^)]*)\)", without_code(text)))
    return {target: count for target, count in found.items() if target[1] not in (ENGLISH, CHINESE)}


def headings(text):
    return [len(marks) for marks in re.findall(r"^(#+) ", without_code(text), re.MULTILINE)]


def items(text):
    return without_code(text).count("\n- ")


def numbers(text):
    """All numbers, also those in sentences."""
    return Counter(re.findall(r"\d+(?:\.\d+)?", without_code(text)))


def figures(text):
    """The numbers of each cell of the tables."""
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[re.findall(r"\d[\d.]*(?: (?:µs|ms|s|MB))?\b", cell) for cell in row] for row in rows]


@pytest.mark.parametrize("part", [code, commands, targets, headings, items, numbers, figures])
def test_both_have_the_same(part):
    english = part(text_of(ENGLISH))
    assert english
    assert part(text_of(CHINESE)) == english


def test_each_links_to_the_other():
    assert f"({CHINESE})" in text_of(ENGLISH).split("\n## ")[0]
    assert f"({ENGLISH})" in text_of(CHINESE).split("\n## ")[0]


@pytest.mark.parametrize("name", [ENGLISH, CHINESE])
def test_targets_are_there(name):
    missing = [target for _, target in targets(text_of(name)) if not (ROOT / target).exists()]
    assert not missing


def test_han_and_latin_are_separated_by_spaces():
    text = re.sub(r"\]\([^)]*\)", "]", without_code(text_of(CHINESE)))
    assert not re.findall(rf".{{0,9}}(?:{HAN}[A-Za-z0-9`]|[A-Za-z0-9`]{HAN}).{{0,9}}", text)
