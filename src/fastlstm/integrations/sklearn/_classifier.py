"""LSTMClassifier: a recurrent network that classifies sequences."""

from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.metrics import accuracy_score
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import _check_partial_fit_first_call, check_classification_targets
from sklearn.utils.validation import _check_sample_weight, column_or_1d

from ... import Sequential, layers, losses
from ..._internal.arrays import Array
from ...layers.base import Layer
from ._supervised import SupervisedEstimator


class LSTMClassifier(ClassifierMixin, SupervisedEstimator):  # type: ignore[misc]
    """Recurrent network that classifies sequences, as an estimator of scikit-learn.

    It is a stack of recurrent layers with a dense softmax layer on the last output; the loss is the cross-entropy.
    Sequences are not scaled.

    Parameters
    ----------
    cell, units, layers, dropout, optimizer, learning_rate, batch_size, epochs
        As for `LSTMRegressor`.
    shuffle, random_state, tol, verbose, warm_start, early_stopping, validation_fraction, n_iter_no_change
        As for `LSTMRegressor`; with `early_stopping` the score is the accuracy, and the held-out part is stratified by
        class.
    class_weight : dict or 'balanced', optional
        Weight of each class by label, 1 for classes not given; 'balanced' gives all classes the same total weight.

    Attributes
    ----------
    classes_ : ndarray
        The sorted labels.
    model_, n_iter_, loss_, best_loss_, loss_curve_, n_features_in_, feature_names_in_
        As for `LSTMRegressor`.
    validation_scores_, best_validation_score_
        Held-out accuracy of each epoch, and the highest one; None without `early_stopping`.

    Raises
    ------
    ValueError, TypeError
        Raised by `fit` if a setting or the data is invalid.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm.integrations.sklearn import LSTMClassifier
    >>> X = np.array([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]] * 10)
    >>> classifier = LSTMClassifier(units=4, epochs=30, random_state=0).fit(X, ["up", "down"] * 10)
    >>> classifier.predict(X[:2]).tolist()
    ['up', 'down']
    >>> classifier.predict_proba(X[:2]).shape
    (2, 2)
    """

    classes_: Array

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
        class_weight: Any = None,
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
        self.class_weight = class_weight

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> "LSTMClassifier":
        """Fit the model.

        Parameters
        ----------
        X : array_like of shape (n_samples, steps) or (n_samples, steps, features)
            Sequences; two axes mean one feature. The model uses float32 for float32, and otherwise float64, which is
            slower.
        y : array_like of shape (n_samples,)
            Labels: numbers or strings.
        sample_weight : array_like of shape (n_samples,), optional
            Weight of each sample, in addition to that of its class.

        Returns
        -------
        LSTMClassifier
            The estimator itself.

        Raises
        ------
        ValueError, TypeError
            If a setting or the data is invalid; with `warm_start`, also if the classes differ from those before.
        """
        x, y = self._labelled(X, y, reset=True)
        classes = np.unique(y)
        if self.warm_start and hasattr(self, "model_") and not np.array_equal(classes, self.classes_):
            raise ValueError(f"y: expected the classes of the fit before, {self.classes_}, got {classes}")
        self.classes_ = classes
        return self._fitted(x, y, sample_weight, incremental=False)

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> "LSTMClassifier":
        """Train on these samples for one epoch, continuing with the model of the previous calls.

        Parameters
        ----------
        X, y, sample_weight
            As for `fit`.
        classes : array_like, optional
            All labels that will ever occur; required in the first call only.

        Returns
        -------
        LSTMClassifier
            The estimator itself.

        Raises
        ------
        ValueError
            If `classes` is missing or has changed, a label is not in it, or `early_stopping` is set.
        """
        self._require_nothing_held_out()
        if _check_partial_fit_first_call(self, classes):
            self.__dict__.pop("model_", None)
        x, y = self._labelled(X, y, reset=not hasattr(self, "model_"))
        unknown = np.setdiff1d(y, self.classes_)
        if unknown.size:
            raise ValueError(f"y: expected the classes {self.classes_}, got {unknown}")
        return self._fitted(x, y, sample_weight, incremental=True)

    def predict(self, X: Any) -> Array:
        """Return the most probable label of each sample.

        Parameters
        ----------
        X : array_like of shape (n_samples, steps) or (n_samples, steps, features)
            Sequences like those of `fit`.

        Returns
        -------
        ndarray of shape (n_samples,)
            The labels.
        """
        numbers = self.predict_proba(X).argmax(axis=1)
        labels: Array = self.classes_[numbers]
        return labels

    def predict_proba(self, X: Any) -> Array:
        """Return the probabilities of the classes.

        Parameters
        ----------
        X : array_like of shape (n_samples, steps) or (n_samples, steps, features)
            Sequences like those of `fit`.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Probabilities, in the order of `classes_`.
        """
        return self._outputs(X)

    def predict_log_proba(self, X: Any) -> Array:
        """Return the logarithms of the probabilities of the classes.

        Parameters
        ----------
        X : array_like of shape (n_samples, steps) or (n_samples, steps, features)
            Sequences like those of `fit`.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Logarithms of the probabilities, in the order of `classes_`.
        """
        with np.errstate(divide="ignore"):
            logarithms: Array = np.log(self.predict_proba(X))
        return logarithms

    def _labelled(self, X: Any, y: Any, *, reset: bool) -> tuple[Array, Array]:
        x, y = self._samples(X, y, reset=reset)
        check_classification_targets(y)
        return x, column_or_1d(y, warn=True)

    def _fitted(self, x: Array, y: Array, sample_weight: Any, *, incremental: bool) -> "LSTMClassifier":
        if self.class_weight is not None:
            given = _check_sample_weight(sample_weight, x, dtype=x.dtype, ensure_non_negative=True)
            sample_weight = given * compute_sample_weight(self.class_weight, y)
        numbers = np.searchsorted(self.classes_, y)
        self._train(x, numbers, sample_weight, incremental=incremental)
        return self

    def _loss(self) -> losses.Loss:
        return self._weighted_loss("sparse_categorical_crossentropy")

    def _output(self, dtype: str) -> Layer:
        return layers.Dense(len(self.classes_), activation="softmax", dtype=dtype)

    def _score_of(self, model: Sequential, x: Array, y: Array, sample_weight: Array | None) -> float:
        predicted = model.predict(x, verbose=0).argmax(axis=1)
        return float(accuracy_score(y, predicted, sample_weight=sample_weight))

    def _strata(self, y: Array) -> Array | None:
        return y
