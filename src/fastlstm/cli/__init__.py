"""The command `fastlstm`; each subcommand is a module.

Exit status: 0 for success, 1 for a failure, 2 for a usage error, 130 if interrupted. An error is one line on stderr, a
warning a line "Note: ...". With ``--json``, the last line on stdout is one JSON object.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import sys
import warnings
from collections.abc import Sequence
from typing import Any, NoReturn

from .. import __version__
from . import bench, convert, forecast, gradients, info, limit, predict, run, sine

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments. Default: those of the process.

    Returns
    -------
    int
        The exit status.

    Examples
    --------
    >>> main(["sine", "--epochs", "none"])
    2
    """
    with contextlib.ExitStack() as stack:
        # A stream that the parent process has closed is None: discard what is written to it.
        nowhere = stack.enter_context(open(os.devnull, "w", encoding="utf-8"))
        stack.enter_context(contextlib.redirect_stdout(sys.stdout or nowhere))
        stack.enter_context(contextlib.redirect_stderr(sys.stderr or nowhere))
        stack.enter_context(warnings.catch_warnings())
        warnings.showwarning = _show_warning
        return _run(argv)


def _run(argv: Sequence[str] | None) -> int:
    try:
        arguments = _parser().parse_args(argv)
        result = arguments.run(arguments)
        if arguments.json:
            print(json.dumps(_finite(result), allow_nan=False))
        sys.stdout.flush()
    except SystemExit as exit_request:  # argparse: 0 after --help and --version, 2 after an error
        return int(exit_request.code or 0)
    except KeyboardInterrupt:
        return _fail("interrupted", 130)
    except BrokenPipeError:
        # The reader of our output is gone. Discard what Python flushes when it shuts down, too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _fail(f"{where}{error.strerror or error}", 1)
    except Exception as error:  # one line instead of a traceback
        kind = "" if isinstance(error, (ValueError, TypeError)) else f"{type(error).__name__}: "
        return _fail(f"{kind}{error}", 1)
    return 0


class _Parser(argparse.ArgumentParser):
    """A parser that reports an error in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


class _HelpFormatter(argparse.ArgumentDefaultsHelpFormatter):
    """Shows defaults other than None and False; help texts describe those."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return action.help if action.default is None or action.default is False else super()._get_help_string(action)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="fastlstm", description="Fast recurrent neural networks for the CPU.", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"fastlstm {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in (info, sine, gradients, limit, forecast, predict, run, convert, bench):
        summary = (command.__doc__ or "").splitlines()[0]
        added = commands.add_parser(
            command.NAME,
            help=summary,
            description=summary,
            allow_abbrev=False,
            formatter_class=_HelpFormatter,
        )
        command.add_arguments(added)
        added.add_argument("--json", action="store_true", help="print the result as a JSON object in the last line")
        added.set_defaults(run=command.run)
    return parser


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    print("Note:", " ".join(str(message).split()), file=sys.stderr)


def _fail(message: str, status: int) -> int:
    print("fastlstm:", " ".join(message.split()), file=sys.stderr)
    return status


def _finite(value: Any) -> Any:
    """Return a JSON value with None in place of NaN and Inf, which JSON cannot express."""
    if isinstance(value, dict):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
