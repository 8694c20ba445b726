"""The seed of everything random."""

import numpy as np

from .._internal import checks, rng

_LARGEST_SEED = 2**32 - 1  # the largest that numpy.random.seed accepts


def set_random_seed(seed: int) -> None:
    """Seed every random generator in use: initialization, shuffling, dropout, `random` and `numpy.random`.

    Until it is called, initialization, shuffling and dropout are seeded from the system's entropy.

    Parameters
    ----------
    seed : int
        From 0 to 2**32 - 1.

    Raises
    ------
    TypeError
        If `seed` is not an integer.
    ValueError
        If `seed` is out of range.

    References
    ----------
    Keras 3, `keras.utils.set_random_seed`.

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
