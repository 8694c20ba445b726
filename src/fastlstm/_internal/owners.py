"""Owners: the models and wrappers that contain a layer, or a model, and want to know when it changes."""

import weakref
from typing import Any, Protocol

from .names import given_or_automatic


class Owner(Protocol):
    """A model or a wrapper that contains layers."""

    def _changed(self) -> None: ...
    def _trainable_changed(self) -> None: ...
    def _require_free_name(self, name: str, of: Any) -> None: ...


class Owned:
    """What may be contained in several models, or in one wrapper."""

    _name: str

    def __init__(self) -> None:
        self._owners: list[weakref.ref[Owner]] = []
        self._calls: list[Any] = []
        """The `SymbolicCall`s of it."""
        self._in_wrapper = False

    @property
    def name(self) -> str:
        """The name."""
        raise NotImplementedError

    def _rename(self, name: str) -> None:
        """Take another name; raise ValueError if something else in one of the owners has it."""
        found = given_or_automatic(name, type(self))
        for owner in self._owned_by():
            owner._require_free_name(found, self)
        self._name = found

    def __getstate__(self) -> dict[str, Any]:
        """Return the state for copies and pickles: all but the owners, which claim what they contain again."""
        return {**vars(self), "_owners": [], "_calls": []}

    def _owned_by(self) -> list[Owner]:
        return [owner for owner in (reference() for reference in self._owners) if owner is not None]

    def _claim(self, owner: Owner) -> None:
        """Add an owner; raise ValueError for what is inside a wrapper, which shares its weights."""
        others = self._owned_by()
        if self._in_wrapper and others and others != [owner]:
            raise ValueError(f"layer: {self.name!r} is in use already, inside another layer")
        if all(other is not owner for other in others):
            self._owners.append(weakref.ref(owner))

    def _release(self, owner: Owner) -> None:
        """Remove an owner."""
        self._owners = [weakref.ref(other) for other in self._owned_by() if other is not owner]

    def _claim_alone(self, owner: Owner) -> None:
        """Make a wrapper the only owner; raise ValueError if there is one already."""
        if self._owned_by():
            raise ValueError(f"layer: {self.name!r} is in use already; a wrapper takes a layer that is in no model")
        self._claim(owner)
        self._in_wrapper = True

    def _trainable_changed(self) -> None:
        """Notify the owners that training may change other weights."""
        for owner in self._owned_by():
            owner._trainable_changed()

    def _notify_owners(self) -> None:
        for owner in self._owned_by():
            owner._changed()
