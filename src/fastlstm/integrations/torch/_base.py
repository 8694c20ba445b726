"""What LSTM, GRU and RNN share: the conventions of torch.nn around the recurrence."""

from typing import Any

import torch
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from ...layers.rnn.cell import Cell
from ._function import recurrence
from ._layouts import Tensor, cell_of
from ._networks import Form, Networks

DTYPES = {torch.float32: "float32", torch.float64: "float64"}


class NativeModule(torch.nn.RNNBase):
    """A recurrent module on the kernels of this package; constructor, parameters and files are those of torch.nn."""

    _networks: Networks

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._networks = Networks()

    def flatten_parameters(self) -> None:
        """Do nothing: it is for GPUs."""

    def forward(self, input: Any, hx: Any = None) -> tuple[Any, Any]:
        """Run the recurrence, as the module of `torch.nn` does.

        Parameters
        ----------
        input : Tensor or PackedSequence
            (T, N, D), or (N, T, D) with `batch_first`, or (T, D) without a batch; float32 or float64, on the CPU.
        hx : Tensor, or tuple (h, c) of an LSTM, optional
            Initial states, (num_layers * directions, N, H) each, without N where the input has no batch. Default:
            zeros.

        Returns
        -------
        tuple
            The outputs of all steps of the last layer, shaped like the input, and the last states, shaped like `hx`.

        Raises
        ------
        TypeError
            If the weights are neither float32 nor float64, or `hx` is not of their dtype or not a tuple.
        ValueError
            If the weights or the input are not on the CPU, or the input has another dtype than they.
        RuntimeError
            If a shape is wrong, or the module is being traced.
        """
        if torch.jit.is_tracing():
            raise RuntimeError(f"{self._title} can not be traced: trace the model with the modules of torch.nn")
        packed = isinstance(input, PackedSequence)
        weights = self.all_weights
        data = input.data if packed else input
        dtype = self._require_supported(data, weights[0][0])
        states = self._states(hx, data.dtype)
        if packed:
            return self._forward_packed(input, states, weights, dtype)
        if data.dim() not in (2, 3):
            raise ValueError(f"{self._title}: Expected input to be 2D or 3D, got {data.dim()}D tensor instead")
        for state in states:
            if state.dim() != data.dim():
                raise RuntimeError(
                    f"For {'batched 3-D' if data.dim() == 3 else 'unbatched 2-D'} input, hx should also be"
                    f" {data.dim()}-D but got {state.dim()}-D tensor"
                )
        batched = data.dim() == 3
        if not batched:
            data, states = data.unsqueeze(0 if self.batch_first else 1), [state.unsqueeze(1) for state in states]
        self._check_shapes(data, states, None)
        x = data if self.batch_first else data.transpose(0, 1)
        output, states = self._run(x, states, weights, dtype, None)
        if not batched:
            return output.squeeze(0), self._state(state.squeeze(1) for state in states)
        return output if self.batch_first else output.transpose(0, 1).contiguous(), self._state(states)

    def _forward_packed(
        self, input: PackedSequence, states: list[Tensor], weights: list[list[Tensor]], dtype: str
    ) -> tuple[PackedSequence, Any]:
        data, batch_sizes, order, way_back = input
        if order is not None:
            states = [state.index_select(1, order) for state in states]
        self._check_shapes(data, states, batch_sizes)
        x, lengths = pad_packed_sequence(PackedSequence(data, batch_sizes), batch_first=True)
        output, states = self._run(x, states, weights, dtype, lengths)
        if way_back is not None:
            states = [state.index_select(1, way_back) for state in states]
        return PackedSequence(_packed(output, lengths).data, batch_sizes, order, way_back), self._state(states)

    def _run(
        self, x: Tensor, states: list[Tensor], weights: list[list[Tensor]], dtype: str, lengths: Tensor | None
    ) -> tuple[Tensor, list[Tensor]]:
        """Return outputs and states of all layers; x is (N, T, D)."""
        directions = 2 if self.bidirectional else 1
        drops = self.training and self.dropout > 0
        depth = 1 if drops else self.num_layers  # of the layers that are computed at once
        mask = None if lengths is None else torch.arange(x.size(1)) < lengths[:, None]
        cell, parts = self._cell, []
        for first in range(0, self.num_layers, depth):
            if first:
                x = self._dropped(x, lengths)
            own = slice(first * directions, (first + depth) * directions)
            given, parameters = [state[own] for state in states], [one for group in weights[own] for one in group]
            learns = torch.is_grad_enabled() and any(one.requires_grad for one in (x, *given, *parameters))
            trained = tuple(learns and any(one.requires_grad for one in group) for group in weights[own])
            form = Form(
                cell=cell.name,
                dtype=dtype,
                features=x.size(2),
                units=self.hidden_size,
                depth=depth,
                bias=self.bias,
                bidirectional=self.bidirectional,
                activation=self._activation,
                # What lies below a layer that is not trained is reached on the way to the input.
                input_gradient=learns and (x.requires_grad or not all(trained)),
                trained=trained,
            )
            x, last = recurrence(self._networks, form, learns, x, given, mask, parameters)
            parts.append(last)
        return x, [group[0] if len(group) == 1 else torch.cat(group) for group in zip(*parts, strict=True)]

    def _dropped(self, x: Tensor, lengths: Tensor | None) -> Tensor:
        """Return x (N, T, D) with numbers dropped, those that torch.nn drops with the same seed."""
        drop = torch.nn.functional.dropout
        if lengths is None:
            return drop(x.transpose(0, 1).contiguous(), self.dropout).transpose(0, 1)
        packed = _packed(x, lengths)
        dropped = PackedSequence(drop(packed.data, self.dropout), packed.batch_sizes)
        return pad_packed_sequence(dropped, batch_first=True)[0]

    def _require_supported(self, data: Any, weight: Tensor) -> str:
        """Return the name of the dtype, which the weights and the data have in common."""
        if not isinstance(data, torch.Tensor):
            raise TypeError(f"input: expected a Tensor or a PackedSequence, got {type(data).__name__}")
        for name, one in (("weights", weight), ("input", data)):
            if one.device.type != "cpu":
                raise ValueError(
                    f"{name}: {self._title} expected tensors on the CPU, got one on {one.device} (use {self._peer} for"
                    " other devices)"
                )
        if weight.dtype not in DTYPES:
            raise TypeError(
                f"weights: {self._title} expected float32 or float64, got {weight.dtype} (convert the module with"
                f" .float(), or use {self._peer})"
            )
        if data.dtype != weight.dtype:
            raise ValueError(
                f"input: expected {weight.dtype} as the weights, got {data.dtype} (convert the input, or the module;"
                " under torch.autocast, leave the module out with torch.autocast(..., enabled=False))"
            )
        return DTYPES[weight.dtype]

    def _states(self, hx: Any, dtype: torch.dtype) -> list[Tensor]:
        """Return the initial states as a list, empty where there are none."""
        if hx is None:
            return []
        count = len(self._cell.states)
        states = [hx] if count == 1 else hx
        if not isinstance(states, (tuple, list)) or len(states) != count:
            got = f"{len(hx)} of them" if isinstance(hx, (tuple, list)) else type(hx).__name__
            raise TypeError(f"hx: {self._title} expected a tuple (h, c), got {got}")
        for state in states:
            if not isinstance(state, torch.Tensor) or state.dtype != dtype or state.device.type != "cpu":
                found = f"{state.dtype} on {state.device}" if isinstance(state, torch.Tensor) else type(state).__name__
                raise TypeError(f"hx: {self._title} expected tensors of {dtype} on the CPU, got {found}")
        return list(states)

    def _state(self, states: Any) -> Any:
        """Return states as the caller sees them."""
        found = tuple(states)
        return found if len(found) > 1 else found[0]

    def _check_shapes(self, data: Tensor, states: list[Tensor], batch_sizes: Tensor | None) -> None:
        self.check_input(data, batch_sizes)
        for i, state in enumerate(states):
            expected = self.get_expected_hidden_size(data, batch_sizes)
            name = f"hidden[{i}]" if len(states) > 1 else "hidden"
            self.check_hidden_size(state, expected, f"Expected {name} size {{}}, got {{}}")

    @property
    def _cell(self) -> Cell:
        return cell_of(self)

    @property
    def _activation(self) -> str:
        return "tanh"

    @property
    def _title(self) -> str:
        return f"fastlstm's {type(self).__name__}"

    @property
    def _peer(self) -> str:
        return f"torch.nn.{type(self).__name__}"


def _packed(x: Tensor, lengths: Tensor) -> PackedSequence:
    return pack_padded_sequence(x, lengths, batch_first=True)
