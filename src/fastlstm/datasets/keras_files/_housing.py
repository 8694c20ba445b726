"""Houses and their prices, as `boston_housing` and `california_housing` have them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..._internal import checks
from ..._internal.arrays import Array
from ..._internal.keras_home import cached
from ._archives import arrays
from ._reviews import shuffled


def houses(path: Any, test_split: Any, seed: Any, rows: int | None) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Return the first rows of a file, in random order, to train on and to test on."""
    random = np.random.RandomState(checks.integer("seed", seed, 0, 2**32 - 1))
    split = checks.number("test_split", test_split, 0.0, 1.0)
    x, y = (array[:rows] for array in arrays(cached("path", path), "x", "y"))
    x, y = shuffled(random, x, y)
    trained = int(len(x) * (1 - split))
    return (x[:trained], y[:trained]), (x[trained:], y[trained:])
