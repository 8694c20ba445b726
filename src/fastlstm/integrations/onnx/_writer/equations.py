"""One step of each cell in operators of ONNX, with the equations from the documentation of the layers.

They serve layers that the recurrent operators of ONNX cannot express; `scan` runs them over time.
"""

from collections.abc import Callable
from dataclasses import dataclass

from .graph import Symbol

Gate = Callable[[Symbol], Symbol]


@dataclass(frozen=True)
class Step:
    """The inputs of a step."""

    x: dict[str, Symbol]
    """x W + b by gate block."""
    states: dict[str, Symbol]
    """The states before the step by name."""
    recurrent_kernel: dict[str, Symbol]
    """U by gate block."""
    recurrent_bias: dict[str, Symbol]
    """b' by gate block, if the cell has one."""
    peephole: dict[str, Symbol]
    """p by gate, if the cell has peepholes."""
    activation: Gate
    """Clips a candidate, then activates it."""
    recurrent_activation: Gate
    """Clips a gate, then activates it."""
    output_activation: Gate
    """Activates the cell state for the output, without clipping."""

    def recurrent(self, block: str, h: Symbol | None = None) -> Symbol:
        """Return h U + b' of one block."""
        product = (self.states["h"] if h is None else h) @ self.recurrent_kernel[block]
        return product + self.recurrent_bias[block] if block in self.recurrent_bias else product

    def pre_activation(self, block: str) -> Symbol:
        """Return x W + b + h U of one block."""
        return self.x[block] + self.recurrent(block)


def _simple_rnn(s: Step) -> dict[str, Symbol]:
    return {"h": s.activation(s.pre_activation("h"))}


def _lstm(s: Step) -> dict[str, Symbol]:
    def gate(name: str, c: Symbol) -> Symbol:
        z = s.pre_activation(name)
        return s.recurrent_activation(z + s.peephole[name] * c if name in s.peephole else z)

    before = s.states["c"]
    i = gate("i", before)
    f = gate("f", before) if "f" in s.x else 1.0 - i
    c = f * before + i * s.activation(s.pre_activation("c"))
    return {"h": gate("o", c) * s.output_activation(c), "c": c}


def _gru(s: Step) -> dict[str, Symbol]:
    z, r = s.recurrent_activation(s.pre_activation("z")), s.recurrent_activation(s.pre_activation("r"))
    candidate = s.activation(s.x["h"] + r * s.recurrent("h"))
    return {"h": z * s.states["h"] + (1.0 - z) * candidate}


def _gru_reset_before(s: Step) -> dict[str, Symbol]:
    z, r = s.recurrent_activation(s.pre_activation("z")), s.recurrent_activation(s.pre_activation("r"))
    candidate = s.activation(s.x["h"] + s.recurrent("h", r * s.states["h"]))
    return {"h": z * s.states["h"] + (1.0 - z) * candidate}


def _min_gru(s: Step) -> dict[str, Symbol]:
    z = s.recurrent_activation(s.x["z"])
    return {"h": (1.0 - z) * s.states["h"] + z * s.activation(s.x["h"])}


def _min_lstm(s: Step) -> dict[str, Symbol]:
    f, i = s.recurrent_activation(s.x["f"]), s.recurrent_activation(s.x["i"])
    both, candidate = f + i, s.activation(s.x["h"])
    share = both.apply("Equal", 0.0).apply("Where", 0.5, f / both)  # half each if both have been rounded to zero
    return {"h": share * (s.states["h"] - candidate) + candidate}


EQUATIONS: dict[str, Callable[[Step], dict[str, Symbol]]] = {
    "simple_rnn": _simple_rnn,
    "lstm": _lstm,
    "peephole_lstm": _lstm,
    "coupled_lstm": _lstm,
    "coupled_peephole_lstm": _lstm,
    "gru": _gru,
    "gru_reset_before": _gru_reset_before,
    "min_gru": _min_gru,
    "min_lstm": _min_lstm,
}
"""Functions that return the states after a step, by the name of the cell in the core."""
