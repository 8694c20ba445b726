"""Helpers that are neither layer nor model."""

import numpy as np

from ._internal import checks, rng
from .datasets import pad_sequences, timeseries_dataset_from_array, to_categorical

__all__ = ["pad_sequences", "set_random_seed", "timeseries_dataset_from_array", "to_categorical"]

_LARGEST_SEED = 2**32 - 1  # what numpy.random.seed takes


def set_random_seed(seed: int) -> None:
    """Seed everything that draws random numbers: initialisation, shuffling, `random` and `numpy.random`.

    Without it, initialisation and shuffling are seeded from the system's entropy.

    Parameters
    ----------
    seed : int
        From 0 to 2**32 - 1.

    Raises
    ------
    TypeError
        If `seed` is not an integer.
    ValueError
        If it is outside that range.

    Examples
    --------
    >>> import fastlstm
    >>> fastlstm.utils.set_random_seed(1)
    >>> first = fastlstm.initializers.GlorotUniform()((2, 3))
    >>> fastlstm.utils.set_random_seed(1)
    >>> bool((fastlstm.initializers.GlorotUniform()((2, 3)) == first).all())
    True
    """
    seed = checks.integer("seed", seed, 0, _LARGEST_SEED)
    import random

    random.seed(seed)
    np.random.seed(seed)
    rng.seed(seed)
