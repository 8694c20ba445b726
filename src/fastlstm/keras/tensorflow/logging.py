"""`tf.logging`: levels, and nothing to log."""

from .._inert import Inert
from .._missing import missing_names_of

__all__ = ["DEBUG", "ERROR", "FATAL", "INFO", "WARN", "set_verbosity"]

__getattr__ = missing_names_of(__name__)

DEBUG, INFO, WARN, ERROR, FATAL = 10, 20, 30, 40, 50
set_verbosity = Inert("tf.logging.set_verbosity")
