"""Initial values: distributions, seeds, names; Keras's where it is installed."""

import numpy as np
import pytest
from peers import require_peer

import fastlstm
from fastlstm import initializers

SHAPES = [(1, 128), (32, 128), (128, 32), (33, 17), (7,)]


@pytest.mark.parametrize("shape", SHAPES)
def test_glorot_uniform_fills_the_range_given_by_its_fans(shape):
    fan_in, fan_out = (shape[0], shape[0]) if len(shape) == 1 else shape
    limit = np.sqrt(6 / (fan_in + fan_out))
    values = np.concatenate([initializers.GlorotUniform(seed=seed)(shape, "float64").ravel() for seed in range(300)])
    assert abs(values).max() <= limit
    assert abs(values).max() > 0.99 * limit
    assert abs(values.mean()) < 5 * limit / np.sqrt(3 * values.size)
    assert values.std() == pytest.approx(limit / np.sqrt(3), rel=0.05)


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


def test_random_normal_and_uniform():
    normal = initializers.RandomNormal(mean=1.0, stddev=0.2, seed=0)((400, 400), "float64")
    assert normal.mean() == pytest.approx(1.0, abs=5 * 0.2 / 400)
    assert normal.std() == pytest.approx(0.2, rel=0.02)
    uniform = initializers.RandomUniform(-0.5, 0.25, seed=0)((400, 400), "float64")
    assert uniform.min() >= -0.5
    assert uniform.max() < 0.25
    assert uniform.mean() == pytest.approx(-0.125, abs=5 * 0.75 / 400)


@pytest.mark.parametrize("name", ["GlorotUniform", "Orthogonal", "RandomNormal", "RandomUniform", "Zeros", "Ones"])
def test_keras_has_the_same_defaults(name):
    peer = getattr(require_peer("keras").initializers, name)()
    theirs, ours = peer.get_config(), getattr(initializers, name)().get_config()
    assert ours == {key: theirs[key] for key in ours}


@pytest.mark.parametrize("name", ["GlorotUniform", "Orthogonal", "RandomNormal", "RandomUniform", "Zeros", "Ones"])
@pytest.mark.parametrize("shape", [(64, 256), (256, 64)])
def test_keras_draws_from_the_same_distribution(name, shape):
    keras = require_peer("keras")
    keras.utils.set_random_seed(0)
    fastlstm.utils.set_random_seed(0)
    theirs = np.asarray(getattr(keras.initializers, name)()(shape), np.float64)
    ours = getattr(initializers, name)()(shape, "float64")
    assert ours.mean() == pytest.approx(theirs.mean(), abs=10 * ours.std() / np.sqrt(ours.size) + 1e-12)
    assert ours.std() == pytest.approx(theirs.std(), rel=0.05)
    ours, theirs = np.sort(ours.ravel())[500::1000], np.sort(theirs.ravel())[500::1000]  # quantiles
    assert ours == pytest.approx(theirs, abs=0.2 * ours.std() + 1e-12)


def test_a_seed_of_its_own_gives_the_same_values_at_each_call():
    initializer = initializers.RandomNormal(seed=3)
    assert (initializer((4, 5)) == initializer((4, 5))).all()
    assert (initializer((4, 5)) != initializers.RandomNormal(seed=4)((4, 5))).any()


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


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtype(dtype):
    assert initializers.get("orthogonal")((2, 3), dtype).dtype == dtype


@pytest.mark.parametrize("name", ["glorot_uniform", "orthogonal", "zeros", "ones", "random_normal", "random_uniform"])
def test_get_takes_names_instances_and_configurations(name):
    initializer = initializers.get(name)
    assert initializers.get(initializer) is initializer
    again = initializers.get(initializers.serialize(initializer))
    assert type(again) is type(initializer)
    assert again.get_config() == initializer.get_config()


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
