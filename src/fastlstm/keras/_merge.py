"""Merging as in Keras 1: the layer `Merge`, which begins a model of several branches, and the function `merge`."""

from collections.abc import Sequence
from typing import Any

from .. import models as _models
from .._internal.not_available import NotAvailableError
from ..layers import Add, Average, Concatenate, Dot, Input, InputLayer, Lambda, Layer, Maximum, Multiply
from ._methods import MethodsOfKeras

_MERGES: dict[str, Any] = {"sum": Add, "mul": Multiply, "ave": Average, "max": Maximum}
_WITHOUT_EFFECT = ("output_mask", "node_indices", "tensor_indices")


class Merge:
    """Merges the outputs of several models, as the first layer of a `Sequential`, or symbolic tensors.

    Parameters
    ----------
    layers : list, optional
        Models, layers that are part of one, or symbolic tensors.
    mode : str or callable
        'sum', 'mul', 'ave', 'max', 'concat', 'dot' or 'cos', or a function of a list of arrays.
    concat_axis : int
        The axis of 'concat'.
    dot_axes : int or pair of int
        The axes of 'dot' and 'cos' that are summed over.
    output_shape : tuple or callable, optional
        The shape of a function's result without the batch axis.
    arguments : dict, optional
        Further keyword arguments of a function.
    name : str, optional
        The name of the layer.
    **options
        Masks and numbers of nodes of Keras 1, without effect.

    Raises
    ------
    NotAvailableError
        If the mode is another one.
    """

    def __init__(
        self,
        layers: Sequence[Any] | None = None,
        mode: Any = "sum",
        concat_axis: int = -1,
        dot_axes: Any = -1,
        output_shape: Any = None,
        arguments: dict[str, Any] | None = None,
        name: str | None = None,
        **options: Any,
    ) -> None:
        unknown = sorted(options.keys() - set(_WITHOUT_EFFECT))
        if unknown or not (callable(mode) or mode in (*_MERGES, "concat", "dot", "cos")):
            what = ", ".join(f"{name}=" for name in unknown) or f"mode={mode!r}"
            raise NotAvailableError(f"fastlstm does not have merge({what}): use a layer such as Add or Concatenate")
        self.layers = [] if layers is None else list(layers)
        self.mode = mode
        self._options = (concat_axis, dot_axes, output_shape, arguments, name)

    def __call__(self, inputs: Sequence[Any]) -> Any:
        """Return symbolic tensors or arrays merged."""
        concat_axis, dot_axes, output_shape, arguments, name = self._options
        tensors = list(inputs)
        if callable(self.mode):
            return Lambda(self.mode, output_shape, None, arguments, name=name)(tensors)
        if self.mode == "concat":
            return Concatenate(concat_axis, name=name)(tensors)
        if self.mode in ("dot", "cos"):
            axes = dot_axes if isinstance(dot_axes, int) else tuple(_only_axis(axis) for axis in dot_axes)
            return Dot(axes, normalize=self.mode == "cos", name=name)(tensors)
        return _MERGES[self.mode](name=name)(tensors)

    def branches(self) -> tuple[list[Any], list[Any]]:
        """Return the symbolic inputs of all branches, and the output of each."""
        inputs: list[Any] = []
        outputs = []
        for branch in self.layers:
            output = _output_of(branch)
            found = branch.inputs if hasattr(branch, "inputs") else _inputs_of(output)
            inputs += [tensor for tensor in found if all(tensor is not one for one in inputs)]
            outputs.append(output)
        return inputs, outputs


class MergedModel(MethodsOfKeras, _models.Model):
    """What a `Sequential` becomes that begins with a `Merge`: a model of several inputs to which layers are added.

    Parameters
    ----------
    inputs, outputs, name, trainable
        As for `Model`.
    """

    def _begin(self, merge: Merge) -> None:
        """Become the graph of the branches and their merge."""
        inputs, outputs = merge.branches()
        self._connect(inputs, [merge(outputs)])

    def add(self, layer: Any) -> None:
        """Add a layer or a model after the last one."""
        if not isinstance(layer, (Layer, _models.Model)):
            raise TypeError(f"layer: expected a layer after a Merge, got {layer!r}")
        self._connect(self.inputs, [layer(self.output)])
        self._changed()


def become_merged(model: Any, merge: Merge) -> None:
    """Turn a `Sequential` without layers into a model of several branches.

    Parameters
    ----------
    model : Sequential
        The model.
    merge : Merge
        Its first layer.
    """
    if model._nodes or model._inputs:
        raise ValueError("layer: expected a Merge only as the first layer; call layers on symbolic tensors instead")
    if not merge.layers:
        raise ValueError("layers: expected the models that Merge merges, got none")
    model.__class__ = MergedModel
    model._begin(merge)


def merge(
    inputs: Any,
    mode: Any = "sum",
    concat_axis: int = -1,
    dot_axes: Any = -1,
    output_shape: Any = None,
    name: str | None = None,
    **options: Any,
) -> Any:
    """Return several inputs merged as in Keras 1: 'sum', 'mul', 'ave', 'max', 'concat', 'dot', 'cos' or a function."""
    layer = Merge(None, mode, concat_axis, dot_axes, output_shape, name=name, **options)
    return layer(inputs)


def _output_of(branch: Any) -> Any:
    """Return the symbolic output of a model, a layer or a symbolic tensor."""
    if isinstance(branch, Layer) and branch._given_shape and not branch._calls:
        return branch(Input(batch_shape=branch._given_shape))
    return branch.output if isinstance(branch, (Layer, _models.Model)) else branch


def _inputs_of(tensor: Any) -> list[Any]:
    """Return the symbolic inputs that a symbolic tensor is computed from."""
    if isinstance(tensor.layer, InputLayer):
        return [tensor]
    found: list[Any] = []
    for before in tensor.call.inputs:
        found += [one for one in _inputs_of(before) if all(one is not other for other in found)]
    return found


def _only_axis(axis: Any) -> Any:
    """Return the only axis of a list, as Keras 1 takes it."""
    return axis[0] if isinstance(axis, (list, tuple)) and len(axis) == 1 else axis
