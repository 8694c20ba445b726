"""Fonts for the characters of labels that the chosen font lacks, such as a Chinese name of a column."""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

from matplotlib import font_manager
from matplotlib.axis import Axis
from matplotlib.text import Text

_FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "PingFang SC",
    "Hiragino Sans GB",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "Microsoft YaHei",
    "SimHei",
    "Arial Unicode MS",
    # Fonts of other regions have nearly all the characters, some of them in the shapes used there.
    "Noto Sans CJK TC",
    "Noto Sans CJK JP",
    "Noto Sans CJK KR",
    "Noto Sans JP",
    "Noto Sans KR",
    "IPAexGothic",
    "NanumGothic",
)
"""Fonts with Chinese, Japanese or Korean characters, those that are tried first in front."""

_PACKAGE = "mplfonts"  # on PyPI; it holds fonts, which matplotlib does not find there by itself


def legible(*texts: Text) -> None:
    """Let texts have the fonts that their characters need; write characters that no font has as codes."""
    for text in texts:
        families, (shown,) = _legible([text.get_text()], list(text.get_fontfamily()))
        text.set_fontfamily(families)
        text.set_text(shown)


def legible_ticks(axis: Axis, labels: Sequence[str]) -> list[str]:
    """Let the ticks of an axis have the fonts that labels need; return the labels as they can be shown."""
    texts = [text for tick in axis.get_major_ticks() for text in (tick.label1, tick.label2)]
    families, shown = _legible(labels, list(texts[0].get_fontfamily()))
    for text in texts:  # ticks that are added when the figure is drawn copy the first one
        text.set_fontfamily(families)
    return shown


def _legible(labels: Sequence[str], families: list[str]) -> tuple[list[str], list[str]]:
    """Return font families for labels, the given ones first, and the labels with codes for what no font has."""
    characters = {character for label in labels if not label.isascii() for character in label} - {"\n"}
    missing = _without(characters, families)
    found = []
    for candidates in (_known_families, _new_families):  # looking for new ones takes time
        for family in candidates() if missing else ():
            rest = _without(missing, [family])
            if rest < missing:
                found.append(family)
                missing = rest
    if not missing:
        return families + found, list(labels)
    codes = {ord(character): character.encode("ascii", "backslashreplace").decode() for character in sorted(missing)}
    warnings.warn(
        "No font was found for some characters in the labels of a picture: they are written as codes, such as "
        f"{next(iter(codes.values()))}. Fonts for Chinese, Japanese and Korean are in the Debian package "
        f"fonts-noto-cjk and in the package {_PACKAGE} on PyPI.",
        stacklevel=4,
    )
    return families + found, [label.translate(codes) for label in labels]


def _without(characters: set[str], families: Iterable[str]) -> set[str]:
    """Return the characters that none of these families has."""
    for family in families:
        if not characters:
            break
        properties = font_manager.FontProperties(family=[family])
        try:
            font = font_manager.get_font(font_manager.findfont(properties, fallback_to_default=False))
        except ValueError:  # it is not installed
            continue
        characters = {character for character in characters if not font.get_char_index(ord(character))}
    return characters


def _known_families() -> list[str]:
    """Return those of the families that matplotlib knows."""
    known = set(font_manager.fontManager.get_font_names())
    return [family for family in _FAMILIES if family in known]


def _new_families() -> list[str]:
    """Let matplotlib know fonts that it did not find: it keeps a list, which fonts installed later are not in."""
    known = {Path(font.fname) for font in font_manager.fontManager.ttflist}
    package = importlib.util.find_spec(_PACKAGE)
    folders = [Path(folder) / "fonts" for folder in (package and package.submodule_search_locations) or ()]
    paths = [*font_manager.findSystemFonts(), *font_manager.findSystemFonts([str(folder) for folder in folders])]
    for path in paths:
        if Path(path) not in known and _family_of(path) in _FAMILIES:
            font_manager.fontManager.addfont(path)
    return _known_families()


def _family_of(path: str) -> str | None:
    try:
        return font_manager.get_font(path).family_name
    except (OSError, RuntimeError):  # a file that matplotlib cannot read
        return None
