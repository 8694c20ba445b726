"""
Your own CSV file
=================

The data that matters most is your own, and it is usually a table. One command forecasts
a column of it and says how far the forecast can be trusted. This page writes such a
file, runs the command, and does the same in Python.
"""

# %%
# A file
# ------
#
# Twelve years of monthly sales, with a season, a slow wave and some noise. A file of
# yours takes its place: with a header, a column of dates and one of numbers. Decimal
# commas, semicolons and many forms of dates are understood.
import subprocess
import sys
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from fastlstm import forecasting, load_model, plotting
from fastlstm.series import read_series

temporary = tempfile.TemporaryDirectory()
folder = Path(temporary.name)
file = folder / "sales.csv"

rng = np.random.default_rng(0)
months = np.arange("2012-01", "2024-01", dtype="datetime64[M]")
t = np.arange(len(months))
sold = (
    200
    + 60 * np.sin(2 * np.pi * t / 12)
    + 30 * np.sin(2 * np.pi * t / 50)
    + rng.normal(scale=8, size=len(t))
)
rows = [f"{month},{value:.1f}" for month, value in zip(months, sold, strict=True)]
rows[30] = f"{months[30]},"  # one month was lost
file.write_text("\n".join(["month,sold", *rows]) + "\n", encoding="utf-8")
print("\n".join(file.read_text(encoding="utf-8").splitlines()[:5]))


# %%
# The command
# -----------
#
# In a terminal, the command is this one. It holds out the last 24 values, and forecasts
# the next twelve months.
#
# .. code-block:: sh
#
#    fastlstm forecast sales.csv --steps 12 --test 24 --seed 1


def command(*arguments):
    """Run a command of fastlstm in the folder of the file, and print what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "fastlstm", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.stdout + done.stderr)


forecast = ["forecast", "sales.csv", "--steps", "12", "--test", "24", "--seed", "1"]
command(*forecast)

# %%
# There is a gap in the file, and the command does not guess. It names the line and the
# option that helps.
command(*forecast, "--fill", "linear", "--save", "sales.keras")

# %%
# The lines with RMSE and MAE are the ones to read. The model has never seen the
# held-out values. If it does not beat the naive forecasts on them, do not use it,
# however good its picture looks.
#
# The same in Python
# ------------------
#
# ``read_series`` reads the file, and ``forecast_series`` does what the command does.
series = read_series(file, fill="linear")
result = forecasting.forecast_series(series, 12, window=24, test=24, seed=1)
for name, score in result.hold_out.scores.items():
    print(f"{name:16} RMSE {score.rmse:6.2f}   MAE {score.mae:6.2f}")

written = np.loadtxt(
    folder / "fastlstm-forecast" / "forecast.csv", delimiter=",", skiprows=1, usecols=1
)
same = bool((written == result.values).all())
print("same values as in the file of the command:", same)

figure = plt.figure(figsize=(7, 4.5), layout="constrained")
plotting.series_forecast_figure(result, figure=figure)
figure.axes[0].set_title("Held-out values and the forecast", loc="left")
plt.show()

# %%
# The picture shows the known values in grey and the held-out part on a grey ground,
# with the forecast of the model and the naive one. The line at the right end is the
# forecast of the months to come.
#
# Use the model again
# -------------------
#
# The command has saved the model, which takes and returns values in the units of the
# file. When the next month has been sold, append it and forecast again, without
# training.
model = load_model(folder / "sales.keras")
print("the next three months:      ", model.forecast(series.values, 3).round(1))
longer = np.append(series.values, 300.0)
print("after a month with 300 sold:", model.forecast(longer, 3).round(1))
temporary.cleanup()

# %%
# Try it yourself
# ---------------
#
# Take a file of your own. If it has several columns of numbers, name yours with
# ``--column``; if some are known in advance, such as holidays, name these with
# ``--known``.
#
# This is the end of the lesson. From here, :doc:`/data` and :doc:`/forecasting` say
# more about series, and :doc:`/training` about training.
