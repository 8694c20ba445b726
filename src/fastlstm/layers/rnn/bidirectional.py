"""Bidirectional: one recurrent layer reads forwards, another one backwards."""

from collections.abc import Sequence
from typing import Any

from ..._internal.native import Branch, Network, Place
from .._from_config import layer_from
from .._weights import JoinedWeights
from ..base import Layer, Shape, registry
from ._stateful_layer import StatefulLayer
from .recurrent_cell import RecurrentCell
from .rnn import RNN

_MERGE_MODES = ("concat", "sum", "mul", "ave", None)
_AGREED = ("return_sequences", "return_state", "stateful", "dtype")


@registry.register()
class Bidirectional(StatefulLayer):
    """A recurrent layer that reads forwards, one that reads backwards, and their outputs merged step by step.

    Masked steps of returned sequences are zeros, as in Keras. If the layer has `return_state`, a call returns the
    output followed by the states of the forward and of the backward layer: (y, fh, fc, bh, bc) for an LSTM.

    Parameters
    ----------
    layer : recurrent layer
        The template of `forward_layer` and, with ``go_backwards=True``, of `backward_layer`.
    merge_mode : {'concat', 'sum', 'mul', 'ave', None}
        How to combine the two outputs; None returns both, which a `Sequential` does not allow.
    weights : list of array_like, optional
        Initial weights: the forward layer's, then the backward layer's.
    backward_layer : recurrent layer, optional
        Template of `backward_layer`, with ``go_backwards=True``. It must return the same kinds of outputs as `layer`.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`. `dtype` must be that of `layer`.

    Raises
    ------
    ValueError
        If the two layers do not match, or `merge_mode` is unknown.
    TypeError
        If `layer` or `backward_layer` is not a recurrent layer.

    References
    ----------
    Schuster and Paliwal, "Bidirectional recurrent neural networks", IEEE Transactions on Signal Processing 45, 1997.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm.layers import LSTM, Bidirectional
    >>> Bidirectional(LSTM(4, return_sequences=True))(np.ones((2, 5, 3))).shape
    (2, 5, 8)
    """

    def __init__(
        self,
        layer: RNN,
        merge_mode: str | None = "concat",
        weights: Any = None,
        backward_layer: RNN | None = None,
        **options: Any,
    ) -> None:
        given = _recurrent("layer", layer)
        if given.go_backwards:
            raise ValueError(f"layer: expected go_backwards=False, which the layer {given.name!r} does not have")
        if merge_mode not in _MERGE_MODES:
            raise ValueError(f"merge_mode: expected one of {', '.join(map(repr, _MERGE_MODES))}, got {merge_mode!r}")
        super().__init__(
            given.return_sequences,
            given.return_state,
            given.stateful,
            **{**options, "dtype": options.get("dtype") or given.dtype},
        )
        self.merge_mode = merge_mode
        self.forward_layer = self._like("forward", given)
        if backward_layer is None:
            self.backward_layer = self._like("backward", given, go_backwards=True)
        else:
            self.backward_layer = self._like("backward", _recurrent("backward_layer", backward_layer))
        self._require_agreement()
        self._weights = JoinedWeights(
            {"forward_": self.forward_layer._weights, "backward_": self.backward_layer._weights}
        )
        self._initial_weights = weights

    @property
    def layer(self) -> RNN:
        """The same as `forward_layer`, as in Keras 2."""
        return self.forward_layer

    def _parts(self) -> dict[str, Layer]:
        return {"forward_layer": self.forward_layer, "backward_layer": self.backward_layer}

    def _like(self, prefix: str, layer: RNN, **changes: Any) -> RNN:
        """Return a layer like this one, named after its direction."""
        arguments = layer._constructor_arguments()
        if arguments["activity_regularizer"] is not None:
            raise ValueError(
                f"activity_regularizer: layer {layer.name!r} is inside Bidirectional; give it to the Bidirectional"
            )
        if isinstance(arguments.get("cell"), RecurrentCell):
            cell = arguments["cell"]
            changes["cell"] = type(cell)(**cell._constructor_arguments())
        changes["name"] = f"{prefix}_{layer.name.removeprefix(f'{prefix}_')}"
        changes["zero_output_for_mask"] = layer.return_sequences
        made = type(layer)(**{**arguments, **changes})
        made._claim_alone(self)
        return made

    def _require_agreement(self) -> None:
        first, second = self.forward_layer, self.backward_layer
        if not second.go_backwards:
            raise ValueError("backward_layer: expected go_backwards=True")
        for name in _AGREED:
            ours, theirs = getattr(first, name), getattr(second, name)
            if ours != theirs:
                raise ValueError(f"backward_layer: expected {name}={ours!r} as in layer, got {theirs!r}")
        if self.dtype != first.dtype:
            raise ValueError(f"dtype: {self.name!r} is {self.dtype}, its layer {first.name!r} is {first.dtype}")
        if first.units != second.units and self.merge_mode not in ("concat", None):
            raise ValueError(
                f"backward_layer: merge_mode {self.merge_mode!r} needs as many units as in layer, {first.units}, got"
                f" {second.units}"
            )

    def _make_weights(self, features: int, input_shape: Shape) -> None:
        self.forward_layer.build(input_shape)
        self.backward_layer.build(input_shape)
        if self._initial_weights is not None:
            self._weights.write(self._weights.checked(f"layer {self.name!r}", self._initial_weights, self.dtype))

    @property
    def _gives_several(self) -> bool:
        return self.return_state or self.merge_mode is None

    def _state_widths(self) -> Sequence[int]:
        return [*self.forward_layer._state_widths(), *self.backward_layer._state_widths()]

    def _choose_outputs(self, network: Network, places: Sequence[Place]) -> None:
        if self.merge_mode is None:
            network.set_outputs(places[:2])

    def _output_shapes(self, shape: Shape) -> tuple[Shape, ...]:
        if self.merge_mode is not None:
            return (self._output_shape(shape),)
        return self.forward_layer._output_shape(shape), self.backward_layer._output_shape(shape)

    @property
    def _works_step_by_step(self) -> bool:
        return False

    def _output_shape(self, shape: Shape) -> Shape:
        units = self.forward_layer.units
        if self.merge_mode in ("concat", None):
            units += self.backward_layer.units
        return (*self.forward_layer._output_shape(shape)[:-1], units)

    def _append_all_to(self, branch: Branch, shape: Shape, **arguments: Any) -> None:
        """Add this layer and the penalty on its output, before that is divided into the outputs of both layers."""
        super()._append_all_to(branch, shape, **arguments)
        if self.merge_mode is None:
            both, *states = branch.outputs
            first, second = self.forward_layer.units, self.backward_layer.units
            branch.outputs = [
                branch.add_on([both], "feature_range", count=first),
                branch.add_on([both], "feature_range", begin=first, count=second),
                *states,
            ]

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        branch.add(
            "bidirectional",
            outputs=1 + (len(self._state_widths()) if self.return_state else 0),
            forward=self.forward_layer._core_arguments(),
            backward=self.backward_layer._core_arguments(),
            merge_mode=self.merge_mode or "concat",
        )

    def _arguments(self) -> dict[str, Any]:
        return {
            "layer": self.forward_layer,
            "merge_mode": self.merge_mode,
            "backward_layer": self.backward_layer,
        }


def _recurrent(argument: str, value: Any) -> RNN:
    layer = layer_from(argument, value)
    if not isinstance(layer, RNN):
        raise TypeError(f"{argument}: Bidirectional expected a recurrent layer, got {layer!r}")
    if len(layer._layers_of_cells()) > 1:
        raise ValueError(
            f"{argument}: Bidirectional expected a layer of one cell, got {layer!r} of several; put one Bidirectional"
            " on top of another"
        )
    return layer
