"""The search for the most probable labels of a sequence, which keeps the best beginnings after each step."""

import heapq
import itertools
import math
from typing import NamedTuple

import numpy as np

from ..._internal.arrays import Array

_NEVER = -math.inf


class _Chances(NamedTuple):
    """Logarithms of the probabilities of all alignments of labels with the steps so far."""

    total: float
    blank: float
    """Of those that end with a blank."""
    label: float
    """Of those that end with the last label."""


_NO_CHANCES = _Chances(_NEVER, _NEVER, _NEVER)


class _Labels:
    """Labels that a sequence may begin with.

    Parameters
    ----------
    before : _Labels or None
        The labels before the last one; None if there are no labels.
    label : int
        The last label, -1 without one.
    """

    def __init__(self, before: "_Labels | None" = None, label: int = -1) -> None:
        self.before, self.label = before, label
        self.longer: dict[int, _Labels] = {}
        self.now = self.then = _NO_CHANCES
        """What they are now, and what they were one step ago."""

    def go_on(self, logs: Array) -> None:
        """Take a step in which no label is added."""
        label = _NEVER
        if self.before is not None:
            label = self.now.label
            if self.before.now.total > _NEVER:
                was = self.before.then
                label = _sum(label, was.blank if self.label == self.before.label else was.total)
            label += float(logs[self.label])
        blank = self.then.total + float(logs[-1])
        self.now = _Chances(_sum(blank, label), blank, label)

    def chances_of_longer(self, logs: Array) -> Array:
        """Return the logarithms of the probabilities of these labels with each other one after them."""
        found: Array = logs[:-1] + self.then.total
        if self.label >= 0:
            found[self.label] = logs[self.label] + self.then.blank  # without a blank it is the same label
        return found

    def merged(self) -> list[int]:
        """Return the labels, of which Keras merges equal ones that follow each other."""
        found, one = [], self
        while one.before is not None:
            found.append(one.label)
            one = one.before
        return [label for label, _ in itertools.groupby(reversed(found))]


def most_probable(logs: Array, beam_width: int, top_paths: int) -> tuple[list[list[int]], list[float]]:
    """Return the most probable labels of a sequence, and the logarithms of their probabilities.

    Parameters
    ----------
    logs : ndarray
        (T, C): the logarithms of the probabilities of classes at each step; the last class is the blank.
    beam_width : int
        How many beginnings are kept after each step.
    top_paths : int
        How many are wanted.

    Returns
    -------
    list of list of int
    list of float

    Raises
    ------
    ValueError
        If there are fewer than are wanted.
    """
    nothing = _Labels()
    nothing.now = _Chances(0.0, 0.0, _NEVER)
    kept, numbers = [nothing], itertools.count()
    for of_step in logs:
        for one in kept:
            one.then = one.now
        for one in kept:
            one.go_on(of_step)
        best = [(one.now.total, next(numbers), one) for one in kept]
        heapq.heapify(best)
        for one in kept:
            if not _is_better(one.then.total, best, beam_width):
                continue
            chances = one.chances_of_longer(of_step)
            possible = np.flatnonzero(chances > (best[0][0] if len(best) >= beam_width else _NEVER)).tolist()
            for label in sorted({*possible, *one.longer}):
                longer = one.longer.setdefault(label, _Labels(one, label))
                chance = float(chances[label])
                if longer.now.total > _NEVER:
                    continue
                if not _is_better(chance, best, beam_width):
                    longer.then = _NO_CHANCES  # if it has just been dropped, nothing goes on from it, as in TensorFlow
                    continue
                if len(best) >= beam_width:
                    heapq.heappop(best)[2].now = _NO_CHANCES
                longer.now = _Chances(chance, _NEVER, chance)
                heapq.heappush(best, (chance, next(numbers), longer))
        kept = [one for _, _, one in sorted(best, key=lambda entry: -entry[0])]
    if len(kept) < top_paths:
        raise ValueError(f"top_paths: expected at most {len(kept)}, of which the search knows, got {top_paths}")
    return [one.merged() for one in kept[:top_paths]], [one.now.total for one in kept[:top_paths]]


def _is_better(total: float, best: list[tuple[float, int, _Labels]], beam_width: int) -> bool:
    """Return whether something so probable is among the best."""
    return total > _NEVER and (len(best) < beam_width or total > best[0][0])


def _sum(one: float, other: float) -> float:
    """Return the logarithm of the sum of two numbers, given their logarithms."""
    larger, smaller = max(one, other), min(one, other)
    return larger if smaller == _NEVER else larger + math.log1p(math.exp(smaller - larger))
