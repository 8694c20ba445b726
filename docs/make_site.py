"""Build the documentation site in English and Chinese, with warnings as errors.

``python docs/make_site.py`` writes build/site and build/site/zh-cn; it needs ``pip install '.[docs]'``.
``python docs/make_site.py --update`` writes the texts of the pages into the catalogues in docs/locale for translators.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
BUILD = DOCS.parent / "build"
SITE = BUILD / "site"
LANGUAGES = {"en": SITE, "zh_CN": SITE / "zh-cn"}
UNTRANSLATED = ("reference", "api.pot", "changelog.pot")  # docstrings and names, and what was changed


def sphinx(builder: str, language: str, output: Path) -> None:
    """Run one build; its doctrees are those of its language."""
    options = ["-W", "--keep-going", "-j", "auto", "-q", "-d", str(BUILD / "doctrees" / f"{builder}-{language}")]
    command = [sys.executable, "-m", "sphinx", "-b", builder, "-D", f"language={language}", *options]
    subprocess.run([*command, str(DOCS), str(output)], check=True)


def update() -> None:
    """Bring the catalogues of all languages but English up to date."""
    templates = BUILD / "gettext"
    shutil.rmtree(templates, ignore_errors=True)
    sphinx("gettext", "en", templates)
    for name in UNTRANSLATED:
        path = templates / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for language in LANGUAGES:
        if language != "en":
            command = ["sphinx-intl", "update", "-p", str(templates), "-d", str(DOCS / "locale"), "-l", language]
            subprocess.run(command, check=True)


def main() -> None:
    """Build the site, or update the catalogues."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true", help="write the catalogues of translations, not the site")
    if parser.parse_args().update:
        update()
    else:
        for language, output in LANGUAGES.items():
            sphinx("html", language, output)


if __name__ == "__main__":
    main()
