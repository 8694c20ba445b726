"""Objects that take the place of sessions, settings and devices of TensorFlow."""

from typing import Any

from .._internal.not_available import NotAvailableError
from . import _notes


class Inert:
    """Does nothing: calls, attributes and ``with`` give inert objects, and assigning an attribute is forgotten.

    Parameters
    ----------
    name : str
        What it stands for, such as 'tf.Session'.
    """

    _name: str

    def __init__(self, name: str) -> None:
        object.__setattr__(self, "_name", name)

    def __getattr__(self, name: str) -> "Inert":
        if name.startswith("__"):
            raise AttributeError(name)
        return Inert(f"{self._name}.{name}")

    def __setattr__(self, name: str, value: Any) -> None:
        pass

    def __call__(self, *args: Any, **kwargs: Any) -> "Inert":
        """Note that this is ignored; refuse to compute something in a session."""
        if self._name.endswith((".run", ".eval")) and not all(isinstance(arg, Inert) for arg in args):
            raise NotAvailableError(f"fastlstm does not have {self._name}: there are no graphs, only arrays")
        _notes.ignored(self._name)
        return self

    def __enter__(self) -> "Inert":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __repr__(self) -> str:
        return f"<{self._name}, which has no effect>"
