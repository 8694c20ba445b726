"""Compare fastlstm with other libraries on this machine: the benchmark suite, with tables and figures."""

from __future__ import annotations

import argparse
import json
import os
import shutil
from pathlib import Path
from typing import Any

from .._internal.text import counted
from . import _arguments

NAME = "bench"

_ROUNDS, _QUICK_ROUNDS = 5, 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--quick", action="store_true", help="a few workloads and libraries, in less than two minutes")
    parser.add_argument(
        "--rounds",
        type=_arguments.integer(1),
        metavar="N",
        help=f"number of times to measure everything; if omitted, {_ROUNDS}, or {_QUICK_ROUNDS} with --quick",
    )
    parser.add_argument(
        "--only",
        nargs="+",
        metavar="TEXT",
        help="run only workloads with one of these texts in their names, such as 'train lstm H 32, N 32, T 20, D 1'",
    )
    _arguments.add_out_argument(parser, "fastlstm-bench")
    parser.add_argument(
        "--from",
        dest="file",
        type=Path,
        metavar="FILE",
        help="show the results.json of an earlier run instead of measuring",
    )


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measure, or read an earlier result; show the result and return it."""
    from ..benchmarks import figures, report

    if arguments.file is None:
        result = _measure(arguments)
    elif arguments.quick or arguments.rounds:
        raise ValueError("--from: nothing is measured, so leave out --quick and --rounds")
    else:
        result = _read(arguments.file, arguments.only)
        _arguments.make_folder(arguments.out)
    print(report.text(result, shutil.get_terminal_size((120, 24)).columns))
    (arguments.out / "results.md").write_text(report.markdown(result), encoding="utf-8")
    drawn = figures.figures(result)
    for name, figure in drawn.items():
        figure.savefig(arguments.out / f"{name}.png", dpi=120)
    print(f"\nSaved {arguments.out / 'results.md'} and {counted(len(drawn), 'figure')} in the same folder")
    return {"command": NAME, **result}


def _measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measure, and write the result to a file first of all."""
    from ..benchmarks.contenders import CONTENDERS, QUICK
    from ..benchmarks.measure import cores, measure
    from ..benchmarks.workloads import all_workloads, quick_workloads

    threads = cores()
    workloads = (
        quick_workloads(threads) if arguments.quick else all_workloads(threads, hasattr(os, "sched_setaffinity"))
    )
    workloads = [workload for workload in workloads if _is_wanted(workload.title, arguments.only)]
    if not workloads:
        raise ValueError(_nothing_left(arguments.only))
    _arguments.make_folder(arguments.out)
    contenders = QUICK if arguments.quick else [*CONTENDERS]
    rounds = arguments.rounds or (_QUICK_ROUNDS if arguments.quick else _ROUNDS)
    result: dict[str, Any] = measure(workloads, contenders, rounds, arguments.quick)
    (arguments.out / "results.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return result


def _read(file: Path, only: list[str] | None) -> dict[str, Any]:
    try:
        read = json.loads(file.read_bytes())
        result = {key: read[key] for key in ("machine", "versions", "left_out", "limits")}
        rows = [row for row in read["rows"] if _is_wanted(_title(row), only)]
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{file}: expected the results.json of another run, got something else ({error})") from error
    if not rows:
        raise ValueError(_nothing_left(only))
    return {**result, "rows": rows}


def _title(row: dict[str, Any]) -> str:
    from ..benchmarks.workloads import Size, Workload

    size = Size(**row["size"]) if row["size"] else None
    return str(Workload(row["work"], row["cell"], size, row["threads"], row["curve"]).title)


def _is_wanted(title: str, only: list[str] | None) -> bool:
    return only is None or any(text.lower() in title.lower() for text in only)


def _nothing_left(only: list[str] | None) -> str:
    given = " ".join(map(repr, only or []))
    return f"--only: expected a part of a workload's name, like 'train lstm' or 'H 512', got {given}"
