"""Discretization: numbers as the intervals in which they lie."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import config
from .._internal import checks
from .._internal.arrays import Array, real_array
from .._internal.names import given_or_automatic
from .._internal.preprocessors import Preprocessor
from ._encoding import MODES, encoded
from ._index_lookup import output_mode_of
from ._tokens import batches


class Discretization(Preprocessor):
    """Numbers as the intervals in which they lie; the boundaries are given, or quantiles of data.

    It agrees with Keras's layer of this name. It is called on arrays, or comes first in a model.

    Parameters
    ----------
    bin_boundaries : sequence of float, optional
        The boundaries in rising order: [0, 1, 2] makes the intervals below 0, from 0 to 1, from 1 to 2, and from 2 on.
    num_bins : int, optional
        The number of intervals that `adapt` makes, in place of boundaries.
    epsilon : float
        How precise the quantiles are: as a share of the data.
    output_mode : {'int', 'one_hot', 'multi_hot', 'count'}
        Numbers of intervals; a row with a 1 at the interval of each number; or a row for each row of numbers: a 1 at
        each interval that occurs, or how often it occurs.
    sparse : bool
        Accepted as in Keras; True raises ValueError.
    dtype : str, optional
        Of results other than those of 'int', which are int64. Default: `fastlstm.config.floatx()`.
    name : str, optional
        Default: discretization, discretization_1, and so on.

    Raises
    ------
    ValueError, TypeError
        If an argument is invalid.

    References
    ----------
    Keras 3, `keras.layers.Discretization`.

    Examples
    --------
    >>> Discretization(bin_boundaries=[0.0, 1.0])([[-1.5, 0.0, 0.5, 3.0]]).tolist()
    [[0, 1, 1, 2]]
    >>> quarters = Discretization(num_bins=4, epsilon=0.01)
    >>> quarters.adapt([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]])
    >>> quarters([0.0, 3.0, 5.0, 9.0]).tolist()
    [0, 1, 2, 3]
    """

    _data_dtype = "float32"

    def __init__(
        self,
        bin_boundaries: Any = None,
        num_bins: int | None = None,
        epsilon: float = 0.01,
        output_mode: str = "int",
        sparse: bool = False,
        dtype: Any = None,
        name: str | None = None,
    ) -> None:
        checks.refuse("Discretization", sparse=sparse)
        if (bin_boundaries is None) == (num_bins is None):
            raise ValueError("num_bins: expected it or bin_boundaries, got both or neither")
        self.num_bins = None if num_bins is None else checks.integer("num_bins", num_bins, 1)
        self.epsilon = checks.number("epsilon", epsilon, 0.0, 1.0)
        self.output_mode = output_mode_of(output_mode, MODES[:-1])
        self.dtype = config.floatx() if dtype is None else np.dtype(getattr(dtype, "name", dtype)).name
        self.name = given_or_automatic(name, type(self))
        self.bin_boundaries: list[float] | None = None
        if bin_boundaries is not None:
            self.bin_boundaries = _rising(bin_boundaries)
        self._summary: Array = np.zeros((2, 0))

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Learn the boundaries from data, so that about as many numbers lie in each interval.

        Parameters
        ----------
        data : array_like, or an iterable of batches
            Numbers.
        batch_size : int, optional
            Accepted as in Keras, without effect.
        steps : int, optional
            Number of batches to use, if `data` is an iterable of batches. Default: all.

        Raises
        ------
        ValueError
            If the boundaries were given.
        """
        if self.num_bins is None:
            raise ValueError("num_bins: expected it to learn boundaries by adapt, got bin_boundaries")
        self.reset_state()
        for batch in batches(data, steps):
            self.update_state(batch)
        self.finalize_state()

    def update_state(self, data: Any) -> None:
        """Take numbers into account; `finalize_state` then makes the boundaries.

        Parameters
        ----------
        data : array_like
            Numbers.
        """
        values = np.sort(real_array("data", data, "float32").ravel())
        step = max(len(values) * self.epsilon, 1.0)
        quantiles = values[int(step - 1) :: int(step)]
        both = np.concatenate([[quantiles, np.full(len(quantiles), step)], self._summary], axis=1)
        self._summary = _compressed(both[:, np.argsort(both[0], kind="stable")], self.epsilon)

    def finalize_state(self) -> None:
        """Make the boundaries of the numbers that were seen."""
        if self.num_bins is not None:
            self.bin_boundaries = _compressed(self._summary, 1.0 / self.num_bins)[0, :-1].tolist()

    def reset_state(self) -> None:
        """Forget what was seen. Boundaries that were given stay."""
        self._summary = np.zeros((2, 0))
        if self.num_bins is not None:
            self.bin_boundaries = None

    def __call__(self, inputs: Any) -> Any:
        """Return the intervals in which numbers lie.

        Parameters
        ----------
        inputs : array_like or SymbolicTensor
            Numbers of any shape; or an input of a model, which then takes them.

        Returns
        -------
        ndarray
            Numbers of intervals (int64) of the shape of the inputs. With 'one_hot', one row for each number, as wide as
            there are intervals. With 'multi_hot' and 'count', one such row for each row of the inputs.

        Raises
        ------
        ValueError
            If there are no boundaries yet.
        """
        if hasattr(inputs, "_preprocessed_by"):
            return inputs._preprocessed_by(self)
        found = np.digitize(real_array("inputs", inputs, "float32"), np.asarray(self._boundaries(), "float32"))
        if self.output_mode == "int":
            return found
        return encoded(found, self.output_mode, self._width(), None).astype(self.dtype)

    def _boundaries(self) -> list[float]:
        if self.bin_boundaries is None:
            raise ValueError("bin_boundaries: expected them before the call (adapt, bin_boundaries=), got none")
        return self.bin_boundaries

    def _width(self) -> int:
        return len(self._boundaries()) + 1

    def _sample_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        if self.output_mode == "int":
            return shape
        is_row = self.output_mode != "one_hot" or shape[-1:] == (1,)
        return (*(shape[:-1] if is_row else shape), self._width())

    def get_config(self) -> dict[str, Any]:
        """Return the arguments, with the boundaries as they are now.

        Returns
        -------
        dict
            Arguments for `from_config`.
        """
        names = ("bin_boundaries", "num_bins", "epsilon", "output_mode", "dtype", "name")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Return one with the arguments, and the boundaries if they were learned, that `get_config` returned.

        Parameters
        ----------
        config : dict
            As returned by `get_config`.

        Returns
        -------
        Discretization
        """
        learned = config.get("bin_boundaries") if config.get("num_bins") is not None else None
        made = cls(**(config if learned is None else {**config, "bin_boundaries": None}))
        if learned is not None:
            made.bin_boundaries = _rising(learned)
        return made


def _rising(boundaries: Any) -> list[float]:
    array = real_array("bin_boundaries", boundaries, "float64")
    if array.ndim != 1 or (np.diff(array) < 0).any():
        raise ValueError(f"bin_boundaries: expected numbers in rising order, got {boundaries!r:.80}")
    found: list[float] = array.tolist()
    return found


def _compressed(summary: Array, epsilon: float) -> Array:
    """Return fewer quantiles and their weights: one for each share `epsilon` of the whole weight."""
    if summary.shape[1] * epsilon < 1:
        return summary
    shares = epsilon + np.arange(0.0, 1.0, epsilon)
    weights = summary[1].cumsum()
    quantiles = np.interp(shares, weights / weights[-1], summary[0])
    until = np.interp(shares, weights / weights[-1], weights)
    return np.stack([quantiles, np.diff(until, prepend=0.0)]).astype(np.float32)
