"""Pictures of data, training and forecasts.

Every function that is not given axes to draw on makes a `matplotlib.figure.Figure` of its own:
``figure.savefig("name.png")``, or ``axes.figure.savefig("name.png")``, writes it, and nothing is left in
`matplotlib.pyplot`, which is not used. No display is needed.
"""

from ._axes import plot_forecast, plot_history
from ._figures import data_figure, loss_figure, series_forecast_figure, wave_forecast_figure
from ._style import FUTURE, GIVEN, MODEL, NAIVE, TRUTH

__all__ = [
    "FUTURE",
    "GIVEN",
    "MODEL",
    "NAIVE",
    "TRUTH",
    "data_figure",
    "loss_figure",
    "plot_forecast",
    "plot_history",
    "series_forecast_figure",
    "wave_forecast_figure",
]
