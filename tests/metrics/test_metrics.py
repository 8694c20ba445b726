"""Metrics by themselves: against Keras on random data, weights and shapes, and what their arguments must be."""

import inspect
import warnings

import numpy as np
import pytest
from peers import require_peer

from fastlstm import losses, metrics
from fastlstm.metrics import get

BATCHES, ROWS, STEPS, CLASSES = 3, 11, 4, 6


def numbers(rng, shape):
    return rng.normal(size=shape), rng.normal(size=shape)


def positive(rng, shape):
    return rng.uniform(0, 3, size=shape), rng.uniform(0.1, 3, size=shape)


def chances(rng, shape):
    return rng.integers(0, 2, size=shape).astype(float), rng.uniform(size=shape)


def chances_in_quarters(rng, shape):
    """Predictions with ties, and on thresholds."""
    return rng.integers(0, 2, size=shape).astype(float), rng.integers(0, 5, size=shape) / 4


def signs(rng, shape):
    return 2.0 * rng.integers(0, 2, size=shape) - 1, rng.normal(size=shape)


def one_hot(rng, shape):
    p = rng.uniform(0.01, 1, size=shape)
    return np.eye(shape[-1])[rng.integers(0, shape[-1], size=shape[:-1])], p / p.sum(-1, keepdims=True)


def classes(rng, shape):
    y, p = one_hot(rng, shape)
    return y.argmax(-1).astype(float), p


def classes_in_a_column(rng, shape):
    y, p = classes(rng, shape)
    return y[..., None], p


def numbers_of_classes(rng, shape):
    return rng.integers(0, CLASSES, size=shape).astype(float), rng.integers(0, CLASSES, size=shape).astype(float)


def logits(rng, shape):
    return one_hot(rng, shape)[0], rng.normal(size=shape)


def sorted_ids(rng, shape):
    ids = np.argsort(rng.uniform(size=shape), axis=-1)
    return rng.integers(0, shape[-1], size=shape[:-1]).astype(float), ids.astype(float)


