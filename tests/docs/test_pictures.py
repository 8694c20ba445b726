"""Pictures of the lesson have the texts of a catalogue, and the pages in its language show them."""

import gettext
import importlib.util
import subprocess
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from peers import require_peer_elsewhere

EXTENSIONS = Path(__file__).parents[2] / "docs" / "_ext"

CATALOGUE = """\
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "time in steps"
msgstr "temps"

msgid "A wave"
msgstr "Une onde"

msgid "wave"
msgstr "onde"

msgid "here"
msgstr "ici"

msgid "low"
msgstr "bas"
"""

CONF = """\
import sys
sys.path.insert(0, {extensions!r})
extensions = ["sphinx_gallery.gen_gallery", "pictures"]
exclude_patterns = ["lesson"]
locale_dirs = ["locale"]
sphinx_gallery_conf = dict(
    examples_dirs="lesson", gallery_dirs="_lesson", filename_pattern=r"\\.py$", image_scrapers=("pictures.scrape",)
)
"""

CHAPTER = '''\
"""
A chapter
=========

Words.
"""
import matplotlib.pyplot as plt

plt.plot([0, 1, 3])
plt.xlabel("time in steps")
'''


@pytest.fixture
def pictures():
    for name in ("babel", "sphinx", "sphinx_gallery"):
        require_peer_elsewhere(name)
    spec = importlib.util.spec_from_file_location("pictures", EXTENSIONS / "pictures.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def catalogue(tmp_path):
    path = tmp_path / "locale" / "fr" / "LC_MESSAGES" / "pictures.po"
    path.parent.mkdir(parents=True)
    path.write_text(CATALOGUE, encoding="utf-8")
    return path


@pytest.fixture
def figure():
    figure, ax = plt.subplots()
    ax.plot([0, 1], [1, 0], label="wave")
    ax.set(xlabel="time in steps", ylabel="a.u.", title="A wave", yticks=[0, 1], yticklabels=["low", "high"])
    ax.annotate("here", (0.5, 0.5))
    ax.legend()
    yield figure
    plt.close(figure)


def test_texts_of_the_catalogue_are_translated_and_others_stay(pictures, catalogue, figure):
    assert pictures.translate(figure, pictures.messages_of(catalogue))
    figure.canvas.draw()
    (ax,) = figure.axes
    assert (ax.get_title(), ax.get_xlabel(), ax.get_ylabel()) == ("Une onde", "temps", "a.u.")
    assert [label.get_text() for label in ax.get_yticklabels()] == ["bas", "high"]
    assert [text.get_text() for text in ax.texts] == ["ici"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["onde"]
    assert "0.4" in [label.get_text() for label in ax.get_xticklabels()]


def test_a_figure_without_such_texts_is_not_saved_again(pictures, figure):
    assert not pictures.translate(figure, gettext.NullTranslations())


def test_the_translated_picture_is_another_file(pictures, catalogue, figure, tmp_path):
    figure.savefig(tmp_path / "wave.png")
    pictures.save_translated(figure, tmp_path / "wave.png", catalogue)
    before, after = plt.imread(tmp_path / "wave.png"), plt.imread(tmp_path / "wave.fr.png")
    assert before.shape == after.shape
    assert not np.array_equal(before, after)


def test_without_a_font_pictures_stay_as_they_are(pictures, catalogue, figure, tmp_path):
    catalogue.write_text(CATALOGUE.replace("Une onde", "\U000f0000"), encoding="utf-8")  # a character without a glyph
    pictures.save_translated(figure, tmp_path / "wave.png", catalogue)
    assert list(tmp_path.glob("*.png")) == []


def test_the_site_shows_the_picture_of_its_language(pictures, catalogue, tmp_path):
    (tmp_path / "conf.py").write_text(CONF.format(extensions=str(EXTENSIONS)), encoding="utf-8")
    (tmp_path / "index.rst").write_text("Site\n====\n\n.. toctree::\n\n   _lesson/index\n", encoding="utf-8")
    lesson = tmp_path / "lesson"
    lesson.mkdir()
    (lesson / "README.rst").write_text("Lesson\n======\n", encoding="utf-8")
    (lesson / "01_chapter.py").write_text(CHAPTER, encoding="utf-8")
    for language in ("en", "fr"):
        output = tmp_path / "site" / language
        command = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", "-D", f"language={language}"]
        done = subprocess.run([*command, tmp_path, output], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        page = (output / "_lesson" / "01_chapter.html").read_text(encoding="utf-8")
        assert ("01_chapter_001.fr.png" in page) == (language == "fr")
        assert ("01_chapter_001.png" in page) == (language == "en")
