"""SKLearnClassifier, SKLearnRegressor and SKLearnTransformer: compiled models as estimators, as Keras 3 has them."""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, TransformerMixin
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

from ..._internal.arrays import Array
from ...models.cloning import clone_model
from ...models.model import Model


class SKLearnWrapper(BaseEstimator):  # type: ignore[misc]
    """Base class of the estimators around a compiled model.

    Parameters
    ----------
    model : Model or callable
        A compiled model, of which each fit trains a copy with new initial weights, or a function of X, y and
        `model_kwargs` that returns one.
    warm_start : bool
        Whether a fit goes on from the weights that the one before has left.
    model_kwargs : dict, optional
        Keyword arguments of the function.
    fit_kwargs : dict, optional
        Keyword arguments of `Model.fit`.
    """

    def __init__(
        self,
        model: Model | Callable[..., Model],
        warm_start: bool = False,
        model_kwargs: dict[str, Any] | None = None,
        fit_kwargs: dict[str, Any] | None = None,
    ) -> None:
        self.model = model
        self.warm_start = warm_start
        self.model_kwargs = model_kwargs
        self.fit_kwargs = fit_kwargs
        self.model_: Any

    def fit(self, X: Any, y: Any, **kwargs: Any) -> "SKLearnWrapper":
        """Train a model.

        Parameters
        ----------
        X : array_like (N, D)
            The features.
        y : array_like (N,) or (N, K)
            The targets.
        **kwargs
            Keyword arguments of `Model.fit`, which take precedence over `fit_kwargs`.

        Returns
        -------
        SKLearnWrapper
            The estimator itself.

        Raises
        ------
        ValueError
            If the data or the targets do not fit, or the model is not compiled.
        """
        model: Any
        X, y = self._checked(X, y)
        targets = self._targets(y)
        if self.warm_start and hasattr(self, "model_"):
            model = self.model_
        elif isinstance(self.model, Model):
            model = clone_model(self.model)
        else:
            model = self.model(X=X, y=targets, **(self.model_kwargs or {}))
        if not model.compiled:
            raise ValueError("model: expected a compiled one, got one without an optimizer and a loss")
        self.history_ = model.fit(X, targets, **{**(self.fit_kwargs or {}), **kwargs})
        self.model_ = model
        return self

    def _checked(self, X: Any, y: Any) -> tuple[Array, Array]:
        checked: tuple[Array, Array] = validate_data(self, X, y, multi_output=True)
        return checked

    def _targets(self, y: Array) -> Array:
        """Return the targets as a model takes them."""
        type_of_target(y, raise_unknown=True)
        self._is_row = y.ndim == 1
        return y.reshape(-1, 1) if self._is_row else y

    def _outputs(self, X: Any) -> Array:
        """Return what the model gives."""
        check_is_fitted(self, "model_")
        found: Array = self.model_.predict(validate_data(self, X, reset=False), verbose=0)
        return found

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.non_deterministic = True
        return tags

    def __sklearn_clone__(self) -> Any:
        model = copy.deepcopy(self.model) if isinstance(self.model, Model) else self.model
        others = {name: copy.deepcopy(value) for name, value in self.get_params(deep=False).items() if name != "model"}
        return type(self)(model=model, **others)


