"""How much an output depends on each step of the input."""

from typing import Any

import numpy as np

from .._internal.arrays import Array
from ._probe import Probe


def connectivity(
    model: Any, x: Any, step: int | None = None, *, feature: int | None = None, batch_size: int = 32
) -> Array:
    """Return how much one output depends on each step of the input: the norm of its gradient.

    Computed in one native pass forward and one backward, for any model of this package, recurrent or not at the
    beginning. Dropout and other noise are off.

    Parameters
    ----------
    model : fastlstm.models.Model
        A model with recurrent layers, one input and one output; it need not be compiled. A model that begins with an
        `Embedding` is differentiated with respect to the vectors of the embedding.
    x : array_like
        Data, as for `Model.predict`.
    step : int, optional
        The step of an output with steps. Default: the last one.
    feature : int, optional
        The feature of the output. Default: the largest one of each sample, what a classifier predicts.
    batch_size : int
        Samples of a pass.

    Returns
    -------
    ndarray (N, T)
        For each sample and step of the input, the Euclidean norm over the features.

    Raises
    ------
    ValueError
        If the model has no recurrent layer, or several inputs or outputs, or an argument is out of range.
    TypeError
        If `model` is not a model, or the data not made of real numbers.

    References
    ----------
    Madsen, "Visualizing memorization in RNNs", Distill (2019).

    Examples
    --------
    >>> import numpy as np
    >>> import fastlstm
    >>> from fastlstm import analysis, layers
    >>> model = fastlstm.Sequential([layers.LSTM(8, return_sequences=True), layers.Dense(2)])
    >>> x = np.random.default_rng(0).normal(size=(4, 10, 3))
    >>> found = analysis.connectivity(model, x, step=5)
    >>> found.shape, bool(found[:, 6:].any())
    ((4, 10), False)
    """
    probe = Probe(model, x, input_gradient=True)
    return np.concatenate([probe.input_norms(inputs, step, feature) for inputs in probe.inputs(x, batch_size)])
