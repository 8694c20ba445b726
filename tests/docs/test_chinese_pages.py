"""The Chinese catalogues of the front page and the lesson translate every sentence, and none that is gone."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from peers import require_peer, require_peer_elsewhere

DOCS = Path(__file__).parents[2] / "docs"
CATALOGUES = DOCS / "locale" / "zh_CN" / "LC_MESSAGES"
LESSON = ["index", *sorted(file.stem for file in (DOCS / "lesson").glob("*.py"))]
ELSEWHERE = "index", "api", "changelog", "contributing"  # below, untranslated, or written elsewhere
TITLED = [
    file for pattern in ("*.md", "cells/*.md") for file in sorted(DOCS.glob(pattern)) if file.stem not in ELSEWHERE
]
PAGES = ["index", *(f"_lesson/{page}" for page in LESSON)]
CONFIGURATION = f"""
extensions = ["myst_parser", "sphinx_design", "sphinx_gallery.gen_gallery"]
myst_enable_extensions = ["attrs_inline", "colon_fence"]
sphinx_gallery_conf = {{
    "examples_dirs": [{str(DOCS / "lesson")!r}],
    "gallery_dirs": ["_lesson"],
    "plot_gallery": False,
}}
gettext_compact = False
"""
ADDED = re.compile(r".*sphx_glr|:download:|`Gallery generated|:doc:`[^`<]*`$")
"""What sphinx-gallery adds to a page, and entries of its table of contents."""
MARKUP = re.compile(r":(?:math|doc):`(?:[^`]*<)?([^`>]*)>?`|``([^`]*)``")


def messages(file):
    """The messages of a catalogue, by what they translate, without those that pages do not write themselves."""
    from babel.messages.pofile import read_po

    with file.open(encoding="utf-8") as opened:
        return {message.id: message for message in read_po(opened) if message.id and not ADDED.match(message.id)}


def translated(page):
    return messages(CATALOGUES / f"{page}.po")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Extract the messages of the pages, as the documentation does; nothing is run."""
    for peer in ("myst_parser", "sphinx", "sphinx_design", "sphinx_gallery"):
        require_peer_elsewhere(peer)
    folder = tmp_path_factory.mktemp("messages")
    (folder / "conf.py").write_text(CONFIGURATION, encoding="utf-8")
    shutil.copy(DOCS / "index.md", folder)
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "gettext", str(folder), str(folder / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {page: set(messages(folder / "out" / f"{page}.pot")) for page in PAGES}


@pytest.fixture(autouse=True)
def babel():
    require_peer("babel")


@pytest.mark.parametrize("page", PAGES)
def test_the_catalogue_is_that_of_the_page(written, page):
    assert written[page]
    assert set(translated(page)) == written[page]


@pytest.mark.parametrize("page", PAGES)
def test_all_is_translated_and_nothing_in_doubt(page):
    for message in translated(page).values():
        assert message.string
        assert not message.fuzzy


@pytest.mark.parametrize("page", PAGES)
def test_formulas_code_and_links_are_the_same(page):
    for message in translated(page).values():
        assert sorted(MARKUP.findall(message.string)) == sorted(MARKUP.findall(message.id))


@pytest.mark.parametrize("file", TITLED, ids=lambda file: file.stem)
def test_titles_in_the_navigation_are_translated(file):
    title = re.search(r"^# (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)[1]
    assert translated(file.relative_to(DOCS).with_suffix(""))[title].string
