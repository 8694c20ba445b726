"""A gate: an activation of a pre-activation, optionally clipped, and its backward pass."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._arrays import FloatArray
from .activations import Activation


class Gate(NamedTuple):
    """A gate, and what it saves for its backward pass.

    Attributes
    ----------
    activation : Activation
        Its activation.
    z : ndarray
        The pre-activation, clipped.
    y : ndarray
        The value of the gate, activation(z).
    inside : ndarray of bool, or None
        True where clipping changed nothing; None without clipping.
    """

    activation: Activation
    z: FloatArray
    y: FloatArray
    inside: NDArray[np.bool_] | None

    def backward(self, d_y: FloatArray) -> FloatArray:
        """Return the gradient with respect to the pre-activation, zero where that was clipped."""
        d_z = self.activation.backward(d_y, self.z, self.y)
        return d_z if self.inside is None else d_z * self.inside


def gate(activation: Activation, z: FloatArray, clip: float | None = None) -> Gate:
    """Return the gate y = activation(z), with z clipped to [-clip, clip]."""
    inside = None
    if clip is not None:
        inside = np.abs(z) <= clip
        z = np.clip(z, -clip, clip)
    return Gate(activation, z, activation.forward(z), inside)
