"""Export a Sequential to an ONNX file."""

import os

import onnx
from onnx import ModelProto, TensorProto, ValueInfoProto, helper

from .... import __version__
from ...._internal.files import written as whole_file
from ....layers import Embedding
from ....layers.base import Shape
from ....models import Sequential
from . import recurrent  # noqa: F401  registers the recurrent layers
from .graph import DOMAIN, ELEMENTS, IR_VERSION, OPSET, Writer
from .layers import Value, written

INPUT, OUTPUT = "input", "output"
"""Names of the input and the output of the graph."""

_AXES = ("batch", "time")


def export(model: Sequential, path: str | os.PathLike[str]) -> None:
    """Write a model to an ONNX file.

    Recurrent layers become the operators RNN, LSTM and GRU, with clip, peepholes (P), coupled gates (input_forget) and
    activations. A layer that these cannot express (masks, zoneout, other activations, minGRU, minLSTM) becomes a
    function with a loop (Scan) in the same file. The graph has one input, 'input', with the shape of the model's Input,
    (batch, time, D), or integers (batch, time) for an `Embedding`; and one output, 'output'. Sizes that the model
    leaves open are open in the graph.

    Parameters
    ----------
    model : Sequential
        A built model.
    path : str or path
        The file to write. An existing one is replaced only after the new one is complete.

    Raises
    ------
    TypeError
        If `model` is not a Sequential.
    ValueError
        If the model is not built, or ONNX cannot express a layer, such as a stateful one. The message names it.
    OSError
        If the file cannot be written.

    References
    ----------
    ONNX operator set 18, IR version 8: https://onnx.ai/onnx/operators/

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from fastlstm import Input, Sequential, layers
    >>> from fastlstm.integrations import onnx
    >>> model = Sequential([Input((None, 3)), layers.LSTM(4), layers.Dense(1)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     onnx.export(model, pathlib.Path(folder) / "model.onnx")
    ...     again = onnx.load(pathlib.Path(folder) / "model.onnx")
    >>> [type(layer).__name__ for layer in again.layers]
    ['LSTM', 'Dense']
    """
    if not isinstance(model, Sequential):
        raise TypeError(
            f"model: expected a fastlstm Sequential, got {model!r}; functional models, with branches, shared layers or"
            " several inputs, are not exported"
        )
    made = proto_of(model)
    onnx.checker.check_model(made, full_check=True)
    with whole_file(path, overwrite=True) as file:
        file.write(made.SerializeToString())


def proto_of(model: Sequential) -> ModelProto:
    """Return a model as an ONNX ModelProto."""
    shape = model.input_shape
    graph = Writer(model.dtype)
    value = Value(graph.input(INPUT), shape, None)
    output = graph.input(OUTPUT)
    for layer in model.layers:
        value = written(layer, value)
    graph.nodes.append(helper.make_node("Identity", [value.symbol.name], [output.name]))
    element = TensorProto.INT64 if isinstance(model.layers[0], Embedding) else ELEMENTS[model.dtype]
    opsets = [helper.make_opsetid("", OPSET)]
    if graph.functions:
        opsets.append(helper.make_opsetid(DOMAIN, 1))
    return helper.make_model(
        helper.make_graph(
            graph.nodes,
            model.name,
            [_declared(INPUT, element, shape)],
            [_declared(OUTPUT, ELEMENTS[model.dtype], value.shape)],
            graph.constants,
        ),
        opset_imports=opsets,
        functions=list(graph.functions.values()),
        ir_version=IR_VERSION,
        producer_name="fastlstm",
        producer_version=__version__,
    )


def _declared(name: str, element: int, shape: Shape) -> ValueInfoProto:
    """Return the declaration of an input or output; open sizes are named after their axis."""
    sizes = [axis if size is None else size for size, axis in zip(shape, (*_AXES, None), strict=False)]
    return helper.make_tensor_value_info(name, element, sizes)
