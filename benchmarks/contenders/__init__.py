"""The libraries that are measured, one file each. A library is imported when its contender is created."""

from .base import Contender
from .fastlstm import Fastlstm
from .jax import Jax
from .keras import KerasOnJax, KerasOnTensorFlow, KerasOnTorch
from .numpy import Numpy
from .onnxruntime import OnnxRuntime
from .torch import Torch, TorchCompile

__all__ = ["CONTENDERS", "QUICK", "Contender"]

CONTENDERS: dict[str, type[Contender]] = {
    "fastlstm": Fastlstm,
    "numpy": Numpy,
    "torch": Torch,
    "torch.compile": TorchCompile,
    "jax": Jax,
    "keras-tensorflow": KerasOnTensorFlow,
    "keras-jax": KerasOnJax,
    "keras-torch": KerasOnTorch,
    "onnxruntime": OnnxRuntime,
}

QUICK = ("fastlstm", "torch", "jax", "onnxruntime")
"""Contenders that start fast enough for a quick run."""
