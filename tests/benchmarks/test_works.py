"""The list of what the benchmark suite measures, and the operations of each."""

import numpy as np
import pytest

from fastlstm.benchmarks import task, works
from fastlstm.benchmarks.contenders import CONTENDERS, QUICK
from fastlstm.benchmarks.works import Size, Work


def test_the_list_of_works():
    found = works.every_work(4)
    assert len(set(found)) == len(found)
    for kind in ("train", "predict", "stream", "roll_out"):
        assert {work.cell for work in found if work.kind == kind} == set(works.GATES)
    assert {work.curve for work in found} == {None, "T", "H", "N", "threads"}
    assert {work.threads for work in found if work.curve == "threads"} == {1, 2, 4}
    assert {work.threads for work in works.every_work(4, fewer_threads=False)} == {4}
    assert {*works.quick_works(4)} <= {*found}
    assert all(
        any(CONTENDERS[name].does(work) for name in QUICK if name != "fastlstm") for work in works.quick_works(4)
    )


@pytest.mark.parametrize("cell", works.GATES)
def test_operations_are_counted(cell):
    """By the products of the reference, from the shapes of its weights."""
    size = Size(5, 3, 4, 2)
    shapes = task.reference.CELLS[cell].shapes(size.D, size.H)
    products = np.prod(shapes["kernel"]) + np.prod(shapes["recurrent_kernel"])
    assert Work("predict", cell, size, 1).operations == 2 * size.N * size.T * products
    assert Work("train", cell, size, 1).operations == 3 * Work("predict", cell, size, 1).operations
    assert Work("import", None, None, 1).operations is None
