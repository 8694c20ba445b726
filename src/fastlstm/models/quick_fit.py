"""One call from data to a trained model."""

import warnings
from typing import Any, NamedTuple

import numpy as np

from .. import config, datasets, layers, losses, utils
from .._internal import checks
from .._internal.arrays import Array, finite_array
from .._internal.names import lookup
from ..layers.rnn.recurrent import layers_by_cell
from ..training import array_data
from .sequential import Sequential

__all__ = ["fit"]

_SCALED_LOSSES = (losses.MeanSquaredError, losses.MeanAbsoluteError, losses.Quantile)
_COARSE = 1e-3  # rounding of a series, in its standard deviations, above which a forecast is noticeably worse
_SMALLEST = 1e-7  # standard deviation that Normalization can divide by


def fit(
    X: Any,
    y: Any = None,
    *,
    cell: str = "lstm",
    units: int = 32,
    layers: int = 1,
    window: int = 20,
    horizon: int = 1,
    known: int = 0,
    output_activation: Any = None,
    optimizer: Any = "adam",
    loss: Any = "mse",
    metrics: Any = None,
    batch_size: int = 32,
    epochs: int = 25,
    validation_split: float = 0.0,
    callbacks: Any = None,
    seed: int | None = None,
    verbose: int | str = 1,
) -> Sequential:
    """Train recurrent layers and a Dense on a series, or on samples and targets.

    Without `y`, the samples are windows of the series `X`, and the targets are the values that follow. The model starts
    with a `Normalization` to zero mean and unit variance, adapted on the training part, and ends with its inverse, so
    that `predict` and `forecast` accept and return values in the units of the series. Training itself uses standardised
    units, in which the losses in ``model.history`` and the outputs of `output_activation` are given. Fitting the
    returned model again, or evaluating it, uses the units of the series; the optimizer then starts anew.

    Parameters
    ----------
    X : array_like
        Without `y`, a series (steps,) or (steps, D); with `y`, samples (N, T, D), which are not scaled.
    y : array_like, optional
        Targets: (N,) or (N, O), or (N, T, O) for an output at every step. For sparse_categorical_crossentropy, class
        numbers (N,).
    cell : str
        The kind of the recurrent layers: 'lstm', 'peephole_lstm', 'gru', 'simple_rnn', 'min_gru' and so on; an unknown
        name raises an error that lists the known ones.
    units : int
        Width of each recurrent layer.
    layers : int
        Number of recurrent layers.
    window : int
        Without `y`: number of steps that the model sees.
    horizon : int
        Without `y`: number of steps that are predicted at once. `predict` returns (N, horizon * D), step by step, which
        can be reshaped to (N, horizon, D). `forecast` needs a horizon of 1.
    known : int
        Without `y`: number of future covariates, which are the last columns of X. They are known in advance, passed to
        `forecast` for the coming steps, and not predicted, as in `fastlstm.datasets.windows`.
    output_activation : str or function of `fastlstm.activations`, optional
        Activation of the Dense layer.
    optimizer, loss
        As for `Sequential.compile`. Without `y`, the loss is 'mse', 'mae' or, for one predicted column and a horizon of
        1, a `fastlstm.losses.Quantile`: `predict` then returns its quantiles, and `Sequential.forecast_quantiles`
        prediction intervals.
    metrics : list, optional
        As for `Sequential.compile`; without `y` they are in standardised units.
    batch_size, epochs, validation_split, callbacks, verbose
        As in `Sequential.fit`.
    seed : int, optional
        Passed to `fastlstm.utils.set_random_seed`.

    Returns
    -------
    Sequential
        The trained model; its `history` has the losses.

    Raises
    ------
    ValueError
        If the series is shorter than a window and its horizon, there is NaN or Inf, a shape does not match, a name is
        unknown, or the series varies too little or too much to be normalised in the dtype.
    TypeError
        If the data is not made of real integers or floats.

    Warns
    -----
    UserWarning
        If the series varies so little around its mean that rounding loses much of it.

    Examples
    --------
    >>> import fastlstm
    >>> axis, values = fastlstm.datasets.sine(0, 30, 0.1)
    >>> model = fastlstm.fit(1000 + 5 * values, epochs=2, seed=1, verbose=0)
    >>> model.forecast(1000 + 5 * values, 7).shape
    (7,)
    """
    shape = _Shape(cell, checks.size("units", units), checks.integer("layers", layers, 1), output_activation)
    if seed is not None:
        utils.set_random_seed(seed)
    options = {
        "metrics": metrics,
        "batch_size": batch_size,
        "epochs": epochs,
        "verbose": verbose,
        "callbacks": callbacks,
        "validation_split": validation_split,
    }
    if y is None:
        return _fit_series(X, shape, window, horizon, known, optimizer, losses.get(loss), options)
    return _fit_samples(X, y, shape, optimizer, losses.get(loss), options)


