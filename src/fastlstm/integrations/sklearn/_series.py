"""Fits a model to a series with covariates."""

from typing import Any

import numpy as np
from sklearn.utils import check_array, check_consistent_length
from sklearn.utils.validation import validate_data

from ... import callbacks, datasets
from ..._internal import checks
from ..._internal.arrays import Array
from ...layers import Normalization
from ...models.quick_fit import fit
from ._base import NetworkEstimator


class SeriesEstimator(NetworkEstimator):
    """Base class of the forecaster; it reads the settings of that class."""

    window_: int
    history_: Array
    loss_curve_: list[float]
    loss_: float
    _columns: int

    def _checked(self, X: Any, *, reset: bool, ensure_2d: bool) -> Array:
        array: Array = validate_data(
            self, X, reset=reset, dtype=np.float64, ensure_2d=ensure_2d, ensure_min_features=0, ensure_min_samples=1
        )
        return array

    def _table(self, X: Any, y: Any, *, reset: bool) -> tuple[Array, int, bool]:
        """Return the series with its covariates as last columns, their number, and whether the series has one axis."""
        if y is None:
            series = self._checked(X, reset=reset, ensure_2d=False)
            if series.ndim > 1 and series.shape[1] == 0:
                raise ValueError(f"X: 0 feature(s) (shape={series.shape}) while a minimum of 1 is required")
            return series.reshape(len(series), -1), 0, series.ndim == 1
        covariates = self._checked(X, reset=reset, ensure_2d=True)
        series = check_array(y, dtype=np.float64, ensure_2d=False, input_name="y")
        check_consistent_length(covariates, series)
        return np.column_stack([series, covariates]), covariates.shape[1], series.ndim == 1

    def _window(self, steps: int) -> int:
        if self.window == "auto":
            return max(1, min(20, steps // 2))
        return checks.integer("window", self.window, 1)

    def _require_same(self, table: Array, columns: int) -> None:
        """Raise ValueError unless a series has the columns of the previous fit."""
        wanted, found = (self.history_.shape[1], self._columns), (table.shape[1], columns)
        if found != wanted:
            raise ValueError(
                f"y: expected {wanted[0] - wanted[1]} columns and {wanted[1]} known in advance, as in the fit before,"
                f" got {found[0] - found[1]} and {found[1]}"
            )

    def _train(self, table: Array, columns: int, *, resume: bool, epochs: int) -> None:
        """Fit a new model, or with `resume` the existing one, to a series with its covariates."""
        if len(table) <= self.window_:
            raise ValueError(f"y: expected more steps than window={self.window_}, got n_samples={len(table)}")
        settings: dict[str, Any] = {
            "batch_size": checks.integer("batch_size", self.batch_size, 1),
            "epochs": epochs,
            "validation_split": self._fraction(),
            "callbacks": [self._stopping()],
            "verbose": 2 if self.verbose else 0,
        }
        with self._randomness():
            if resume:
                self._fit_further(table, columns, settings)
            else:
                self.model_ = fit(
                    table,
                    cell=self.cell,
                    units=self.units,
                    layers=self.layers,
                    window=self.window_,
                    known=columns,
                    optimizer=self._optimizer(),
                    **settings,
                )
        assert self.model_.history is not None
        losses = self.model_.history.history["loss"]
        self.loss_curve_ = [*(self.loss_curve_ if resume else []), *losses]
        self.n_iter_, self.loss_ = len(self.loss_curve_), losses[-1]
        self.history_ = table[-self.window_ :]

    def _fit_further(self, table: Array, columns: int, settings: dict[str, Any]) -> None:
        """Fit the existing model, without its last layer, which converts predictions to the units of the series."""
        x, y = datasets.windows(table, self.window_, known=columns)
        model, to_units = self.model_, self.model_.layers[-1]
        mean, variance = to_units.get_weights()
        targets = Normalization(mean=mean, variance=variance)(y.reshape(len(x), -1))
        model.pop()
        try:
            model.compile(self._optimizer(), "mse")
            model.fit(x, targets, **settings)
        finally:
            model.add(to_units)

    def _fraction(self) -> float:
        if not self.early_stopping:
            return 0.0
        return checks.number("validation_fraction", self.validation_fraction, 0.0, 1.0, below_high=True)

    def _stopping(self) -> callbacks.EarlyStopping:
        return callbacks.EarlyStopping(
            "val_loss" if self.early_stopping else "loss",
            min_delta=checks.number("tol", self.tol, 0.0),
            patience=checks.integer("n_iter_no_change", self.n_iter_no_change, 1),
            restore_best_weights=self.early_stopping,
        )
