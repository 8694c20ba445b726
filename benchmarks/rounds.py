"""What the benchmarks share: contenders in processes of their own, timed in interleaved rounds.

A *server* is a process that runs its script with ``--serve NAME``, says on its first line of output what it is and
which works it does, and then answers the name of a work with the seconds that it took.
"""

import json
import statistics
import subprocess
import sys
import time


def median_seconds(call, times: int) -> float:
    """Return the median of the seconds that a call takes, the first time not counted."""
    time.sleep(0.1)  # until the threads of the contender before have gone to sleep
    spent = []
    for _ in range(times + 1):
        start = time.perf_counter()
        call()
        spent.append(time.perf_counter() - start)
    return statistics.median(spent[1:])


def serve(said: dict, seconds_of) -> None:
    """Be a server: say it, then answer each work on stdin with seconds_of(work)."""
    print(json.dumps(said), flush=True)
    for line in sys.stdin:
        print(seconds_of(line.strip()), flush=True)


class Server:
    """A running server; `said` is its first line."""

    def __init__(self, script: str, name: str, *options: str) -> None:
        self._name = name
        command = [sys.executable, script, "--serve", name, *options]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        greeting = self._process.stdout.readline()
        if not greeting:
            raise SystemExit(f"{name}: failed its check, see above")
        self.said = json.loads(greeting)

    def seconds(self, work: str) -> float:
        """Return the seconds of a work, measured now."""
        self._process.stdin.write(work + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise SystemExit(f"{self._name}: stopped at {work!r}, see above")
        return float(answer)

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def in_rounds(servers: dict[str, Server], rounds: int) -> dict[str, dict[str, list[float]]]:
    """Return {work: {server: seconds of each round}}; in a round, a work's servers follow each other.

    So a slow moment of the machine meets all of them.
    """
    works = dict.fromkeys(work for server in servers.values() for work in server.said["works"])
    times: dict[str, dict[str, list[float]]] = {work: {} for work in works}
    for _ in range(rounds):
        for work in works:
            for name, server in servers.items():
                if work in server.said["works"]:
                    times[work].setdefault(name, []).append(server.seconds(work))
    for server in servers.values():
        server.close()
    return times