class SKLearnClassifier(ClassifierMixin, SKLearnWrapper):  # type: ignore[misc]
    """A compiled model with an output for each class as a classifier.

    Parameters
    ----------
    model : Model or callable
        A compiled model, of which each fit trains a copy with new initial weights, or a function of X, y (one-hot) and
        `model_kwargs` that returns one. Its last layer has as many units as there are classes; its loss takes one-hot
        targets.
    warm_start : bool
        Whether a fit goes on from the weights that the one before has left.
    model_kwargs : dict, optional
        Keyword arguments of the function.
    fit_kwargs : dict, optional
        Keyword arguments of `Model.fit`.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm import Input, Sequential, layers
    >>> from fastlstm.integrations.sklearn import SKLearnClassifier
    >>> model = Sequential([Input((2,)), layers.Dense(3, "softmax")])
    >>> model.compile("adam", "categorical_crossentropy")
    >>> X, y = np.ones((6, 2)), np.array(["a", "b", "c"] * 2)
    >>> classifier = SKLearnClassifier(model, fit_kwargs={"verbose": 0}).fit(X, y)
    >>> classifier.predict(X).shape, classifier.classes_.tolist()
    ((6,), ['a', 'b', 'c'])
    """

    def predict(self, X: Any) -> Array:
        """Return the most probable class of each sample.

        Parameters
        ----------
        X : array_like (N, D)
            The features.

        Returns
        -------
        ndarray (N,)
        """
        places = self._outputs(X).argmax(-1)
        found: Array = self.classes_[places]
        return found if self._is_row else found[:, None]

    def decision_function(self, X: Any) -> Array:
        """Return the outputs of the model: what it gives each class.

        Parameters
        ----------
        X : array_like (N, D)
            The features.

        Returns
        -------
        ndarray (N, classes)
        """
        return self._outputs(X)

    def _targets(self, y: Array) -> Array:
        kind = type_of_target(y, raise_unknown=True)
        if kind not in ("binary", "multiclass"):
            raise ValueError(
                "Only binary and multiclass targets are supported: expected a class of each sample, got targets of type"
                f" {kind}; Unknown label type: {kind}"
            )
        self._is_row = y.ndim == 1
        encoder = LabelBinarizer().fit(y.ravel())
        self.classes_ = encoder.classes_
        if len(self.classes_) == 1:
            raise ValueError("y: expected two classes or more: a classifier can't train when only one class is there")
        found: Array = encoder.transform(y.ravel()).astype(float)
        return np.hstack([1 - found, found]) if len(self.classes_) == 2 else found

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True
        return tags


class SKLearnRegressor(RegressorMixin, SKLearnWrapper):  # type: ignore[misc]
    """A compiled model as a regressor.

    Parameters
    ----------
    model : Model or callable
        A compiled model, of which each fit trains a copy with new initial weights, or a function of X, y and
        `model_kwargs` that returns one.
    warm_start : bool
        Whether a fit goes on from the weights that the one before has left.
    model_kwargs : dict, optional
        Keyword arguments of the function.
    fit_kwargs : dict, optional
        Keyword arguments of `Model.fit`.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm import Input, Sequential, layers
    >>> from fastlstm.integrations.sklearn import SKLearnRegressor
    >>> model = Sequential([Input((2,)), layers.Dense(1)])
    >>> model.compile("adam", "mse")
    >>> X, y = np.ones((6, 2)), np.arange(6.0)
    >>> SKLearnRegressor(model, fit_kwargs={"verbose": 0}).fit(X, y).predict(X).shape
    (6,)
    """

    def predict(self, X: Any) -> Array:
        """Return the outputs of the model, (N,) if the targets were.

        Parameters
        ----------
        X : array_like (N, D)
            The features.

        Returns
        -------
        ndarray
        """
        found = self._outputs(X)
        return found[:, 0] if self._is_row and found.shape[-1] == 1 else found

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        return tags


class SKLearnTransformer(TransformerMixin, SKLearnWrapper):  # type: ignore[misc]
    """A compiled model as a transformer: trained on targets, its outputs are new features.

    Parameters
    ----------
    model : Model or callable
        A compiled model, of which each fit trains a copy with new initial weights, or a function of X, y and
        `model_kwargs` that returns one.
    warm_start : bool
        Whether a fit goes on from the weights that the one before has left.
    model_kwargs : dict, optional
        Keyword arguments of the function.
    fit_kwargs : dict, optional
        Keyword arguments of `Model.fit`.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm import Input, Sequential, layers
    >>> from fastlstm.integrations.sklearn import SKLearnTransformer
    >>> model = Sequential([Input((2,)), layers.Dense(3)])
    >>> model.compile("adam", "mse")
    >>> X = np.ones((6, 2))
    >>> SKLearnTransformer(model, fit_kwargs={"verbose": 0}).fit(X, np.ones((6, 3))).transform(X).shape
    (6, 3)
    """

    def transform(self, X: Any) -> Array:
        """Return the outputs of the model.

        Parameters
        ----------
        X : array_like (N, D)
            The features.

        Returns
        -------
        ndarray
        """
        return self._outputs(X)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []  # the output has the dtype of the model
        return tags
