"""`tf.logging`: levels, and messages of scripts."""

import logging as _logging
import sys as _sys

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

_logger = _logging.getLogger("tensorflow")
debug, info, warning, error, fatal = _logger.debug, _logger.info, _logger.warning, _logger.error, _logger.critical
warn = warning


class _ToStandardError(_logging.Handler):
    def emit(self, record: _logging.LogRecord) -> None:
        print(self.format(record), file=_sys.stderr)  # which may be another file than when the handler was made


def set_verbosity(v: int | str) -> None:
    """Write the messages of this level and those above it to the standard error, unless the script has handlers."""
    _logger.setLevel(v)
    if not _logger.hasHandlers():
        handler = _ToStandardError()
        handler.setFormatter(_logging.Formatter("%(levelname)s:%(name)s:%(message)s"))
        _logger.addHandler(handler)
