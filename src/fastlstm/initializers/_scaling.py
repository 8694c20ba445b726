"""Initializers whose variance depends on a weight's fan-in and fan-out."""

import math
from collections.abc import Sequence
from typing import Any, ClassVar

from .._internal import checks
from .._internal.arrays import Array
from ._base import registry
from ._random import Random, truncated_normal

# The standard deviation of the standard normal distribution truncated at -2 and 2.
_TRUNCATED_STDDEV = 0.87962566103423978

_MODES = ("fan_in", "fan_out", "fan_avg")
_DISTRIBUTIONS = ("truncated_normal", "untruncated_normal", "uniform")


@registry.register()
class VarianceScaling(Random):
    """Random values with mean 0 and variance ``scale / n``, where n is fan-in, fan-out or their average.

    The fans of a kernel (D, G*H) are D and G*H, over all gates together, as in Keras.

    Parameters
    ----------
    scale : float
        Greater than 0.
    mode : {'fan_in', 'fan_out', 'fan_avg'}
        Which fan n is. Values of n below 1 count as 1.
    distribution : {'truncated_normal', 'untruncated_normal', 'uniform'}
        'truncated_normal', or 'normal' for short, is truncated at two standard deviations of the underlying normal
        distribution; the variance is that after truncation. 'uniform' covers [-a, a] with ``a = sqrt(3 * scale / n)``.
    seed : int, optional
        With a seed, every call returns the same values. Default: the package's generator, see
        `fastlstm.utils.set_random_seed`.
    input_axes, output_axes : sequence of int, optional
        Give both or neither: the axes whose sizes multiply to fan-in and fan-out. By default these are the last two
        axes, each times the product of all others; a vector's fans are both its size.

    Raises
    ------
    ValueError
        If an argument is out of range; when called, if the shape lacks one of the axes.
    TypeError
        If an argument has the wrong type.

    References
    ----------
    He, Zhang, Ren and Sun, "Delving deep into rectifiers", ICCV 2015, section 2.2.

    Examples
    --------
    >>> bool(abs(VarianceScaling(3.0, "fan_out", "uniform")((2, 9))).max() <= 1.0)
    True
    """

    _arguments: ClassVar[tuple[str, ...]] = ("scale", "mode", "distribution", "input_axes", "output_axes")

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: int | None = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(seed)
        self.scale = checks.number("scale", scale, 0.0)
        if self.scale == 0:
            raise ValueError("scale: expected a number greater than 0, got 0")
        self.mode = _choice("mode", mode, _MODES)
        if isinstance(distribution, str):
            distribution = distribution.lower()
        if distribution == "normal":
            distribution = "truncated_normal"
        self.distribution = _choice("distribution", distribution, _DISTRIBUTIONS)
        if (input_axes is None) != (output_axes is None):
            raise ValueError("input_axes and output_axes: expected both or none of them, got one")
        self.input_axes = _axes("input_axes", input_axes)
        self.output_axes = _axes("output_axes", output_axes)

    def _values(self, shape: tuple[int, ...]) -> Array:
        fan_in, fan_out = self._fans(shape)
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        stddev = math.sqrt(self.scale / max(1, n))
        if self.distribution == "uniform":
            limit = math.sqrt(3) * stddev
            return self._generator().uniform(-limit, limit, shape)
        if self.distribution == "untruncated_normal":
            return self._generator().normal(0.0, stddev, shape)
        return stddev / _TRUNCATED_STDDEV * truncated_normal(self._generator(), shape)

    def _fans(self, shape: tuple[int, ...]) -> tuple[int, int]:
        if self.input_axes is not None and self.output_axes is not None:
            return (
                _product_of_sizes("input_axes", self.input_axes, shape),
                _product_of_sizes("output_axes", self.output_axes, shape),
            )
        if len(shape) < 2:
            return math.prod(shape), math.prod(shape)
        others = math.prod(shape[:-2])
        return shape[-2] * others, shape[-1] * others


def _choice(name: str, value: Any, allowed: tuple[str, ...]) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name}: expected a string, got {value!r}")
    if value not in allowed:
        raise ValueError(f"{name}: expected {', '.join(map(repr, allowed))}, got {value!r}")
    return value


def _axes(name: str, value: Any) -> list[int] | None:
    if value is None:
        return None
    if not isinstance(value, (list, tuple)):
        raise TypeError(f"{name}: expected a list of integers, got {value!r}")
    return [checks.integer(name, axis, -checks.LARGEST) for axis in value]


def _product_of_sizes(name: str, axes: list[int], shape: tuple[int, ...]) -> int:
    return math.prod(shape[checks.integer(name, axis, -len(shape), len(shape) - 1)] for axis in axes)