class _Shape(NamedTuple):
    """The recurrent layers and the Dense after them."""

    cell: str
    units: int
    layers: int
    output_activation: Any

    def add_to(self, model: Sequential, outputs: int, every_step: bool) -> None:
        if not isinstance(self.cell, str):
            raise TypeError(f"cell: expected a name, got {self.cell!r}")
        recurrent = lookup("cell", self.cell, layers_by_cell())
        for i in range(self.layers):
            model.add(recurrent(self.units, return_sequences=every_step or i + 1 < self.layers))
        model.add(layers.Dense(outputs, activation=self.output_activation))


def _fit_samples(
    X: Any,
    y: Any,
    shape: _Shape,
    optimizer: Any,
    loss: losses.Loss,
    options: dict[str, Any],
) -> Sequential:
    x = finite_array("X", X, config.floatx())
    if x.ndim != 3:
        raise ValueError(f"X: expected shape (N, T, D) if y is given, got {x.shape}")
    targets = finite_array("y", y, "float64")
    array_data.require_rows("X", x, "y", targets)
    outputs, every_step = loss._output_width(targets), targets.ndim == 3
    model = Sequential([layers.Input(x.shape[1:])])
    shape.add_to(model, outputs, every_step)
    model.compile(optimizer, loss, metrics=options.pop("metrics"))
    model.fit(x, y, **options)
    return model


def _fit_series(
    X: Any,
    shape: _Shape,
    window: int,
    horizon: int,
    known: int,
    optimizer: Any,
    loss: losses.Loss,
    options: dict[str, Any],
) -> Sequential:
    if not isinstance(loss, _SCALED_LOSSES):
        raise ValueError(f"loss: expected 'mse', 'mae' or a Quantile for a series (y=None), got {loss.name!r}")
    window, horizon = checks.integer("window", window, 1), checks.integer("horizon", horizon, 1)
    series = _series(X, window + horizon)
    features = series.shape[1]
    x, y = datasets.windows(series, window, horizon=horizon, known=known)
    predicted = features - known
    outputs, columns = horizon * predicted, 1
    if isinstance(loss, losses.Quantile):
        columns = len(loss.quantiles)
        if outputs > 1:
            raise ValueError(
                f"loss: a Quantile applies to one value; expected horizon=1 and one column, got {outputs} values"
            )
    y = y.reshape(len(x), outputs)
    trained = array_data.training_rows(len(x), options["validation_split"])

    part = series[: trained + window + horizon - 1]  # covered by the training windows and their targets
    _require_scale(part, config.floatx())
    normalization = layers.Normalization()
    normalization.adapt(part)
    mean, variance = (np.tile(weight[:predicted], horizon) for weight in normalization.get_weights())

    model = Sequential([layers.Input((window, features)), normalization])
    shape.add_to(model, outputs * columns, every_step=False)
    model.compile(optimizer, loss, metrics=options.pop("metrics"))
    to_units = layers.Normalization(mean=np.repeat(mean, columns), variance=np.repeat(variance, columns), invert=True)
    model.fit(x, layers.Normalization(mean=mean, variance=variance)(y), **options)
    model.add(to_units)
    return model


def _series(X: Any, shortest: int) -> Array:
    """Return a series as (steps, D)."""
    series = finite_array("X", X, "float64")
    if series.ndim not in (1, 2) or series.shape[1:] == (0,):
        raise ValueError(f"X: expected a series (steps,) or (steps, D) if y is None, got shape {series.shape}")
    if len(series) < shortest:
        raise ValueError(f"X: expected at least window + horizon = {shortest} steps, got {len(series)}")
    return series if series.ndim == 2 else series[:, None]


def _require_scale(series: Array, dtype: str) -> None:
    """Raise or warn if a series (float64) cannot be normalized well in the model's dtype."""
    largest = float(np.sqrt(np.finfo(dtype).max))
    with np.errstate(over="ignore", invalid="ignore"):
        mean, deviation = series.mean(axis=0), series.std(axis=0)
    if not (np.abs(mean) < np.finfo(dtype).max).all():
        raise ValueError(
            f"X: expected a series whose mean is a {dtype}, got {mean.max():.3g}; multiply it by a constant"
        )
    for value in deviation:
        if 0 < value < _SMALLEST or not value < largest:
            raise ValueError(
                f"X: expected a series with a standard deviation from {_SMALLEST:g} to {largest:.0e}, which"
                f" Normalization in {dtype} can divide by, got {value:.3g}; multiply the series by a constant"
            )
    if (np.spacing(np.abs(mean).astype(dtype)) > _COARSE * deviation)[deviation > 0].any():
        warnings.warn(
            f"X: the series varies so little around its mean that rounding to {dtype} loses much of it; subtract a"
            " constant, or use config.set_floatx('float64')",
            UserWarning,
            stacklevel=4,
        )
