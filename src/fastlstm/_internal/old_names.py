"""Arguments by the names that they had in Keras 1 and 2, which scripts still use."""

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast

Function = TypeVar("Function", bound=Callable[..., Any])

OLD_NAMES = {
    "lr": "learning_rate",
    "nb_epoch": "epochs",
    "nb_words": "num_words",
    "nb_classes": "num_classes",
    "output_dim": "units",
    "nb_filter": "filters",
    "filter_length": "kernel_size",
    "subsample_length": "strides",
    "border_mode": "padding",
    "pool_length": "pool_size",
    "stride": "strides",
    "consume_less": "implementation",
    "inner_activation": "recurrent_activation",
    "p": "rate",
    "sigma": "stddev",
    "bias": "use_bias",
    "init": "kernel_initializer",
    "inner_init": "recurrent_initializer",
    "W_regularizer": "kernel_regularizer",
    "U_regularizer": "recurrent_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "U_constraint": "recurrent_constraint",
    "b_constraint": "bias_constraint",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
}
"""The present name of each."""


def accepts_old_names(function: Function) -> Function:
    """Let a function take its keyword arguments by their old names as well, unless these mean something else in it."""
    parameters = inspect.signature(function).parameters
    names = {old: new for old, new in OLD_NAMES.items() if new in parameters and old not in parameters}
    if not names:
        return function

    @functools.wraps(function)
    def with_old_names(*args: Any, **kwargs: Any) -> Any:
        for old in names.keys() & kwargs.keys():
            new = names[old]
            if new in kwargs:
                raise TypeError(f"{old}: expected {new} alone, of which it is an older name, got both")
            kwargs[new] = kwargs.pop(old)
        return function(*args, **kwargs)

    return cast(Function, with_old_names)
