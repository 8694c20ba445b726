"""Estimators: scikit-learn's own checks, and what they are put into."""

import pickle
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from peers import require_peer

import fastlstm


@pytest.fixture(scope="module")
def ours():
    require_peer("sklearn")
    from fastlstm.integrations import sklearn

    return sklearn


NOT_FOR_FORECASTS = {
    "check_methods_sample_order_invariance": "the steps of a forecast are in order",
    "check_methods_subset_invariance": "the steps of a forecast depend on those before them",
    "check_estimators_empty_data_messages": "X without columns says that nothing is known of a series",
}


def check(estimator, expected=None):
    checks = require_peer("sklearn.utils.estimator_checks")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = checks.check_estimator(estimator, expected_failed_checks=expected, on_fail=None, on_skip=None)
    failed = {result["check_name"]: str(result["exception"]) for result in results if result["status"] == "failed"}
    assert not failed
    assert sum(result["status"] == "passed" for result in results) > 30
    assert {result["check_name"] for result in results if result["status"] == "xfail"} == set(expected or ())


def test_checks_of_the_regressor(ours):
    check(ours.LSTMRegressor(units=8))


def test_checks_of_the_classifier(ours):
    check(ours.LSTMClassifier(units=8))


def test_checks_of_the_forecaster(ours):
    check(ours.LSTMForecaster(units=4, epochs=5), NOT_FOR_FORECASTS)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["LSTMRegressor", "LSTMClassifier"])
@pytest.mark.parametrize("settings", [{}, {"cell": "gru", "layers": 2, "units": 8}], ids=str)
def test_checks_of_other_settings(ours, name, settings):
    check(getattr(ours, name)(**settings))


def waves(rows=80, steps=12):
    rng = np.random.default_rng(3)
    start = rng.uniform(0, 6, rows)
    X = np.sin(start[:, None] + np.arange(steps) / 2)
    return X, np.sin(start + steps / 2)


def test_in_a_pipeline_and_a_grid_search(ours):
    model_selection, pipeline = require_peer("sklearn.model_selection"), require_peer("sklearn.pipeline")
    preprocessing = require_peer("sklearn.preprocessing")
    X, y = waves()
    steps = pipeline.make_pipeline(preprocessing.StandardScaler(), ours.LSTMRegressor(epochs=40, random_state=0))
    search = model_selection.GridSearchCV(steps, {"lstmregressor__units": [2, 16]}, n_jobs=2, cv=2)
    search.fit(X, y)
    assert search.best_params_ == {"lstmregressor__units": 16}
    assert search.score(X, y) > 0.9
    folds = model_selection.TimeSeriesSplit(3)
    assert model_selection.cross_val_score(steps, X, y, cv=folds).shape == (3,)


def test_a_regressor_learns_and_repeats_itself(ours):
    X, y = waves()
    one, other = (ours.LSTMRegressor(units=16, epochs=60, random_state=5).fit(X, y) for _ in range(2))
    assert one.score(X, y) > 0.95
    np.testing.assert_array_equal(one.predict(X), other.predict(X))
    assert one.predict(X).dtype == np.float64
    assert ours.LSTMRegressor(epochs=1).fit(X.astype(np.float32), y).predict(X).dtype == np.float32
    assert one.n_iter_ == len(one.loss_curve_) <= 60
    assert one.best_loss_ == min(one.loss_curve_)


def test_fitting_leaves_other_random_numbers_alone(ours):
    X, y = waves(20)
    np.random.seed(1)
    before = np.random.get_state()[1].copy()
    fastlstm.utils.set_random_seed(1)
    expected = fastlstm.initializers.GlorotUniform()((2, 3))
    fastlstm.utils.set_random_seed(1)
    np.random.seed(1)
    ours.LSTMRegressor(epochs=1, random_state=0).fit(X, y)
    np.testing.assert_array_equal(np.random.get_state()[1], before)
    np.testing.assert_array_equal(fastlstm.initializers.GlorotUniform()((2, 3)), expected)


def test_fits_in_several_threads_do_not_disturb_each_other(ours):
    X, y = waves()

    def predictions(seed):
        return ours.LSTMRegressor(units=8, epochs=10, batch_size=16, random_state=seed).fit(X, y).predict(X)

    one_by_one = [predictions(seed) for seed in range(4)]
    with ThreadPoolExecutor(4) as pool:
        for expected, found in zip(one_by_one, pool.map(predictions, range(4)), strict=True):
            np.testing.assert_array_equal(found, expected)


