"""`tf.logging`: levels, and messages of scripts."""

import logging as _logging

from .._inert import Inert
from .._missing import missing_names_of

__all__ = [
    "DEBUG",
    "ERROR",
    "FATAL",
    "INFO",
    "WARN",
    "debug",
    "error",
    "fatal",
    "info",
    "set_verbosity",
    "warn",
    "warning",
]

__getattr__ = missing_names_of(__name__)

DEBUG, INFO, WARN, ERROR, FATAL = 10, 20, 30, 40, 50
set_verbosity = Inert("tf.logging.set_verbosity")

_logger = _logging.getLogger("tensorflow")
debug, info, warning, error, fatal = _logger.debug, _logger.info, _logger.warning, _logger.error, _logger.critical
warn = warning
