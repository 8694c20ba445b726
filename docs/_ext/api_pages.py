"""What the site has beyond the pages in docs/: above all a page for each public module and name.

The names are those that docs/make_api_index.py lists. An object with several names has one page, under the name of the
module that defines it; its other names link there.
"""

import importlib
import inspect
import re
from functools import cache
from pathlib import Path
from typing import Any

import make_api_index
from sphinx.application import Sphinx

FOLDER = "reference"
ONLY_LISTED = {"fastlstm.keras"}  # its names are those of Keras, and listed in keras_scripts.md
OF_SCIKIT_LEARN = re.compile(r"set_\w+_request")  # methods that it adds, with references into its own documentation
# links in pages of the top folder, which are included in pages of the site
LINKS = {
    "](CONTRIBUTING.md)": "](contributing.md)",
    "](docs/lesson)": "](_lesson/index.rst)",
    "[README](tests/README.md)": "`tests/README.md`",
    "[simplified Chinese](README.zh-CN.md)": "simplified Chinese",
}
# the children of pages that are also read in the repository, where a table of contents would be in the way
CHILDREN = {
    "cells/README": ["simple_rnn", "lstm", "gru", "min_gru", "min_lstm"],
    "questions/index": [
        "predict_in_a_loop",
        "memory_grows",
        "stateful_batch_size",
        "different_results",
        "pack_padded_sequence",
        "coming_from_keras",
        "coming_from_pytorch",
    ],
}


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.connect("builder-inited", write_pages, priority=100)  # before autosummary reads them
    app.connect("source-read", complete_source)
    app.connect("include-read", complete_links)
    app.connect("autodoc-skip-member", skip_member)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def modules() -> list[str]:
    """Return the modules that have a page."""
    return [module for module in make_api_index.public_modules() if module not in ONLY_LISTED]


def write_pages(app: Sphinx) -> None:
    """Write the pages of the modules, from which autosummary writes those of the names."""
    folder = Path(app.srcdir) / FOLDER
    folder.mkdir(exist_ok=True)
    pages = {folder / f"{module}.rst": module_page(module) for module in modules()}
    for path, text in pages.items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:  # an unchanged page is not built again
            path.write_text(text, encoding="utf-8")
    app.config.autosummary_generate = [str(path) for path in pages]


def complete_source(app: Sphinx, docname: str, source: list[str]) -> None:
    """Replace the index of names, which is for readers without the site, and list the children of pages."""
    if docname == "api":
        source[0] = index_page()
    source[0] += table_of_contents(CHILDREN.get(docname, []))


def table_of_contents(entries: list[str]) -> str:
    """Return a hidden table of contents with these entries, '' if there are none."""
    return "\n".join(["", "```{toctree}", ":hidden:", "", *entries, "```", ""]) if entries else ""


def complete_links(app: Sphinx, path: Path, docname: str, source: list[str]) -> None:
    """Direct the links of an included page to what stands for their files in the site."""
    for link, replacement in LINKS.items():
        source[0] = source[0].replace(link, replacement)


def skip_member(app: Sphinx, what: str, name: str, found: Any, skip: bool, options: Any) -> bool | None:
    """Leave out methods that are documented elsewhere; None leaves the decision to autodoc."""
    return True if OF_SCIKIT_LEARN.fullmatch(name) else None


def index_page() -> str:
    """Return the page that lists the modules."""
    lines = ["# API", "", "Every public name, by the module to import it from.", ""]
    lines += ["| module | what it has |", "|---|---|"]
    for module in modules():
        summary = make_api_index.cell(make_api_index.module_summary(module))
        lines.append(f"| [`{module}`]({FOLDER}/{module}.rst) | {summary} |")
    entries = [f"{module.removeprefix('fastlstm.')} <{FOLDER}/{module}>" for module in modules()]
    return "\n".join(lines) + "\n" + table_of_contents(entries)


def module_page(module: str) -> str:
    """Return the page of a module: its documentation, and tables of its names with links to their pages."""
    here: dict[str, list[str]] = {"Classes": [], "Functions": []}
    constants, elsewhere = [], []
    for name in sorted(set(make_api_index.public_names(module)), key=lambda name: (name.lower(), name)):
        found = getattr(importlib.import_module(module), name)
        place = place_of(found, module, name)
        if place == f"{module}.{name}" and not inspect.ismodule(found):
            here["Classes" if inspect.isclass(found) else "Functions"].append(name)
        elif place:
            elsewhere.append((name, place))
        else:
            constants.append(name)
    lines = [module, "=" * len(module), "", f".. automodule:: {module}", "   :no-members:", ""]
    lines += [f".. currentmodule:: {module}", ""]
    for title, names in here.items():
        if names:
            lines += [*heading(title), ".. autosummary::", "   :toctree: .", "   :nosignatures:", ""]
            lines += [*(f"   {name}" for name in names), ""]
    if elsewhere:
        entries = [(f":py:obj:`{name} <{place}>`", make_api_index.summary(module, name)) for name, place in elsewhere]
        lines += heading("Names that are documented elsewhere") + table(entries)
    if constants:
        entries = [(f"``{name}``", make_api_index.summary(module, name)) for name in constants]
        lines += heading("Constants") + table(entries)
    return "\n".join(lines) + "\n"


def place_of(found: Any, module: str, name: str) -> str:
    """Return the full name under which an object has its page, '' for a constant."""
    if inspect.ismodule(found):
        return found.__name__ if found.__name__ in modules() else ""
    return pages_of_objects().get(id(found), f"{module}.{name}") if callable(found) else ""


@cache
def pages_of_objects() -> dict[int, str]:
    """Return the full name of each class and function with several names, by its identity."""
    names: dict[int, list[tuple[bool, bool, int, str]]] = {}
    for module in modules():
        for name in make_api_index.public_names(module):
            found = getattr(importlib.import_module(module), name)
            if callable(found):
                elsewhere = not f"{getattr(found, '__module__', '')}.".startswith(f"{module}.")
                rank = (elsewhere, name != found.__name__, -len(module), f"{module}.{name}")
                names.setdefault(id(found), []).append(rank)
    return {key: min(ranks)[-1] for key, ranks in names.items()}


def heading(title: str) -> list[str]:
    """Return the lines of a section's title."""
    return [title, "-" * len(title), ""]


def table(entries: list[tuple[str, str]]) -> list[str]:
    """Return the lines of a table with two columns."""
    lines = [".. list-table::", "   :class: autosummary", ""]
    for first, second in entries:
        lines += [f"   * - {first}", f"     - {second}"]
    return [*lines, ""]
