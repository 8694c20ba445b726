"""Copies of models with new initial weights."""

from collections.abc import Callable
from typing import TypeVar

from ..layers import Layer
from .sequential import Sequential

AnySequential = TypeVar("AnySequential", bound=Sequential)


def clone_model(model: AnySequential, *, clone_function: Callable[[Layer], Layer] | None = None) -> AnySequential:
    """Return a copy of a model, not compiled, with new initial weights.

    Parameters
    ----------
    model : Sequential
        The model to copy. The clone and its layers have the same names.
    clone_function : callable, optional
        Takes a layer and returns the one for the clone; by default ``type(layer).from_config(layer.get_config())``.

    Returns
    -------
    Sequential
        The copy, of the class of `model`.

    Raises
    ------
    TypeError
        If `model` is not a Sequential, or `clone_function` does not return a layer.

    Examples
    --------
    >>> from fastlstm import Input, Sequential, layers
    >>> model = Sequential([Input((20, 1)), layers.LSTM(32)])
    >>> clone = clone_model(model)
    >>> clone.set_weights(model.get_weights())
    """
    if not isinstance(model, Sequential):
        raise TypeError(f"model: expected a Sequential, got {model!r}")
    config = model.get_config()
    clone = type(model).from_config({**config, "layers": config["layers"][: len(config["layers"]) - len(model.layers)]})
    for layer in model.layers:
        clone.add(type(layer).from_config(layer.get_config()) if clone_function is None else clone_function(layer))
    return clone
