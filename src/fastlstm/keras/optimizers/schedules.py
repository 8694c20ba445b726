"""Learning-rate schedules: `fastlstm.schedules`."""

from ... import schedules as _schedules
from ...schedules import *
from .._missing import missing_names_of

__all__ = [*_schedules.__all__]

__getattr__ = missing_names_of(__name__)
