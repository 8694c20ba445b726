"""The labels of pictures, and those that the Chinese catalogue of the documentation lacks."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from matplotlib.text import Text
from peers import require_peer

_CATALOGUE = Path(__file__).parents[2] / "docs" / "locale" / "zh_CN" / "LC_MESSAGES" / "pictures.po"
_MEASURED = re.compile(r"\d\.\d+ times a step")  # the last digit may differ from machine to machine


def labels_of(figure: Figure) -> set[str]:
    """Return the labels of a figure that was drawn, without those that are only numbers."""
    texts = {text.get_text() for text in figure.findobj(Text)}
    return {text for text in texts if "mathdefault" not in text and any(map(str.isalpha, text))}


def catalogue() -> Any:
    """Return the translations, as babel reads them."""
    require_peer("babel")
    from babel.messages.pofile import read_po

    with _CATALOGUE.open(encoding="utf-8") as file:
        return read_po(file)


def untranslated(labels: Iterable[str]) -> set[str]:
    """Return the labels that the catalogue lacks."""
    return {label for label in labels if not _MEASURED.fullmatch(label)} - {message.id for message in catalogue()}
