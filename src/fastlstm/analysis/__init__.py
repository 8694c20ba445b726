"""See what recurrent layers do: gradients, states and gates at every step of a model, and how long it remembers."""

from ._connectivity import connectivity
from ._gradient_flow import GradientFlow, StepNorms, gradient_flow
from ._lyapunov import lyapunov_exponent
from ._memory import memory_length, output_flow
from ._states import Saturation, gates, saturation, states

__all__ = [
    "GradientFlow",
    "Saturation",
    "StepNorms",
    "connectivity",
    "gates",
    "gradient_flow",
    "lyapunov_exponent",
    "memory_length",
    "output_flow",
    "saturation",
    "states",
]
