"""Windows of steps, as convolutions and poolings have them."""

from typing import Any, NamedTuple

from .._internal.checks import size
from .base import Shape


class Window(NamedTuple):
    """The steps of the input of which a step of the output is made."""

    size: int
    strides: int
    padding: str
    dilation_rate: int = 1

    @property
    def is_one_step(self) -> bool:
        """Whether a step of the output is made of the same step of the input alone."""
        return self.size == self.strides == 1

    @property
    def reach(self) -> int:
        """The number of steps from the first one of a window to the last one, both counted."""
        return (self.size - 1) * self.dilation_rate + 1

    def steps(self, name: str, shape: Shape) -> int | None:
        """Return the number of steps of the output; raise ValueError if the input has fewer than a window."""
        steps = shape[1]
        if steps is None:
            return None
        reach = self.reach
        if self.padding == "valid" and steps < reach:
            raise ValueError(f"layer {name!r} expected at least {reach} steps, those of a window, got {shape}")
        return -(-(steps - reach + 1 if self.padding == "valid" else steps) // self.strides)

    def transposed_steps(self, shape: Shape) -> int | None:
        """Return the number of steps over which those of the input are spread."""
        beyond = max(self.reach - self.strides, 0) if self.padding == "valid" else 0
        return shape[1] and shape[1] * self.strides + beyond

    def options(self) -> dict[str, Any]:
        """Return the options of the core."""
        return {"size": self.size, "stride": self.strides, "dilation": self.dilation_rate, "padding": self.padding}


def window(
    name: str, extent: Any, strides: Any, padding: Any, dilation_rate: Any = 1, *, causal: bool = False
) -> Window:
    """Return the window given by a constructor's arguments, of which the first is called `name`."""
    allowed = ("valid", "same", "causal") if causal else ("valid", "same")
    given = padding.lower() if isinstance(padding, str) else padding
    if given not in allowed:
        raise ValueError(f"padding: expected one of {', '.join(allowed)}, got {padding!r}")
    return Window(one_size(name, extent), one_size("strides", strides), given, one_size("dilation_rate", dilation_rate))


def one_size(name: str, value: Any) -> int:
    """Return an integer of at least 1, or the only one of a tuple, as Keras's files have it."""
    if isinstance(value, (tuple, list)) and len(value) == 1:
        value = value[0]
    return size(name, value)
