"""Who is measured: a file for each library. None of them imports its library before a contender is made."""

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
"""Those that start fast enough for a quick run."""
