"""What the Chinese site needs besides catalogues: a note on pages that are in English, and titles in the gallery."""

import re
from typing import Any

from sphinx.application import Sphinx

NOTE = "\n```{note}\n本页尚未翻译成中文。\n```\n"
# in the index of the lesson, whose pages are shown with their titles, translated in links that are hidden
TITLE = re.compile(
    r'(<span class="doc">(?P<translated>[^<]*)</span></a></p>\s*<div class="sphx-glr-thumbnail-title">)[^<]*(?=</div>)'
)
TOOLTIP = re.compile(r'(?<=<div class="sphx-glr-thumbcontainer") tooltip="[^"]*"')


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.connect("source-read", note_english)
    app.connect("html-page-context", translate_gallery)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def is_chinese_site(app: Sphinx) -> bool:
    """Return whether the Chinese site is built, rather than the English one or the catalogues."""
    return app.config.language == "zh_CN" and app.builder.format == "html"


def note_english(app: Sphinx, docname: str, source: list[str]) -> None:
    """Say below the title of a page that it is in English; only the front page and the lesson are not."""
    if is_chinese_site(app) and docname != "index" and not docname.startswith(("_lesson/", "reference/")):
        source[0] = re.sub(r"^# .*\n", lambda title: title.group() + NOTE, source[0], count=1, flags=re.MULTILINE)


def translate_gallery(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Show the translated titles of the lesson's pages, and no tooltips, which are in English."""
    if is_chinese_site(app) and pagename == "_lesson/index":
        translated = TITLE.sub(lambda found: found.group(1) + found.group("translated"), context["body"])
        context["body"] = TOOLTIP.sub("", translated)
