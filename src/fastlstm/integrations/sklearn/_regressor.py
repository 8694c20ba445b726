"""LSTMRegressor."""

from typing import Any

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score

from ... import Sequential, layers, losses
from ..._internal.arrays import Array
from ._supervised import SupervisedEstimator


class LSTMRegressor(RegressorMixin, SupervisedEstimator):  # type: ignore[misc]
    """Recurrent network for numbers that belong to sequences, as an estimator of scikit-learn.

    A stack of recurrent layers, whose last output goes through a dense layer. Settings that scikit-learn's
    MLPRegressor has too mean what they mean there. Sequences and targets are taken as they are: scale them, in a
    pipeline and by a TransformedTargetRegressor.

    Parameters
    ----------
    cell : str
        The kind of the recurrent layers: 'lstm', 'gru', 'simple_rnn', 'min_gru' and so on, as for `fastlstm.fit`.
    units : int
        Width of each recurrent layer.
    layers : int
        How many recurrent layers.
    dropout : float
        Fraction of each recurrent layer's inputs that are dropped in training, in [0, 1).
    optimizer : str
        A name, as for `Sequential.compile`.
    learning_rate : float
        Of the optimizer.
    batch_size : int or 'auto'
        Samples a step; 'auto' means 200, or all if there are fewer.
    epochs : int
        How often all samples are gone through at most.
    shuffle : bool
        Whether each epoch has an order of its own, and what is held out is drawn; if not, it is the end.
    random_state : int, RandomState or None
        Of the initial weights, the order of the samples, dropout and what is held out.
    tol : float
        The fit ends if the loss, or with `early_stopping` the score, has not improved by this for `n_iter_no_change`
        epochs.
    verbose : bool
        Whether to print a line an epoch.
    warm_start : bool
        Whether `fit` goes on with the weights and the optimizer of the fit before it.
    early_stopping : bool
        Whether a part of the samples is held out, and its R2 ends the fit; the weights of the best epoch are kept.
    validation_fraction : float
        The part that is held out for that.
    n_iter_no_change : int
        See `tol`.
    loss : str
        As for `Sequential.compile`, such as 'mse', 'mae', 'huber' or 'poisson'.

    Attributes
    ----------
    model_ : Sequential
        The trained model.
    n_iter_ : int
        How many epochs there were.
    loss_, best_loss_ : float
        Of the last epoch, and the lowest; `best_loss_` is None with `early_stopping`.
    loss_curve_ : list of float
        Of all epochs.
    validation_scores_, best_validation_score_
        R2 of what was held out by epoch, and the highest; None without `early_stopping`.
    n_outputs_ : int
        How many targets a sample has.
    n_features_in_ : int
        How many steps a sample has.
    feature_names_in_ : ndarray of str
        The names of the steps, if `X` was a frame with names.

    Raises
    ------
    ValueError, TypeError
        By `fit`, if a setting or the data is wrong.

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
            Sequences; those of two axes have one feature. float32 makes a model in float32, anything else one in
            float64, which is slower.
        y : array_like of shape (n_samples,) or (n_samples, n_outputs)
            Targets.
        sample_weight : array_like of shape (n_samples,), optional
            What each sample counts.

        Returns
        -------
        LSTMRegressor
            This one.

        Raises
        ------
        ValueError, TypeError
            If a setting or the data is wrong.
        """
        return self._fitted(X, y, sample_weight, incremental=False)

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> "LSTMRegressor":
        """Go through these samples once, beginning with the model of the calls before.

        Parameters
        ----------
        X, y, sample_weight
            As for `fit`.

        Returns
        -------
        LSTMRegressor
            This one.

        Raises
        ------
        ValueError
            With `early_stopping`, for which there is nothing to hold out; else as `fit`.
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
            As the targets were.
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

    def _output(self, dtype: str) -> layers.Layer:
        return layers.Dense(self.n_outputs_, dtype=dtype)

    def _score_of(self, model: Sequential, x: Array, y: Array, sample_weight: Array | None) -> float:
        return float(r2_score(y, model.predict(x, verbose=0), sample_weight=sample_weight))
