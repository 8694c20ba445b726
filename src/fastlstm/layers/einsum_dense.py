"""EinsumDense: a product of the input and a kernel that an equation in Einstein's notation describes, and a bias."""

import re
from collections.abc import Sequence
from string import ascii_letters
from typing import Any, NamedTuple

import numpy as np

from .. import activations
from .._internal.checks import refuse, size
from ..initializers import VarianceScaling
from . import base, own_layer
from ._own_activation import activation_of
from ._weights import rules
from .base import Shape, registry
from .variable import Variable


class _Axes(NamedTuple):
    """The letters of an equation, and the sizes that they stand for in an input of some shape."""

    kernel: tuple[int, ...]
    bias: tuple[int, ...] | None
    output: Shape
    fans: tuple[tuple[int, ...], tuple[int, ...]]
    """Axes of the kernel that are those of the input, and those that are of the output."""


@registry.register()
class EinsumDense(own_layer.Layer):
    """``activation(einsum(equation, x, kernel) + bias)``, computed by NumPy.

    Parameters
    ----------
    equation : str
        As for `numpy.einsum`, with two operands, such as 'abc,cd->abd'. Input and output may begin or end with '...'.
    output_shape : int or tuple of int
        Sizes of the axes of the output without that of the batch and without those of '...'; None for sizes that the
        input has as well.
    activation : str or callable, optional
        Applied to the output.
    bias_axes : str, optional
        Letters of the output's axes along which the bias differs. Default: no bias.
    kernel_initializer, bias_initializer : str or `fastlstm.initializers.Initializer`
        Of the kernel and the bias.
    kernel_regularizer, bias_regularizer : str or `fastlstm.regularizers.Regularizer`, optional
        Penalties on them, added to the loss.
    kernel_constraint, bias_constraint : str or `fastlstm.constraints.Constraint`, optional
        Applied to them after each training step.
    lora_rank, lora_alpha, gptq_unpacked_column_size, quantization_config : None
        Only None is accepted; Keras has these features, this package does not.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If the equation is none of this kind, or a name is unknown. When built or called: if the input has another
        number of axes than the equation, or a size is unknown or differs.
    TypeError
        If an argument has the wrong type.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm.layers import EinsumDense
    >>> EinsumDense("abc,cde->abde", output_shape=(None, 2, 4), bias_axes="de")(np.ones((3, 5, 6))).shape
    (3, 5, 2, 4)
    """

    def __init__(
        self,
        equation: str,
        output_shape: Any,
        activation: Any = None,
        bias_axes: str | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: None = None,
        lora_alpha: None = None,
        gptq_unpacked_column_size: None = None,
        quantization_config: None = None,
        **options: Any,
    ) -> None:
        refuse(
            "EinsumDense",
            lora_rank=lora_rank,
            lora_alpha=lora_alpha,
            gptq_unpacked_column_size=gptq_unpacked_column_size,
            quantization_config=quantization_config,
        )
        super().__init__(**options)
        self.equation, self.bias_axes = equation, bias_axes
        self._input, self._kernel_letters, self._output, self._elided = _letters(equation)
        if bias_axes is not None and not (bias_axes and set(bias_axes) <= set(self._output)):
            raise ValueError(f"bias_axes: expected letters of {self._output!r}, got {bias_axes!r}")
        sizes = output_shape if isinstance(output_shape, (list, tuple)) else [output_shape]
        self._output_sizes = tuple(None if one is None else size("output_shape", one) for one in sizes)
        self.activation = activation_of("activation", activation)
        self._kernel_rules = rules(kernel_initializer, kernel_regularizer, kernel_constraint)
        self._bias_rules = rules(bias_initializer, bias_regularizer, bias_constraint)

    def build(self, input_shape: Any) -> None:
        """Create the weights, with their initial values. Does nothing if the layer is built already.

        Parameters
        ----------
        input_shape : tuple
            With the batch axis.

        Raises
        ------
        ValueError
            If the equation does not fit the shape.
        """
        axes = self._axes_for(tuple(input_shape))
        initializer = self._kernel_rules.initializer
        if isinstance(initializer, VarianceScaling) and initializer.input_axes is None:
            config = {**initializer.get_config(), "input_axes": axes.fans[0], "output_axes": axes.fans[1]}
            initializer = type(initializer)(**config)
        self.kernel = self._weight_of("kernel", axes.kernel, initializer, self._kernel_rules)
        self.bias: Any = None
        if axes.bias is not None:
            self.bias = self._weight_of("bias", axes.bias, self._bias_rules.initializer, self._bias_rules)
        self.built = True

    def _weight_of(self, name: str, shape: tuple[int, ...], initializer: Any, own: Any) -> Variable:
        return self.add_weight(
            name=name, shape=shape, initializer=initializer, regularizer=own.regularizer, constraint=own.constraint
        )

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the output for an input of this shape.

        Parameters
        ----------
        input_shape : tuple
            With the batch axis.

        Returns
        -------
        tuple
            With the batch axis.

        Raises
        ------
        ValueError
            If the equation does not fit the shape.
        """
        return self._axes_for(tuple(input_shape)).output

    def call(self, inputs: Any) -> Any:
        """Return the output.

        Parameters
        ----------
        inputs : tensor
            The input.

        Returns
        -------
        tensor
        """
        others = [letter for letter in ascii_letters if letter not in self.equation]
        between = "".join(others[: len(inputs.shape) - len(self._input)])  # '...' has no derivative
        found = np.einsum(self.equation.replace(" ", "").replace("...", between), inputs, self.kernel)
        if self.bias is not None:
            found = found + self.bias
        is_named = isinstance(self.activation, str)
        return (activations.get(self.activation) if is_named else self.activation)(found)

    def _axes_for(self, shape: Shape) -> _Axes:
        """Return the sizes of kernel, bias and output for an input of this shape."""
        elided = len(shape) - len(self._input)
        if elided < 0 or (elided and not self._elided):
            raise ValueError(
                f"input_shape: layer {self.name!r} expected axes as in {self.equation!r}, got shape {shape}"
            )
        left = self._elided == "left"
        sizes = dict(zip(self._input, shape[elided if left else 0 :], strict=False))
        between = shape[:elided] if left else shape[len(self._input) :]
        given = self._output if left else self._output[1:]
        if len(given) != len(self._output_sizes):
            raise ValueError(
                f"output_shape: layer {self.name!r} expected a size for each of {given!r}, got {self._output_sizes}"
            )
        for letter, wanted in zip(given, self._output_sizes, strict=True):
            if wanted is not None and sizes.get(letter) not in (None, wanted):
                raise ValueError(
                    f"output_shape: layer {self.name!r} expected {sizes[letter]} for {letter!r}, as the input has, got"
                    f" {wanted}"
                )
            if wanted is not None or letter not in sizes:
                sizes[letter] = wanted
        kernel = tuple(sizes.get(letter) for letter in self._kernel_letters)
        if None in kernel:
            raise ValueError(f"input_shape: layer {self.name!r} expected known sizes of its kernel, got {kernel}")
        output = tuple(sizes[letter] for letter in self._output)
        bias = None
        if self.bias_axes is not None:
            first = min(map(self._output.index, self.bias_axes))
            bias = tuple(sizes[letter] if letter in self.bias_axes else 1 for letter in self._output[first:])
            bias += () if left else (1,) * elided
            if None in bias:
                raise ValueError(f"bias_axes: layer {self.name!r} expected known sizes of its bias, got {bias}")
        fans = tuple(
            tuple(k for k, letter in enumerate(self._kernel_letters) if (letter in self._output) == is_output)
            for is_output in (False, True)
        )
        return _Axes(kernel, bias, (*between, *output) if left else (*output, *between), fans)  # type: ignore[arg-type]

    def _arguments(self) -> dict[str, Any]:
        return {
            "equation": self.equation,
            "output_shape": self._output_sizes,
            "activation": self.activation,
            "bias_axes": self.bias_axes,
            **self._kernel_rules.arguments("kernel"),
            **self._bias_rules.arguments("bias"),
        }

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments: ``type(layer)(**layer.get_config())`` makes a layer like this one.

        Returns
        -------
        dict
            Of plain data, by argument name.
        """
        return base.Layer.get_config(self)

    def _constructor_arguments(self) -> dict[str, Any]:
        return base.Layer._constructor_arguments(self)


def _letters(equation: Any) -> tuple[str, str, str, str]:
    """Return the letters of input, kernel and output, and on which side others are left out."""
    text = equation.replace(" ", "") if isinstance(equation, str) else ""
    forms: Sequence[tuple[str, str]] = (
        ("", r"([A-Za-z]+),([A-Za-z]+)->([A-Za-z]+)"),
        ("left", r"\.\.\.([A-Za-z]+),([A-Za-z]+)->\.\.\.([A-Za-z]+)"),
        ("right", r"([A-Za-z]+)\.\.\.,([A-Za-z]+)->([A-Za-z]+)\.\.\."),
    )
    for side, form in forms:
        found = re.fullmatch(form, text)
        if found is None:
            continue
        is_batch_first = side == "left" or found[3][0] == found[1][0] != found[2][0]
        if is_batch_first and set(found[3]) <= {*found[1], *found[2]}:
            return found[1], found[2], found[3], side
    raise ValueError(
        f"equation: expected one such as 'abc,cd->abd', '...c,cd->...d' or 'ab...,bc->ac...', got {equation!r}"
    )
