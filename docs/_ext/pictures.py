"""Pictures of the lesson, also with their texts translated.

A script runs once. Each of its figures is saved as drawn, and then for the language with a catalogue `pictures.po`,
with the texts that the catalogue has; Sphinx shows the file of the language it builds (`figure_language_filename`).
"""

import gettext
import io
import re
import warnings
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Text
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx_gallery.scrapers import matplotlib_scraper

from fastlstm.plotting._fonts import legible, legible_ticks

logger = logging.getLogger(__name__)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.connect("builder-inited", redraw_after_translation, priority=100)  # before the gallery is built
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def redraw_after_translation(app: Sphinx) -> None:
    """Make the gallery run those scripts again whose pictures are older than a catalogue of their texts."""
    source = Path(app.srcdir)
    catalogue = catalogue_in(source)
    written = catalogue.stat().st_mtime if catalogue else 0
    for done in (source / app.config.sphinx_gallery_conf["gallery_dirs"]).glob("*.md5"):
        if done.stat().st_mtime < written:
            done.unlink()


def catalogue_in(source: Path) -> Path | None:
    """Return the catalogue of texts in pictures below a source folder. The site has one language besides English."""
    return next(source.glob("locale/*/LC_MESSAGES/pictures.po"), None)


def scrape(block: Any, block_vars: dict[str, Any], gallery_conf: dict[str, Any]) -> str:
    """Save the open figures of a block in every language, and return the reStructuredText that shows them."""
    figures = [plt.figure(number) for number in plt.get_fignums()]
    shown = matplotlib_scraper(block, block_vars, gallery_conf)
    paths = block_vars["image_path_iterator"].paths
    catalogue = catalogue_in(Path(gallery_conf["src_dir"]))
    if catalogue:
        for figure, path in zip(figures, paths[len(paths) - len(figures) :], strict=True):
            save_translated(figure, Path(path), catalogue)
    # the gallery's directive always shows the one file it names; Sphinx's own looks for the file of the language
    return re.sub(r"^ *:srcset:.*\n", "", shown.replace(".. image-sg::", ".. image::"), flags=re.MULTILINE)


def save_translated(figure: Figure, path: Path, catalogue: Path) -> None:
    """Save a figure beside its picture, with its texts translated, if any is in the catalogue and there is a font."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        try:
            changed = translate(figure, messages_of(catalogue))
        except UserWarning as warning:
            logger.info("texts of %s stay in English: %s", path.name, warning)
            return
    if changed:
        language = catalogue.parts[-3]
        figure.savefig(path.with_name(f"{path.stem}.{language}{path.suffix}"), facecolor=figure.get_facecolor())


def messages_of(catalogue: Path) -> gettext.GNUTranslations:
    """Return the messages of a .po file."""
    compiled = io.BytesIO()
    with catalogue.open("rb") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def translate(figure: Figure, messages: gettext.NullTranslations) -> bool:
    """Replace every text of a figure that has a translation, and return whether there was one.

    There is a UserWarning if no font has the characters of a translation.
    """
    figure.canvas.draw()  # before, labels of ticks are not known
    changed = False
    for axis in figure.findobj(Axis):
        labels = [label.get_text() for label in axis.get_ticklabels()]
        translated = [translation(label, messages) for label in labels]
        if translated != labels:
            axis.set_ticks(axis.get_ticklocs(), legible_ticks(axis, translated))
            changed = True
    for text in figure.findobj(Text):
        before = text.get_text()
        translated_text = translation(before, messages)
        if translated_text != before:
            text.set_text(translated_text)
            legible(text)
            changed = True
    return changed


def translation(text: str, messages: gettext.NullTranslations) -> str:
    """Return the translation of a text; as it is if it is empty, which in a catalogue stands for its header."""
    return messages.gettext(text) if text else text
