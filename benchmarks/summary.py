"""Summary of a result of `measure`: medians, ratios and shares, and the rows of each table or figure.

A *peer* is any contender but fastlstm and its NumPy reference. A *ratio* is a contender's median to that of fastlstm.
A *share* is the time of fastlstm's multiply-adds at the machine's peak rate divided by the time they take.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from .._internal.text import counted
from .workloads import ROLL_OUT_STEPS

Row = dict[str, Any]
Result = dict[str, Any]

OWN, REFERENCE = "fastlstm", "numpy"
NAMES = {
    OWN: "fastlstm",
    "torch": "PyTorch",
    "torch.compile": "torch.compile",
    "jax": "JAX",
    "keras-tensorflow": "Keras on TF",
    "keras-jax": "Keras on JAX",
    "keras-torch": "Keras on torch",
    "onnxruntime": "ONNX Runtime",
    REFERENCE: "NumPy",
}
"""The contenders, in the order of tables and legends."""

_WORKLOADS = {
    "train": "Train step",
    "predict": "Prediction",
    "stream": "Streaming step",
    "roll_out": f"Roll-out of {ROLL_OUT_STEPS} steps",
    "import": "import",
    "sine_job": "sine job",
    "peak_memory": "peak memory",
}
_CELLS = {"lstm": "LSTM", "gru": "GRU", "simple_rnn": "SimpleRNN", "peephole_lstm": "Peephole LSTM"}
_ONE_CELL = ("train", "predict")  # kinds with a table for each cell; others have one table for all cells
_PROCESSES = "Processes: import, the sine job from start to end, its peak memory"
_UNITS = {
    "s": ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")),
    "B": ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "B")),
}


class Spread(NamedTuple):
    """Median and quartiles over the rounds."""

    median: float
    low: float
    high: float


class Table(NamedTuple):
    """Rows of a result that belong together.

    Attributes
    ----------
    title : str
        What the rows have in common.
    name : str
        Short form of the title, for a file.
    curve : str or None
        The axis of the curve, if it is one.
    rows : list of dict
        The rows of the result.
    labels : list of list of str
        What distinguishes each row from the others: the first column of the table.
    """

    title: str
    name: str
    curve: str | None
    rows: list[Row]
    labels: list[list[str]]


def spread(values: Sequence[float]) -> Spread:
    """Return median and quartiles of one or more values.

    Examples
    --------
    >>> spread([3.0, 1.0, 2.0])
    Spread(median=2.0, low=1.5, high=2.5)
    """
    if len(values) == 1:
        return Spread(values[0], values[0], values[0])
    low, median, high = statistics.quantiles(values, n=4, method="inclusive")
    return Spread(median, low, high)


def medians(row: Row) -> dict[str, float]:
    """Return the median of each contender of a row, in the order of `NAMES`."""
    return {name: statistics.median(row["values"][name]) for name in in_order(row["values"])}


def in_order(contenders: Iterable[str]) -> list[str]:
    """Return contenders in the order of `NAMES`."""
    return sorted(set(contenders), key=[*NAMES].index)


def best_peer(row: Row) -> tuple[str, float] | None:
    """Return the best peer and its ratio, or None without a peer or without fastlstm.

    Examples
    --------
    >>> best_peer({"values": {"fastlstm": [1e-3], "numpy": [2e-3], "jax": [4e-3], "torch": [3e-3]}})
    ('torch', 3.0)
    """
    found = medians(row)
    peers = {name: median for name, median in found.items() if name not in (OWN, REFERENCE)}
    if not peers or OWN not in found:
        return None
    name = min(peers, key=lambda peer: peers[peer])
    return name, peers[name] / found[OWN]


def seconds_at_best(row: Row, result: Result) -> float | None:
    """Return the seconds of a row's multiply-adds at the machine's peak rate, or None if that is unknown.

    The peak rate is that of all threads; fewer threads have a proportional part of it.
    """
    rate = result["limits"].get("multiply_adds")
    if not row["operations"] or not rate:
        return None
    return float(row["operations"] / rate * result["machine"]["threads"] / row["threads"])


def share(row: Row, result: Result) -> float | None:
    """Return the fraction of the machine's peak rate that fastlstm reaches, or None if that is unknown."""
    best = seconds_at_best(row, result)
    return None if best is None or OWN not in row["values"] else best / medians(row)[OWN]


def tables(result: Result) -> list[Table]:
    """Group the rows of a result into tables, curves last."""
    together: dict[tuple[str | None, ...], list[Row]] = {}
    for row in result["rows"]:
        cell = row["cell"] if row["work"] in _ONE_CELL else None
        key = (row["work"], cell, row["curve"]) if row["size"] else (_PROCESSES,)
        together.setdefault(key, []).append(row)
    return sorted((_table(rows) for rows in together.values()), key=lambda table: table.curve is not None)


def _table(rows: list[Row]) -> Table:
    first = rows[0]
    curve = first["curve"]
    parts = [_parts(row) for row in rows]
    varying = [key for key in parts[0] if len({part[key] for part in parts}) > 1]
    labels = [[part[key] for key in varying] for part in parts]
    if first["size"] is None:
        return Table(_PROCESSES, "processes", None, rows, [[_WORKLOADS[row["work"]]] for row in rows])
    title = _WORKLOADS[first["work"]] + (f" over {curve}" if curve else "")
    common = [parts[0][key] for key in parts[0] if key not in varying]
    name = "_".join(filter(None, [first["work"], first["cell"] if first["work"] in _ONE_CELL else None, curve]))
    return Table(", ".join([title, *common]), name, curve, rows, labels)


def _parts(row: Row) -> dict[str, str]:
    """Return the properties of a row that may distinguish it within its table, in words."""
    if row["size"] is None:
        return {}
    sizes = {axis: f"{axis} {value}" for axis, value in row["size"].items()}
    threads = {"threads": counted(row["threads"], "thread")} if row["curve"] == "threads" else {}
    return {"cell": _CELLS[row["cell"]]} | sizes | threads


def with_unit(value: float, unit: str, *others: float) -> list[str]:
    """Format a value with its unit, and others in the same unit without it, in three digits.

    Parameters
    ----------
    value : float
        Seconds or bytes; its size decides between s, ms, µs and ns, or GB, MB, kB and B.
    unit : str
        's' or 'B'.
    *others : float
        Values in the unit of `value`.

    Examples
    --------
    >>> with_unit(1.2345e-4, "s", 1.2e-4, 1.3e-3)
    ['123 µs', '120', '1,300']
    >>> with_unit(7.9e7, "B")
    ['79.0 MB']
    """
    rounded = float(f"{value:.3g}")
    scale, name = next((entry for entry in _UNITS[unit] if rounded >= entry[0]), _UNITS[unit][-1])
    first, *rest = [three_digits(number / scale) for number in (value, *others)]
    return [f"{first} {name}", *rest]


def three_digits(number: float) -> str:
    """Format a positive number with at least three digits, without an exponent.

    Examples
    --------
    >>> [three_digits(number) for number in (0.0123, 1.0, 9.999, 45.678, 12345.6)]
    ['0.0123', '1.00', '10.0', '45.7', '12,346']
    """
    rounded = float(f"{number:.3g}")
    if rounded >= 100:
        return f"{number:,.0f}"
    return f"{number:#.3g}" if rounded >= 1e-4 else f"{number:.6f}"


def times(ratio: float) -> str:
    """Format a ratio: '4.7x'."""
    return f"{ratio:.{1 if ratio < 100 else 0}f}x"


def percent(part: float) -> str:
    """Format a share: '34%'."""
    return f"{part:.{0 if part >= 0.1 else 1}%}"