SEQUENCE, MATRIX, VECTOR, COLUMN = (ROWS, STEPS, CLASSES), (ROWS, CLASSES), (ROWS,), (ROWS, 1)
ANY = (SEQUENCE, MATRIX, COLUMN)
CASES = [
    *[("MeanSquaredError", {}, numbers, shape) for shape in ANY],
    *[("RootMeanSquaredError", {}, numbers, shape) for shape in ANY],
    *[("MeanAbsoluteError", {}, numbers, shape) for shape in ANY],
    *[("MeanAbsolutePercentageError", {}, positive, shape) for shape in ANY],
    *[("MeanSquaredLogarithmicError", {}, positive, shape) for shape in ANY],
    *[("LogCoshError", {}, numbers, shape) for shape in ANY],
    *[("CosineSimilarity", {}, numbers, shape) for shape in (SEQUENCE, MATRIX)],
    *[("Poisson", {}, positive, shape) for shape in ANY],
    *[("KLDivergence", {}, one_hot, shape) for shape in (SEQUENCE, MATRIX)],
    *[("Hinge", {}, make, MATRIX) for make in (signs, chances)],
    *[("SquaredHinge", {}, make, MATRIX) for make in (signs, chances)],
    ("CategoricalHinge", {}, one_hot, MATRIX),
    *[("BinaryCrossentropy", {}, chances, shape) for shape in ANY],
    ("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, logits, MATRIX),
    *[("CategoricalCrossentropy", {}, one_hot, shape) for shape in (SEQUENCE, MATRIX)],
    ("CategoricalCrossentropy", {"label_smoothing": 0.2}, one_hot, MATRIX),
    ("CategoricalCrossentropy", {"from_logits": True}, logits, SEQUENCE),
    *[("SparseCategoricalCrossentropy", {}, make, SEQUENCE) for make in (classes, classes_in_a_column)],
    ("SparseCategoricalCrossentropy", {}, classes_in_a_column, MATRIX),
    ("SparseCategoricalCrossentropy", {"ignore_class": 2}, classes_in_a_column, MATRIX),
    ("Accuracy", {}, chances_in_quarters, MATRIX),
    *[("BinaryAccuracy", {}, make, shape) for make in (chances, chances_in_quarters) for shape in ANY],
    ("BinaryAccuracy", {"threshold": 0.25}, chances_in_quarters, MATRIX),
    *[("CategoricalAccuracy", {}, one_hot, shape) for shape in (SEQUENCE, MATRIX)],
    *[("SparseCategoricalAccuracy", {}, make, MATRIX) for make in (classes, classes_in_a_column)],
    *[("SparseCategoricalAccuracy", {}, make, SEQUENCE) for make in (classes, classes_in_a_column)],
    *[("TopKCategoricalAccuracy", {"k": k}, one_hot, shape) for k in (1, 3) for shape in (SEQUENCE, MATRIX)],
    *[("SparseTopKCategoricalAccuracy", {"k": 2}, classes, shape) for shape in (SEQUENCE, MATRIX)],
    ("SparseTopKCategoricalAccuracy", {"k": 2, "from_sorted_ids": True}, sorted_ids, MATRIX),
    *[
        ("R2Score", {"class_aggregation": how, "num_regressors": n}, numbers, MATRIX)
        for how in (None, "uniform_average", "variance_weighted_average")
        for n in (0, 2)
    ],
    *[
        (name, options, chances_in_quarters, shape)
        for name in ("TruePositives", "FalsePositives", "TrueNegatives", "FalseNegatives", "Precision", "Recall")
        for options in ({}, {"thresholds": 0.75}, {"thresholds": [0.5, 0.1, 0.25]}, {"thresholds": [0.0, 0.5, 1.0]})
        for shape in (VECTOR, MATRIX, SEQUENCE)
    ],
    *[
        (name, options, chances, MATRIX)
        for name in ("Precision", "Recall")
        for options in ({"top_k": 2}, {"class_id": 1}, {"top_k": 3, "class_id": 2}, {"top_k": 2, "thresholds": 0.5})
    ],
    *[
        ("AUC", {"curve": curve, "summation_method": method, "num_thresholds": count}, make, VECTOR)
        for curve in ("ROC", "PR", "PRGAIN")
        for method in ("interpolation", "majoring", "minoring")
        for count in (5, 200)
        for make in (chances, chances_in_quarters)
    ],
    ("AUC", {"thresholds": [0.9, 0.3]}, chances, MATRIX),
    ("AUC", {"from_logits": True}, lambda rng, shape: (chances(rng, shape)[0], rng.normal(size=shape)), MATRIX),
    ("AUC", {"label_weights": [1.0, 2.0, 0.5, 0.0, 1.0, 3.0]}, chances, MATRIX),
    *[
        ("AUC", {"multi_label": True, "curve": curve, **weights}, chances, MATRIX)
        for curve in ("ROC", "PR")
        for weights in ({}, {"label_weights": [1.0, 2.0, 0.5, 0.0, 1.0, 3.0]})
    ],
    *[
        ("F1Score", {"average": average, "threshold": threshold}, make, MATRIX)
        for average in (None, "micro", "macro", "weighted")
        for threshold in (None, 0.5)
        for make in (chances, one_hot)
    ],
    ("FBetaScore", {"beta": 2.0, "average": "macro"}, one_hot, MATRIX),
    *[
        (name, {argument: value, "num_thresholds": count, **more}, make, shape)
        for name, argument in (
            ("SensitivityAtSpecificity", "specificity"),
            ("SpecificityAtSensitivity", "sensitivity"),
            ("PrecisionAtRecall", "recall"),
            ("RecallAtPrecision", "precision"),
        )
        for value in (0.3, 0.8, 1.0)
        for count, make in ((200, chances), (5, chances_in_quarters), (1, chances), (2, chances_in_quarters))
        for shape, more in ((VECTOR, {}), (MATRIX, {"class_id": 2}))
    ],
    *[(name, {}, numbers, MATRIX) for name in ("PearsonCorrelation", "ConcordanceCorrelation")],
    *[(name, {}, positive, SEQUENCE) for name in ("PearsonCorrelation", "ConcordanceCorrelation")],
    # By default, Keras counts in integers, and truncates weights to them.
    *[
        (
            "IoU",
            {"num_classes": CLASSES, "target_class_ids": ids, "dtype": "float32", **more},
            numbers_of_classes,
            VECTOR,
        )
        for ids in ([0], [1, 3, 5])
        for more in ({}, {"ignore_class": 3}, {"ignore_class": -1})
    ],
    ("MeanIoU", {"num_classes": CLASSES + 2, "dtype": "float32"}, numbers_of_classes, VECTOR),
    ("MeanIoU", {"num_classes": CLASSES - 2, "dtype": "float32"}, numbers_of_classes, VECTOR),
    ("MeanIoU", {"num_classes": CLASSES, "sparse_y_pred": False, "dtype": "float32"}, classes, MATRIX),
    *[("BinaryIoU", {**more, "dtype": "float32"}, chances_in_quarters, VECTOR) for more in ({}, {"threshold": 0.25})],
    ("BinaryIoU", {"target_class_ids": [1], "threshold": 0.4, "dtype": "float32"}, chances, VECTOR),
    ("OneHotIoU", {"num_classes": CLASSES, "target_class_ids": [0, 2], "dtype": "float32"}, one_hot, MATRIX),
    ("OneHotMeanIoU", {"num_classes": CLASSES, "dtype": "float32", "ignore_class": 1}, one_hot, MATRIX),
]


def label(case):
    name, options, make, shape = case
    return "-".join([name, *(f"{key}={value}" for key, value in options.items()), make.__name__, f"{len(shape)}d"])


def weights_of(rng, kind, shape):
    if kind == "none" or (kind == "steps" and len(shape) < 3):
        return None
    return rng.uniform(0, 2, size=shape[:1] if kind == "samples" else shape[:2])


@pytest.mark.parametrize("case", CASES, ids=label)
def test_metrics_equal_keras(rng, case):
    theirs = require_peer("keras").metrics
    name, options, make, shape = case
    for kind in ("none", "samples", "steps"):
        if kind == "samples" and len(shape) == 3 and make is chances_in_quarters and name != "BinaryAccuracy":
            continue  # Keras does not broadcast these
        ours, other = getattr(metrics, name)(**options), getattr(theirs, name)(**options)
        for _ in range(BATCHES):
            y, p = make(rng, shape)
            y, p = y.astype("float32"), p.astype("float32")
            weights = weights_of(rng, kind, shape)
            ours.update_state(y, p, sample_weight=weights)
            other.update_state(y, p, sample_weight=weights)
        np.testing.assert_allclose(ours.result(), np.asarray(other.result()), rtol=1e-4, atol=2e-6, err_msg=kind)
        ours.reset_state()
        other.reset_state()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # nothing is divided by nothing, or adjusted
            before = np.nan_to_num(np.asarray(other.result()))
            np.testing.assert_allclose(np.nan_to_num(ours.result()), before, atol=1e-6)


@pytest.mark.parametrize("case", [case for case in CASES if not case[0].endswith("Hinge")], ids=label)
def test_batches_add_up(rng, case):
    """What lets metrics be updated once for many steps."""
    name, options, make, shape = case
    if not getattr(metrics, name)(**options)._sums_samples:
        pytest.skip("updated batch by batch")
    y, p = (np.concatenate(part) for part in zip(*(make(rng, shape) for _ in range(4)), strict=True))
    weights = rng.uniform(size=len(y))
    one, other = (getattr(metrics, name)(**options) for _ in range(2))
    one.update_state(y, p, sample_weight=weights)
    for i in range(0, len(y), 5):
        other.update_state(y[i : i + 5], p[i : i + 5], sample_weight=weights[i : i + 5])
    np.testing.assert_allclose(one.result(), other.result(), rtol=1e-10)


@pytest.mark.parametrize("name", sorted(set(metrics.__all__) - {"get", "serialize", "deserialize"}))
def test_keras_has_the_same_arguments(name):
    theirs = getattr(require_peer("keras").metrics, name)
    ours = inspect.signature(getattr(metrics, name)).parameters
    wanted = inspect.signature(theirs).parameters
    assert list(ours) == list(wanted)
    for key, parameter in wanted.items():
        assert ours[key].default == parameter.default, key


@pytest.mark.parametrize("name", ["mse", "MAE", "mape", "msle", "bce", "auc", "AUC", "f1_score", "kl_divergence"])
def test_names_are_those_of_keras(name):
    theirs = require_peer("keras").metrics.get(name)
    assert type(get(name)).__name__ == type(theirs).__name__


def test_a_loss_is_a_metric_too(rng):
    for name in ("huber", "mean_squared_error", "binary_crossentropy", losses.MeanAbsoluteError()):
        y, p = rng.uniform(size=(2, 8, 3))
        metric = get(name)
        if not isinstance(metric, metrics.Metric):
            metric = metrics.MeanMetricWrapper(metric)
        assert metric(y, p) > 0
    assert get("huber")([[0.0], [0.0]], [[0.5], [2.0]]) == pytest.approx((0.125 + 1.5) / 2)


@pytest.mark.parametrize("case", CASES, ids=label)
def test_configurations_round_trip(case):
    name, options, _, _ = case
    metric = getattr(metrics, name)(name="mine", **options)
    other = type(metric).from_config(metric.get_config())
    assert other.name == "mine"
    assert other.get_config() == metric.get_config()
    assert get(metrics.serialize(metric)).get_config() == metric.get_config()


def test_means_and_sums():
    mean = metrics.Mean()
    assert mean.result() == 0
    mean.update_state([[1.0, 3.0], [5.0, 7.0]], sample_weight=[1.0, 0.0])
    assert mean.result() == 2
    mean.update_state(8.0)
    assert mean.result() == 5
    assert metrics.Sum()([[1.0, 2.0], [3.0, 4.0]]) == 10


@pytest.mark.parametrize("name", ["Mean", "Sum"])
def test_the_value_of_a_batch_with_a_weight(name):
    keras = require_peer("keras")
    ours, peer = getattr(metrics, name)(), getattr(keras.metrics, name)()
    for one in (ours, peer):
        one.update_state(3.0, 8.0)
        one.update_state(1.0, 2.0)
    assert ours.result() == pytest.approx(float(peer.result()))


def test_sums_are_float64():
    mean = metrics.Mean()
    for _ in range(4):
        mean.update_state(np.full(2**20, 0.1, np.float32))
    assert mean.result() == pytest.approx(float(np.float32(0.1)), rel=1e-12)


def test_a_target_without_a_last_axis_is_never_broadcast(rng):
    y, p = rng.normal(size=9), rng.normal(size=(9, 1))
    assert get("mae")(y, p) == pytest.approx(np.abs(y - p[:, 0]).mean())


class Largest(metrics.Metric):
    def __init__(self, name="largest", **options):
        super().__init__(name=name, **options)
        self.value = self.add_weight(name="value", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.value.assign(np.maximum(self.value, np.abs(y_true - y_pred).max()))

    def result(self):
        return self.value


def test_a_metric_of_ones_own():
    metric = Largest()
    metric.update_state(np.zeros(2), np.array([1.0, -3.0]))
    metric.update_state(np.zeros(2), np.ones(2))
    assert float(metric.result()) == 3
    metric.reset_state()
    assert float(metric.result()) == 0
    assert Largest.from_config({"name": "x"}).name == "x"
    assert [variable.name for variable in metric.variables] == ["value"]


def test_variables_are_arrays_to_numpy():
    variable = metrics.Mean().add_variable((2,), "ones")
    variable.assign_add([1.0, 2.0])
    variable.assign_sub(1.0)
    assert (variable + 1).tolist() == [2, 3]
    assert np.sqrt(variable**2).tolist() == [1, 2]
    assert np.asarray(variable).dtype == np.float64
    with pytest.raises(ValueError, match=r"value: expected shape \(2,\), got \(3,\)"):
        variable.assign(np.zeros(3))


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: get("maee"), ValueError, "unknown metric 'maee'; did you mean 'mae'"),
        (lambda: get(3), TypeError, "metric: expected a name"),
        (lambda: metrics.Precision(thresholds=1.5), ValueError, "thresholds: expected"),
        (lambda: metrics.Precision(top_k=0), ValueError, "top_k: expected"),
        (lambda: metrics.AUC(num_thresholds=1), ValueError, "num_thresholds: expected"),
        (lambda: metrics.AUC(curve="roq"), ValueError, "curve: expected one of 'ROC'"),
        (lambda: metrics.AUC(summation_method="sum"), ValueError, "summation_method: expected one of"),
        (lambda: metrics.F1Score(average="mean"), ValueError, "average: expected"),
        (lambda: metrics.F1Score(threshold=0.0), ValueError, "threshold: expected a number above 0"),
        (lambda: metrics.FBetaScore(beta=0.0), ValueError, "beta: expected a number above 0"),
        (lambda: metrics.R2Score("mean"), ValueError, "class_aggregation: expected"),
        (lambda: metrics.R2Score()(np.zeros((2, 3, 1)), np.zeros((2, 3, 1))), ValueError, "R2Score"),
        (lambda: metrics.F1Score()(np.zeros(3), np.zeros((3, 2))), ValueError, "y_true: expected the shape of y_pred"),
        (
            lambda: metrics.Recall()(np.zeros((3, 1)), np.zeros((3, 2))),
            ValueError,
            "y_true: expected the shape of y_pred",
        ),
        (lambda: metrics.Recall(class_id=2)(np.zeros((3, 2)), np.zeros((3, 2))), ValueError, "more than 2 classes"),
        (lambda: metrics.MeanMetricWrapper("mse"), TypeError, "fn: expected a function"),
        (lambda: metrics.TopKCategoricalAccuracy(k=0), ValueError, "k: expected"),
    ],
)
def test_wrong_arguments(make, error, match):
    with pytest.raises(error, match=match):
        make()


