"""KerasClassifier and KerasRegressor: functions that build models as estimators, as Keras 2 had them."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.exceptions import NotFittedError
from sklearn.metrics import accuracy_score

from ... import Sequential, losses
from ..._internal.arrays import Array
from ..._internal.old_names import present_name
from ...callbacks import History
from ...datasets import to_categorical

_OF_THE_BUILDER = "model__"  # a prefix of arguments of the function, as in SciKeras
_CALLS = (Sequential.fit, Sequential.predict, Sequential.evaluate)


class KerasWrapper(BaseEstimator):  # type: ignore[misc]
    """Base class of the estimators around a function that builds a model."""

    model: Sequential
    build_fn: Callable[..., Any] | None
    sk_params: dict[str, Any]

    def __init__(
        self, build_fn: Callable[..., Any] | None = None, *, model: Callable[..., Any] | None = None, **sk_params: Any
    ) -> None:
        if build_fn is not None and model is not None:
            raise ValueError("model: expected None if build_fn is given, of which it is another name, got both")
        self.build_fn = model if build_fn is None else build_fn
        if self.build_fn is not None and (not callable(self.build_fn) or isinstance(self.build_fn, Sequential)):
            raise TypeError(f"build_fn: expected a function that returns a model, got {type(self.build_fn).__name__}")
        if self.build_fn is None and not callable(self):
            raise TypeError("build_fn: expected a function that returns a model, got None")
        self.sk_params = sk_params
        self._require_known(sk_params)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the arguments of the constructor.

        Parameters
        ----------
        deep : bool
            Accepted as in scikit-learn, without effect.

        Returns
        -------
        dict
            'build_fn' and the other arguments.
        """
        return {"build_fn": self.build_fn, **self.sk_params}

    def set_params(self, **params: Any) -> "KerasWrapper":
        """Set arguments of the constructor.

        Parameters
        ----------
        **params
            The arguments.

        Returns
        -------
        KerasWrapper
            The estimator itself.

        Raises
        ------
        ValueError
            If an argument is unknown.
        """
        build_fn = params.pop("build_fn", params.pop("model", None))
        if build_fn is not None:
            self.build_fn = build_fn
        self._require_known(params)
        self.sk_params |= params
        return self

    def fit(self, X: Any, y: Any, **kwargs: Any) -> History:
        """Build a model and train it.

        Parameters
        ----------
        X, y : array_like
            The data, as the model takes it.
        **kwargs
            Arguments of `Sequential.fit`, which take precedence over those of the constructor.

        Returns
        -------
        History
            Of the training, as in Keras 2. (Estimators of scikit-learn return themselves.)
        """
        build = self._builder()
        names = inspect.signature(build).parameters
        prefixed = {name.removeprefix(_OF_THE_BUILDER) for name in self.sk_params if name.startswith(_OF_THE_BUILDER)}
        arguments = {name: value for name, value in self.sk_params.items() if name in names}
        arguments |= {name: self.sk_params[_OF_THE_BUILDER + name] for name in prefixed}
        self.model = build(**arguments)
        if isinstance(getattr(self.model._compiled, "loss", None), losses.CategoricalCrossentropy) and np.ndim(y) == 1:
            y = to_categorical(y)
        return self.model.fit(X, y, **self._for(Sequential.fit, kwargs))

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model")

    def _outputs(self, X: Any, kwargs: dict[str, Any]) -> Array:
        """Return the outputs of the model, (N,) for a single one."""
        if not self.__sklearn_is_fitted__():
            raise NotFittedError(f"This {type(self).__name__} instance is not fitted yet; expected a call of fit first")
        outputs: Array = self.model.predict(X, **self._for(Sequential.predict, kwargs))
        return outputs[..., 0] if outputs.shape[-1] == 1 else outputs

    def _builder(self) -> Callable[..., Any]:
        """Return the function that builds the model: a subclass may define `__call__` instead of giving one."""
        return self.build_fn or self.__call__

    def _for(self, function: Callable[..., Any], given: dict[str, Any]) -> dict[str, Any]:
        """Return the arguments of the constructor that a method of the model takes, and those given in the call."""
        names = inspect.signature(function).parameters
        current = {self._current(name): value for name, value in self.sk_params.items()}
        return {name: value for name, value in current.items() if name in names} | given

    def _current(self, name: str) -> str:
        """Return the present name of an argument, unless the old one is that of an argument of the builder."""
        return name if name in inspect.signature(self._builder()).parameters else present_name(name)

    def _require_known(self, params: dict[str, Any]) -> None:
        """Raise ValueError for an argument that neither the builder nor a method of the model takes."""
        builder = inspect.signature(self._builder()).parameters
        if any(parameter.kind is parameter.VAR_KEYWORD for parameter in builder.values()):
            return
        known = set(builder).union(*(inspect.signature(call).parameters for call in _CALLS)) - {"self", "x", "y"}
        for name in params:
            if self._current(name.removeprefix(_OF_THE_BUILDER)) not in known:
                raise ValueError(
                    f"{name}: expected an argument of build_fn or of fit, predict or evaluate of a model"
                    f" ({', '.join(sorted(builder)):.200})"
                )


