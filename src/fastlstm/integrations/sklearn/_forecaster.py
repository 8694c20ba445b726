"""LSTMForecaster: a recurrent network that continues a series."""

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

    It learns to predict a step from the `window` steps before it, and forecasts by feeding back its own predictions.
    The series is scaled internally, so inputs and predictions are in its original units.

    Pass a series alone, ``fit(y)`` and ``predict(steps)``, or with future covariates, which are known in advance
    (calendars, planned prices), ``fit(X, y)`` and ``predict(X)``, where X has a row for each step. Forecasts start
    after the last step of the fit, as in the folds of `TimeSeriesSplit`, where the test part follows the training part.
    ``cross_val_score(forecaster, y, cv=TimeSeriesSplit())`` scores roll-outs over the test parts by R2. For another
    score pass X as well, without columns if there are no covariates: ``np.empty((len(y), 0))``.

    Parameters
    ----------
    cell : str
        Cell of the recurrent layers: 'lstm', 'gru', 'simple_rnn', 'min_gru' ..., as for `fastlstm.fit`.
    units : int
        Number of units of each recurrent layer.
    layers : int
        Number of recurrent layers.
    window : int or 'auto'
        Number of steps that the model sees; 'auto' means 20, or half of the series if that is less.
    optimizer : str
        Name of the optimizer, as for `Sequential.compile`.
    learning_rate : float
        Learning rate of the optimizer.
    batch_size : int
        Number of windows in a training step.
    epochs : int
        Largest number of passes over all windows.
    random_state : int, RandomState or None
        Seed of the initial weights and the order of the windows.
    tol : float
        The fit stops if the loss, with `early_stopping` the held-out one, has not fallen by this much for
        `n_iter_no_change` epochs. Losses are in units of the series' variance.
    verbose : bool
        Whether to print a line per epoch.
    warm_start : bool
        Whether `fit` continues with the weights and the scaling of the previous fit.
    early_stopping : bool
        Whether to hold out the last windows, stop by their loss, and restore the weights of the best epoch.
    validation_fraction : float
        Fraction that `early_stopping` holds out.
    n_iter_no_change : int
        Number of epochs without an improvement after which the fit stops.

    Attributes
    ----------
    model_ : Sequential
        The trained model.
    window_ : int
        Number of steps that the model sees.
    history_ : ndarray
        The end of the series, from which forecasts start.
    n_iter_ : int
        Number of epochs.
    loss_ : float
        Loss of the last epoch.
    loss_curve_ : list of float
        Losses of all epochs.
    n_features_in_ : int
        Number of columns of X; those of the series if it was given alone.

    Raises
    ------
    ValueError, TypeError
        Raised by `fit` if a setting or the data is invalid.

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
            The series, (steps,) or (steps, D); if `y` is given, the covariates, (steps, K).
        y : array_like of shape (steps,) or (steps, D), optional
            The series.

        Returns
        -------
        LSTMForecaster
            The estimator itself.

        Raises
        ------
        ValueError, TypeError
            If a setting or the data is invalid, or the series is not longer than the window.
        """
        resume = self.warm_start and hasattr(self, "model_")
        table, columns, is_vector = self._table(X, y, reset=True)
        if resume:
            self._require_same(table, columns)
        else:
            self.window_ = self._window(len(table))
        self._train(table, columns, resume=resume, epochs=checks.integer("epochs", self.epochs, 1))
        self._columns, self._is_vector = columns, is_vector
        return self

    def partial_fit(self, X: Any, y: Any = None) -> "LSTMForecaster":
        """Append the next steps of the series, and train on the windows that predict them for one epoch.

        The scaling of the first call is kept; the optimizer starts anew.

        Parameters
        ----------
        X, y : array_like
            As for `fit`, for the steps that follow those of the previous calls.

        Returns
        -------
        LSTMForecaster
            The estimator itself.

        Raises
        ------
        ValueError
            If `early_stopping` is set, or the data is invalid.
        """
        self._require_nothing_held_out()
        if not hasattr(self, "model_"):
            table, columns, self._is_vector = self._table(X, y, reset=True)
            self.window_, self._columns = self._window(len(table)), columns
        else:
            table, columns, _ = self._table(X, y, reset=False)
            self._require_same(table, columns)
            table = np.concatenate([self.history_, table])
        self._train(table, columns, resume=hasattr(self, "model_"), epochs=1)
        return self

    def predict(self, X: Any = 1) -> Array:
        """Forecast the steps after the series.

        Parameters
        ----------
        X : int or array_like
            The number of steps, or their covariates (steps, K). For a series that was given alone, an array stands for
            its number of rows.

        Returns
        -------
        ndarray of shape (steps,) or (steps, D)
            The forecast, with the axes of the series.

        Raises
        ------
        ValueError
            If the covariates are missing or have another number of columns.
        """
        check_is_fitted(self)
        covariates = None
        if isinstance(X, numbers.Integral):
            steps = checks.integer("X", X, 0)
            if self._columns:
                raise ValueError(f"X: expected the covariates of each step, shape (steps, {self._columns}), got {X}")
        else:
            X = self._checked(X, reset=False, ensure_2d=not self._is_vector or self._columns > 0)
            steps, covariates = len(X), X if self._columns else None
        values = self.model_.forecast(self.history_, steps, known=covariates)
        return values.reshape(-1) if self._is_vector else values.reshape(steps, -1)

    def score(self, X: Any, y: Any = None) -> float:
        """Return the R2 score of the forecast for the steps after the series.

        Parameters
        ----------
        X : array_like
            The true values; if `y` is given, the covariates of these steps.
        y : array_like, optional
            The true values.

        Returns
        -------
        float
            R2, at most 1; the mean over several columns.
        """
        return float(r2_score(X if y is None else y, self.predict(X)))
