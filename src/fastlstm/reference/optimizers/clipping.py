r"""Clipping of gradients by value or norm."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .._arrays import FloatArray

__all__ = ["clip_gradients"]


def clip_gradients(
    gradients: Sequence[FloatArray],
    *,
    clipnorm: float | None = None,
    clipvalue: float | None = None,
    global_clipnorm: float | None = None,
) -> list[FloatArray]:
    r"""Clip gradients by norm or by their global norm, then by value.

    Parameters
    ----------
    gradients : sequence of ndarray
        The gradient of each variable.
    clipnorm : float, optional
        The largest norm c of each gradient g, which becomes :math:`g \cdot \min(1, c / \lVert g \rVert)`.
    clipvalue : float, optional
        The largest absolute value c of an entry, which is clipped to [-c, c].
    global_clipnorm : float, optional
        The largest norm of all gradients together; each is multiplied by the same factor.

    Returns
    -------
    list of ndarray
        The clipped gradients, in the shapes of the given ones.

    References
    ----------
    R. Pascanu, T. Mikolov and Y. Bengio, "On the difficulty of training recurrent neural networks", ICML 2013.

    Examples
    --------
    >>> import numpy as np
    >>> clip_gradients([np.array([3.0, 4.0]), np.array([0.5])], clipnorm=1.0)
    [array([0.6, 0.8]), array([0.5])]
    """
    clipped = list(gradients)
    if clipnorm is not None:
        clipped = [g * (clipnorm / max(np.sqrt(np.sum(g**2)), clipnorm)) for g in clipped]
    if global_clipnorm is not None:
        norm = np.sqrt(sum(np.sum(g**2) for g in clipped))
        clipped = [g * (global_clipnorm / max(norm, global_clipnorm)) for g in clipped]
    if clipvalue is not None:
        clipped = [np.clip(g, -clipvalue, clipvalue) for g in clipped]
    return clipped