def test_samples_of_several_features_and_outputs(ours):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 5, 3)), rng.normal(size=(30, 2))
    regressor = ours.LSTMRegressor(units=4, epochs=2).fit(X, y)
    assert regressor.predict(X).shape == (30, 2)
    assert (regressor.n_features_in_, regressor.n_outputs_) == (5, 2)
    assert require_peer("sklearn.model_selection").cross_val_score(regressor, X, y, cv=2).shape == (2,)
    with pytest.raises(ValueError, match=r"X: expected 3 features a step, as in fit, got 2"):
        regressor.predict(X[..., :2])
    with pytest.raises(ValueError, match=r"X: expected shape \(n_samples, steps\) or .*got \(1, 2, 3, 4\)"):
        regressor.fit(np.zeros((1, 2, 3, 4)), [0.0])


def test_early_stopping_keeps_the_best_weights(ours):
    X, y = waves()
    regressor = ours.LSTMRegressor(units=8, early_stopping=True, n_iter_no_change=3, random_state=1, learning_rate=0.1)
    regressor.fit(X, y)
    assert len(regressor.validation_scores_) == regressor.n_iter_
    assert regressor.best_validation_score_ == max(regressor.validation_scores_)
    assert regressor.best_loss_ is None
    with pytest.raises(ValueError, match="partial_fit: expected early_stopping=False"):
        regressor.partial_fit(X, y)


def test_a_fit_ends_when_nothing_improves(ours):
    X, y = waves(20)
    regressor = ours.LSTMRegressor(units=2, tol=10.0, n_iter_no_change=4, random_state=0).fit(X, y)
    assert regressor.n_iter_ == 5  # the first epoch is better than nothing


def test_going_on(ours):
    X, y = waves()
    whole = ours.LSTMRegressor(units=4, epochs=6, shuffle=False, tol=0, random_state=0).fit(X, y)
    parts = ours.LSTMRegressor(units=4, epochs=3, shuffle=False, tol=0, random_state=0, warm_start=True)
    parts.fit(X, y).fit(X, y)
    np.testing.assert_array_equal(parts.predict(X), whole.predict(X))
    assert parts.n_iter_ == 6
    one_by_one = ours.LSTMRegressor(units=4, shuffle=False, random_state=0)
    for _ in range(6):
        one_by_one.partial_fit(X, y)
    np.testing.assert_array_equal(one_by_one.predict(X), whole.predict(X))


def test_a_classifier(ours):
    rng = np.random.default_rng(1)
    X = np.concatenate([np.cumsum(rng.normal(slope, 1, (40, 8)), axis=1) for slope in (-1, 0, 1)])
    y = np.repeat(["down", "level", "up"], 40)
    classifier = ours.LSTMClassifier(units=8, epochs=60, random_state=0).fit(X, y)
    assert classifier.classes_.tolist() == ["down", "level", "up"]
    assert classifier.score(X, y) > 0.85
    np.testing.assert_allclose(classifier.predict_proba(X).sum(axis=1), 1)
    np.testing.assert_array_equal(classifier.predict_log_proba(X), np.log(classifier.predict_proba(X)))
    heavy = ours.LSTMClassifier(units=8, epochs=60, random_state=0, class_weight={"level": 100}).fit(X, y)
    assert (heavy.predict(X) == "level").sum() > (classifier.predict(X) == "level").sum() + 10


def test_a_classifier_batch_by_batch(ours):
    X, y = waves(30)
    labels = np.where(y > 0, "high", "low")
    classifier = ours.LSTMClassifier(units=4, random_state=0)
    with pytest.raises(ValueError, match="classes must be passed on the first call to partial_fit"):
        classifier.partial_fit(X, labels)
    high = labels == "high"
    classifier.partial_fit(X[high], labels[high], classes=["high", "low"]).partial_fit(X[~high], labels[~high])
    assert classifier.predict_proba(X).shape == (30, 2)
    with pytest.raises(ValueError, match=r"y: expected the classes .*got \['middle'\]"):
        classifier.partial_fit(X, np.full(30, "middle"))


def test_pickles(ours):
    X, y = waves()
    regressor = ours.LSTMRegressor(units=4, epochs=3, random_state=0).fit(X, y)
    again = pickle.loads(pickle.dumps(regressor))
    np.testing.assert_array_equal(again.predict(X), regressor.predict(X))
    again.partial_fit(X, y)
    series = np.sin(np.arange(60) / 3)
    forecaster = ours.LSTMForecaster(units=4, epochs=2).fit(series)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(forecaster)).predict(4), forecaster.predict(4))


def test_names_of_columns(ours):
    pandas = require_peer("pandas")
    X, y = waves(20, 3)
    frame = pandas.DataFrame(X, columns=["a", "b", "c"])
    regressor = ours.LSTMRegressor(epochs=1).fit(frame, y)
    assert regressor.feature_names_in_.tolist() == ["a", "b", "c"]
    with pytest.raises(ValueError, match="feature names should match"):
        regressor.predict(frame[["b", "a", "c"]])


SERIES = 100 + 5 * np.sin(np.arange(160) * np.pi / 6)


