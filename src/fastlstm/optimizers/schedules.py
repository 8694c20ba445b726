"""`fastlstm.schedules` under the name that it has in Keras."""

from ..schedules import *  # noqa: F403
from ..schedules import __all__  # noqa: F401
