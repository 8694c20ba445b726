"""The whole suite: every work, every contender that has it, round by round."""

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
from .works import ROLL_OUT, SINE, Work

__all__ = ["cores", "measure"]

_SECONDS, _QUICK_SECONDS = 0.15, 0.05  # of a repetition; an answer is the median of three


def measure(works: Sequence[Work], contenders: Iterable[str], rounds: int, quick: bool = False) -> dict[str, Any]:
    """Measure works with contenders, each in a process of its own, checked before it is timed.

    Parameters
    ----------
    works : sequence of Work
        As `works.every_work` and `works.quick_works` give them.
    contenders : iterable of str
        Names in `contenders.CONTENDERS`.
    rounds : int
        How often everything is measured. In a round, a work's contenders follow each other, so that a slow moment of
        the machine meets all of them.
    quick : bool
        Whether to repeat each call for a shorter time.

    Returns
    -------
    dict
        'machine', 'versions', 'left_out' (contender -> why), 'limits' (operations a second), 'rows': for each work its
        'work' (the kind), 'cell', 'size', 'threads', 'curve', 'unit', 'operations', and 'values': contender -> the
        value of each round. Ready for JSON.

    Raises
    ------
    RuntimeError
        If a contender's answers are wrong, or its process ends.
    """
    with ExitStack() as stack:
        suite = _Suite(stack, contenders, _QUICK_SECONDS if quick else _SECONDS)
        values: dict[Work, dict[str, list[float]]] = {work: {} for work in works}
        limits: dict[str, list[float]] = {}
        pairs = [(work, name) for work in works for name in suite.names if CONTENDERS[name].does(work)]
        bar = stack.enter_context(tqdm(total=rounds * len(pairs), file=sys.stderr, leave=False, mininterval=0))
        for _ in range(rounds):
            bar.set_description("limits of the machine")
            suite.add_limits(limits)
            suite.forget_jobs()
            for work, name in pairs:
                bar.set_description(f"{work.title}: {name}")
                values[work].setdefault(name, []).append(suite.value(work, name))
                bar.update()
        return {
            "machine": _machine(),
            "versions": suite.versions,
            "left_out": suite.left_out,
            "limits": {name: statistics.median(rates) for name, rates in limits.items()},
            "rows": [work.row(values[work]) for work in works],
        }


class _Suite:
    """The contenders' processes, each started when it is first needed."""

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
        """Run the sine jobs anew when they are asked for again."""
        self._jobs.clear()

    def value(self, work: Work, name: str) -> float:
        """Return what a contender takes for a work, measured now."""
        if work.kind == "import":
            return processes.import_seconds(name)
        if work.kind in ("sine_job", "peak_memory"):
            if name not in self._jobs:
                self._ask(name, Work("train", "lstm", SINE, self._threads), 0)
                self._ask(name, Work("roll_out", "lstm", ROLL_OUT, self._threads), 0)
                self._jobs[name] = processes.sine_job(name)
            return float(self._jobs[name]["bytes" if work.kind == "peak_memory" else "seconds"])
        return float(self._ask(name, work, self._enough))

    def add_limits(self, limits: dict[str, list[float]]) -> None:
        """Add this round's rates of the machine."""
        server = self._server("limits", "limits", self._threads)
        for limit in LIMITS:
            rate = server.ask(limit)
            if rate is not None:
                limits.setdefault(limit, []).append(rate)

    def _ask(self, name: str, work: Work, enough: float) -> Any:
        """Have a work checked, if it was not before, and timed where `enough` is not 0."""
        assert work.cell is not None
        assert work.size is not None
        what = (work.kind, work.cell, work.size)
        check = (name, work.threads, *what)
        right = None if check in self._checked else expected(*what)
        if right is None and not enough:
            return None
        request = {"kind": work.kind, "cell": work.cell, "size": work.size, "right": right, "seconds": enough}
        found = self._server("serve", name, work.threads).ask(request)
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
    """Return the processor's name; only Linux tells it without another process."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
