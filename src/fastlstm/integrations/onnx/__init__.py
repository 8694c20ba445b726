"""ONNX: export models to files that other runtimes execute, and load the files that Keras, PyTorch and others write.

Needs the package onnx: ``pip install 'fastlstm[onnx]'``.
"""

try:
    import onnx as _onnx  # noqa: F401
except ImportError as error:
    raise ImportError("fastlstm.integrations.onnx needs the package onnx: pip install 'fastlstm[onnx]'") from error

from ._reader.load import load
from ._writer.export import export

__all__ = ["export", "load"]
