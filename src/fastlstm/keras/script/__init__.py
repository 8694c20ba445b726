"""Running scripts that are written for Keras on this package."""

from .command import add_arguments, run

__all__ = ["add_arguments", "run"]
