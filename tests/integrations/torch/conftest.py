"""The integration of PyTorch."""

import pytest
from peer_torch import integration


@pytest.fixture
def ours(torch):
    return integration()
