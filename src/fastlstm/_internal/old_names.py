"""Arguments by the names that they had in Keras 1 and 2, which scripts still use."""

import functools
import inspect
import warnings
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
    "atrous_rate": "dilation_rate",
    "border_mode": "padding",
    "pool_length": "pool_size",
    "stride": "strides",
    "length": "size",
    "dims": "target_shape",
    "consume_less": "implementation",
    "inner_activation": "recurrent_activation",
    "p": "rate",
    "sigma": "stddev",
    "alpha": "negative_slope",
    "bias": "use_bias",
    "init": ("kernel_initializer", "embeddings_initializer", "alpha_initializer"),
    "inner_init": "recurrent_initializer",
    "beta_init": "beta_initializer",
    "gamma_init": "gamma_initializer",
    "forget_bias_init": "unit_forget_bias",
    "W_regularizer": ("kernel_regularizer", "embeddings_regularizer"),
    "U_regularizer": "recurrent_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": ("kernel_constraint", "embeddings_constraint"),
    "U_constraint": "recurrent_constraint",
    "b_constraint": "bias_constraint",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
    "l": ("l1", "l2"),
    "m": "max_value",
}
"""The present name of each, or several, of which a function has one."""

_CONVERSIONS: dict[str, Callable[[Any], Any]] = {"forget_bias_init": lambda value: value in ("one", "ones")}


def _dropout_of_words(value: Any) -> bool:
    """Warn as Keras 2 does."""
    if value:
        warnings.warn(
            "dropout: an Embedding has no dropout since Keras 2, and it is ignored; add a SpatialDropout1D after it",
            UserWarning,
            stacklevel=4,
        )
    return True


_WITHOUT_EFFECT: dict[str, dict[str, Callable[[Any], bool]]] = {
    "BatchNormalization": {
        "mode": lambda value: value in (0, 2),
        "fused": lambda value: True,
        "renorm": lambda value: not value,
        "virtual_batch_size": lambda value: value is None,
    },
    "Embedding": {"dropout": _dropout_of_words},
    "LSTM": {"time_major": lambda value: not value},
    "GRU": {"time_major": lambda value: not value},
    "SimpleRNN": {"time_major": lambda value: not value},
    "Nadam": {"schedule_decay": lambda value: value == 0.004},
    "ProgbarLogger": {"count_mode": lambda value: True, "stateful_metrics": lambda value: True},
}
"""By class, arguments that it no longer has, with whether a value says what it does anyway."""


def present_name(name: str) -> str:
    """Return the present name of an argument, which is the given one if it has no other, or several."""
    found = OLD_NAMES.get(name, name)
    return found if isinstance(found, str) else name


def accepts_old_names(function: Function) -> Function:
    """Let a function take its keyword arguments by their old names as well, unless these mean something else in it.

    Arguments of a constructor that were dropped are accepted where their value has no effect.
    """
    parameters = inspect.signature(function).parameters
    names: dict[str, str] = {}
    for old, candidates in OLD_NAMES.items():
        found = [new for new in ((candidates,) if isinstance(candidates, str) else candidates) if new in parameters]
        if len(found) == 1 and old not in parameters:
            names[old] = found[0]
    owner = function.__qualname__.removesuffix(".__init__")
    dropped = {} if owner == function.__qualname__ else _WITHOUT_EFFECT.get(owner, {})
    if not names and not dropped:
        return function

    @functools.wraps(function)
    def with_old_names(*args: Any, **kwargs: Any) -> Any:
        for old in names.keys() & kwargs.keys():
            new = names[old]
            if new in kwargs:
                raise TypeError(f"{old}: expected {new} alone, of which it is an older name, got both")
            value = kwargs.pop(old)
            kwargs[new] = _CONVERSIONS[old](value) if old in _CONVERSIONS else value
        for old in dropped.keys() & kwargs.keys():
            value = kwargs.pop(old)
            if not dropped[old](value):
                raise ValueError(f"{old}: {owner} does not support it (leave it out), got {value!r}")
        return function(*args, **kwargs)

    return cast(Function, with_old_names)
