"""Sessions: what gradient tapes of training loops record, until the outermost one ends."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..arrays import Array
from ._backward import carry_back
from ._traced import Recording, Traced

_sessions: list["Session"] = []


class Session:
    """The recording of the tapes that are open, and the variables that were used."""

    def __init__(self) -> None:
        self.recording = Recording()
        self.tapes = 0
        self.given: dict[Any, Any] = {}
        """Arrays that stand for variables, by what identifies these."""
        self.training = False
        """What layers do that are not told whether they train."""
        self._sources: dict[Any, Traced] = {}
        self.watched: dict[int, tuple[Any, Traced]] = {}

    def source(self, key: Any, array: Array) -> Traced:
        """Return the traced array of a variable, by what identifies it."""
        found = self._sources.get(key)
        if found is None:
            found = self._sources[key] = Traced(np.asarray(array), (), self.recording)
        return found

    def watch(self, array: Any) -> None:
        """Trace an array wherever it is used."""
        self.watched[id(array)] = array, self.source(("watched", id(array)), np.asarray(array))

    def traced(self, array: Any) -> Any:
        """Return the traced array of one that is watched; anything else unchanged."""
        found = self.watched.get(id(array)) if self.watched else None
        return array if found is None else found[1]

    def constant(self, array: Any) -> Traced:
        """Return an array that does not depend on anything, as what is computed of it is recorded."""
        return Traced(np.asarray(array), (), self.recording)

    def known(self, key: Any) -> Traced | None:
        """Return the traced array of a variable that was used, None for another."""
        return self._sources.get(key)

    def gradients(self, targets: Sequence[tuple[Any, Any]], sources: Sequence[Traced | None]) -> list[Array | None]:
        """Return the gradients with respect to sources, given those with respect to targets."""
        traced = [(target, d) for target, d in targets if type(target) is Traced]
        wanted = [one for one in sources if one is not None]
        found = iter(carry_back(traced, wanted))
        return [None if one is None else next(found) for one in sources]


def session() -> Session | None:
    """Return the session of the tapes that are open, None without one."""
    return _sessions[-1] if _sessions else None


def begin() -> Session:
    """Open a tape."""
    if not _sessions:
        _sessions.append(Session())
    _sessions[-1].tapes += 1
    return _sessions[-1]


def end(one: Session) -> None:
    """Close a tape; after the last one nothing is recorded any more."""
    one.tapes -= 1
    if not one.tapes:
        one.recording.end()
        _sessions.remove(one)


class given_values:
    """A context in which arrays stand for variables, traced ones if their gradients are wanted.

    Parameters
    ----------
    values : dict
        The arrays by what identifies a variable.
    others : sequence
        What else is computed with, of which some may be traced.
    training : bool
        What layers do that are not told whether they train.
    """

    def __init__(self, values: dict[Any, Any], others: Sequence[Any], training: bool) -> None:
        self._values, self._others, self._training = values, others, training

    def __enter__(self) -> None:
        session = Session()
        session._sources.update(self._values)
        session.given, session.training = self._values, self._training
        traced = [value for value in (*self._values.values(), *self._others) if type(value) is Traced]
        if traced:
            session.recording = traced[0].recording
        self._before = list(_sessions)
        _sessions[:] = [session]

    def __exit__(self, *_: Any) -> None:
        _sessions[:] = self._before


class paused:
    """A context in which nothing is recorded."""

    def __enter__(self) -> None:
        self._before = list(_sessions)
        _sessions.clear()

    def __exit__(self, *_: Any) -> None:
        _sessions[:] = self._before
