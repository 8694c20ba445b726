"""Shared by the benchmarks: contenders in separate processes, timed in interleaved rounds.

A *server* is a process that describes itself in its first line of output, and then answers each request, a line of
JSON, with another. Output of libraries goes to stderr, so that it is not mistaken for an answer.
"""

import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any

_PATIENCE = 10.0  # seconds that a server may take to exit
_LONGEST = 500  # characters of an error that are reported


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def wait_for_idle_cores() -> None:
    """Wait until the machine is nearly idle, but at most two seconds.

    Threads of the previous contender spin for a while in case more work arrives. If the system does not report its
    load, the wait is a tenth of a second.
    """
    for _ in range(20):
        before = _idle_share_counters()
        time.sleep(0.1)
        after = _idle_share_counters()
        if before is None or after is None:
            return
        idle, total = (now - then for now, then in zip(after, before, strict=True))
        if idle >= 0.9 * total:
            return


def _idle_share_counters() -> tuple[int, int] | None:
    """Return the idle time and the total time of all cores in ticks, or None if unknown."""
    try:
        with open("/proc/stat", encoding="ascii") as file:
            ticks = [int(field) for field in file.readline().split()[1:]]
    except OSError:
        return None
    return ticks[3], sum(ticks)


def median_seconds(call: Callable[[], Any], times: int) -> float:
    """Return the median seconds of a call over `times` calls after a first one that is not counted."""
    wait_for_idle_cores()
    spent = [seconds(call) for _ in range(times + 1)]
    return statistics.median(spent[1:])


def seconds(call: Callable[[], Any]) -> float:
    """Return the seconds of one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def seconds_of_a_call(call: Callable[[], Any], enough: float) -> float:
    """Return the seconds of a call: the median of three repetitions of about `enough` seconds each.

    A first call, which may compile and allocate, is not counted. A call that takes longer than three repetitions is
    timed only once.
    """
    call()
    wait_for_idle_cores()
    once = seconds(call)
    if once > 3 * enough:
        return once
    calls = max(1, round(enough / once))

    def repetition() -> None:
        for _ in range(calls):
            call()

    return statistics.median(seconds(repetition) for _ in range(3)) / calls


def serve(said: dict[str, Any], answer: Callable[[Any], Any]) -> None:
    """Serve: send `said` as the first line, then answer requests until there are no more.

    An error raised by `answer` is sent as the answer, and raised where the request was made.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is interrupted as well, and ends the server
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    print(json.dumps(said), file=out, flush=True)
    for line in sys.stdin:
        try:
            found = {"answer": answer(json.loads(line))}
        except Exception as error:  # whatever a library raises
            found = {"error": f"{type(error).__name__}: {str(error)[:_LONGEST]}"}
        print(json.dumps(found), file=out, flush=True)


class Server:
    """A running server, ``python *arguments``; `said` is its first line.

    Raises
    ------
    RuntimeError
        If the server stops, or answers with an error.
    """

    said: dict[str, Any]

    def __init__(self, name: str, arguments: Sequence[str]) -> None:
        self._name = name
        self._process = subprocess.Popen(
            [sys.executable, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.said = self._read("at its start")

    def __enter__(self) -> "Server":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._process.kill()  # it may be busy
        self.close()

    def ask(self, request: Any) -> Any:
        """Return the answer to a request."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        found = self._read(f"at {request!r:.200}")
        if "error" in found:
            raise RuntimeError(f"{self._name}: {found['error']}")
        return found["answer"]

    def close(self) -> None:
        """End the process."""
        try:
            self._process.communicate(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()

    def _read(self, when: str) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._process.kill()
            self.close()
            raise RuntimeError(f"{self._name}: stopped {when}")
        found: dict[str, Any] = json.loads(line)
        return found


def in_rounds(servers: dict[str, Server], rounds: int) -> dict[str, dict[str, list[float]]]:
    """Return {workload: {server: seconds of each round}} of servers that list their workloads.

    In a round, the servers of a workload follow each other, so that a slow phase of the machine affects all of them.
    """
    workloads = dict.fromkeys(workload for server in servers.values() for workload in server.said["workloads"])
    times: dict[str, dict[str, list[float]]] = {workload: {} for workload in workloads}
    for _ in range(rounds):
        for workload in workloads:
            for name, server in servers.items():
                if workload in server.said["workloads"]:
                    times[workload].setdefault(name, []).append(server.ask(workload))
    for server in servers.values():
        server.close()
    return times