def test_a_forecaster(ours):
    forecaster = ours.LSTMForecaster(units=16, window=12, epochs=60, learning_rate=0.005, random_state=0)
    forecaster.fit(SERIES[:140])
    np.testing.assert_allclose(forecaster.predict(20), SERIES[140:], atol=2)
    assert forecaster.score(SERIES[140:]) > 0.8
    assert forecaster.predict().shape == (1,)
    np.testing.assert_array_equal(forecaster.predict(np.empty(3)), forecaster.predict(3))
    columns = ours.LSTMForecaster(units=4, epochs=1).fit(np.stack([SERIES, -SERIES], axis=1))
    assert columns.predict(3).shape == (3, 2)
    assert columns.window_ == 20


def test_a_forecaster_in_cross_validation(ours):
    model_selection = require_peer("sklearn.model_selection")
    forecaster = ours.LSTMForecaster(units=4, window=12, epochs=2, random_state=0)
    folds = model_selection.TimeSeriesSplit(3, test_size=12)
    scores = model_selection.cross_val_score(forecaster, SERIES, cv=folds)
    expected = []
    for train, test in folds.split(SERIES):
        expected.append(forecaster.fit(SERIES[train]).score(SERIES[test]))
    np.testing.assert_array_equal(scores, expected)
    nothing = np.empty((len(SERIES), 0))
    errors = model_selection.cross_val_score(
        forecaster, nothing, SERIES, cv=folds, scoring="neg_mean_absolute_error", n_jobs=2
    )
    forecaster.fit(SERIES[train])
    assert errors[-1] == pytest.approx(-np.abs(forecaster.predict(12) - SERIES[test]).mean())


def test_a_forecaster_that_knows_something(ours):
    rng = np.random.default_rng(2)
    known = rng.integers(0, 2, (200, 1)).astype(float)
    series = 10 * known[:, 0] + rng.normal(0, 0.1, 200)
    forecaster = ours.LSTMForecaster(units=8, window=4, epochs=60, learning_rate=0.01, random_state=0)
    forecaster.fit(known[:180], series[:180])
    assert forecaster.score(known[180:], series[180:]) > 0.9
    with pytest.raises(ValueError, match=r"X: expected the covariates of each step, shape \(steps, 1\), got 5"):
        forecaster.predict(5)


def test_a_forecaster_goes_on_with_its_series(ours):
    forecaster = ours.LSTMForecaster(units=8, window=12, epochs=20, learning_rate=0.005, random_state=0)
    forecaster.fit(SERIES[:100]).partial_fit(SERIES[100:130])
    np.testing.assert_array_equal(forecaster.history_[:, 0], SERIES[118:130])
    assert forecaster.n_iter_ == 21
    assert forecaster.predict(5).shape == (5,)
    with pytest.raises(ValueError, match="y: expected 1 columns and 0 known in advance"):
        forecaster.partial_fit(np.ones((20, 2)))
    with pytest.raises(ValueError, match=r"y: expected more steps than window=50, got n_samples=30"):
        ours.LSTMForecaster(window=50).fit(SERIES[:30])


def test_a_forecaster_goes_on_with_its_model(ours):
    forecaster = ours.LSTMForecaster(
        units=8, window=12, epochs=15, learning_rate=0.005, random_state=0, warm_start=True
    )
    first = forecaster.fit(SERIES[:100]).loss_
    model = forecaster.model_
    assert forecaster.fit(SERIES[:100]).loss_ < first
    assert forecaster.model_ is model
    assert forecaster.n_iter_ == len(forecaster.loss_curve_) == 30
    np.testing.assert_allclose(forecaster.predict(1), SERIES[100], atol=3)


def test_settings_that_are_wrong(ours):
    X, y = waves(20)
    for settings, message in (
        ({"cell": "lstn"}, "unknown cell 'lstn'; did you mean 'lstm'"),
        ({"units": 0}, "units: expected an integer of at least 1, got 0"),
        ({"epochs": 0}, "epochs: expected an integer of at least 1, got 0"),
        ({"batch_size": 0}, "batch_size: expected an integer of at least 1, got 0"),
        ({"loss": "mean"}, "unknown loss 'mean'"),
    ):
        with pytest.raises(ValueError, match=message):
            ours.LSTMRegressor(**settings).fit(X, y)
    with pytest.raises(TypeError, match="optimizer: expected a name, such as 'adam', got 3"):
        ours.LSTMRegressor(optimizer=3).fit(X, y)


def test_without_scikit_learn_the_error_says_what_to_install():
    code = "import sys; sys.modules['sklearn'] = None\nimport fastlstm.integrations.sklearn"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert found.returncode == 1
    assert "fastlstm.integrations.sklearn needs scikit-learn: pip install 'fastlstm[sklearn]'" in found.stderr
