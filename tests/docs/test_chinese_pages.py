"""The Chinese catalogues of the lesson have a translation of every sentence, and of none that is gone."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from peers import require_peer, require_peer_elsewhere

DOCS = Path(__file__).parents[2] / "docs"
CATALOGUES = DOCS / "locale" / "zh_CN" / "LC_MESSAGES"
PAGES = ["index", *sorted(file.stem for file in (DOCS / "lesson").glob("*.py"))]
CONFIGURATION = f"""
extensions = ["sphinx_gallery.gen_gallery"]
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
    return messages(CATALOGUES / "_lesson" / f"{page}.po")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Extract the messages of the pages, as the documentation does; nothing is run."""
    for peer in ("sphinx", "sphinx_gallery"):
        require_peer_elsewhere(peer)
    folder = tmp_path_factory.mktemp("messages")
    (folder / "conf.py").write_text(CONFIGURATION, encoding="utf-8")
    (folder / "index.rst").write_text("Pages\n=====\n\n.. toctree::\n\n   _lesson/index\n", encoding="utf-8")
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "gettext", str(folder), str(folder / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {page: set(messages(folder / "out" / "_lesson" / f"{page}.pot")) for page in PAGES}


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
