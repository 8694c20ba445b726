"""Configuration of the documentation site; docs/make_site.py builds it."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path[:0] = [str(DOCS), str(DOCS / "_ext")]  # the list of public names, and the extensions of this site
os.environ.setdefault("KERAS_BACKEND", "torch")  # which the extra `docs` installs, as Keras has to be imported
os.environ.setdefault("MPLBACKEND", "Agg")

import fastlstm  # noqa: E402

project = "fastlstm"
author = "the fastlstm developers"
copyright = author
version = release = fastlstm.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.githubpages",  # folders whose names begin with an underscore are served
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
    "sphinx.ext.mathjax",
    "api_pages",
    "chinese",
    "pictures",
]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["lesson", "locale", "_ext", "_static", "_templates"]
templates_path = ["_templates"]
language = "en"
locale_dirs = ["locale"]
gettext_compact = False

default_role = "py:obj"  # docstrings put names in single backticks: a link where there is a page, and code elsewhere
maximum_signature_line_length = 88
autodoc_typehints = "none"  # numpydoc's sections have the types
numpydoc_show_class_members = False  # the template of classes lists them
autosummary_generate_overwrite = True

myst_enable_extensions = ["attrs_inline", "colon_fence", "dollarmath"]
myst_heading_anchors = 3
myst_fence_as_directive = ["math"]

MATHJAX = Path(find_spec("sphinx-mathjax-offline").origin).parent / "static" / "mathjax" / "tex-svg.js"
mathjax_path = MATHJAX.name  # formulas without a network; this one file has its fonts

sphinx_gallery_conf = {
    "examples_dirs": "lesson",
    "gallery_dirs": "_lesson",
    "filename_pattern": r"\.py$",  # every script is run
    "within_subsection_order": "FileNameSortKey",
    "image_scrapers": ("pictures.scrape",),
    "capture_repr": (),  # what a chapter shows, it prints
    "download_all_examples": False,
    "show_signature": False,
    "min_reported_time": float("inf"),  # pages, and so their translations, are the same after every run
    "write_computation_times": False,
    "abort_on_example_error": True,
    "reference_url": {"fastlstm": None},  # names in code link to their pages
}

html_theme = "pydata_sphinx_theme"
html_title = "fastlstm"
html_static_path = ["_static", str(MATHJAX)]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "logo": {"text": "fastlstm"},
    "navbar_align": "left",
    "navbar_end": ["language.html", "theme-switcher.html"],
    "header_links_before_dropdown": 8,
    "navigation_depth": 2,
    "collapse_navigation": True,  # the 500 names in the side bar of every page would take half of the build
    "footer_start": ["copyright.html"],
    "footer_end": ["sphinx-version.html", "theme-version.html"],
}
html_sidebars = {"index": [], "getting_started": [], "search": [], "genindex": []}
