"""K.function: what layers compute for given inputs."""

from collections.abc import Callable, Sequence
from typing import Any

from ...layers.symbolic import SymbolicTensor
from .._arrays import tensor


def function(inputs: Sequence[Any], outputs: Any, updates: Any = None, **_: Any) -> Callable[[Sequence[Any]], Any]:
    """Return a function from values of symbolic tensors to values of others that were computed from them.

    Parameters
    ----------
    inputs : list
        Symbolic tensors, and perhaps `learning_phase()`.
    outputs : SymbolicTensor or list of them
        What was computed from the inputs by calling layers.
    updates : None
        Ignored.

    Returns
    -------
    callable
        Takes a list with an array for each tensor, and 1 for the training phase; returns an array or a list of them.

    Examples
    --------
    >>> from fastlstm import keras
    >>> x = keras.Input((2,))
    >>> double = function([x], [x + x])
    >>> double([[[1.0, 2.0]]])[0].tolist()
    [[2.0, 4.0]]
    """
    from ..models import Model  # they use this module

    wanted = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
    model = Model([one for one in inputs if isinstance(one, SymbolicTensor)], wanted)

    def call(values: Sequence[Any]) -> Any:
        if len(values) != len(inputs):
            raise ValueError(f"values: expected {len(inputs)}, one for each input, got {len(values)}")
        pairs = list(zip(inputs, values, strict=True))
        given = [value for one, value in pairs if isinstance(one, SymbolicTensor)]
        training = any(bool(value) for one, value in pairs if not isinstance(one, SymbolicTensor))
        found = model(given if len(given) > 1 else given[0], training=training)
        arrays = [tensor(one) for one in (found if isinstance(found, list) else [found])]
        return arrays if isinstance(outputs, (list, tuple)) else arrays[0]

    return call
