"""Images, which this package does not read: every name of Keras's module is missing."""

from .._missing import missing_names_of

__all__: list[str] = []

__getattr__ = missing_names_of(__name__)