class _Preset(VarianceScaling):
    """Variance scaling with a fixed scale, mode and distribution."""

    _arguments = ("input_axes", "output_axes")
    _preset: ClassVar[tuple[float, str, str]]

    def __init__(
        self,
        seed: int | None = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(*self._preset, seed, input_axes, output_axes)


@registry.register()
class GlorotUniform(_Preset):
    """Uniform distribution over [-a, a] with ``a = sqrt(6 / (fan_in + fan_out))``.

    Parameters
    ----------
    seed : int, optional
        With a seed, every call returns the same values. Default: the package's generator, see
        `fastlstm.utils.set_random_seed`.
    input_axes, output_axes : sequence of int, optional
        Give both or neither: the axes whose sizes multiply to fan-in and fan-out. By default these are the last two
        axes, each times the product of all others; a vector's fans are both its size.

    Raises
    ------
    ValueError
        If `seed` is negative or only one of the axes arguments is given; when called, if the shape lacks one of the
        axes.
    TypeError
        If `seed` is not an integer, or the axes are not lists of integers.

    References
    ----------
    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010,
    equation 16.

    Examples
    --------
    >>> bool(abs(GlorotUniform()((1, 5))).max() <= 1.0)
    True
    """

    _preset = (1.0, "fan_avg", "uniform")


@registry.register()
class GlorotNormal(_Preset):
    """Truncated normal distribution with standard deviation ``sqrt(2 / (fan_in + fan_out))``.

    Parameters
    ----------
    seed : int, optional
        With a seed, every call returns the same values. Default: the package's generator, see
        `fastlstm.utils.set_random_seed`.
    input_axes, output_axes : sequence of int, optional
        Give both or neither: the axes whose sizes multiply to fan-in and fan-out. By default these are the last two
        axes, each times the product of all others; a vector's fans are both its size.

    Raises
    ------
    ValueError
        If `seed` is negative or only one of the axes arguments is given; when called, if the shape lacks one of the
        axes.
    TypeError
        If `seed` is not an integer, or the axes are not lists of integers.

    References
    ----------
    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010,
    equation 12.

    Examples
    --------
    >>> GlorotNormal()((1, 5)).shape
    (1, 5)
    """

    _preset = (1.0, "fan_avg", "truncated_normal")


@registry.register()
class LecunUniform(_Preset):
    """Uniform distribution over [-a, a] with ``a = sqrt(3 / fan_in)``.

    Parameters
    ----------
    seed : int, optional
        With a seed, every call returns the same values. Default: the package's generator, see
        `fastlstm.utils.set_random_seed`.
    input_axes, output_axes : sequence of int, optional
        Give both or neither: the axes whose sizes multiply to fan-in and fan-out. By default these are the last two
        axes, each times the product of all others; a vector's fans are both its size.

    Raises
    ------
    ValueError
        If `seed` is negative or only one of the axes arguments is given; when called, if the shape lacks one of the
        axes.
    TypeError
        If `seed` is not an integer, or the axes are not lists of integers.

    References
    ----------
    LeCun, Bottou, Orr and Müller, "Efficient BackProp", 1998, section 4.6.

    Examples
    --------
    >>> bool(abs(LecunUniform()((3, 5))).max() <= 1.0)
    True
    """

    _preset = (1.0, "fan_in", "uniform")


@registry.register()
class LecunNormal(_Preset):
    """Truncated normal distribution with standard deviation ``sqrt(1 / fan_in)``.

    Parameters
    ----------
    seed : int, optional
        With a seed, every call returns the same values. Default: the package's generator, see
        `fastlstm.utils.set_random_seed`.
    input_axes, output_axes : sequence of int, optional
        Give both or neither: the axes whose sizes multiply to fan-in and fan-out. By default these are the last two
        axes, each times the product of all others; a vector's fans are both its size.

    Raises
    ------
    ValueError
        If `seed` is negative or only one of the axes arguments is given; when called, if the shape lacks one of the
        axes.
    TypeError
        If `seed` is not an integer, or the axes are not lists of integers.

    References
    ----------
    LeCun, Bottou, Orr and Müller, "Efficient BackProp", 1998, section 4.6.

    Examples
    --------
    >>> LecunNormal()((3, 5)).shape
    (3, 5)
    """

    _preset = (1.0, "fan_in", "truncated_normal")


@registry.register()
class HeUniform(_Preset):
    """Uniform distribution over [-a, a] with ``a = sqrt(6 / fan_in)``.

    Parameters
    ----------
    seed : int, optional
        With a seed, every call returns the same values. Default: the package's generator, see
        `fastlstm.utils.set_random_seed`.
    input_axes, output_axes : sequence of int, optional
        Give both or neither: the axes whose sizes multiply to fan-in and fan-out. By default these are the last two
        axes, each times the product of all others; a vector's fans are both its size.

    Raises
    ------
    ValueError
        If `seed` is negative or only one of the axes arguments is given; when called, if the shape lacks one of the
        axes.
    TypeError
        If `seed` is not an integer, or the axes are not lists of integers.

    References
    ----------
    He, Zhang, Ren and Sun, "Delving deep into rectifiers", ICCV 2015, equation 10.

    Examples
    --------
    >>> bool(abs(HeUniform()((6, 5))).max() <= 1.0)
    True
    """

    _preset = (2.0, "fan_in", "uniform")


@registry.register()
class HeNormal(_Preset):
    """Truncated normal distribution with standard deviation ``sqrt(2 / fan_in)``.

    Parameters
    ----------
    seed : int, optional
        With a seed, every call returns the same values. Default: the package's generator, see
        `fastlstm.utils.set_random_seed`.
    input_axes, output_axes : sequence of int, optional
        Give both or neither: the axes whose sizes multiply to fan-in and fan-out. By default these are the last two
        axes, each times the product of all others; a vector's fans are both its size.

    Raises
    ------
    ValueError
        If `seed` is negative or only one of the axes arguments is given; when called, if the shape lacks one of the
        axes.
    TypeError
        If `seed` is not an integer, or the axes are not lists of integers.

    References
    ----------
    He, Zhang, Ren and Sun, "Delving deep into rectifiers", ICCV 2015, equation 10.

    Examples
    --------
    >>> HeNormal()((6, 5)).shape
    (6, 5)
    """

    _preset = (2.0, "fan_in", "truncated_normal")
