"""What a browser makes of HTML: its text, the rows of its tables, and its pictures."""

import base64
import io
from html.parser import HTMLParser

import matplotlib.image
import numpy as np

_WITHOUT_END = ("img", "br")


class Page(HTMLParser):
    """A part of a page; raises AssertionError if an element is not closed where it should be.

    Attributes
    ----------
    rows : list of list of str
        The texts of the cells of each row, titles included; those of a table inside a cell are rows as well.
    titles : list of str
        The titles of the sections that fold.
    opened : list of bool
        Whether each of these sections is unfolded.
    pictures : list of ndarray
        The pixels of each picture.
    text : str
        All text.
    styles : list of str
        The style of each element that has one.
    """

    def __init__(self, html):
        super().__init__()
        self.rows, self.titles, self.opened, self.pictures, self.styles, self.text = [], [], [], [], [], ""
        self._open, self._rows = [], []
        self.feed(html)
        self.close()
        assert not self._open, f"not closed: {self._open}"

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.styles += filter(None, [attributes.get("style")])
        if tag == "img":
            kind, data = attributes["src"].split(",")
            assert kind == "data:image/png;base64"
            assert attributes["alt"]
            self.pictures.append(matplotlib.image.imread(io.BytesIO(base64.b64decode(data, validate=True))))
        if tag not in _WITHOUT_END:
            self._open.append(tag)
        if tag == "tr":
            self.rows.append([])
            self._rows.append(self.rows[-1])
        elif tag in ("td", "th"):
            self._rows[-1].append("")
        elif tag == "details":
            self.opened.append("open" in attributes)
        elif tag == "summary":
            self.titles.append("")

    def handle_endtag(self, tag):
        assert self._open, f"nothing to close: {tag}"
        assert self._open.pop() == tag
        if tag == "tr":
            self._rows.pop()

    def handle_data(self, data):
        self.text += data
        if "summary" in self._open[-1:]:
            self.titles[-1] += data
        elif self._open[-1:] in (["td"], ["th"]):
            self._rows[-1][-1] += data


def page_of(thing):
    """Return what a notebook shows of an object."""
    return Page(thing._repr_html_())


def has_curves(picture):
    """Whether something is drawn on an opaque ground that is light at the edge."""
    edge = np.concatenate([picture[0], picture[-1]])
    return bool(np.ptp(picture[..., :3]) > 0.5 and (picture[..., 3:] == 1).all() and edge[:, :3].min() > 0.9)
