"""Sessions: what gradient tapes of training loops record, until the outermost one ends."""

from collections import Counter
from collections.abc import Sequence
from contextvars import ContextVar, Token
from typing import Any

import numpy as np

from ..arrays import Array
from ._backward import carry_back
from ._traced import Recording, Traced

_current: ContextVar["Session | None"] = ContextVar("session", default=None)
"""The session of this thread, None if nothing is recorded."""


class Session:
    """The recording of the tapes that are open, and the variables that were used."""

    def __init__(self) -> None:
        self.recording = Recording()
        self.tapes = 0
        self.given: dict[Any, Any] | None = None
        """Inside a function of a network, the arrays that stand for variables, by what identifies these."""
        self.training = False
        """What layers do that are not told whether they train."""
        self._sources: dict[Any, Traced] = {}
        self._watched: dict[int, Traced] = {}
        self._tapes_that_watch: Counter[int] = Counter()
        self._once_watched: list[Any] = []
        """Arrays whose identities are in use."""

    def has_another_tape(self, one_is_open: bool) -> bool:
        """Return whether a tape is open besides one, which may be open itself."""
        return self.tapes > int(one_is_open)

    def source(self, key: Any, array: Array) -> Traced:
        """Return the traced array of a variable, by what identifies it."""
        found = self._sources.get(key)
        if found is None:
            found = self._sources[key] = Traced(np.asarray(array), (), self.recording)
        return found

    def watch(self, array: Any) -> None:
        """Trace an array wherever it is used."""
        self._once_watched.append(array)
        self._tapes_that_watch[id(array)] += 1
        self._watched[id(array)] = self.source(("watched", id(array)), np.asarray(array))

    def unwatch(self, array: Any) -> bool:
        """End what one call of `watch` has begun; return whether there was another one."""
        self._tapes_that_watch[id(array)] -= 1
        if self._tapes_that_watch[id(array)]:
            return True
        del self._watched[id(array)]
        return False

    def traced(self, array: Any) -> Any:
        """Return the traced array of one that is watched; anything else unchanged."""
        return self._watched.get(id(array), array)

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
    return _current.get()


def begin() -> Session:
    """Open a tape."""
    one = _current.get()
    if one is None:
        one = Session()
        _current.set(one)
    one.tapes += 1
    return one


def end(one: Session) -> None:
    """Close a tape; after the last one nothing is recorded any more."""
    one.tapes -= 1
    if not one.tapes and one.given is None:
        one.recording.end()
        _current.set(None)


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
            session.recording, session.tapes = traced[0].recording, 1  # of what records the function
        self._token: Token[Session | None] = _current.set(session)

    def __exit__(self, *_: Any) -> None:
        _current.reset(self._token)


class paused:
    """A context in which nothing is recorded."""

    def __enter__(self) -> None:
        self._token: Token[Session | None] = _current.set(None)

    def __exit__(self, *_: Any) -> None:
        _current.reset(self._token)