class KerasClassifier(ClassifierMixin, KerasWrapper):  # type: ignore[misc]
    """A function that builds a classifying model as an estimator, as Keras 2 has it in `keras.wrappers.scikit_learn`.

    The model has one output with a sigmoid for two classes, or one with a softmax for each class. `LSTMClassifier`
    needs no function, and passes scikit-learn's checks of estimators.

    Parameters
    ----------
    build_fn : callable, optional
        Returns a compiled model. A subclass may define ``__call__`` instead.
    model : callable, optional
        Another name of `build_fn`.
    **sk_params
        Arguments of `build_fn`, if it has one of that name or with the prefix ``model__``, and of `Sequential.fit`,
        `Sequential.predict` and `Sequential.evaluate`. Searches set them by the same names.

    Attributes
    ----------
    model : Sequential
        The trained model.
    classes_ : ndarray
        The sorted labels.

    Raises
    ------
    ValueError
        If there is an argument that none of these functions has.
    TypeError
        If there is no function.

    References
    ----------
    Keras 2, `keras.wrappers.scikit_learn.KerasClassifier`.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.model_selection import cross_val_score
    >>> from fastlstm import Input, Sequential, layers
    >>> from fastlstm.integrations.sklearn import KerasClassifier
    >>> def build(units=4):
    ...     model = Sequential([Input((3, 1)), layers.LSTM(units), layers.Dense(1, activation="sigmoid")])
    ...     model.compile("adam", "binary_crossentropy")
    ...     return model
    >>> X = np.array([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]] * 10)[..., None]
    >>> classifier = KerasClassifier(build_fn=build, units=8, epochs=2, verbose=0)
    >>> cross_val_score(classifier, X, ["up", "down"] * 10, cv=2).shape
    (2,)
    """

    classes_: Array

    def fit(self, X: Any, y: Any, **kwargs: Any) -> History:
        """Build a model and train it.

        Parameters
        ----------
        X : array_like
            The inputs, as the model takes them.
        y : array_like (N,), (N, 1) or (N, classes)
            Labels: numbers or strings, or one-hot rows.
        **kwargs
            Arguments of `Sequential.fit`, which take precedence over those of the constructor.

        Returns
        -------
        History
            Of the training, as in Keras 2. (Estimators of scikit-learn return themselves.)

        Raises
        ------
        ValueError
            If `y` has another shape.
        """
        labels = np.asarray(y)
        if labels.ndim == 2 and labels.shape[1] > 1:
            self.classes_ = np.arange(labels.shape[1])
            return super().fit(X, labels, **kwargs)
        if labels.ndim == 0 or labels.ndim > 2:
            raise ValueError(f"y: expected shape (N,), (N, 1) or (N, classes), got {labels.shape}")
        self.classes_, numbers = np.unique(labels, return_inverse=True)
        return super().fit(X, numbers.ravel(), **kwargs)

    def predict(self, X: Any, **kwargs: Any) -> Array:
        """Return the most probable label of each sample.

        Parameters
        ----------
        X : array_like
            The inputs.
        **kwargs
            Arguments of `Sequential.predict`.

        Returns
        -------
        ndarray (N,)
            The labels.
        """
        return np.asarray(self.classes_[self.predict_proba(X, **kwargs).argmax(axis=-1)])

    def predict_proba(self, X: Any, **kwargs: Any) -> Array:
        """Return the probabilities of the classes.

        Parameters
        ----------
        X : array_like
            The inputs.
        **kwargs
            Arguments of `Sequential.predict`.

        Returns
        -------
        ndarray (N, classes)
            Probabilities, in the order of `classes_`.
        """
        outputs = self._outputs(X, kwargs)
        return outputs if outputs.ndim > 1 else np.stack([1 - outputs, outputs], axis=1)

    def score(self, X: Any, y: Any, sample_weight: Any = None, **kwargs: Any) -> float:
        """Return the accuracy.

        Parameters
        ----------
        X : array_like
            The inputs.
        y : array_like (N,), (N, 1) or (N, classes)
            The labels, or one-hot rows.
        sample_weight : array_like (N,), optional
            Weight of each sample.
        **kwargs
            Arguments of `Sequential.predict`.

        Returns
        -------
        float
            The fraction of the samples with the right label.
        """
        labels = np.asarray(y)
        labels = labels.argmax(axis=1) if labels.ndim == 2 and labels.shape[1] > 1 else labels.ravel()
        return float(accuracy_score(labels, self.predict(X, **kwargs), sample_weight=sample_weight))


