"""Lambda: a function of arrays, written in Python, as a layer."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .._internal.arrays import real_array
from .._internal.native import Branch
from ._python_layer import PythonLayer, append_function, shapes_in
from .base import Shape, registry
from .symbolic import are_symbolic, listed


@registry.register()
class Lambda(PythonLayer):
    """Apply a function to arrays. Its gradient is found by automatic differentiation.

    The function is called with whole batches, by the core and outside of it; at inference with blocks of rows, so each
    row of its result may depend on the same row of the inputs only. It is written with operators, functions of NumPy,
    or those of `fastlstm.keras.backend` and `fastlstm.keras.ops`, and each call costs what Python costs: prefer the
    layers of this package where they do the same. The process that has saved a model finds the function again, others
    pass it to `load_model` as one of `custom_objects`. Files name the function; that of a ``lambda`` is in them for
    Keras, with the path of its source and the values around it, and is never run here.

    Parameters
    ----------
    function : callable
        Takes an array (N, D) or (N, T, D), or a list of several, and returns an array with as many rows.
    output_shape : tuple or callable, optional
        The shape of the result without the batch axis, or a function that returns it for that of the input. Default:
        found by calling the function.
    mask : None
        Only None is accepted; masks are not passed on.
    arguments : mapping, optional
        Further keyword arguments of the function.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    TypeError
        If `function` cannot be called.
    ValueError
        If another argument is wrong; when called, if the result has another number of rows or axes.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm.layers import Lambda
    >>> Lambda(lambda x: np.abs(x[0] - x[1]))([[[1.0, 2.0]], [[3.0, 1.0]]]).tolist()
    [[2.0, 1.0]]
    """

    supports_masking = False

    def __init__(
        self,
        function: Callable[..., Any],
        output_shape: Any = None,
        mask: None = None,
        arguments: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        if not callable(function):
            raise TypeError(f"function: expected a function, got {function!r}")
        if mask is not None:
            raise ValueError(f"mask: expected None, since a Lambda passes no mask on, got {mask!r}")
        self.function, self.output_shape_argument = function, output_shape
        self.arguments = dict(arguments or {})

    def __call__(self, x: Any, *, mask: Any = None, training: bool = False) -> Any:
        """Return the result for arrays or symbolic tensors.

        Parameters
        ----------
        x : array_like or SymbolicTensor, or a list of several
            What the function takes.
        mask, training : optional
            Accepted as in Keras, without effect.

        Returns
        -------
        ndarray or SymbolicTensor
            What the function returns.

        Raises
        ------
        ValueError
            If the result has another number of rows.
        TypeError
            If an array is not made of real integers or floats.
        """
        several = isinstance(x, (list, tuple)) and any(are_symbolic(one) or np.ndim(one) > 1 for one in x)
        if are_symbolic(x):
            arguments = {"several": True} if isinstance(x, (list, tuple)) else {}
            return self._symbolic_output(listed(x), arguments)
        arrays = (
            [real_array(f"x[{i}]", one, self.dtype) for i, one in enumerate(x)]
            if several
            else [real_array("x", x, self.dtype)]
        )
        return self._applied(arrays, several)

    def _applied(self, arrays: Sequence[Any], several: bool) -> Any:
        return self.function(list(arrays) if several else arrays[0], **self.arguments)

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the shape of the result for an input of this shape.

        Parameters
        ----------
        input_shape : tuple or list of tuple
            With the batch axis.

        Returns
        -------
        tuple
            With the batch axis; None stands for any size.

        Raises
        ------
        ValueError
            If the function does not return as many rows as it gets.
        """
        given, shapes = self.output_shape_argument, shapes_in(input_shape)
        if given is None:
            several = isinstance(input_shape, list)
            return self._shape_of_result(shapes, lambda arrays: self._applied(arrays, several))
        if callable(given):
            return (shapes[0][0], *tuple(given(input_shape))[1:])
        return (shapes[0][0], *((given,) if isinstance(given, int) else tuple(given)))

    def _append_to(self, branch: Branch, shape: Any, several: bool = False) -> None:
        def applied(inputs: list[Any], weights: list[Any], training: bool) -> Any:
            return self._applied(inputs, several)

        name = f"layer {self.name!r}"
        output = self.compute_output_shape(shape)
        append_function(branch, name, applied, shapes_in(shape), output, passes_mask=self._passes_mask)

    def _arguments(self) -> dict[str, Any]:
        return {
            "function": self.function,
            "output_shape": self.output_shape_argument,
            "arguments": self.arguments or None,
        }
