"""Figures of data, training and forecasts.

Every function that is not given axes or a figure to draw on creates a `matplotlib.figure.Figure`: write it to a file
with ``figure.savefig("name.png")`` or ``axes.figure.savefig("name.png")``. `matplotlib.pyplot` is not used, so no
figure stays registered there and no display is needed.
"""

from ._distances import distances_figure
from ._forecasts import plot_forecast, series_forecast_figure
from ._history import loss_figure, plot_history
from ._steps import (
    plot_connectivity,
    plot_gradient_flow,
    plot_lyapunov_exponent,
    plot_memory_length,
    plot_saturation,
    plot_states,
)
from ._style import FUTURE, GIVEN, MODEL, NAIVE, TRUTH
from ._waves import data_figure, wave_forecast_figure

__all__ = [
    "FUTURE",
    "GIVEN",
    "MODEL",
    "NAIVE",
    "TRUTH",
    "data_figure",
    "distances_figure",
    "loss_figure",
    "plot_connectivity",
    "plot_forecast",
    "plot_gradient_flow",
    "plot_history",
    "plot_lyapunov_exponent",
    "plot_memory_length",
    "plot_saturation",
    "plot_states",
    "series_forecast_figure",
    "wave_forecast_figure",
]
