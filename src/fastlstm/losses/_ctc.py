"""Connectionist temporal classification: labels without times, for outputs of every step."""

from typing import Any

import numpy as np

from .._internal.arrays import Array, finite_array, numbers, real_array
from .._internal.native import Network
from ._crossentropies import log_probabilities
from ._native import NativeLoss, registry
from ._pairs import require_classes
from ._trainer import StatefulState, Trainer

__all__ = ["CTC", "ctc"]


@registry.register()
class CTC(NativeLoss):
    """Connectionist temporal classification: ``-log P(labels)``, summed over all ways to align them with the steps.

    Outputs (N, T, C) are logits of C classes, of which class 0 is the blank. Targets (N, L) are the labels of each
    sample, from 1 to C - 1, followed by zeros. Each sample has one value, and so one weight. If a mask reaches the
    output, masked steps are left out; a sample whose labels do not fit into its steps has an infinite loss, with a
    gradient of zero.

    Parameters
    ----------
    reduction : {'sum_over_batch_size', 'mean', 'sum', 'mean_with_sample_weight'}
        How the values of a batch become one number; `Loss` defines each.
    name : str, optional
        For display.
    dtype : None
        For Keras compatibility; the loss is computed in the model's dtype.

    Raises
    ------
    TypeError
        If `name` is not a string.
    ValueError
        If `reduction` or `dtype` is not supported.

    References
    ----------
    Graves et al., "Connectionist temporal classification: labelling unsegmented sequence data with recurrent neural
    networks", ICML 2006.

    Examples
    --------
    Two steps, each with probability 1/2 of a blank and of class 1, spell the label 1 in three of four ways:

    >>> round(CTC()([[1]], [[[0.0, 0.0], [0.0, 0.0]]]), 6)
    0.287682
    """

    _of_rows = True
    _folds = False

    def __init__(self, reduction: Any = "sum_over_batch_size", name: str | None = "ctc", dtype: Any = None) -> None:
        super().__init__(name, reduction, dtype)

    def _values(self, y_true: Array, y_pred: Array) -> Array:
        return ctc(y_true, y_pred)

    def _trainer(self, network: Network, stateful_state: StatefulState | None, weight: float) -> Trainer:
        """Return the network, which is given weights of samples only."""
        return _WeightedSamples(network)

    def _output_width(self, targets: Array) -> int:
        """Return the smallest possible number of classes."""
        return max(2, int(targets.max()) + 1)

    def _converted(
        self, name: str, y: Any, output_shape: tuple[int, ...], width: int, dtype: str, *, finite: bool
    ) -> Array:
        """Return labels as the core takes them, one at each step and then zeros."""
        labels = _labels(name, y, output_shape)
        found = np.zeros((*output_shape[:-1], 1), dtype)
        found[:, : labels.shape[1], 0] = labels[:, : output_shape[1]]
        return (finite_array if finite else real_array)(name, found, dtype)


def ctc(y_true: Any, y_pred: Any) -> Array:
    """Return ``-log P(labels)`` of logits, summed over all ways to align the labels with the steps.

    Parameters
    ----------
    y_true : array_like
        The labels of each sample (N, L), from 1 to C - 1, followed by zeros.
    y_pred : array_like
        Logits (N, T, C) of C classes; class 0 is the blank.

    Returns
    -------
    ndarray
        The value of each sample (N,), float64.

    Raises
    ------
    TypeError
        If the labels or logits are not real numbers.
    ValueError
        If a shape is wrong, a label is not one of the classes, or there are more labels than steps.

    References
    ----------
    Graves et al., "Connectionist temporal classification: labelling unsegmented sequence data with recurrent neural
    networks", ICML 2006.

    Examples
    --------
    >>> ctc([[1, 0], [1, 1]], [[[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]] * 2).round(4)
    array([0.2877, 2.0794])
    """
    logits = numbers("y_pred", y_pred)
    labels = _labels("y_true", y_true, logits.shape).astype(np.int64)
    logs = log_probabilities(logits.astype(np.float64), True, -1)
    rows, steps, _ = logs.shape
    states = np.zeros((rows, 2 * labels.shape[1] + 1), np.int64)  # a blank around each label
    states[:, 1::2] = labels
    emitted = np.take_along_axis(logs, np.broadcast_to(states[:, None], (rows, steps, states.shape[1])), 2)
    leaps = np.zeros(states.shape, bool)  # from two states before, over a blank
    leaps[:, 2:] = (states[:, 2:] != 0) & (states[:, 2:] != states[:, :-2])
    paths = np.full(states.shape, -np.inf)
    paths[:, :2] = 0
    for step in range(steps):
        if step > 0:
            one, two = np.full((2, *states.shape), -np.inf)
            one[:, 1:], two[:, 2:] = paths[:, :-1], paths[:, :-2]
            paths = np.logaddexp(np.logaddexp(paths, one), np.where(leaps, two, -np.inf))
        paths = paths + emitted[:, step]
    last = 2 * (labels > 0).sum(axis=1, keepdims=True)
    ends = np.take_along_axis(paths, last, 1), np.take_along_axis(paths, np.maximum(last - 1, 0), 1)
    found: Array = -np.where(last == 0, ends[0], np.logaddexp(*ends))[:, 0]
    return found


def _labels(name: str, y: Any, output_shape: tuple[int, ...]) -> Array:
    """Return checked labels (N, L) for logits."""
    labels = numbers(name, y)
    if len(output_shape) != 3:
        raise ValueError(f"y_pred: expected logits (N, T, C) of every step, got an output {output_shape}")
    if labels.ndim == 3 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    if labels.ndim != 2 or len(labels) != output_shape[0]:
        raise ValueError(
            f"{name}: expected labels ({output_shape[0]}, L) for an output {output_shape}, got {labels.shape}"
        )
    require_classes(name, labels, output_shape[-1])
    lengths = (labels != 0).sum(axis=1, keepdims=True)
    if ((labels != 0) != (np.arange(labels.shape[1]) < lengths)).any():
        raise ValueError(f"{name}: expected zeros, which stand for no label, only after the labels of a sample")
    if lengths.size and lengths.max() > output_shape[1]:
        raise ValueError(
            f"{name}: expected at most as many labels as an output {output_shape} has steps, got {lengths.max()}"
        )
    return labels


class _WeightedSamples:
    """A network that takes weights of samples, but not of steps."""

    def __init__(self, network: Network) -> None:
        self._network = network

    @property
    def loss_depends_on_batch(self) -> bool:
        return self._network.loss_depends_on_batch

    @property
    def masked_output(self) -> bool:
        masked: bool = self._network.masked_output
        return masked

    def train(self, x: Array, y: Array, order: Array, **options: Any) -> tuple[int, Any]:
        _require_weights_of_samples(options.get("sample_weight"))
        return self._network.train(x, y, order, **options)

    def evaluate(self, x: Array, y: Array, **options: Any) -> Any:
        _require_weights_of_samples(options.get("sample_weight"))
        return self._network.evaluate(x, y, **options)

    def loss_and_state_gradients(self, x: Array, y: Array, sample_weight: Any = None) -> tuple[Any, list[Array]]:
        _require_weights_of_samples(sample_weight)
        return self._network.loss_and_state_gradients(x, y, sample_weight)


def _require_weights_of_samples(weight: Array | None) -> None:
    if weight is not None and weight.ndim != 1:
        raise ValueError(
            f"sample_weight: expected one for each sample, since the loss 'ctc' has no values for steps, got shape"
            f" {weight.shape}"
        )
