"""Parts of what notebooks show: tables in the colours of the page, sections that fold, and pictures.

Notebooks that are not trusted, and pages that show them, drop style sheets, scripts and SVG, but keep these.
"""

import base64
import html
import io
from collections.abc import Iterable, Sequence
from typing import Any

_ALIGNMENTS = {"<": "left", ">": "right", "^": "center"}
_HEAD = 6  # rows of the beginning of a table
_WIDTH = 700  # of pictures, in the pixels of the page
_PIXELS = 1.5 * _WIDTH  # of their files: sharp on most screens, and some 50 KB


class Markup(str):
    """Text that is HTML already; all other text is escaped."""


def _escaped(text: str) -> str:
    """Return text as HTML."""
    return text if isinstance(text, Markup) else html.escape(text)


def table(titles: Sequence[str], rows: Iterable[Sequence[str] | Markup], aligned: str) -> Markup:
    """Return a table.

    A row is a text for each column, or `Markup` that takes the whole width. `aligned` has <, > or ^ for each column.
    """
    styles = [f'style="text-align: {_ALIGNMENTS[to]}; padding: 0.2em 0.6em"' for to in aligned]

    def filled(tag: str, cells: Sequence[str]) -> str:
        pairs = zip(cells, styles, strict=True)
        return "<tr>" + "".join(f"<{tag} {style}>{_escaped(cell)}</{tag}>" for cell, style in pairs) + "</tr>"

    wide = f'<tr><td colspan="{len(titles)}" style="text-align: left">{{}}</td></tr>'
    body = "".join(wide.format(row) if isinstance(row, Markup) else filled("td", row) for row in rows)
    return Markup(f"<table><thead>{filled('th', titles)}</thead><tbody>{body}</tbody></table>")


def head(titles: Sequence[str], rows: Sequence[Sequence[str]], aligned: str) -> Markup:
    """Return the first rows as a table, with a last one that says how many are left out."""
    rest = len(rows) - _HEAD
    shown: list[Sequence[str] | Markup] = list(rows[: _HEAD if rest > 1 else None])
    if rest > 1:
        shown.append(Markup(f"… and {rest:,} more"))
    return table(titles, shown, aligned)


def section(title: str, *parts: str, is_open: bool = True) -> Markup:
    """Return parts, which are HTML or texts, below a title that shows and hides them."""
    body = "".join(part if isinstance(part, Markup) else f"<div>{_escaped(part)}</div>" for part in parts)
    return Markup(f"<details{' open' * is_open}><summary>{_escaped(title)}</summary>{body}</details>")


def picture(figure: Any, description: str) -> Markup:
    """Return a figure of Matplotlib as an image within the page, with a description for those who do not see it."""
    figure.patch.set_alpha(1)  # labels in the colour of the figure's style may be invisible on that of the page
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=_PIXELS / figure.get_figwidth(), transparent=False)
    data = base64.b64encode(file.getvalue()).decode()
    return Markup(f'<img width="{_WIDTH}" alt="{html.escape(description)}" src="data:image/png;base64,{data}">')
