"""Copies of models with initial weights."""

from collections.abc import Callable
from typing import TypeVar

from ..layers import Layer
from .sequential import Sequential

Chain = TypeVar("Chain", bound=Sequential)


def clone_model(model: Chain, *, clone_function: Callable[[Layer], Layer] | None = None) -> Chain:
    """Return a new model with layers like those of another one, initial weights, and not compiled.

    Parameters
    ----------
    model : Sequential
        The names of the model and its layers are taken over.
    clone_function : callable, optional
        Given a layer it returns the one for the clone, in place of ``type(layer).from_config(layer.get_config())``.

    Returns
    -------
    Sequential

    Raises
    ------
    TypeError
        If `model` is not a Sequential, or `clone_function` returns no layer.

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
