"""KerasClassifier and KerasRegressor, as scripts for Keras 2 use them."""

import pickle

import numpy as np
import pytest
from peers import require_peer

import fastlstm
from fastlstm import Input, Sequential, callbacks, layers

ROWS, STEPS = 40, 6


@pytest.fixture(scope="module")
def ours():
    require_peer("sklearn")
    from fastlstm.integrations import sklearn

    return sklearn


def slopes():
    rng = np.random.default_rng(1)
    slope = rng.uniform(-1, 1, ROWS)
    return (slope[:, None] * np.arange(STEPS))[..., None], slope


def binary(units=4, optimizer="adam"):
    found = [layers.LSTM(units), layers.Dense(1, activation="sigmoid")]
    return compiled(found, "binary_crossentropy", optimizer, "accuracy")


def of_three(loss="categorical_crossentropy"):
    return compiled([layers.GRU(6), layers.Dense(3, activation="softmax")], loss, "adam", "accuracy")


def regression(units=4, **unused):
    return compiled([layers.LSTM(units), layers.Dense(1)], "mse", "adam", "mae")


def compiled(found, loss, optimizer, metric):
    model = Sequential([Input((STEPS, 1)), *found])
    model.compile(loss=loss, optimizer=optimizer, metrics=[metric])
    return model


def test_a_classifier_in_cross_validation_and_searches(ours):
    selection, pipeline = require_peer("sklearn.model_selection"), require_peer("sklearn.pipeline")
    fastlstm.utils.set_random_seed(1)
    X, slope = slopes()
    y = np.where(slope > 0, "up", "down")
    classifier = ours.KerasClassifier(build_fn=binary, epochs=60, batch_size=4, verbose=0)
    scores = selection.cross_val_score(classifier, X, y, cv=selection.StratifiedKFold(3, shuffle=True, random_state=1))
    assert scores.mean() > 0.9
    search = selection.GridSearchCV(
        classifier, {"units": [6, 8], "epochs": [1, 60], "optimizer": ["adam"]}, cv=2, n_jobs=1
    )
    search.fit(X, y)
    assert search.best_params_["epochs"] == 60
    assert search.predict(X).shape == (ROWS,)
    assert search.best_estimator_.model.layers[0].units == search.best_params_["units"]
    piped = pipeline.Pipeline([("mlp", ours.KerasClassifier(model=binary, epochs=1, verbose=0))])
    assert selection.cross_val_score(piped, X, y, cv=2, scoring="roc_auc").shape == (2,)


def test_a_classifier_of_labels_and_of_one_hot_rows(ours):
    X, slope = slopes()
    numbers = np.digitize(slope, [-0.3, 0.3])
    labels = np.array([7, 9, 11])[numbers]
    for loss, y in (
        ("categorical_crossentropy", labels),
        ("sparse_categorical_crossentropy", labels[:, None]),
        ("categorical_crossentropy", np.eye(3)[numbers]),
    ):
        classifier = ours.KerasClassifier(of_three, loss=loss, epochs=3, verbose=0)
        history = classifier.fit(X, y)
        assert len(history.history["loss"]) == 3
        probabilities = classifier.predict_proba(X)
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
        predicted = classifier.predict(X, batch_size=5)
        assert set(predicted) <= set(range(3) if y.shape[-1] == 3 else [7, 9, 11])
        right = np.mean(predicted == (numbers if y.shape[-1] == 3 else labels))
        assert classifier.score(X, y) == pytest.approx(right)
        assert classifier.score(X[:2], y[:2], sample_weight=[1, 0]) in (0, 1)


def test_a_regressor(ours):
    base, selection = require_peer("sklearn.base"), require_peer("sklearn.model_selection")
    X, y = slopes()
    regressor = ours.KerasRegressor(build_fn=regression, nb_epoch=5, batch_size=16, verbose=0)
    history = regressor.fit(X, y, epochs=2, callbacks=[callbacks.TerminateOnNaN()])
    assert len(history.history["loss"]) == 2  # a call takes precedence
    assert regressor.predict(X).shape == (ROWS,)
    assert regressor.score(X, y) == pytest.approx(-np.mean((regressor.predict(X) - y) ** 2), rel=1e-5)
    other = base.clone(regressor)
    assert other.get_params() == regressor.get_params()
    assert not hasattr(other, "model")
    assert base.is_regressor(other)
    assert base.is_classifier(ours.KerasClassifier(binary))
    assert len(other.fit(X, y).history["loss"]) == 5
    assert selection.cross_val_score(other, X, y, cv=selection.KFold(2), scoring="neg_mean_absolute_error").max() < 0
    again = pickle.loads(pickle.dumps(other))
    np.testing.assert_array_equal(again.predict(X), other.predict(X))


def test_arguments_of_the_function(ours):
    X, y = slopes()
    estimator = ours.KerasRegressor(model=binary, model__units=3, epochs=1, verbose=0)
    estimator.fit(X, np.float32(y > 0))
    assert estimator.model.layers[0].units == 3
    estimator.set_params(model__units=5, model=regression)
    estimator.fit(X, y)
    assert (estimator.model.layers[0].units, estimator.build_fn) == (5, regression)
    ours.KerasRegressor(regression, anything=1).fit(X, y, verbose=0)  # it has **unused

    class Own(ours.KerasRegressor):
        def __call__(self, units=2):
            return regression(units)

    own = Own(units=7, epochs=1, verbose=0)
    own.fit(X, y)
    assert own.model.layers[0].units == 7


def test_refusals(ours):
    X, _ = slopes()
    not_fitted = require_peer("sklearn.exceptions").NotFittedError
    with pytest.raises(ValueError, match=r"unit: expected an argument of build_fn or of fit.*optimizer, units"):
        ours.KerasClassifier(binary, unit=3)
    with pytest.raises(ValueError, match="unit: expected an argument of build_fn"):
        ours.KerasClassifier(binary).set_params(unit=3)
    with pytest.raises(ValueError, match="model: expected None if build_fn is given"):
        ours.KerasClassifier(binary, model=binary)
    with pytest.raises(TypeError, match="build_fn: expected a function that returns a model, got Sequential"):
        ours.KerasClassifier(binary())
    with pytest.raises(TypeError, match="build_fn: expected a function that returns a model, got None"):
        ours.KerasClassifier(epochs=3)
    with pytest.raises(not_fitted, match="KerasRegressor instance is not fitted yet"):
        ours.KerasRegressor(regression).predict(X)
    with pytest.raises(ValueError, match=r"y: expected shape \(N,\), \(N, 1\) or \(N, classes\), got \(40, 6, 1\)"):
        ours.KerasClassifier(binary).fit(X, X)
