"""
A real series, with intervals
=============================

Measured series are noisy, and nobody knows their next value exactly. A forecast is
worth something if it beats simple rules, and if it says how sure it is. This page
forecasts three centuries of sunspots and checks both.
"""

# %%
# Read the series
# ---------------
#
# The file ``sunspots.csv`` is in the folder ``examples/data`` of the repository. It has
# one value for each year from 1700 to 2008. The number of sunspots rises and falls in
# cycles of about eleven years.
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import fastlstm
from fastlstm import datasets, forecasting, losses, plotting
from fastlstm.series import read_series

# From the root of the repository, or from the folder of this page; elsewhere, write the
# path of your copy.
file = next(
    Path().glob("examples/data/sunspots.csv"), Path("../../examples/data/sunspots.csv")
)
series = read_series(file)
years, spots = series.index, series.values
print(f"{len(spots)} values of {series.name}, {years[0]} to {years[-1]}")

# %%
# Hold out the end
# ----------------
#
# The last fifty years are for testing, and nothing is fitted to them. The fluctuations
# of the series grow with its level; those of its square roots do not, so the model
# works with these.
test, window = 50, 24
known = np.sqrt(spots[:-test])
quantiles = (0.1, 0.5, 0.9)


def fit(seed):
    """Return a model that predicts three quantiles of the next year."""
    return fastlstm.fit(
        known,
        window=window,
        units=16,
        epochs=100,
        loss=losses.Quantile(quantiles),
        seed=seed,
        verbose=0,
    )


model = fit(seed=0)

# %%
# One year ahead
# --------------
#
# For each held-out year, the model sees the 24 years before it. Two of its three
# outputs bound an interval that should contain 80 % of the values; the third is its
# forecast. There are two simple rules to beat: the value of the year before, and the
# value of eleven years before.
windows, _ = datasets.windows(np.sqrt(spots[-test - window :]), window)
one_step = forecasting.QuantileForecast(
    quantiles, np.maximum(model.predict(windows, verbose=0), 0) ** 2
)
truth = spots[-test:]
lower, upper = one_step.intervals[0.8]

one_year = {
    "model": one_step.median,
    "last value": spots[-test - 1 : -1],
    "eleven years before": spots[-test - 11 : -11],
}
print("One year ahead, RMSE:")
for name, forecast in one_year.items():
    print(f"  {name:20} {forecasting.rmse(truth, forecast):6.1f}")
covered = np.mean((lower <= truth) & (truth <= upper))
print(f"The 80 % interval contains {covered:.0%} of the values")

figure, axes = plt.subplots(figsize=(7, 3.8), layout="constrained")
axes.fill_between(
    years[-test:],
    lower,
    upper,
    color=plotting.FUTURE,
    alpha=0.25,
    linewidth=0,
    label="80% interval",
)
axes.plot(
    years[-test:],
    one_step.median,
    color=plotting.FUTURE,
    label="forecast, one year ahead",
)
axes.plot(
    years[-test:],
    truth,
    "o",
    color=plotting.MODEL,
    markersize=4,
    label="what came true",
)
axes.set(xlabel="year", ylabel="sunspots")
figure.legend(loc="outside upper center", ncols=3, frameon=False)
plt.show()

# %%
# The picture shows the interval of each year and what came true. The interval is wide
# where the number is large. Count the points outside: one in five is what 80 % means,
# and a model that is too sure of itself leaves out more.
#
# Fifty years ahead
# -----------------
#
# In a roll-out, the median of each year becomes the input of the next one. The simple
# rules here are the last value for all years, and the last cycle repeated.
past = spots[:-test]
season = forecasting.find_season(past)
rules = {
    "last value": forecasting.naive_forecast(past, test),
    "last cycle": forecasting.seasonal_naive_forecast(past, test, season),
}
print(f"Fifty years ahead, RMSE (a cycle of {season} years):")
for name, forecast in rules.items():
    print(f"  {name:20} {forecasting.rmse(truth, forecast):6.1f}")
errors = []
for seed in range(8):
    rolled_out = np.maximum(fit(seed).forecast(known, test), 0) ** 2
    errors.append(forecasting.rmse(truth, rolled_out))
low, middle, high = np.quantile(errors, (0, 0.5, 1))
print(f"  {'model, eight seeds':20} {low:6.1f} to {high:.1f}, median {middle:.1f}")

# %%
# Over such a distance the result depends on the random weights with which training
# began. One lucky model proves nothing, so look at several before you believe it. They
# beat the last value by far; whether they beat the last cycle depends on the seed.
rolled_out = model.forecast_quantiles(known, test)
interval = tuple(np.maximum(bound, 0) ** 2 for bound in rolled_out.intervals[0.8])
figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
shown = slice(-test - 60, -test)
plotting.plot_forecast(
    spots[shown],
    np.maximum(rolled_out.median, 0) ** 2,
    truth=truth,
    intervals={0.8: interval},
    index=years[-test - 60 :],
    name="sunspots",
    ax=axes,
)
axes.set_title("Forecast of the fifty held-out years", loc="left")
plt.show()

# %%
# The picture shows the roll-out of the first model. The interval does not widen with
# the distance, although the uncertainty does: each year is conditional on the medians
# before it having come true. Intervals that widen come from a model that predicts all
# years at once; :doc:`/forecasting` shows one.
#
# Try it yourself
# ---------------
#
# Use the median of the eight forecasts as the forecast. Is it better than most of them?
#
# Next: :doc:`10_text`, sequences of words. The command ``fastlstm forecast`` does such
# a comparison for any file: :doc:`13_your_own_csv`.
