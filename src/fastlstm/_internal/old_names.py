"""Arguments by the names that they had in Keras 1 and 2, which scripts still use."""

import functools
import inspect
import warnings
from collections.abc import Callable, Sequence
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

_OF_INPUTS = {"input_shape": "shape", "batch_input_shape": "batch_shape"}
_OF_A_TEXT = {"text": "input_text"}
_OF_ONE: dict[str, dict[str, str]] = {
    "Input": _OF_INPUTS,
    "InputLayer": _OF_INPUTS,
    "one_hot": _OF_A_TEXT,
    "text_to_word_sequence": _OF_A_TEXT,
    "to_categorical": {"y": "x"},
}
"""By function or class, old names that mean something else elsewhere."""

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


def _anything(value: Any) -> bool:
    return True


_WITHOUT_EFFECT: dict[str, dict[str, Callable[[Any], bool]]] = {
    "Layer": {"autocast": _anything, "dynamic": lambda value: not value, "experimental_autocast": _anything},
    "Optimizer": {"jit_compile": _anything},
    "Adam": {"adaptive_epsilon": lambda value: not value},
    "BackupAndRestore": {"save_before_preemption": lambda value: not value},
    "IntegerLookup": {"vocabulary_dtype": lambda value: value in (None, "int32", "int64")},
    "InputLayer": {
        "input_tensor": lambda value: value is None,
        "optional": lambda value: not value,
        "type_spec": lambda value: value is None,
    },
    "Input": {
        "optional": lambda value: not value,
        "tensor": lambda value: value is None,
        "type_spec": lambda value: value is None,
    },
    "MultiHeadAttention": {"softmax_robust_masking": lambda value: not value},
    "RNN": {"time_major": lambda value: not value},
    "Softmax": {"robust_masking": lambda value: not value},
    "BatchNormalization": {
        "mode": lambda value: value in (0, 2),
        "fused": _anything,
        "renorm": lambda value: not value,
        "virtual_batch_size": lambda value: value is None,
    },
    "Embedding": {"dropout": _dropout_of_words, "sparse": lambda value: not value},
    "Nadam": {"schedule_decay": lambda value: value == 0.004},
    "ProgbarLogger": {"count_mode": _anything, "stateful_metrics": _anything},
}
"""By class, arguments that it no longer has, with whether a value says what it does anyway."""


def present_name(name: str) -> str:
    """Return the present name of an argument, which is the given one if it has no other, or several."""
    found = OLD_NAMES.get(name, name)
    return found if isinstance(found, str) else name


def accepts_old_names(function: Function, owners: Sequence[str] = ()) -> Function:
    """Let a function take its keyword arguments by their old names as well, unless these mean something else in it.

    Arguments that were dropped are accepted where their value has no effect, by the names of the class of a constructor
    and its base classes, or by that of the function.
    """
    parameters = inspect.signature(function).parameters
    names: dict[str, str] = {}
    owner = function.__qualname__.removesuffix(".__init__")
    of_owners = {old: new for each in owners or [owner] for old, new in _OF_ONE.get(each, {}).items()}
    for old, candidates in {**OLD_NAMES, **of_owners}.items():
        found = [new for new in ((candidates,) if isinstance(candidates, str) else candidates) if new in parameters]
        if len(found) == 1 and old not in parameters:
            names[old] = found[0]
    dropped = {}
    for each in reversed(owners or [owner]):
        dropped.update({name: rule for name, rule in _WITHOUT_EFFECT.get(each, {}).items() if name not in parameters})
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
