"""The processes of the suite: servers for contenders, imports, and whole sine jobs.

    python -m fastlstm.benchmarks.processes {serve | sine_job | limits} [CONTENDER]

The process of a contender imports NumPy and fastlstm (about 10 ms and 10 MB after NumPy) before its own library.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np

from .contenders import CONTENDERS
from .limits import LIMITS
from .rounds import Server, seconds_of_a_call, serve, wait_for_idle_cores
from .task import Task, answers, make_task, make_weights, require_right
from .workloads import ROLL_OUT_STEPS, SINE, SINE_EPOCHS, Size

_MODULE = f"{__package__}.processes"
_WORST_SINE_LOSS = 0.005  # a hundredth of the variance of the wave

# The peak memory of a process includes that of its parent at the fork, so a small process launches it.
_LAUNCHER = """
import json, os, sys, time
start = time.perf_counter()
process = os.spawnve(os.P_NOWAIT, sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(process, 0)
peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(json.dumps({"seconds": time.perf_counter() - start, "bytes": peak, "status": status}))
"""


# Called by the suite ------------------------------------------------------------------------------------------------


@contextmanager
def only_cores(threads: int) -> Iterator[None]:
    """Restrict processes started in this context to a number of the cores that this process may use."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:threads])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def start(role: str, name: str, threads: int) -> Server:
    """Start a server with the role 'serve' for a contender, or 'limits'."""
    with only_cores(threads):
        return Server(name, ["-m", _MODULE, role, name])


def import_seconds(name: str) -> float:
    """Return the seconds of a process that only imports the library of a contender."""
    return float(_launch(name, ["-c", f"import {CONTENDERS[name].package}"])["seconds"])


def sine_job(name: str) -> dict[str, Any]:
    """Return the 'seconds' and the peak 'bytes' of the process of a sine job.

    Raises
    ------
    RuntimeError
        If it fails, or does not learn the wave.
    """
    return _launch(name, ["-m", _MODULE, "sine_job", name])


def _launch(name: str, arguments: list[str]) -> dict[str, Any]:
    environment = {**os.environ, **CONTENDERS[name].environment}
    wait_for_idle_cores()
    command = [sys.executable, "-I", "-S", "-c", _LAUNCHER, sys.executable, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    found: dict[str, Any] = json.loads(lines[-1]) if lines else {"status": done.returncode}
    if found["status"] != 0:
        reason = done.stderr.strip().splitlines()[-1:] or [f"status {found['status']}"]
        raise RuntimeError(f"{name}: {' '.join(arguments)!r} failed: {reason[0]}")
    return found


# Run in these processes ---------------------------------------------------------------------------------------------


def serve_contender(name: str) -> None:
    """Serve a contender: report its version, or why it is missing; then check and time workloads.

    A request is {"kind", "cell", "size", "right", "seconds"}. The results are checked first if `right` has the expected
    ones. The answer is the seconds of one step or call, or null if `seconds` is 0, when nothing is timed.
    """
    try:
        contender = CONTENDERS[name]()
    except ImportError as error:
        serve({"missing": str(error)}, lambda request: None)
        return

    def answer(request: dict[str, Any]) -> float | None:
        kind = request["kind"]
        task = make_task(kind, request["cell"], Size(*request["size"]))
        contender.build(task)
        if request["right"] is not None:
            require_right(kind, answers(contender, kind, task), request["right"])
        return _seconds(contender, kind, task, request["seconds"]) if request["seconds"] else None

    serve({"version": contender.version()}, answer)


def _seconds(contender: Any, kind: str, task: Task, enough: float) -> float:
    if kind == "train":
        return seconds_of_a_call(partial(contender.fit, task.x, task.y, 1, True), enough) / task.batches
    if kind == "predict":
        return seconds_of_a_call(partial(contender.predict, task.x), enough)
    if kind == "roll_out":
        return seconds_of_a_call(partial(contender.roll_out, task.x[0], ROLL_OUT_STEPS), enough)
    contender.start_stream()
    return seconds_of_a_call(partial(contender.step, task.x[0, 0]), enough)


def run_sine_job(name: str) -> None:
    """Do the job of `fastlstm sine` without figures: fit a sine wave, then forecast with the model's own output."""
    contender = CONTENDERS[name]()
    wave = np.sin(np.arange(-50 * np.pi, 50 * np.pi, 0.1)).astype(np.float32)
    x = np.lib.stride_tricks.sliding_window_view(wave[:-1], SINE.T)[..., None].copy()
    y = wave[SINE.T :, None].copy()
    weights = make_weights("lstm", SINE, np.random.default_rng(1))
    contender.build(Task("lstm", SINE, x, y, weights))
    loss = contender.fit(x, y, SINE_EPOCHS, True)
    values = contender.roll_out(x[0], ROLL_OUT_STEPS)
    if not (loss < _WORST_SINE_LOSS and np.isfinite(values).all()):
        raise ArithmeticError(f"loss: expected less than {_WORST_SINE_LOSS} and a finite roll-out, got {loss}")


def main() -> None:
    """Run one of the processes."""
    role, name = sys.argv[1:]
    if role == "serve":
        serve_contender(name)
    elif role == "sine_job":
        run_sine_job(name)
    else:
        serve({}, lambda limit: LIMITS[limit]())


if __name__ == "__main__":
    main()
