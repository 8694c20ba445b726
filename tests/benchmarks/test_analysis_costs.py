"""What the analysis costs: every analysis of every cell is timed."""

import pytest

from fastlstm.benchmarks import analysis_costs


@pytest.mark.parametrize("name", analysis_costs.CELLS)
def test_costs(name):
    train, found = analysis_costs.costs(analysis_costs.CELLS[name], (3, 5, 2), 1)
    assert train > 0
    assert list(found) == ["gradient_flow", "output_flow", "connectivity"]
    assert min(found.values()) > 0
