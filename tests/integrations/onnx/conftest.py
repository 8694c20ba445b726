"""The integration of ONNX."""

import pytest
from peers import require_peer


@pytest.fixture(scope="session")
def onnx():
    """Return the integration of ONNX, which needs the peer."""
    require_peer("onnx")
    from fastlstm.integrations import onnx

    return onnx
