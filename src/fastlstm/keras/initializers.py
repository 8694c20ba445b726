"""Initial values of weights: `fastlstm.initializers`."""

from .. import initializers as _initializers
from ..initializers import *
from ..initializers import (
    constant,
    glorot_normal,
    glorot_uniform,
    he_normal,
    he_uniform,
    identity,
    lecun_normal,
    lecun_uniform,
    ones,
    orthogonal,
    random_normal,
    random_uniform,
    truncated_normal,
    variance_scaling,
    zeros,
)
from ._missing import missing_names_of

__all__ = [
    *_initializers.__all__,
    "constant",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_normal",
    "lecun_uniform",
    "normal",
    "one",
    "ones",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "truncated_normal",
    "uniform",
    "variance_scaling",
    "zero",
    "zeros",
]

__getattr__ = missing_names_of(__name__)

normal, uniform = random_normal, random_uniform
one, zero = ones, zeros
