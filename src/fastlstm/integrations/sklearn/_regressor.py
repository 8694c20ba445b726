"""LSTMRegressor: a recurrent network that predicts numbers from sequences."""

from typing import Any

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score

from ... import Sequential, layers, losses
from ..._internal.arrays import Array
from ...layers.base import Layer
from ._supervised import SupervisedEstimator


class LSTMRegressor(RegressorMixin, SupervisedEstimator):  # type: ignore[misc]
    """Recurrent network that predicts numbers from sequences, as an estimator of scikit-learn.

    It is a stack of recurrent layers with a dense layer on the last output. Settings that scikit-learn's MLPRegressor
    has as well have the same meaning. Sequences and targets are not scaled: scale them yourself, with a pipeline and a
    TransformedTargetRegressor.

    Parameters
    ----------
    cell : str
        Cell of the recurrent layers: 'lstm', 'gru', 'simple_rnn', 'min_gru' ..., as for `fastlstm.fit`.
    units : int
        Number of units of each recurrent layer.
    layers : int
        Number of recurrent layers.
    dropout : float
        Fraction of the inputs of each recurrent layer to drop in training, in [0, 1).
    optimizer : str
        Name of the optimizer, as for `Sequential.compile`.
    learning_rate : float
        Learning rate of the optimizer.
    batch_size : int or 'auto'
        Number of samples in a training step; 'auto' means 200, or all if there are fewer.
    epochs : int
        Largest number of passes over all samples.
    shuffle : bool
        Whether to shuffle the samples in each epoch, and to hold out random samples instead of the last ones.
    random_state : int, RandomState or None
        Seed of the initial weights, the order of the samples, dropout and the held-out part.
    tol : float
        The fit stops if the loss, with `early_stopping` the score, has not improved by this much for
        `n_iter_no_change` epochs.
    verbose : bool
        Whether to print a line per epoch.
    warm_start : bool
        Whether `fit` continues with the weights and the optimizer of the previous fit.
    early_stopping : bool
        Whether to hold out some of the samples, stop by their R2, and restore the weights of the best epoch.
    validation_fraction : float
        Fraction that `early_stopping` holds out.
    n_iter_no_change : int
        Number of epochs without an improvement after which the fit stops.
    loss : str
        Name of the loss, as for `Sequential.compile`: 'mse', 'mae', 'huber', 'poisson' ...

    Attributes
    ----------
    model_ : Sequential
        The trained model.
    n_iter_ : int
        Number of epochs.
    loss_, best_loss_ : float
        Loss of the last epoch, and the lowest one; `best_loss_` is None with `early_stopping`.
    loss_curve_ : list of float
        Losses of all epochs.
    validation_scores_, best_validation_score_
        Held-out R2 of each epoch, and the highest one; None without `early_stopping`.
    n_outputs_ : int
        Number of targets of a sample.
    n_features_in_ : int
        Number of steps of a sample.
    feature_names_in_ : ndarray of str
        Names of the steps, if `X` was a data frame with column names.

    Raises
    ------
    ValueError, TypeError
        Raised by `fit` if a setting or the data is invalid.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm.integrations.sklearn import LSTMRegressor
    >>> X = np.sin(np.arange(20) / 3 + np.arange(60)[:, None])
    >>> regressor = LSTMRegressor(units=8, epochs=5, random_state=0).fit(X[:, :-1], X[:, -1])
    >>> regressor.predict(X[:3, :-1]).shape
    (3,)
    """

    n_outputs_: int

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
        loss: str = "mse",
    ) -> None:
        super().__init__(
            cell,
            units,
            layers,
            dropout=dropout,
            optimizer=optimizer,
            learning_rate=learning_rate,
            batch_size=batch_size,
            epochs=epochs,
            shuffle=shuffle,
            random_state=random_state,
            tol=tol,
            verbose=verbose,
            warm_start=warm_start,
            early_stopping=early_stopping,
            validation_fraction=validation_fraction,
            n_iter_no_change=n_iter_no_change,
        )
        self.loss = loss

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> "LSTMRegressor":
        """Fit the model.

        Parameters
        ----------
        X : array_like of shape (n_samples, steps) or (n_samples, steps, features)
            Sequences; two axes mean one feature. The model uses float32 for float32, and otherwise float64, which is
            slower.
        y : array_like of shape (n_samples,) or (n_samples, n_outputs)
            Targets.
        sample_weight : array_like of shape (n_samples,), optional
            Weight of each sample.

        Returns
        -------
        LSTMRegressor
            The estimator itself.

        Raises
        ------
        ValueError, TypeError
            If a setting or the data is invalid.
        """
        return self._fitted(X, y, sample_weight, incremental=False)

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> "LSTMRegressor":
        """Train on these samples for one epoch, continuing with the model of the previous calls.

        Parameters
        ----------
        X, y, sample_weight
            As for `fit`.

        Returns
        -------
        LSTMRegressor
            The estimator itself.

        Raises
        ------
        ValueError
            If `early_stopping` is set, or the data is invalid.
        """
        self._require_nothing_held_out()
        return self._fitted(X, y, sample_weight, incremental=True)

    def predict(self, X: Any) -> Array:
        """Return the predictions.

        Parameters
        ----------
        X : array_like of shape (n_samples, steps) or (n_samples, steps, features)
            Sequences like those of `fit`.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Predictions, with the axes of the targets.
        """
        predicted = self._outputs(X)
        return predicted if self._several else predicted[:, 0]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        tags.input_tags.three_d_array = True
        return tags

    def _fitted(self, X: Any, y: Any, sample_weight: Any, *, incremental: bool) -> "LSTMRegressor":
        x, y = self._samples(X, y, reset=not (incremental and hasattr(self, "model_")), y_numeric=True)
        self._several = y.ndim == 2
        targets = np.asarray(y, x.dtype).reshape(len(y), -1)
        if hasattr(self, "model_") and (incremental or self.warm_start) and targets.shape[1] != self.n_outputs_:
            raise ValueError(f"y: expected {self.n_outputs_} targets, as in the fit before, got {targets.shape[1]}")
        self.n_outputs_ = targets.shape[1]
        self._train(x, targets, sample_weight, incremental=incremental)
        return self

    def _loss(self) -> losses.Loss:
        return self._weighted_loss(self.loss)

    def _output(self, dtype: str) -> Layer:
        return layers.Dense(self.n_outputs_, dtype=dtype)

    def _score_of(self, model: Sequential, x: Array, y: Array, sample_weight: Array | None) -> float:
        return float(r2_score(y, model.predict(x, verbose=0), sample_weight=sample_weight))
