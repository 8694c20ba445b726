"""`fastlstm.schedules` under its Keras name."""

from ..schedules import *  # noqa: F403
from ..schedules import __all__  # noqa: F401
