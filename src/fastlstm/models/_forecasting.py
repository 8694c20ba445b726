"""A stack of layers that continues series: its own predictions are its next inputs."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .. import losses
from .._internal import checks
from .._internal.arrays import Array, numbers
from ..losses._robust import quantiles_of
from ..training import roll_out
from ..training.quantile_forecast import QuantileForecast, median_of
from ._compiling import CompiledStack

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class ForecastingStack(CompiledStack):
    """A stack of layers that is rolled out."""

    def forecast(self, history: Any, steps: int, known: Any = None) -> Array:
        """Continue a series: predict a step, take the prediction for the newest input, and so on, natively.

        Equal bit for bit to a loop over `predict`. A model whose loss is a `fastlstm.losses.Quantile` predicts several
        quantiles of each value; what it feeds back, and this returns, are the medians. `forecast_quantiles` gives all.

        Parameters
        ----------
        history : array_like
            (T,) for one feature, (T, D), or (N, T, D). Its last rows, as many as the T of the model's input, or all
            if that is None, are the first window.
        steps : int
            How many, at least 0.
        known : array_like, optional
            For a model whose output is narrower than its input: the last features of the input, those that it does
            not predict, in the steps to come, (steps, K) or (N, steps, K). The model sees what is known of a step
            beside the values of the step before, as `fastlstm.datasets.windows` with `known` cuts it.

        Returns
        -------
        ndarray
            The new values only, of the rank of `history` and of its dtype; of the model's if `history` is integers.

        Raises
        ------
        ValueError
            If the model is not built or stateful, its output is wider than its input or is a sequence, the history
            is shorter than the window or has another number of features, or `known` is missing or not wanted.
        TypeError
            If `history` is not made of real integers or floats.
        """
        if isinstance(self._loss, losses.Quantile):
            return self.forecast_quantiles(history, steps, known).median
        start = self._start_of(history, steps, known, 1)
        return start.in_its_rank(roll_out.values(self._built_network(), start, self._widest()))

    def forecast_quantiles(
        self, history: Any, steps: int, known: Any = None, *, quantiles: float | Sequence[float] | None = None
    ) -> QuantileForecast:
        """Continue a series by a model that predicts quantiles: each step's median is the newest input of the next.

        Equal bit for bit to a loop over `predict`. The quantiles of a step are those that it would have if the medians
        of the steps before had come true. So an interval of the first step holds what it promises, as far as the model
        is right; those of later steps are too narrow, since they leave out how uncertain the steps before are. Where
        that matters let a model predict all steps at once, an output with steps (N, steps, quantiles).

        Parameters
        ----------
        history, steps, known
            As for `forecast`.
        quantiles : float or sequence of floats, optional
            What the columns of the output are, with 0.5 among them; for a model that predicts several features, those
            of the first one, then those of the second, and so on. Default: the quantiles of the loss of `compile`.

        Returns
        -------
        QuantileForecast
            With `median` and `intervals`; its `values` have one axis more than what `forecast` returns: the quantiles.

        Raises
        ------
        ValueError
            As `forecast`; and if it is not known what the columns are, there is no median, or the output has not the
            same number of columns for each feature.
        TypeError
            If `history` is not made of real integers or floats.

        Examples
        --------
        >>> import fastlstm
        >>> axis, values = fastlstm.datasets.sine(0, 30, 0.1)
        >>> loss = fastlstm.losses.Quantile((0.1, 0.5, 0.9))
        >>> model = fastlstm.fit(values, loss=loss, epochs=1, seed=1, verbose=0)
        >>> forecast = model.forecast_quantiles(values, 7)
        >>> forecast.median.shape, list(forecast.intervals)
        ((7,), [0.8])
        """
        if quantiles is None:
            if not isinstance(self._loss, losses.Quantile):
                raise ValueError("quantiles: expected those of the output's columns for a model without such a loss")
            quantiles = self._loss.quantiles
        levels = quantiles_of(quantiles)
        median = median_of(levels)
        start = self._start_of(history, steps, known, len(levels))
        found = roll_out.quantiles(self._built_network(), start, len(levels), median, self._widest())
        return QuantileForecast(levels, start.in_its_rank(found))

    def plot_forecast(
        self,
        history: Any,
        steps: int,
        known: Any = None,
        *,
        truth: Any = None,
        intervals: Mapping[float, tuple[Any, Any]] | tuple[Any, Any] | None = None,
        index: Any = None,
        name: str = "value",
        ax: Any = None,
    ) -> "Axes":
        """Draw a series and the model's forecast of it: `fastlstm.plotting.plot_forecast` of `forecast`.

        The forecast of a model whose loss is a `fastlstm.losses.Quantile` is drawn with its intervals; see
        `forecast_quantiles` for what they say.

        Parameters
        ----------
        history, steps, known
            As for `forecast`; of a history (T, D) the first feature is drawn, which must be the only one that the
            model predicts.
        truth, intervals, index, name, ax
            As for `fastlstm.plotting.plot_forecast`.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        ValueError, TypeError
            As `forecast` and `fastlstm.plotting.plot_forecast`.
        """
        from .. import plotting

        if isinstance(self._loss, losses.Quantile):
            quantiles = self.forecast_quantiles(history, steps, known)
            values = quantiles.median
            if intervals is None and values.size == steps:
                intervals = {c: (low.ravel(), high.ravel()) for c, (low, high) in quantiles.intervals.items()}
        else:
            values = self.forecast(history, steps, known)
        series = numbers("history", history)
        if series.ndim == 2 and values.shape[1:] == (1,):
            series = series[:, :1]
        return plotting.plot_forecast(series, values, truth=truth, intervals=intervals, index=index, name=name, ax=ax)

    # Inside -----------------------------------------------------------------------------------------------------

    def _start_of(self, history: Any, steps: Any, known: Any, columns: int) -> roll_out.Start:
        """Return what a roll-out starts from, of a model with so many columns of output for each predicted feature."""
        steps = checks.integer("steps", steps, 0)
        sample_shape, output_shape = self.input_shape[1:], self.output_shape
        if len(output_shape) != 2:
            raise ValueError(f"forecast: expected a model with output (N, D), got {output_shape}")
        width = checks.integer("output width", output_shape[1], 1)
        if width % columns:
            raise ValueError(
                f"quantiles: expected as many for each feature that the model predicts, got {columns} for an output of"
                f" {width} columns"
            )
        self._built_network()
        if self._stateful:
            raise ValueError(f"forecast: expected a model that is not stateful, got {self.name!r}")
        return roll_out.start(history, steps, known, sample_shape, width // columns, self.dtype)
