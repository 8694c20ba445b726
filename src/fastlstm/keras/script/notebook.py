"""The code of Jupyter notebooks."""

import json
import linecache
import re
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

from .. import _notes

_MAGIC = re.compile(
    r"""^(\s*)(?:\w+\s*=\s*)?(?:[%!]|\?+\w|[\w.]+\?+\s*$)  # %magic, !command, files = !ls, ?help, help?
    |^(\s*)(?:cd|conda|cp|ls|mkdir|mv|pip|rm)\s            # what IPython takes as a magic without its %
    """,
    re.VERBOSE,
)
_MEASURED = re.compile(r"^(\s*)%(?:time|prun)\s+(?:-[lsTD]\s*[^\s-]\S*\s+|-[qr]+\s+|--no-raise-error\s+)*(?=[^\s-])")
"""Magics that run what follows them and their options, of which some have a value."""
_WHOLE_CELL = re.compile(r"\s*%%(?!time|timeit|capture|prun)\w")


def code_of(path: Path) -> Iterator[CodeType]:
    """Return the code of each cell of a notebook. Magics and shell commands are ignored.

    Parameters
    ----------
    path : Path
        The notebook.

    Returns
    -------
    iterator of code
        Its file name in tracebacks is that of the notebook with the number of the cell. A cell that is not Python
        raises SyntaxError when its turn comes.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it is not a notebook.
    """
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        sheets = notebook.get("worksheets", [notebook])  # before version 4 of the format
        cells = [cell for sheet in sheets for cell in sheet["cells"] if cell["cell_type"] == "code"]
        sources = ["".join(cell.get("source", cell.get("input", ""))) for cell in cells]
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise ValueError(f"{path}: expected a notebook, got {type(error).__name__}: {error}") from error
    return (_compiled(source, f"{path}, cell {number}") for number, source in enumerate(sources, 1))


def _compiled(source: str, name: str) -> CodeType:
    """Return the code of a cell, whose lines tracebacks show."""
    try:
        code = compile(source, name, "exec")
    except SyntaxError:
        source = without_magics(source)
        code = compile(source, name, "exec")
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    return code


def without_magics(source: str) -> str:
    """Return the code of a cell without magics, shell commands and requests for help, which are noted.

    Parameters
    ----------
    source : str
        The cell.

    Returns
    -------
    str
        Code with as many lines; nothing if the cell is in another language.
    """
    if _WHOLE_CELL.match(source):
        _notes.ignored(source.split(maxsplit=1)[0])
        return ""
    lines = []
    continues = False
    for line in source.splitlines():
        line = _MEASURED.sub(r"\1", line)  # noqa: PLW2901
        found = _MAGIC.match(line)
        if found and not continues:
            _notes.ignored(line.split()[0])
        if found or continues:
            lines.append(f"{found[1] or found[2] or ''}pass" if found and not continues else "")
            continues = line.rstrip().endswith("\\")
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"
