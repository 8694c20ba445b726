"""Layers that change their input at random in training, or, by an argument of a call in a model, always or never."""

from typing import Any

import numpy as np

from .._internal.checks import flag
from .._internal.native import Branch
from ._python_layer import append_function
from .base import Layer, Shape
from .symbolic import are_symbolic, listed


class RandomLayer(Layer):
    """A layer that changes its input at random in training."""

    def __call__(self, x: Any, *, mask: Any = None, training: bool | None = None) -> Any:
        """Return the output for an array or a symbolic tensor.

        Parameters
        ----------
        x : array_like or SymbolicTensor
            As for any layer.
        mask : array_like of bool, optional
            As for any layer.
        training : bool, optional
            Whether to change the input. In a model the default is what the model does at the moment; with True the
            layer does it in `predict` as well, for samples of the uncertainty of a forecast, and with False never.

        Returns
        -------
        ndarray or SymbolicTensor
            As for any layer.
        """
        if are_symbolic(x):
            arguments = {} if training is None else {"training": flag("training", training)}
            return self._symbolic_output(listed(x), arguments, mask=mask)
        return super().__call__(x, mask=mask, training=bool(training))

    def _append_all_to(self, branch: Branch, shape: Shape, **arguments: Any) -> None:
        training = arguments.get("training")
        if training is None:
            super()._append_all_to(branch, shape)
        elif training:
            self._append_random(branch, shape)

    def _append_random(self, branch: Branch, shape: Shape) -> None:
        """Add what the layer does in training as a function, which also does it otherwise."""
        if len(shape) > 3:
            raise ValueError(f"training: layer {self.name!r} cannot be always random for an input of shape {shape}")
        single = type(self)(dtype=self.dtype, **self._arguments())

        def changed(inputs: list[Any], weights: list[Any], training: bool) -> Any:
            x = inputs[0]
            ones = np.ones(np.shape(x), x.dtype)
            return x + single(0 * ones, training=True) if self._adds else x * single(ones, training=True)

        append_function(branch, f"layer {self.name!r}", changed, [shape], shape, passes_mask=True)

    _adds = False
    """Whether random numbers are added to the input, which is otherwise multiplied by them."""