def test_iou_of_fractional_weights_and_steps(rng):
    """A sample's weight is that of its steps; Keras truncates it."""
    y, p = rng.integers(0, 3, size=(2, 8, 5))
    weights = rng.uniform(size=8)
    matrix = np.zeros((3, 3))
    for n, t in np.ndindex(8, 5):
        matrix[y[n, t], p[n, t]] += weights[n]
    wanted = [matrix[c, c] / (matrix[c].sum() + matrix[:, c].sum() - matrix[c, c]) for c in range(3)]
    assert metrics.MeanIoU(3)(y, p, weights) == pytest.approx(np.mean(wanted), rel=1e-12)
    assert metrics.MeanIoU(3)(y, p, weights) == metrics.MeanIoU(3)(y[..., None], p, np.repeat(weights[:, None], 5, 1))
    one_hot_rows, scores = np.eye(3)[y].transpose(0, 2, 1), rng.uniform(size=(8, 3, 5))
    found = metrics.OneHotMeanIoU(3, axis=1)(one_hot_rows, scores)
    assert found == metrics.MeanIoU(3)(y, scores.argmax(axis=1))


@pytest.mark.parametrize("axis", [-1, -2, 1])
@pytest.mark.parametrize("name", ["pearson_correlation", "concordance_correlation"])
def test_correlations_along_any_axis(rng, name, axis):
    y, p = rng.normal(size=(2, 9, 7, 4))
    p += 0.5 * y
    found = getattr(metrics, name)(y, p, axis=axis)
    theirs = getattr(require_peer("keras").metrics, name)(y, p, axis=axis)
    np.testing.assert_allclose(found, np.asarray(theirs), rtol=1e-5, atol=1e-6)
    each, their = (np.moveaxis(array, axis, -1).reshape(-1, array.shape[axis]) for array in (y, p))
    for value, a, b in zip(found.ravel(), each, their, strict=True):
        covariance = np.cov(a, b, bias=True)
        if name.startswith("pearson"):
            assert value == pytest.approx(np.corrcoef(a, b)[0, 1], rel=1e-9)
        else:
            apart = (a.mean() - b.mean()) ** 2
            assert value == pytest.approx(2 * covariance[0, 1] / (np.trace(covariance) + apart + 1e-7), rel=1e-9)
    cls = {"p": metrics.PearsonCorrelation, "c": metrics.ConcordanceCorrelation}[name[0]]
    assert cls(axis=axis)(y, p) == pytest.approx(found.mean(), rel=1e-12)


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: metrics.PrecisionAtRecall(1.5), ValueError, "recall"),
        (lambda: metrics.RecallAtPrecision("much"), TypeError, "precision"),
        (lambda: metrics.SensitivityAtSpecificity(0.5, num_thresholds=0), ValueError, "num_thresholds"),
        (lambda: metrics.SpecificityAtSensitivity(0.5, class_id=3)([[1]], [[0.5]]), ValueError, "more than 3 classes"),
        (lambda: metrics.IoU(2, [2]), ValueError, "target_class_ids"),
        (lambda: metrics.IoU(2, []), ValueError, "target_class_ids: expected at least one"),
        (lambda: metrics.MeanIoU(0), ValueError, "num_classes"),
        (lambda: metrics.MeanIoU(2)([0, 1], [0]), ValueError, "y_true: expected as many classes"),
        (lambda: metrics.PearsonCorrelation(axis=None), TypeError, "axis"),
    ],
)
def test_wrong_arguments_of_metrics(make, error, match):
    with pytest.raises(error, match=match):
        make()
