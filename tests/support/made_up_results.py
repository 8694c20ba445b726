"""Results of the benchmark suite that nobody measured."""

from __future__ import annotations

import numpy as np

from fastlstm.benchmarks.contenders import CONTENDERS
from fastlstm.benchmarks.workloads import Workload


def made_up_result(
    works: list[Workload], rng: np.random.Generator, rounds: int = 5, left_out: tuple[str, ...] = ()
) -> dict:
    """A result of these works, values random over some decades; who is left out has no values."""
    names = [name for name in CONTENDERS if name not in left_out]
    rows = []
    for work in works:
        scale = 1e9 if work.unit == "B" else 1e-2
        values = {
            name: (scale * 10 ** rng.uniform(-3, 0) * rng.uniform(0.9, 1.1, rounds)).tolist()
            for name in names
            if CONTENDERS[name].does(work)
        }
        rows.append(work.row(values))
    threads = max(work.threads for work in works)
    return {
        "machine": {
            "cpu": "A processor",
            "cores": 2 * threads,
            "threads": threads,
            "isa": "avx2",
            "platform": "Linux",
            "python": "3.10",
        },
        "versions": {name: f"{name} 1.2.3" for name in names},
        "left_out": {name: f"No module named '{name}'" for name in left_out},
        "limits": {"multiply_adds": 2e11, "product_numpy": 1.5e11},
        "rows": rows,
    }
