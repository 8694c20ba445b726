"""Data that models are fitted to while callbacks watch."""

import pytest


@pytest.fixture
def data(rng):
    """Fifty sequences, and the sum of each one's last step."""
    x = rng.normal(size=(50, 5, 2))
    return x, x[:, -1].sum(-1)
