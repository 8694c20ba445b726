"""Connectionist temporal classification of probabilities, as Keras's backend has it: the last class is the blank."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..._internal import checks, tape
from ..._internal.arrays import Array
from ..._internal.deferred import defer_functions
from ..._internal.tensor import tensor
from ._ctc_beams import most_probable
from ._epsilon import epsilon


def ctc_batch_cost(y_true: Any, y_pred: Any, input_length: Any, label_length: Any) -> Any:
    """Return ``-log P(labels)`` of probabilities of classes at each step, with gradients for these.

    Parameters
    ----------
    y_true : array_like
        Labels (N, L).
    y_pred : array_like
        Probabilities (N, T, C); the last class is the blank.
    input_length, label_length : array_like
        (N, 1): how many steps and labels of each sample count.

    Returns
    -------
    tensor
        (N, 1); infinite where the labels do not fit into the steps.

    Raises
    ------
    ValueError
        If a length is negative or exceeds T or L, or a label that counts is the blank or no class.
    """
    labels, steps, lengths = (
        np.asarray(tape.plain(one)).astype(np.int64) for one in (y_true, input_length, label_length)
    )
    steps, lengths = steps.reshape(-1), lengths.reshape(-1)
    _, count, classes = np.shape(tape.plain(y_pred))
    _check_lengths("input_length", steps, count)
    _check_lengths("label_length", lengths, labels.shape[1])
    used = labels[np.arange(labels.shape[1]) < lengths[:, None]]
    if ((used < 0) | (used > classes - 2)).any():
        wrong = used[(used < 0) | (used > classes - 2)][0]
        raise ValueError(f"y_true: expected labels from 0 to {classes - 2} (the last class is the blank), got {wrong}")
    shifted = y_pred + epsilon()
    logs = np.log(shifted) - np.log(np.sum(shifted, axis=-1, keepdims=True))
    paths = _Paths(labels, steps, lengths, classes - 1)
    backward = tape.with_backward(lambda d, x, y: d[:, None, None] * paths.gradient(x), traceable=False)
    values = backward(paths.values)(logs)
    return tensor(np.expand_dims(values, -1))


def ctc_decode(
    y_pred: Any, input_length: Any, greedy: bool = True, beam_width: int = 100, top_paths: int = 1
) -> tuple[list[Any], Any]:
    """Return the most probable labels of each sample.

    Parameters
    ----------
    y_pred : array_like
        Probabilities (N, T, C); the last class is the blank.
    input_length : array_like
        (N,): how many steps of each sample count.
    greedy : bool
        Whether to take the most probable class of each step, without repetitions and blanks. Otherwise the
        probabilities of all alignments are summed, in a search that keeps the best beginnings after each step.
    beam_width : int
        How many beginnings the search keeps.
    top_paths : int
        How many results the search gives. As in Keras 2, equal labels that follow each other are merged in them.

    Returns
    -------
    list of tensor
        Labels (N, T), the most probable first; -1 after the last one.
    tensor
        (N, 1): the sum of ``-log`` of the largest probabilities; of a search the logarithms of the probabilities of
        the results (N, top_paths).

    Raises
    ------
    ValueError
        If a length is negative or exceeds T, or the search knows fewer than `top_paths` results.
    """
    probabilities, steps = np.asarray(y_pred), np.asarray(input_length).reshape(-1).astype(np.int64)
    _check_lengths("input_length", steps, probabilities.shape[1])
    if not greedy:
        width, paths = checks.integer("beam_width", beam_width, 1), checks.integer("top_paths", top_paths, 1)
        return _decoded_by_search(probabilities, steps, width, paths)
    blank = probabilities.shape[-1] - 1
    found: list[Array] = []
    costs = np.zeros((len(probabilities), 1), probabilities.dtype)
    for n, count in enumerate(steps):
        best = probabilities[n, :count].argmax(axis=-1)
        costs[n] = -np.log(probabilities[n, :count].max(axis=-1) + epsilon()).sum()
        is_new = np.concatenate([[True], best[1:] != best[:-1]])[: len(best)]
        found.append(best[is_new & (best != blank)])
    return [_filled(found, probabilities.shape[1])], tensor(costs)


def _decoded_by_search(probabilities: Array, steps: Array, beam_width: int, top_paths: int) -> tuple[list[Any], Any]:
    shifted = np.log(probabilities.astype(np.float64) + epsilon())
    logs = shifted - np.logaddexp.reduce(shifted, axis=-1, keepdims=True)
    found = [most_probable(one[:count], beam_width, top_paths) for one, count in zip(logs, steps, strict=True)]
    labels = [_filled([of_sample[path] for of_sample, _ in found], logs.shape[1]) for path in range(top_paths)]
    chances = np.array([of_sample for _, of_sample in found], probabilities.dtype)
    return labels, tensor(chances.reshape(-1, top_paths))


def _filled(labels: Sequence[Any], width: int) -> Any:
    """Return labels of each sample as one array, with -1 after the last one."""
    found = np.full((len(labels), width), -1, np.int64)
    for n, one in enumerate(labels):
        found[n, : len(one)] = one
    return tensor(found)


def _check_lengths(name: str, lengths: Array, limit: int) -> None:
    wrong = lengths[(lengths < 0) | (lengths > limit)]
    if wrong.size:
        raise ValueError(f"{name}: expected numbers from 0 to {limit}, got {wrong[0]}")


class _Paths:
    """All ways to align labels with steps.

    Parameters
    ----------
    labels : ndarray of int
        (N, L).
    steps, lengths : ndarray of int
        (N,): how many steps and labels of each sample count.
    blank : int
        The class that stands for no label.
    """

    def __init__(self, labels: Array, steps: Array, lengths: Array, blank: int) -> None:
        rows, width = labels.shape
        self._steps = steps
        self._states = np.full((rows, 2 * width + 1), blank)  # a blank around each label
        self._states[:, 1::2] = labels
        self._is_there = np.arange(2 * width + 1) < 2 * lengths[:, None] + 1
        self._states[~self._is_there] = blank
        self._last = 2 * lengths
        leaps = (self._states[:, 2:] != blank) & (self._states[:, 2:] != self._states[:, :-2])
        self._leaps = np.pad(leaps, ((0, 0), (2, 0)))

    def values(self, logs: Any) -> Any:
        """Return ``-log P`` of each sample for the logarithms of probabilities (N, T, C)."""
        return -self._total(self._forward(self._emitted(logs))).astype(logs.dtype)

    def gradient(self, logs: Any) -> Any:
        """Return the slope of each value by these logarithms; zeros where it is infinite."""
        emitted = self._emitted(logs)
        before, after = self._forward(emitted), self._backward(emitted)
        total = self._total(before)
        with np.errstate(invalid="ignore"):
            shares = np.exp(before + after - total[:, None, None])
        shares[~np.isfinite(total)] = 0
        found = np.zeros(logs.shape)
        rows = np.arange(len(logs))[:, None]
        for t in range(logs.shape[1]):
            np.subtract.at(found[:, t], (rows, self._states), np.where((t < self._steps)[:, None], shares[:, t], 0))
        return found.astype(logs.dtype)

    def _emitted(self, logs: Any) -> Array:
        wanted = np.broadcast_to(self._states[:, None], (*logs.shape[:2], self._states.shape[1]))
        emitted: Array = np.take_along_axis(np.asarray(logs, np.float64), wanted, 2)
        return np.where(self._is_there[:, None], emitted, -np.inf)

    def _forward(self, emitted: Array) -> Array:
        """Return the logarithm of the probability of all ways that lead to each state at each step."""
        found = np.full(emitted.shape, -np.inf)
        found[:, 0, :2] = emitted[:, 0, :2]
        for t in range(1, emitted.shape[1]):
            found[:, t] = _sum_of([found[:, t - 1], *self._from_before(found[:, t - 1])]) + emitted[:, t]
        return found

    def _from_before(self, paths: Array) -> Sequence[Array]:
        one, two = np.full((2, *paths.shape), -np.inf)
        one[:, 1:], two[:, 2:] = paths[:, :-1], paths[:, :-2]
        return one, np.where(self._leaps, two, -np.inf)

    def _backward(self, emitted: Array) -> Array:
        """Return the logarithm of the probability of all ways on from each state after each step."""
        rows, steps, states = emitted.shape
        end = np.full((rows, states), -np.inf)
        places = np.arange(states)
        end[np.isin(places - self._last[:, None], (0, -1))] = 0
        found = np.full(emitted.shape, -np.inf)
        for t in range(steps - 1, -1, -1):
            here = end
            if t + 1 < steps:
                ahead = found[:, t + 1] + emitted[:, t + 1]
                one, two = np.full((2, rows, states), -np.inf)
                one[:, :-1] = ahead[:, 1:]
                two[:, :-2] = np.where(self._leaps[:, 2:], ahead[:, 2:], -np.inf)
                here = np.where(np.equal(t, self._steps - 1)[:, None], end, _sum_of([ahead, one, two]))
            found[:, t] = np.where(np.less(t, self._steps)[:, None], here, -np.inf)
        return found

    def _total(self, paths: Array) -> Array:
        """Return the logarithm of the probability of the labels."""
        rows = np.arange(len(paths))
        at_end = paths[rows, self._steps - 1]
        last = at_end[rows, self._last], np.where(self._last > 0, at_end[rows, self._last - 1], -np.inf)
        found: Array = np.logaddexp(*last)
        return np.where(self._steps > 0, found, np.where(self._last > 0, -np.inf, 0))  # no steps spell no labels


def _sum_of(logs: Sequence[Array]) -> Array:
    """Return the logarithm of the sum of numbers, given their logarithms."""
    found = logs[0]
    for one in logs[1:]:
        found = np.logaddexp(found, one)
    return found


defer_functions(globals(), ["ctc_batch_cost"])
