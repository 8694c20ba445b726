"""What notebooks show of a layer."""

import inspect
import reprlib
from collections import ChainMap
from collections.abc import Mapping
from typing import Any

from .. import activations, config, constraints, initializers, regularizers
from .._internal import html
from .._internal.registry import is_config, plain
from .._internal.text import counted

_FROM_NAMES = {
    "_constraint": constraints.get,
    "_initializer": initializers.get,
    "_regularizer": regularizers.get,
}
"""What makes an object of a default that is a name, by the end of the argument's name."""

_short = reprlib.Repr()
_short.maxstring = _short.maxother = 60


def layer_for_notebooks(layer: Any, common: Mapping[str, inspect.Parameter]) -> html.Markup:
    """Return the arguments of a layer that differ from the defaults, its weights, and the layers inside it.

    `common` has the arguments of every layer, which a constructor may pass on without listing them.
    """
    parameters = ChainMap(dict(inspect.signature(type(layer)).parameters), dict(common))
    settings, inside, parts = [], [], []
    for argument, value in layer._constructor_arguments().items():
        found = [one for one in (value if isinstance(value, (list, tuple)) else [value]) if _is_layer(one)]
        if found:
            inside += found
            parts.append(html.section(argument, *(one._repr_html_() for one in found), is_open=False))
        elif argument != "name" and not _is_default(argument, value, parameters.get(argument)):
            settings.append([argument, _text(value)])
    size = counted(layer.count_params(), "parameter") if layer.built else "not built"
    if layer.built:
        of_parts = {weight.ref() for one in inside for weight in one.weights}
        weights = [weight for weight in layer.weights if weight.ref() not in of_parts]
        rows = [[weight.name, str(weight.shape), f"{weight.size:,}"] for weight in weights]
        if rows:
            parts.insert(0, html.table(["Weight", "Shape", "Param #"], rows, "<<>"))
    if settings:
        parts.insert(0, html.table(["Argument", "Value"], settings, "<<"))
    return html.section(f'{type(layer).__name__} "{layer.name}": {size}', *parts)


def _is_layer(value: Any) -> bool:
    """Return whether a value of an argument is a layer or a model."""
    return hasattr(type(value), "_repr_html_") and hasattr(value, "count_params")


def _is_default(argument: str, value: Any, parameter: inspect.Parameter | None) -> bool:
    if parameter is None or parameter.default is parameter.empty:
        return False
    default = parameter.default
    for ending, get in _FROM_NAMES.items():
        if argument.endswith(ending):
            default = get(default)
    if argument == "dtype":
        default = config.floatx()
    if argument == "activation" and default is None:
        default = activations.linear.__name__
    return bool(plain(default) == plain(value))


def _text(value: Any) -> str:
    """Return a value as one would write it, without the end of a long one."""
    described = plain(value)
    if is_config(described):
        options = ", ".join(f"{name}={_short.repr(one)}" for name, one in described["config"].items())
        return f"{described['class_name']}({options})"
    return _short.repr(described)
