"""Settings: `fastlstm.config` under the names of Keras 3, and those that have no effect here."""

from typing import Any

from ..config import floatx, set_floatx
from . import _notes
from ._missing import missing_names_of
from .backend import backend, image_data_format, set_image_data_format
from .backend._epsilon import epsilon, set_epsilon
from .mixed_precision import global_policy as dtype_policy
from .mixed_precision import set_global_policy as set_dtype_policy

_WITHOUT_EFFECT = """
    disable_flash_attention disable_interactive_logging disable_traceback_filtering enable_flash_attention
    enable_interactive_logging enable_traceback_filtering enable_unsafe_deserialization
    """

__all__ = [
    "backend",
    "dtype_policy",
    "epsilon",
    "floatx",
    "image_data_format",
    "is_interactive_logging_enabled",
    "is_traceback_filtering_enabled",
    "set_dtype_policy",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    *_WITHOUT_EFFECT.split(),
]

__getattr__ = missing_names_of(__name__)


def is_interactive_logging_enabled() -> bool:
    """Return True: progress is shown as `verbose` says."""
    return True


def is_traceback_filtering_enabled() -> bool:
    """Return True: tracebacks of scripts leave out the lines of this package."""
    return True


def _without_effect(name: str) -> Any:
    def call() -> None:
        _notes.ignored(f"config.{name}")

    call.__name__ = call.__qualname__ = name
    call.__doc__ = "Do nothing, with a note."
    return call


globals().update({name: _without_effect(name) for name in _WITHOUT_EFFECT.split()})
