"""Initial values: distributions, seeds, names; Keras's where it is installed."""

import inspect
import math

import numpy as np
import pytest
from peers import require_peer

import fastlstm
from fastlstm import initializers

CLASSES = sorted(set(initializers.__all__) - {"Initializer", "get", "serialize", "deserialize"})
RANDOM = sorted(set(CLASSES) - {"Constant", "Identity", "Ones", "Zeros"})
SHAPES = [(1, 128), (32, 128), (128, 32), (33, 17), (7,), (5, 3, 8), (2, 3, 4, 5)]


def fans(shape):
    if len(shape) < 2:
        return math.prod(shape), math.prod(shape)
    return math.prod(shape[:-1]), math.prod(shape[:-2]) * shape[-1]


def drawn(initializer, shape, count=40_000):
    """Return at least `count` float64 values, of as many arrays as that takes."""
    draws = -(-count // max(1, math.prod(shape)))
    values = [np.ravel(initializer(shape, "float64")) for _ in range(draws)]
    return np.concatenate(values)


def uniform_below(limit):
    return lambda x: np.clip((x / limit + 1) / 2, 0, 1)


def normal_below(stddev, cut=math.inf):
    """Return the distribution function of a normal distribution without what is beyond `cut` standard deviations."""
    phi = np.vectorize(lambda z: (1 + math.erf(z / math.sqrt(2))) / 2)
    low, high = phi(-cut), phi(cut)
    return lambda x: (phi(np.clip(x / stddev, -cut, cut)) - low) / (high - low)


def truncated_variance(cut):
    """Return the variance of a standard normal distribution that is cut off at -cut and cut."""
    density = math.exp(-cut * cut / 2) / math.sqrt(2 * math.pi)
    return 1 - 2 * cut * density / math.erf(cut / math.sqrt(2))


def assert_distributed(values, below):
    """Kolmogorov and Smirnov: the largest distance of the two distribution functions, at a level of 1e-4."""
    place = np.arange(len(values) + 1) / len(values)
    want = below(np.sort(values))
    distance = max(abs(want - place[1:]).max(), abs(want - place[:-1]).max())
    assert distance < 2.23 / math.sqrt(len(values))


@pytest.fixture(autouse=True)
def _seeded():
    fastlstm.utils.set_random_seed(20240229)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("family", ["Glorot", "He", "Lecun"])
def test_uniform_families_fill_the_range_given_by_their_fans(family, shape):
    fan_in, fan_out = fans(shape)
    limit = {"Glorot": 6 / (fan_in + fan_out), "He": 6 / fan_in, "Lecun": 3 / fan_in}[family] ** 0.5
    values = drawn(getattr(initializers, f"{family}Uniform")(), shape)
    assert 0.99 * limit < abs(values).max() <= limit
    assert_distributed(values, uniform_below(limit))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("family", ["Glorot", "He", "Lecun"])
def test_normal_families_have_the_deviation_given_by_their_fans_after_truncation(family, shape):
    fan_in, fan_out = fans(shape)
    stddev = {"Glorot": 2 / (fan_in + fan_out), "He": 2 / fan_in, "Lecun": 1 / fan_in}[family] ** 0.5
    values = drawn(getattr(initializers, f"{family}Normal")(), shape)
    assert values.std() == pytest.approx(stddev, rel=0.02)
    before = stddev / math.sqrt(truncated_variance(2))
    assert 1.9 * before < abs(values).max() <= 2 * before * (1 + 1e-15)
    assert_distributed(values, normal_below(before, cut=2))


@pytest.mark.parametrize("mode", ["fan_in", "fan_out", "fan_avg"])
@pytest.mark.parametrize("distribution", ["truncated_normal", "untruncated_normal", "uniform", "normal", "Uniform"])
@pytest.mark.parametrize("shape", [(3, 40), (2, 3, 5)])
def test_variance_scaling(mode, distribution, shape):
    fan_in, fan_out = fans(shape)
    n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    values = drawn(initializers.VarianceScaling(1.7, mode, distribution), shape)
    stddev = math.sqrt(1.7 / n)
    assert values.std() == pytest.approx(stddev, rel=0.02)
    if distribution.lower() == "uniform":
        assert_distributed(values, uniform_below(math.sqrt(3) * stddev))
    elif distribution == "untruncated_normal":
        assert abs(values).max() > 3 * stddev
        assert_distributed(values, normal_below(stddev))
    else:
        assert_distributed(values, normal_below(stddev / math.sqrt(truncated_variance(2)), cut=2))


def test_axes_of_the_fans():
    shape, last = (3, 4, 5), {"input_axes": [0], "output_axes": (1, -1)}
    for fan, mode in ((3, "fan_in"), (20, "fan_out"), (11.5, "fan_avg")):
        values = drawn(initializers.VarianceScaling(mode=mode, distribution="uniform", **last), shape)
        assert_distributed(values, uniform_below(math.sqrt(3 / fan)))
    assert_distributed(drawn(initializers.HeUniform(**last), shape), uniform_below(math.sqrt(6 / 3)))


def test_fans_below_one_count_as_one():
    assert_distributed(drawn(initializers.LecunUniform(), (), 2000), uniform_below(math.sqrt(3)))
    assert initializers.GlorotUniform()((0, 4)).shape == (0, 4)
    assert initializers.HeNormal()((0,)).shape == (0,)


@pytest.mark.parametrize("shape", [(32, 128), (1, 4), (128, 32), (17, 17), (2, 3, 5)])
@pytest.mark.parametrize("gain", [1.0, 0.5])
def test_orthogonal_has_orthonormal_rows_or_columns(shape, gain):
    q = initializers.Orthogonal(gain=gain)(shape, "float64").reshape(-1, shape[-1])
    small = q @ q.T if q.shape[0] <= q.shape[1] else q.T @ q
    np.testing.assert_allclose(small, gain**2 * np.eye(len(small)), atol=1e-12)


def test_orthogonal_has_no_preferred_sign():
    # Without the correction by the signs of R's diagonal, LAPACK's Q has a negative first element.
    first = [initializers.Orthogonal(seed=seed)((2, 2), "float64")[0, 0] for seed in range(400)]
    assert abs(np.mean(first)) < 5 * np.sqrt(0.5 / 400)


def test_orthogonal_refuses_a_vector():
    with pytest.raises(ValueError, match="two axes"):
        initializers.Orthogonal()((3,))


def test_random_normal_uniform_and_truncated_normal():
    normal = drawn(initializers.RandomNormal(mean=1.0, stddev=0.2), (100, 100))
    assert_distributed(normal - 1.0, normal_below(0.2))
    truncated = drawn(initializers.TruncatedNormal(mean=-1.0, stddev=0.2), (100, 100))
    assert_distributed(truncated + 1.0, normal_below(0.2, cut=2))
    assert truncated.std() == pytest.approx(0.2 * math.sqrt(truncated_variance(2)), rel=0.02)
    uniform = drawn(initializers.RandomUniform(-0.5, 0.25), (100, 100))
    assert_distributed(uniform + 0.125, uniform_below(0.375))


def test_initializers_that_draw_nothing(dtype):
    assert initializers.Zeros()((2, 3), dtype).tolist() == [[0, 0, 0], [0, 0, 0]]
    assert initializers.Ones()((2,), dtype).tolist() == [1, 1]
    assert initializers.Constant(-2)((2, 1), dtype).tolist() == [[-2], [-2]]
    assert initializers.Constant()((1,), dtype).tolist() == [0]
    assert initializers.Identity()((2, 3), dtype).tolist() == [[1, 0, 0], [0, 1, 0]]
    assert initializers.Identity(gain=0.5)((3, 2), dtype).tolist() == [[0.5, 0], [0, 0.5], [0, 0]]
    for shape in ((3,), (2, 2, 2)):
        with pytest.raises(ValueError, match="shape: Identity expected two axes"):
            initializers.Identity()(shape)


@pytest.mark.parametrize("name", CLASSES)
def test_keras_has_the_same_arguments(name):
    peer = getattr(require_peer("keras").initializers, name)
    ours = getattr(initializers, name)
    want = {key: value.default for key, value in inspect.signature(peer).parameters.items()}
    assert {key: value.default for key, value in inspect.signature(ours).parameters.items()} == want
    # Keras leaves Identity's gain out.
    assert ours().get_config() == (want if name in ("Constant", "Identity") else peer().get_config())


def test_keras_has_the_same_names():
    keras = require_peer("keras").initializers
    for alias, theirs in vars(keras).items():
        if isinstance(theirs, type) and theirs.__name__ in CLASSES:
            if alias not in ("IdentityInitializer", "OrthogonalInitializer"):
                assert getattr(initializers, alias) is getattr(initializers, theirs.__name__)
            assert type(initializers.get(alias)).__name__ == theirs.__name__
    for name in ("normal", "one", "uniform", "zero"):
        assert type(initializers.get(name)).__name__ == type(keras.get(name)).__name__


@pytest.mark.parametrize("name", CLASSES)
def test_what_keras_serializes_is_read(name):
    cls = getattr(initializers, name)
    written = {"module": "keras.initializers", "config": cls().get_config(), "registered_name": None}
    again = initializers.deserialize({"class_name": name, **written})
    assert type(again) is cls
    assert again.get_config() == written["config"]


@pytest.mark.parametrize("name", sorted(set(CLASSES) - {"Constant"}))
def test_keras_reads_what_is_serialized(name):
    written = initializers.serialize(getattr(initializers, name)())
    again = require_peer("keras").initializers.deserialize(written)
    assert type(again).__name__ == name
    assert again.get_config().items() <= written["config"].items()


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("shape", [(64, 256), (256, 64)])
def test_keras_draws_from_the_same_distribution(name, shape):
    keras = require_peer("keras")
    keras.utils.set_random_seed(0)
    theirs = np.asarray(getattr(keras.initializers, name)()(shape), np.float64)
    ours = getattr(initializers, name)()(shape, "float64")
    assert ours.mean() == pytest.approx(theirs.mean(), abs=10 * ours.std() / np.sqrt(ours.size) + 1e-12)
    assert ours.std() == pytest.approx(theirs.std(), rel=0.05)
    ours, theirs = np.sort(ours.ravel())[500::1000], np.sort(theirs.ravel())[500::1000]  # quantiles
    assert ours == pytest.approx(theirs, abs=0.2 * ours.std() + 1e-12)


@pytest.mark.parametrize("name", RANDOM)
def test_a_seed_of_its_own_gives_the_same_values_at_each_call(name):
    cls = getattr(initializers, name)
    initializer = cls(seed=3)
    assert (initializer((4, 5)) == initializer((4, 5))).all()
    assert (initializer((4, 5)) != cls(seed=4)((4, 5))).any()
    assert initializer.get_config()["seed"] == 3


def test_unseeded_initializers_follow_the_global_seed():
    def draw():
        initializer = initializers.GlorotUniform()
        return initializer((4, 5)), initializer((4, 5))

    fastlstm.utils.set_random_seed(5)
    first, second = draw()
    fastlstm.utils.set_random_seed(5)
    again = draw()
    assert (first != second).any()
    assert (first == again[0]).all()
    assert (second == again[1]).all()


@pytest.mark.parametrize("name", CLASSES)
def test_shape_and_dtype(name, dtype):
    values = getattr(initializers, name)()((2, 3), dtype)
    assert values.shape == (2, 3)
    assert values.dtype == dtype
    assert getattr(initializers, name)()((2, 3)).dtype == "float32"


@pytest.mark.parametrize("name", CLASSES)
def test_get_takes_names_instances_classes_and_configurations(name):
    cls = getattr(initializers, name)
    initializer = initializers.get(name)
    assert type(initializer) is type(initializers.get(cls)) is cls
    assert initializers.get(initializer) is initializer
    again = initializers.get(initializers.serialize(initializer))
    assert type(again) is cls
    assert again.get_config() == initializer.get_config()


def test_arguments_survive_serialization():
    for initializer in (
        initializers.VarianceScaling(0.5, "fan_avg", "uniform", 7, [0], [1]),
        initializers.TruncatedNormal(1.0, 0.5, seed=2),
        initializers.Constant(0.25),
        initializers.HeNormal(input_axes=[-1], output_axes=[0], seed=2**100),
    ):
        again = initializers.get(initializers.serialize(initializer))
        assert again.get_config() == initializer.get_config()
        assert (again((3, 4)) == initializer((3, 4))).all()


def test_an_initializer_of_ones_own():
    class Count(initializers.Initializer):
        def _values(self, shape):
            return np.arange(np.prod(shape)).reshape(shape)

    layer = fastlstm.layers.Dense(2, kernel_initializer=Count())
    layer.build((None, 3))
    assert layer.kernel.tolist() == [[0, 1], [2, 3], [4, 5]]


def test_unknown_names_list_the_close_ones():
    with pytest.raises(ValueError, match="unknown initializer 'glorot_unifrom'; did you mean 'glorot_uniform'"):
        initializers.get("glorot_unifrom")
    with pytest.raises(TypeError, match="initializer"):
        initializers.get(3)
    for identifier in (None, initializers.Initializer, {"class_name": 3}):
        with pytest.raises(TypeError, match="initializer: expected a name or an Initializer"):
            initializers.get(identifier)


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: initializers.Constant("1"), TypeError, "value: expected a real number"),
        (lambda: initializers.Constant(np.nan), ValueError, "value"),
        (lambda: initializers.Identity(None), TypeError, "gain"),
        (lambda: initializers.TruncatedNormal(stddev=-1), ValueError, "stddev"),
        (lambda: initializers.VarianceScaling(0.0), ValueError, "scale: expected a number greater than 0"),
        (lambda: initializers.VarianceScaling(-1), ValueError, "scale"),
        (lambda: initializers.VarianceScaling(mode="fan"), ValueError, "mode: expected 'fan_in', 'fan_out', 'fan_avg'"),
        (lambda: initializers.VarianceScaling(mode=1), TypeError, "mode"),
        (lambda: initializers.VarianceScaling(distribution="gamma"), ValueError, "distribution: expected"),
        (lambda: initializers.VarianceScaling(distribution=None), TypeError, "distribution"),
        (lambda: initializers.VarianceScaling(input_axes=[0]), ValueError, "expected both or none"),
        (lambda: initializers.HeNormal(input_axes=0, output_axes=1), TypeError, "input_axes: expected a list"),
        (lambda: initializers.HeNormal(input_axes=[0], output_axes=[1.5]), TypeError, "output_axes: expected an int"),
        (lambda: initializers.HeNormal(input_axes=[0], output_axes=[2])((2, 3)), ValueError, "output_axes: .*got 2"),
        (lambda: initializers.HeNormal(seed=-1), ValueError, "seed"),
        (lambda: initializers.get({"class_name": "HeNormal", "config": {"value": 1}}), TypeError, "value"),
        (lambda: initializers.Zeros()((-1,)), ValueError, "shape"),
    ],
)
def test_wrong_arguments(make, error, match):
    with pytest.raises(error, match=match):
        make()


def test_a_function_is_an_initializer():
    for function in (lambda shape, dtype=None: np.full(shape, 0.5, dtype), lambda shape: np.full(shape, 0.5)):
        found = initializers.get(function)((2, 3), "float64")
        np.testing.assert_array_equal(found, np.full((2, 3), 0.5), strict=True)
    with pytest.raises(ValueError, match=r"initializer: .* returned shape \(3,\), expected \(2, 3\)"):
        initializers.get(lambda shape: np.zeros(3))((2, 3))
