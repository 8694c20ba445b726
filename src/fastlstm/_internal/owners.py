"""Owners: the models and wrappers that contain a layer, or a model, and want to know when it changes."""

import weakref
from typing import Any, Protocol


class Owner(Protocol):
    """A model or a wrapper that contains layers."""

    def _changed(self) -> None: ...
    def _trainable_changed(self) -> None: ...


class Owned:
    """What may be contained in several models, or in one wrapper."""

    def __init__(self) -> None:
        self._owners: list[weakref.ref[Owner]] = []
        self._calls: list[Any] = []
        """The `SymbolicCall`s of it."""
        self._in_wrapper = False

    @property
    def name(self) -> str:
        """The name."""
        raise NotImplementedError

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
