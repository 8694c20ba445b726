"""`tf.test`: the absence of a GPU."""

from typing import Any

from .._missing import missing_names_of

__all__ = ["gpu_device_name", "is_built_with_cuda", "is_built_with_gpu_support", "is_gpu_available"]

__getattr__ = missing_names_of(__name__)


def is_gpu_available(*_: Any, **__: Any) -> bool:
    """Return False."""
    return False


def is_built_with_cuda() -> bool:
    """Return False."""
    return False


is_built_with_gpu_support = is_built_with_cuda


def gpu_device_name() -> str:
    """Return an empty string."""
    return ""
