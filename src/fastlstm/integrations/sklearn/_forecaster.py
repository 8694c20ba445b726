"""LSTMForecaster."""

import numbers
from typing import Any

import numpy as np
from sklearn.metrics import r2_score
from sklearn.utils.validation import check_is_fitted

from ..._internal import checks
from ..._internal.arrays import Array
from ._series import SeriesEstimator


class LSTMForecaster(SeriesEstimator):
    """Recurrent network that continues a series, as an estimator of scikit-learn.

    It learns to predict a step from the `window` steps before it, and forecasts by running on its own predictions. The
    series is scaled inside, so it speaks the series' own units.

    A series is given alone, ``fit(y)`` and ``predict(steps)``, or with what is known of each step in advance
    (calendars, prices that are set), ``fit(X, y)`` and ``predict(X)``, X having a row for each step to come. Forecasts
    begin after the last step of the fit, which suits `TimeSeriesSplit`: there the test part follows the training part.
    ``cross_val_score(forecaster, y, cv=TimeSeriesSplit())`` scores roll-outs over the test parts by R2; for another
    score give X, without columns if nothing is known: ``np.empty((len(y), 0))``.

    Parameters
    ----------
    cell : str
        The kind of the recurrent layers: 'lstm', 'gru', 'simple_rnn', 'min_gru' and so on, as for `fastlstm.fit`.
    units : int
        Width of each recurrent layer.
    layers : int
        How many recurrent layers.
    window : int or 'auto'
        How many steps the model sees; 'auto' means 20, or half of the series if that is less.
    optimizer : str
        A name, as for `Sequential.compile`.
    learning_rate : float
        Of the optimizer.
    batch_size : int
        Windows a step.
    epochs : int
        How often all windows are gone through at most.
    random_state : int, RandomState or None
        Of the initial weights and the order of the windows.
    tol : float
        The fit ends if the loss, or with `early_stopping` that of what is held out, has not fallen by this for
        `n_iter_no_change` epochs. Losses are in squares of the series' standard deviations.
    verbose : bool
        Whether to print a line an epoch.
    warm_start : bool
        Whether `fit` goes on with the weights of the fit before it, and its scaling.
    early_stopping : bool
        Whether the last windows are held out, whose loss ends the fit; the weights of the best epoch are kept.
    validation_fraction : float
        The part that is held out for that.
    n_iter_no_change : int
        See `tol`.

    Attributes
    ----------
    model_ : Sequential
        The trained model.
    window_ : int
        How many steps it sees.
    history_ : ndarray
        The end of the series, from which forecasts begin.
    n_iter_ : int
        How many epochs there were.
    loss_ : float
        Of the last epoch.
    loss_curve_ : list of float
        Of all epochs.
    n_features_in_ : int
        How many columns X has: of the series, if it is given alone.

    Raises
    ------
    ValueError, TypeError
        By `fit`, if a setting or the data is wrong.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm.integrations.sklearn import LSTMForecaster
    >>> y = np.sin(np.arange(80) / 5)
    >>> forecaster = LSTMForecaster(units=8, window=10, epochs=5, random_state=0).fit(y)
    >>> forecaster.predict(3).shape
    (3,)
    """

    def __init__(
        self,
        cell: str = "lstm",
        units: int = 32,
        layers: int = 1,
        window: int | str = "auto",
        *,
        optimizer: str = "adam",
        learning_rate: float = 0.001,
        batch_size: int = 32,
        epochs: int = 100,
        random_state: Any = None,
        tol: float = 1e-4,
        verbose: bool = False,
        warm_start: bool = False,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
    ) -> None:
        self.cell = cell
        self.units = units
        self.layers = layers
        self.window = window
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.epochs = epochs
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change

    def fit(self, X: Any, y: Any = None) -> "LSTMForecaster":
        """Fit the model to a series.

        Parameters
        ----------
        X : array_like
            Without `y` the series, (steps,) or (steps, D). With it what is known of each step in advance, (steps, K).
        y : array_like of shape (steps,) or (steps, D), optional
            The series.

        Returns
        -------
        LSTMForecaster
            This one.

        Raises
        ------
        ValueError, TypeError
            If a setting or the data is wrong, or the series is not longer than the window.
        """
        goes_on = self.warm_start and hasattr(self, "model_")
        table, columns, is_vector = self._table(X, y, reset=True)
        if goes_on:
            self._require_same(table, columns)
        else:
            self.window_ = self._window(len(table))
        self._train(table, columns, goes_on=goes_on, epochs=checks.integer("epochs", self.epochs, 1))
        self._columns, self._is_vector = columns, is_vector
        return self

    def partial_fit(self, X: Any, y: Any = None) -> "LSTMForecaster":
        """Take the next steps of the series, and go once through the windows that predict them.

        The scaling stays that of the first call, and the optimizer starts afresh.

        Parameters
        ----------
        X, y : array_like
            As for `fit`: what comes after the steps of the calls before.

        Returns
        -------
        LSTMForecaster
            This one.

        Raises
        ------
        ValueError
            With `early_stopping`, for which there is nothing to hold out; else as `fit`.
        """
        self._require_nothing_held_out()
        if not hasattr(self, "model_"):
            table, columns, self._is_vector = self._table(X, y, reset=True)
            self.window_, self._columns = self._window(len(table)), columns
        else:
            table, columns, _ = self._table(X, y, reset=False)
            self._require_same(table, columns)
            table = np.concatenate([self.history_, table])
        self._train(table, columns, goes_on=hasattr(self, "model_"), epochs=1)
        return self

    def predict(self, X: Any = 1) -> Array:
        """Forecast what comes after the series.

        Parameters
        ----------
        X : int or array_like
            How many steps. Or what is known of the steps to come, a row for each, (steps, K), as for `fit`; of a series
            that was given alone, an array with as many rows as there are steps to forecast.

        Returns
        -------
        ndarray of shape (steps,) or (steps, D)
            As the series was.

        Raises
        ------
        ValueError
            If what is known is missing or has another number of columns.
        """
        check_is_fitted(self)
        known = None
        if isinstance(X, numbers.Integral):
            steps = checks.integer("X", X, 0)
            if self._columns:
                raise ValueError(f"X: expected what is known of each step, shape (steps, {self._columns}), got {X}")
        else:
            X = self._checked(X, reset=False, ensure_2d=not self._is_vector or self._columns > 0)
            steps, known = len(X), X if self._columns else None
        values = self.model_.forecast(self.history_, steps, known=known)
        return values.reshape(-1) if self._is_vector else values.reshape(steps, -1)

    def score(self, X: Any, y: Any = None) -> float:
        """Return R2 of the forecast for the steps after the series.

        Parameters
        ----------
        X : array_like
            Without `y` what came after the series; with it what is known of these steps.
        y : array_like, optional
            What came after the series.

        Returns
        -------
        float
            At most 1; of several columns the mean.
        """
        return float(r2_score(X if y is None else y, self.predict(X)))
