"""Activations of this package as modules of torch.nn, with the arguments that make them the same function."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import torch


class _Same(NamedTuple):
    module: str
    arguments: Mapping[str, Any] = MappingProxyType({})


_SAME = {
    "celu": _Same("CELU", {"alpha": 1.0}),
    "elu": _Same("ELU", {"alpha": 1.0}),
    "gelu": _Same("GELU", {"approximate": "none"}),
    "glu": _Same("GLU", {"dim": -1}),
    "hard_shrink": _Same("Hardshrink", {"lambd": 0.5}),
    "hard_sigmoid": _Same("Hardsigmoid"),
    "hard_silu": _Same("Hardswish"),
    "hard_tanh": _Same("Hardtanh", {"min_val": -1.0, "max_val": 1.0}),
    "leaky_relu": _Same("LeakyReLU", {"negative_slope": 0.2}),
    "linear": _Same("Identity"),
    "log_sigmoid": _Same("LogSigmoid"),
    "log_softmax": _Same("LogSoftmax", {"dim": -1}),
    "mish": _Same("Mish"),
    "relu": _Same("ReLU"),
    "relu6": _Same("ReLU6"),
    "selu": _Same("SELU"),
    "sigmoid": _Same("Sigmoid"),
    "silu": _Same("SiLU"),
    "soft_shrink": _Same("Softshrink", {"lambd": 0.5}),
    "softmax": _Same("Softmax", {"dim": -1}),
    "softplus": _Same("Softplus", {"beta": 1.0, "threshold": 20.0}),
    "softsign": _Same("Softsign"),
    "tanh": _Same("Tanh"),
    "tanh_shrink": _Same("Tanhshrink"),
}

MODULES = tuple(getattr(torch.nn, same.module) for same in _SAME.values())
"""The modules that are activations."""


def module_of(activation: str, owner: str) -> Any:
    """Return the module for an activation of a layer; raise ValueError if torch.nn has none."""
    same = _SAME.get(activation)
    if same is None:
        raise ValueError(f"{owner}: torch.nn has no module for the activation {activation!r}")
    return getattr(torch.nn, same.module)(**same.arguments)


def activation_of(module: Any, rank: int) -> str | None:
    """Return the name of the activation that a module computes on arrays of this rank; None if it is not an activation.

    Raises ValueError if the arguments of the module differ from those of the activation.
    """
    for name, same in _SAME.items():
        if type(module) is not getattr(torch.nn, same.module):
            continue
        for argument, wanted in same.arguments.items():
            found = getattr(module, argument)
            if found != wanted and not (argument == "dim" and found == rank - 1):
                raise ValueError(f"module: {module} is not the activation {name!r}, which has {argument}={wanted!r}")
        return name
    return None


def module_of_function(name: str, arguments: Any, options: Any) -> Any:
    """Return the module equivalent to a function of torch or torch.nn.functional, or None if there is none."""
    for same in _SAME.values():
        if same.module.lower() == name.replace("_", ""):
            return getattr(torch.nn, same.module)(*arguments, **options)
    return None
