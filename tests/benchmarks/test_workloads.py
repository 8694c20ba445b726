"""The list of what the benchmark suite measures, and the operations of each."""

import numpy as np
import pytest

from fastlstm.benchmarks import task, workloads
from fastlstm.benchmarks.contenders import CONTENDERS, QUICK
from fastlstm.benchmarks.workloads import Size, Workload


def test_the_list_of_works():
    found = workloads.all_workloads(4)
    assert len(set(found)) == len(found)
    for kind in ("train", "predict", "stream", "roll_out"):
        assert {work.cell for work in found if work.kind == kind} == set(workloads.GATES)
    assert {work.curve for work in found} == {None, "T", "H", "N", "threads"}
    assert {work.threads for work in found if work.curve == "threads"} == {1, 2, 4}
    assert {work.threads for work in workloads.all_workloads(4, fewer_threads=False)} == {4}
    assert {*workloads.quick_workloads(4)} <= {*found}
    assert all(
        any(CONTENDERS[name].does(work) for name in QUICK if name != "fastlstm")
        for work in workloads.quick_workloads(4)
    )


@pytest.mark.parametrize("cell", workloads.GATES)
def test_operations_are_counted(cell):
    """By the products of the reference, from the shapes of its weights."""
    size = Size(5, 3, 4, 2)
    shapes = task.reference.CELLS[cell].shapes(size.D, size.H)
    products = np.prod(shapes["kernel"]) + np.prod(shapes["recurrent_kernel"])
    assert Workload("predict", cell, size, 1).operations == 2 * size.N * size.T * products
    assert Workload("train", cell, size, 1).operations == 3 * Workload("predict", cell, size, 1).operations
    assert Workload("import", None, None, 1).operations is None
