"""`tf.random`: seeds and random arrays."""

from ...utils import set_random_seed as set_seed
from .._arrays import categorical, normal, uniform
from .._arrays import shuffled as shuffle
from .._missing import missing_names_of

__all__ = ["categorical", "normal", "set_random_seed", "set_seed", "shuffle", "uniform"]

__getattr__ = missing_names_of(__name__)

set_random_seed = set_seed
