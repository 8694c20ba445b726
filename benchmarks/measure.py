"""The whole suite: every workload with every contender that supports it, round by round."""

import os
import platform
import statistics
import sys
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tqdm import tqdm

import fastlstm

from . import processes
from .contenders import CONTENDERS
from .limits import LIMITS
from .rounds import Server, cores
from .task import expected
from .workloads import ROLL_OUT, SINE, Workload

__all__ = ["cores", "measure"]

_SECONDS, _QUICK_SECONDS = 0.15, 0.05  # per repetition; a value is the median of three


def measure(
    workloads: Sequence[Workload], contenders: Iterable[str], rounds: int, quick: bool = False
) -> dict[str, Any]:
    """Measure workloads with contenders, each in its own process and checked before it is timed.

    Parameters
    ----------
    workloads : sequence of Workload
        From `workloads.all_workloads` or `workloads.quick_workloads`.
    contenders : iterable of str
        Names in `contenders.CONTENDERS`.
    rounds : int
        Number of times that everything is measured. In a round, the contenders of a workload follow each other, so
        that a slow phase of the machine affects all of them.
    quick : bool
        Whether to repeat each call for a shorter time.

    Returns
    -------
    dict
        The result, ready for JSON: 'machine', 'versions', 'left_out' (contender -> reason), 'limits' (operations per
        second) and 'rows', one per workload, with 'work' (the kind), 'cell', 'size', 'threads', 'curve', 'unit',
        'operations' and 'values' (contender -> value of each round).

    Raises
    ------
    RuntimeError
        If the results of a contender are wrong, or its process ends.
    """
    with ExitStack() as stack:
        suite = _Suite(stack, contenders, _QUICK_SECONDS if quick else _SECONDS)
        values: dict[Workload, dict[str, list[float]]] = {workload: {} for workload in workloads}
        limits: dict[str, list[float]] = {}
        pairs = [(workload, name) for workload in workloads for name in suite.names if CONTENDERS[name].does(workload)]
        bar = stack.enter_context(tqdm(total=rounds * len(pairs), file=sys.stderr, leave=False, mininterval=0))
        for _ in range(rounds):
            bar.set_description("limits of the machine")
            suite.add_limits(limits)
            suite.forget_jobs()
            for workload, name in pairs:
                bar.set_description(f"{workload.title}: {name}")
                values[workload].setdefault(name, []).append(suite.value(workload, name))
                bar.update()
        return {
            "machine": _machine(),
            "versions": suite.versions,
            "left_out": suite.left_out,
            "limits": {name: statistics.median(rates) for name, rates in limits.items()},
            "rows": [workload.row(values[workload]) for workload in workloads],
        }


class _Suite:
    """The processes of the contenders, started on first use."""

    def __init__(self, stack: ExitStack, contenders: Iterable[str], enough: float) -> None:
        self._stack, self._enough = stack, enough
        self._threads = cores()
        self._servers: dict[tuple[str, int], Server] = {}
        self._checked: set[tuple[Any, ...]] = set()
        self._jobs: dict[str, dict[str, Any]] = {}
        self.versions: dict[str, str] = {}
        self.left_out: dict[str, str] = {}
        for name in contenders:
            said = self._server("serve", name, self._threads).said
            if "missing" in said:
                self.left_out[name] = said["missing"]
            else:
                self.versions[name] = said["version"]

    @property
    def names(self) -> list[str]:
        return list(self.versions)

    def forget_jobs(self) -> None:
        """Discard the results of the sine jobs, so that they run again in the next round."""
        self._jobs.clear()

    def value(self, workload: Workload, name: str) -> float:
        """Measure a workload with a contender once and return the value."""
        if workload.kind == "import":
            return processes.import_seconds(name)
        if workload.kind in ("sine_job", "peak_memory"):
            if name not in self._jobs:
                self._ask(name, Workload("train", "lstm", SINE, self._threads), 0)
                self._ask(name, Workload("roll_out", "lstm", ROLL_OUT, self._threads), 0)
                self._jobs[name] = processes.sine_job(name)
            return float(self._jobs[name]["bytes" if workload.kind == "peak_memory" else "seconds"])
        return float(self._ask(name, workload, self._enough))

    def add_limits(self, limits: dict[str, list[float]]) -> None:
        """Add the rates of the machine in this round."""
        server = self._server("limits", "limits", self._threads)
        for limit in LIMITS:
            rate = server.ask(limit)
            if rate is not None:
                limits.setdefault(limit, []).append(rate)

    def _ask(self, name: str, workload: Workload, enough: float) -> Any:
        """Check a workload the first time, and time it unless `enough` is 0."""
        assert workload.cell is not None
        assert workload.size is not None
        what = (workload.kind, workload.cell, workload.size)
        check = (name, workload.threads, *what)
        right = None if check in self._checked else expected(*what)
        if right is None and not enough:
            return None
        request = {
            "kind": workload.kind,
            "cell": workload.cell,
            "size": workload.size,
            "right": right,
            "seconds": enough,
        }
        found = self._server("serve", name, workload.threads).ask(request)
        self._checked.add(check)
        return found

    def _server(self, role: str, name: str, threads: int) -> Server:
        if (name, threads) not in self._servers:
            server = processes.start(role, name, threads)
            self._servers[name, threads] = self._stack.enter_context(server)
        return self._servers[name, threads]


def _machine() -> dict[str, Any]:
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count() or 1,
        "threads": cores(),
        "isa": fastlstm.config.isa(),
        "platform": platform.platform(),
        "python": platform.python_version(),
    }


def _cpu() -> str:
    """Return the name of the processor; only Linux tells it without starting a process."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
