"""The command that runs a script or notebook: ``python -m fastlstm.keras`` and ``fastlstm run``."""

import argparse
import builtins
import os
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, TypedDict

import fastlstm

from .. import _missing, _notes
from . import _unknown_arguments, fallback, finder, notebook

_HERE = os.path.dirname(os.path.abspath(fastlstm.__file__))


class Report(TypedDict):
    """What a run has done.

    Attributes
    ----------
    script : str
        The path.
    status : int
        The exit status of the script.
    seconds : float
        How long it ran.
    trained : list of str
        The models that were trained, each with its layers.
    ignored : list of str
        What has no effect here.
    """

    script: str
    status: int
    seconds: float
    trained: list[str]
    ignored: list[str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `run`.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        The parser.
    """
    parser.add_argument(
        "--fallback",
        action="store_true",
        help="take names that are missing here from Keras and TensorFlow, if they are installed",
    )
    parser.add_argument("script", type=Path, metavar="SCRIPT", help="a Python file or a Jupyter notebook (.ipynb)")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, metavar="...", help="the script's arguments")


def run(arguments: argparse.Namespace) -> Report:
    """Run a script as ``python script.py`` does, with Keras and TensorFlow made of this package.

    Parameters
    ----------
    arguments : argparse.Namespace
        As `add_arguments` describes.

    Returns
    -------
    Report
        What was done. One line on stderr says the same.

    Raises
    ------
    OSError
        If the script cannot be read.
    ValueError
        If it is neither Python nor a notebook.
    """
    path: Path = arguments.script
    codes = _codes_of(path)
    finder.install()
    if arguments.fallback:
        _missing.fallbacks.append(fallback.value_of)
    _notes.collect(True)
    start = time.perf_counter()
    failure = None
    try:
        status = _executed(path, codes, arguments.arguments)
    except SystemExit as exit_request:
        status = _status_of(exit_request)
    except BaseException as error:  # shown below, whatever it is
        failure, status = error, 130 if isinstance(error, KeyboardInterrupt) else 1
    report: Report = {
        "script": str(path),
        "status": status,
        "seconds": round(time.perf_counter() - start, 3),
        "trained": _notes.trained_models(),
        "ignored": _notes.collected(),
    }
    sys.stdout.flush()
    print(_line(report), file=sys.stderr)
    if failure is not None:
        sys.stderr.write("".join(_traceback(failure)))
        advice = _unknown_arguments.advice_for(failure)
        if advice is not None:
            print(advice, file=sys.stderr)
    return report


def main() -> int:
    """Run the command of ``python -m fastlstm.keras``.

    Returns
    -------
    int
        The exit status of the script; 2 for a usage error.
    """
    parser = argparse.ArgumentParser(
        prog="python -m fastlstm.keras",
        description="Run a script that is written for Keras on fastlstm.",
        allow_abbrev=False,
    )
    add_arguments(parser)
    arguments = parser.parse_args()
    try:
        return run(arguments)["status"]
    except (OSError, ValueError) as error:
        parser.exit(2, f"{parser.prog}: {error}\n")


def _codes_of(path: Path) -> Iterator[CodeType]:
    """Return the code of a script, or of each cell of a notebook."""
    if path.suffix == ".ipynb":
        return notebook.code_of(path)
    source = path.read_bytes()
    return (compile(text, str(path), "exec") for text in [source])


def _executed(path: Path, codes: Iterator[CodeType], arguments: list[str]) -> int:
    module = ModuleType("__main__")
    module.__dict__.update(__file__=str(path), __builtins__=builtins)
    if path.suffix == ".ipynb":
        module.__dict__["display"] = print
    sys.modules["__main__"] = module
    sys.argv = [str(path), *arguments]
    sys.path[0] = str(path.resolve().parent)
    for code in codes:
        exec(code, module.__dict__)
    return 0


def _status_of(exit_request: SystemExit) -> int:
    """Return the exit status that Python makes of `sys.exit`."""
    if exit_request.code is None or isinstance(exit_request.code, int):
        return int(exit_request.code or 0)
    print(exit_request.code, file=sys.stderr)
    return 1


def _line(report: Report) -> str:
    counts = dict.fromkeys(report["trained"], 0)
    for model in report["trained"]:
        counts[model] += 1
    models = [f"{count} x {model}" if count > 1 else model for model, count in counts.items()]
    parts = [f"trained {', '.join(models) or 'nothing'}"]
    if report["ignored"]:
        parts.append(f"ignored {', '.join(report['ignored'])}")
    return f"fastlstm: ran {report['script']} in {report['seconds']:.1f} s; {'; '.join(parts)}"


def _traceback(error: BaseException) -> Iterator[str]:
    """Yield the lines of a traceback, without those inside this package if there are others."""
    shown: Any = traceback.TracebackException.from_exception(error)
    part = shown
    while part is not None:
        others = [frame for frame in part.stack if not os.path.abspath(frame.filename).startswith(_HERE)]
        if others or isinstance(error, SyntaxError):  # which is in no frame
            part.stack = traceback.StackSummary.from_list(others)
        part = part.__cause__ or (None if part.__suppress_context__ else part.__context__)
    yield from shown.format()
