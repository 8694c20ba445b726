"""`tf.errors`: the classes of TensorFlow's errors, for scripts that catch them. None of them is raised here."""

from .._missing import missing_names_of

__all__ = [
    "AbortedError",
    "DataLossError",
    "InternalError",
    "InvalidArgumentError",
    "NotFoundError",
    "OpError",
    "OutOfRangeError",
    "ResourceExhaustedError",
    "UnavailableError",
    "UnimplementedError",
]

__getattr__ = missing_names_of(__name__)


class OpError(Exception):
    """The base class."""


class AbortedError(OpError):
    """An operation was aborted."""


class DataLossError(OpError):
    """Data is lost or damaged."""


class InternalError(OpError):
    """An error inside TensorFlow."""


class InvalidArgumentError(OpError):
    """An operation was given a wrong argument."""


class NotFoundError(OpError):
    """A file or directory does not exist."""


class OutOfRangeError(OpError):
    """An iterator is at its end."""


class ResourceExhaustedError(OpError):
    """Memory is exhausted."""


class UnavailableError(OpError):
    """A service is not available."""


class UnimplementedError(OpError):
    """An operation is not implemented."""