class KerasRegressor(RegressorMixin, KerasWrapper):  # type: ignore[misc]
    """A function that builds a model as a regressor, as Keras 2 has it in `keras.wrappers.scikit_learn`.

    `LSTMRegressor` needs no function, and passes scikit-learn's checks of estimators.

    Parameters
    ----------
    build_fn : callable, optional
        Returns a compiled model. A subclass may define ``__call__`` instead.
    model : callable, optional
        Another name of `build_fn`.
    **sk_params
        As for `KerasClassifier`.

    Attributes
    ----------
    model : Sequential
        The trained model.

    Raises
    ------
    ValueError
        If there is an argument that none of these functions has.
    TypeError
        If there is no function.

    References
    ----------
    Keras 2, `keras.wrappers.scikit_learn.KerasRegressor`.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm import Input, Sequential, layers
    >>> from fastlstm.integrations.sklearn import KerasRegressor
    >>> def build():
    ...     model = Sequential([Input((3, 1)), layers.LSTM(4), layers.Dense(1)])
    ...     model.compile("adam", "mse")
    ...     return model
    >>> X, y = np.zeros((10, 3, 1)), np.ones(10)
    >>> regressor = KerasRegressor(build, epochs=2, verbose=0)
    >>> history = regressor.fit(X, y)
    >>> regressor.predict(X).shape, len(history.history["loss"])
    ((10,), 2)
    """

    def predict(self, X: Any, **kwargs: Any) -> Array:
        """Return the predictions.

        Parameters
        ----------
        X : array_like
            The inputs.
        **kwargs
            Arguments of `Sequential.predict`.

        Returns
        -------
        ndarray (N,) or (N, outputs)
            The outputs of the model.
        """
        return self._outputs(X, kwargs)

    def score(self, X: Any, y: Any, **kwargs: Any) -> float:
        """Return the loss with its sign changed, so that more is better, as in Keras 2; `LSTMRegressor` returns R2.

        Parameters
        ----------
        X, y : array_like
            The data, as the model takes it.
        **kwargs
            Arguments of `Sequential.evaluate`, such as `sample_weight`.

        Returns
        -------
        float
            The negative loss.
        """
        result = self.model.evaluate(X, y, **self._for(Sequential.evaluate, kwargs))
        return -float(result[0] if isinstance(result, list) else result)
