"""The figures in docs/questions, page by page, as the Markdown tables that the pages show.

    python -m fastlstm.benchmarks.questions [--only PAGE ...] [--rounds 5] [--quick]

Every library runs in processes of its own. Times are medians of interleaved rounds, after the predictions of all
libraries have been compared; PyTorch has the better of one thread and all. Memory is read from /proc, as on Linux.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
from typing import Any, NamedTuple

import numpy as np
from tqdm import tqdm

from .processes import only_cores
from .question_servers import MODULE, SIZES, VARIABLE, train_step, variable
from .rounds import Server, cores, in_rounds

LARGEST_DIFFERENCE = 1e-5  # of predictions


class Row(NamedTuple):
    """A row of a table: what its first column says, the library, and the workload."""

    label: str
    library: str
    workload: str


TIMES: dict[str, dict[str, tuple[Row, ...]]] = {
    "predict_in_a_loop": {
        "one point": (
            Row("Keras, `model.predict(x)` in a loop", "keras", "loop, predict"),
            Row("Keras, `model(x)` in a loop", "keras", "loop, call"),
            Row("Keras, `model.predict_on_batch(x)` in a loop", "keras", "loop, predict_on_batch"),
            Row("Keras, `tf.function(model)` in a loop", "keras", "loop, compiled"),
            Row("PyTorch, `model(x)` in a loop", "torch", "loop, call"),
            Row("fastlstm, `model.predict(x)` in a loop", "fastlstm", "loop, predict"),
            Row("fastlstm, `stream.step(value)`", "fastlstm", "stream"),
            Row("fastlstm, `model.forecast(history, 20)`", "fastlstm", "forecast"),
        )
    },
    "stateful_batch_size": {
        "one step": (
            Row("Keras, stateful, `model.predict(x)`", "keras", "stateful, predict"),
            Row("Keras, stateful, `model(x)`", "keras", "stateful, call"),
            Row("fastlstm, stateful, `model(x)`", "fastlstm", "stateful, call"),
            Row("fastlstm, stateful, `model.predict(x)`", "fastlstm", "stateful, predict"),
            Row("fastlstm, not stateful, `stream.step(value)`", "fastlstm", "stream"),
        ),
        "from batches of 32 to the first prediction for one sequence": (
            Row("Keras: second model, `set_weights`, `predict`", "keras", "other batch size"),
            Row("fastlstm: `reset_states`, `predict`", "fastlstm", "other batch size"),
        ),
    },
    "pack_padded_sequence": {
        f"train step, {size.N} sequences of {size.T // 10} to {size.T} steps": (
            Row("PyTorch, `pack_padded_sequence`", "torch", variable(size) + ", packed"),
            Row("PyTorch, padded, lengths ignored", "torch", variable(size) + ", padded"),
            Row("PyTorch with `replace`, `pack_padded_sequence`", "replaced", variable(size) + ", packed"),
            Row("fastlstm, `Masking`", "fastlstm", variable(size)),
        )
        for size in VARIABLE
    },
    "coming_from_keras": {
        "train step (32, 32, 20, 1)": (
            Row("Keras, `fit`", "keras", train_step(SIZES[0])),
            Row("fastlstm, `fit`", "fastlstm", train_step(SIZES[0])),
        ),
        "train step (128, 64, 50, 16)": (
            Row("Keras, `fit`", "keras", train_step(SIZES[1])),
            Row("fastlstm, `fit`", "fastlstm", train_step(SIZES[1])),
        ),
        "whole process": (
            Row("`python script.py`", "scripts", "script.py"),
            Row("`python -m fastlstm.keras script.py`", "scripts", "-m fastlstm.keras script.py"),
        ),
    },
    "coming_from_pytorch": {
        f"train step {tuple(size)}": (
            Row("PyTorch", "torch", train_step(size)),
            Row("PyTorch after `replace(model)`", "replaced", train_step(size)),
            Row("fastlstm, `Sequential.fit`", "fastlstm", train_step(size)),
        )
        for size in SIZES
    },
}
"""For each page its tables of times, by what they time; ratios are to the last row."""

MEMORY = {
    "`model.predict(x)`": "predict",
    "`model.predict(x)`, lengths from 10 to 309": "lengths",
    "`model.predict_on_batch(x)`": "predict_on_batch",
    "`model(x)`": "call",
    "a new model, then `model.predict(x)`": "models",
}
_WARM_UP, _CALLED = 300, 2000
_MODELS = 200  # each takes Keras about half a second

NATIVE: dict[str, str] = {}
AVX2 = {"FASTLSTM_ISA": "avx2", "ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2"}
SSE = {"FASTLSTM_ISA": "baseline", "ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41"}
CHANGES: dict[str, tuple[str, dict[str, str], bool, str]] = {
    "nothing: the same script again, weights after `fit`": ("trained", NATIVE, False, "trained"),
    "one thread for two, `predict`": ("together", NATIVE, True, "together"),
    "one thread for two, weights after `fit`": ("trained", NATIVE, True, "trained"),
    "one window at a time for 256 at once": ("together", NATIVE, False, "alone"),
    "AVX2 for AVX-512, `predict`": ("together", AVX2, False, "together"),
    "AVX2 for AVX-512, weights after `fit`": ("trained", AVX2, False, "trained"),
    "no AVX at all, `predict`": ("together", SSE, False, "together"),
    "no AVX at all, weights after `fit`": ("trained", SSE, False, "trained"),
}
"""What changes: the result of the first run, and environment, whether it has one core, and result of the second."""

PAGES = [*TIMES, "memory_grows", "different_results"]
NAMES = {"fastlstm": "fastlstm", "keras": "Keras on TensorFlow", "torch": "PyTorch"}


def times(pages: list[str], rounds: int, enough: float) -> dict[tuple[str, str], float]:
    """Return {(library, workload): median seconds} of the tables of some pages."""
    rows = [row for page in pages for table in TIMES[page].values() for row in table]
    servers: dict[str, Server] = {}
    for library in dict.fromkeys(row.library for row in rows):
        wanted = json.dumps([row.workload for row in rows if row.library == library])
        for threads in sorted({1, cores()}) if library == "torch" else [cores()]:
            arguments = ["-m", MODULE, "times", library, str(threads), str(enough), wanted]
            servers[f"{library} {threads}"] = Server(library, arguments)
    require_agreement({name: server.said["predictions"] for name, server in servers.items()})
    best: dict[tuple[str, str], float] = {}
    for workload, found in in_rounds(servers, rounds).items():
        for name, each in found.items():
            key = name.split()[0], workload
            best[key] = min(best.get(key, np.inf), statistics.median(each))
    return best


def require_agreement(predictions: dict[str, Any]) -> None:
    """Raise RuntimeError if the predictions of two libraries differ; those without any have None."""
    models = {name: found for name, found in predictions.items() if found is not None}
    for name, found in models.items():
        for one, other in zip(found, next(iter(models.values())), strict=True):
            difference = float(np.abs(np.subtract(one, other)).max())
            if difference > LARGEST_DIFFERENCE:
                raise RuntimeError(f"{name}: expected predictions within {LARGEST_DIFFERENCE}, got {difference}")


def memory(quick: bool) -> list[list[str]]:
    """Return the table of memory: how many megabytes 1,000 calls add."""
    table = [["MB that 1,000 calls add", "Keras", "fastlstm"]]
    for label, how in tqdm(MEMORY.items(), unit=" rows", leave=False):
        warm_up, called = (1, 2) if quick else (_MODELS, _MODELS) if how == "models" else (_WARM_UP, _CALLED)
        cells = []
        for library in ("keras", "fastlstm"):
            with Server(library, ["-m", MODULE, "memory", library, how, str(warm_up), str(called)]) as server:
                cells.append(f"{server.ask(None):.1f}")
        table.append([label, *cells])
    return table


def bits() -> list[list[str]]:
    """Return the table of results that are compared bit by bit."""
    found: dict[tuple[Any, ...], Any] = {}

    def result(library: str, environment: dict[str, str], one_core: bool, run: int) -> Any:
        key = library, *environment.items(), one_core, run
        if key not in found:
            before = dict(os.environ)
            os.environ.update(environment)
            try:
                with only_cores(1 if one_core else cores()), Server(library, ["-m", MODULE, "bits", library]) as server:
                    found[key] = server.ask(None)
            finally:
                os.environ.clear()
                os.environ.update(before)
        return found[key]

    table = [["what changes", *NAMES.values()]]
    for label, (first, environment, one_core, second) in tqdm(CHANGES.items(), unit=" rows", leave=False):
        cells = []
        for library in NAMES:
            run = 2 if environment is NATIVE and not one_core and first == second else 1
            one = result(library, NATIVE, False, 1)[first]
            other = result(library, environment, one_core, run)[second]
            difference = float(np.abs(np.subtract(one, other)).max())
            cells.append(f"{difference:.0e}" if difference else "same bits")
        table.append([label, *cells])
    return table


def tables(page: str, found: dict[tuple[str, str], float]) -> list[list[list[str]]]:
    """Return the tables of times of a page, row by row."""
    made = []
    for what, rows in TIMES[page].items():
        last = found[rows[-1].library, rows[-1].workload]
        table = [[what, "time", "ratio to the last row"]]
        for row in rows:
            spent = found[row.library, row.workload]
            table.append(
                [row.label, _duration(spent), f"{spent / last:,.1f}" if spent < 100 * last else f"{spent / last:,.0f}"]
            )
        made.append(table)
    return made


def _duration(spent: float) -> str:
    for unit, scale in (("s", 1.0), ("ms", 1e-3)):
        if spent >= scale:
            return f"{spent / scale:.3g} {unit}"
    return f"{spent * 1e6:.3g} µs"


def show(page: str, table: list[list[str]]) -> None:
    """Print a table as it stands in a page."""
    head, *rows = table
    print(f"\n{page}.md\n\n| {' | '.join(head)} |\n{'|---' * len(head)}|")
    for row in rows:
        print(f"| {' | '.join(row)} |", flush=True)


def main() -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=PAGES, default=PAGES, metavar="PAGE", help=", ".join(PAGES))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one round of few calls, as a test")
    arguments = parser.parse_args()
    timed = [page for page in arguments.only if page in TIMES]
    found = times(timed, 1 if arguments.quick else arguments.rounds, 1e-3 if arguments.quick else 0.1)
    for page in timed:
        for table in tables(page, found):
            show(page, table)
    if "memory_grows" in arguments.only:
        show("memory_grows", memory(arguments.quick))
    if "different_results" in arguments.only:
        show("different_results", bits())


if __name__ == "__main__":
    main()
