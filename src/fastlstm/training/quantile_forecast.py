"""QuantileForecast: forecasts as quantiles, with a median and intervals."""

from dataclasses import dataclass

import numpy as np

from .._internal import html
from .._internal.arrays import Array
from .._internal.text import counted, figures

__all__ = ["QuantileForecast"]

_SAME = 1e-9
"""Quantiles that differ by less are equal."""


@dataclass(frozen=True, eq=False)
class QuantileForecast:
    """Quantiles of future values, as returned by `Sequential.forecast_quantiles`.

    To make one from direct predictions instead of a roll-out: ``QuantileForecast(quantiles, model.predict(x))``.

    Attributes
    ----------
    quantiles : tuple of float
        Q numbers between 0 and 1.
    values : ndarray (..., Q)
        The value of each quantile, as predicted. A network may predict a larger value for a lower quantile.

    Examples
    --------
    >>> import numpy as np
    >>> forecast = QuantileForecast((0.1, 0.5, 0.9), np.array([[1.0, 2.0, 4.0], [0.0, 2.0, 5.0]]))
    >>> forecast.median
    array([2., 2.])
    >>> lower, upper = forecast.intervals[0.8]
    >>> lower, upper
    (array([1., 0.]), array([4., 5.]))
    """

    quantiles: tuple[float, ...]
    values: Array

    def __post_init__(self) -> None:
        """Require a value for each quantile."""
        if self.values.shape[-1:] != (len(self.quantiles),):
            raise ValueError(
                f"values: expected a last axis of {len(self.quantiles)}, as many as quantiles, got {self.values.shape}"
            )

    @property
    def median(self) -> Array:
        """The values of the quantile 0.5; ValueError if there is none."""
        median: Array = self.values[..., median_of(self.quantiles)]
        return median

    @property
    def intervals(self) -> dict[float, tuple[Array, Array]]:
        """The bounds (lower, upper) of each interval between the quantiles q and 1 - q, by its probability 1 - 2 q."""
        found = {}
        for low, quantile in enumerate(self.quantiles):
            for high, other in enumerate(self.quantiles):
                if quantile < 0.5 - _SAME and abs(quantile + other - 1) < _SAME:
                    one, two = self.values[..., low], self.values[..., high]
                    found[round(other - quantile, 9)] = (one.clip(max=two), one.clip(min=two))
        return dict(sorted(found.items()))

    def _repr_html_(self) -> str:
        """Return the first values as a table for notebooks; for one series, also a picture with the intervals."""
        each = self.values.shape[:-1]
        places = [", ".join(map(str, place)) for place in np.ndindex(each)]
        quantiles = self.values.reshape(-1, len(self.quantiles))
        parts = []
        if each and max(each) == len(quantiles) > 0 and _index_of_median(self.quantiles) is not None:
            from ..plotting import plot_forecast  # slow to import

            series = QuantileForecast(self.quantiles, quantiles)
            axes = plot_forecast([], series.median, intervals=series.intervals)
            axes.set_xlabel("step")
            parts.append(html.picture(axes.figure, "The median and the intervals of each step"))
        rows = [[place, *(figures(value, 6) for value in row)] for place, row in zip(places, quantiles, strict=True)]
        titles = ["Step" if len(each) == 1 else "Index", *(f"{quantile:g}" for quantile in self.quantiles)]
        parts.append(html.head(titles, rows, "<" + ">" * len(self.quantiles)))
        return html.section(f"Forecast of {counted(len(self.quantiles), 'quantile')}, shape {each}", *parts)


def median_of(quantiles: tuple[float, ...]) -> int:
    """Return the index of the median among the quantiles; raise ValueError if there is none."""
    number = _index_of_median(quantiles)
    if number is None:
        raise ValueError(
            f"quantiles: expected 0.5, the median, to be one of them, since it is fed back, got {quantiles}"
        )
    return number


def _index_of_median(quantiles: tuple[float, ...]) -> int | None:
    return next((number for number, quantile in enumerate(quantiles) if abs(quantile - 0.5) < _SAME), None)
