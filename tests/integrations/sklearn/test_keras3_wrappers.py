"""SKLearnClassifier, SKLearnRegressor and SKLearnTransformer: scikit-learn's own checks, and what Keras 3 promises."""

import numpy as np
import pytest
from peers import require_peer

import fastlstm
from fastlstm import Input, Sequential, layers
from fastlstm.models import Model

require_peer("sklearn")

from sklearn.base import clone  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402
from sklearn.utils.estimator_checks import parametrize_with_checks  # noqa: E402

from fastlstm.integrations.sklearn import SKLearnClassifier, SKLearnRegressor, SKLearnTransformer  # noqa: E402

# What these checks ask for and Keras's wrappers do not do either.
UNLIKE = {
    "check_classifiers_one_label_sample_weights": "samples of weight 0 have their class",
    "check_classifiers_classes": "few epochs do not find every class",
    "check_classifier_data_not_an_array": "each fit draws new initial weights",
    "check_regressor_data_not_an_array": "each fit draws new initial weights",
    "check_regressors_int": "each fit draws new initial weights",
    "check_supervised_y_2d": "each fit draws new initial weights",
    "check_fit_idempotent": "each fit draws new initial weights",
    "check_classifiers_train": "decision_function returns what the model gives each class",
}


def perceptron(X, y, loss, activation=None, units=20):
    inputs = Input((X.shape[1],))
    outputs = layers.Dense(y.shape[1] if y.ndim > 1 else 1, activation)(layers.Dense(units, "relu")(inputs))
    model = Model(inputs, outputs)
    model.compile("rmsprop", loss)
    return model


ESTIMATORS = [
    SKLearnClassifier(
        perceptron,
        model_kwargs={"loss": "categorical_crossentropy", "activation": "softmax"},
        fit_kwargs={"epochs": 5, "verbose": 0},
    ),
    SKLearnRegressor(perceptron, model_kwargs={"loss": "mse"}, fit_kwargs={"verbose": 0}),
    SKLearnTransformer(perceptron, model_kwargs={"loss": "mse"}, fit_kwargs={"verbose": 0}),
]


@parametrize_with_checks(ESTIMATORS, expected_failed_checks=lambda _: UNLIKE)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_checks_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.fixture
def flowers(rng):
    y = rng.integers(0, 3, 90)
    return rng.normal(size=(90, 4)) + 3 * np.eye(3, 4)[y], np.array(["setosa", "versicolor", "virginica"])[y]


def test_a_compiled_model_in_a_pipeline(flowers):
    X, y = flowers
    model = Sequential([Input((4,)), layers.Dense(16, "tanh"), layers.Dense(3, "softmax")])
    model.compile(fastlstm.optimizers.Adam(0.05), "categorical_crossentropy", metrics=["accuracy"])
    before = model.get_weights()
    pipeline = make_pipeline(StandardScaler(), SKLearnClassifier(model, fit_kwargs={"epochs": 20, "verbose": 0}))
    pipeline.fit(X, y)
    assert pipeline.score(X, y) > 0.9
    last = pipeline[-1]
    assert last.classes_.tolist() == ["setosa", "versicolor", "virginica"]
    assert last.model_.get_config() == model.get_config()
    assert len(last.history_.history["accuracy"]) == 20
    np.testing.assert_allclose(last.decision_function(StandardScaler().fit_transform(X)).sum(1), 1, rtol=1e-5)
    for found, expected in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_clones_have_models_of_their_own(flowers):
    model = Sequential([Input((4,)), layers.Dense(3)])
    model.compile("sgd", "mse")
    first = SKLearnTransformer(model, fit_kwargs={"verbose": 0})
    second = clone(first)
    assert second.model is not model
    assert second.fit_kwargs == {"verbose": 0}
    X, _ = flowers
    assert second.fit(X, X[:, :3]).transform(X).shape == (90, 3)


def test_keras_has_them_under_the_same_names():
    keras = require_peer("keras")
    for name in ("SKLearnClassifier", "SKLearnRegressor", "SKLearnTransformer"):
        assert hasattr(keras.wrappers, name)
        assert getattr(fastlstm.keras.wrappers, name).__name__ == name


def test_what_does_not_fit(flowers):
    X, _ = flowers
    plain = Sequential([Input((4,)), layers.Dense(3)])
    with pytest.raises(ValueError, match="model: expected a compiled one"):
        SKLearnRegressor(plain).fit(X, X[:, :3])
    plain.compile("sgd", "categorical_crossentropy")
    with pytest.raises(ValueError, match="y: expected two classes or more"):
        SKLearnClassifier(plain).fit(X, np.repeat("setosa", 90))
    with pytest.raises(ValueError, match="Unknown label type"):
        SKLearnClassifier(plain).fit(X, X[:, 0])
