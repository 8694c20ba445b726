"""ONNX: models to files that other runtimes execute, and files that Keras, PyTorch and others write to models.

Needs the package onnx: ``pip install 'fastlstm[onnx]'``.
"""

try:
    import onnx as _onnx  # noqa: F401
except ImportError as error:
    raise ImportError("fastlstm.integrations.onnx needs the package onnx: pip install 'fastlstm[onnx]'") from error

from ._export import export
from ._load import load

__all__ = ["export", "load"]
