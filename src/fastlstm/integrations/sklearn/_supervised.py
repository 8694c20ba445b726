"""The base class of the regressor and the classifier: samples of X, and the fit."""

from typing import Any

import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from ... import Input, Sequential
from ..._internal import checks
from ..._internal.arrays import Array
from ..._internal.names import lookup
from ...layers.base import Layer
from ...layers.rnn.recurrent import layers_by_cell
from ...losses import Loss
from ._base import NetworkEstimator
from ._stopping import Progress

FLOATS = (np.float64, np.float32)


class SupervisedEstimator(NetworkEstimator):
    """Base class of the estimators that learn a target for each sample.

    A subclass defines `_loss`, `_output`, `_score_of`, `_strata` and its predictions from the model's outputs.
    """

    loss_curve_: list[float]

    def __init__(
        self,
        cell: str = "lstm",
        units: int = 32,
        layers: int = 1,
        *,
        dropout: float = 0.0,
        optimizer: str = "adam",
        learning_rate: float = 0.01,
        batch_size: int | str = "auto",
        epochs: int = 200,
        shuffle: bool = True,
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
        self.dropout = dropout
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.epochs = epochs
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change

    # What a subclass defines ------------------------------------------------------------------------------------

    def _loss(self) -> Loss:
        raise NotImplementedError

    def _output(self, dtype: str) -> Layer:
        """Return the last layer."""
        raise NotImplementedError

    def _score_of(self, model: Sequential, x: Array, y: Array, sample_weight: Array | None) -> float:
        """Return the score of a model on targets as the model has them."""
        raise NotImplementedError

    def _strata(self, y: Array) -> Array | None:
        """Return by what targets are held out in equal parts."""
        return None

    # What is done with it ---------------------------------------------------------------------------------------

    def _samples(self, X: Any, y: Any, *, reset: bool, **options: Any) -> tuple[Array, Any]:
        """Return X as (N, T, D), and y."""
        X, y = validate_data(
            self, X, y, reset=reset, dtype=FLOATS, order="C", allow_nd=True, multi_output=True, **options
        )
        return self._sequences(X), y

    def _sequences(self, X: Array) -> Array:
        if X.ndim not in (2, 3):
            raise ValueError(f"X: expected shape (n_samples, steps) or (n_samples, steps, features), got {X.shape}")
        return X if X.ndim == 3 else X[..., None]

    def _outputs(self, X: Any) -> Array:
        """Return the outputs of the model for X."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=FLOATS, order="C", allow_nd=True)
        x = self._sequences(X)
        features = self.model_.input_shape[-1]
        if x.shape[-1] != features:
            raise ValueError(f"X: expected {features} features a step, as in fit, got {x.shape[-1]}")
        outputs: Array = self.model_.predict(x, verbose=0)
        return outputs

    def _train(self, x: Array, y: Array, sample_weight: Any, *, incremental: bool) -> None:
        """Fit a new model, or continue with the existing one."""
        weights = None
        if sample_weight is not None:
            weights = _check_sample_weight(sample_weight, x, dtype=x.dtype, ensure_non_negative=True)
        resume = hasattr(self, "model_") and (incremental or self.warm_start)
        random_state = check_random_state(self.random_state)
        with self._randomness():
            if not resume:
                self.model_ = self._new_model(x)
            if x.shape[1:] != self.model_.input_shape[1:]:
                raise ValueError(f"X: expected samples of shape {self.model_.input_shape[1:]}, got {x.shape[1:]}")
            score = None
            if self.early_stopping:
                x, y, weights, score = self._hold_out(x, y, weights, random_state)
            progress = Progress(self.tol, self.n_iter_no_change, score)
            batch_size = min(200, len(x)) if self.batch_size == "auto" else self.batch_size
            self.model_.fit(
                x,
                y,
                sample_weight=weights,
                batch_size=min(checks.integer("batch_size", batch_size, 1), len(x)),
                epochs=1 if incremental else checks.integer("epochs", self.epochs, 1),
                shuffle=self.shuffle,
                callbacks=[progress],
                verbose=2 if self.verbose else 0,
            )
        self._report(progress, resume)

    def _new_model(self, x: Array) -> Sequential:
        recurrent = lookup("cell", self.cell, layers_by_cell())
        depth = checks.integer("layers", self.layers, 1)
        dtype = x.dtype.name
        model = Sequential([Input(x.shape[1:], dtype=dtype)])
        for i in range(depth):
            model.add(recurrent(self.units, return_sequences=i + 1 < depth, dropout=self.dropout, dtype=dtype))
        model.add(self._output(dtype))
        model.compile(self._optimizer(), self._loss())
        return model

    def _hold_out(self, x: Array, y: Array, weights: Array | None, random_state: Any) -> Any:
        """Hold out a part; return the training part and a function that scores a model on the rest."""
        given = [x, y] if weights is None else [x, y, weights]
        fraction = checks.number("validation_fraction", self.validation_fraction, 0.0, 1.0, below_high=True)
        parts = train_test_split(
            *given,
            test_size=fraction,
            shuffle=self.shuffle,
            random_state=random_state if self.shuffle else None,
            stratify=self._strata(y) if self.shuffle else None,
        )
        x, held_x, y, held_y, *rest = parts
        weights, held_weights = rest or (None, None)
        return x, y, weights, lambda model: self._score_of(model, held_x, held_y, held_weights)

    def _report(self, progress: Progress, resume: bool) -> None:
        """Set the attributes with which the MLP estimators describe a fit."""
        before = self.loss_curve_ if resume else []
        self.loss_curve_ = [*before, *progress.losses]
        self.n_iter_ = len(self.loss_curve_)
        self.loss_ = progress.losses[-1]
        self.best_loss_ = None if self.early_stopping else min(self.loss_curve_)
        self.validation_scores_ = progress.scores if self.early_stopping else None
        self.best_validation_score_ = progress.best_score if self.early_stopping else None
