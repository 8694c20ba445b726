"""The recurrent layers of this package as Keras layers, under the names that saved files use."""

from collections.abc import Callable
from typing import Any, ClassVar

import keras
from keras import ops

from . import _cells

_register: Callable[..., Any] = keras.saving.register_keras_serializable(package="fastlstm")
_OF_LAYER = (
    "return_sequences",
    "return_state",
    "go_backwards",
    "stateful",
    "unroll",
    "zero_output_for_mask",
    "activity_regularizer",
    "trainable",
    "name",
)


@_register
class RNN(keras.layers.RNN):
    """`fastlstm.layers.RNN` with `checkpoint`, which changes no result, in Keras.

    Parameters
    ----------
    cell : object
        The cell, or a list of them.
    checkpoint : bool or int
        Without effect.
    **options
        Keyword arguments of `keras.layers.RNN`.
    """

    def __init__(self, cell: Any, checkpoint: Any = False, **options: Any) -> None:
        super().__init__(cell, **options)


class _Recurrent(keras.layers.RNN):
    """A layer with one of the cells of this package.

    Parameters
    ----------
    units : int
        Number of units.
    **options
        Keyword arguments of the layer of the same name in `fastlstm.layers`.
    """

    cell_class: ClassVar[Any]

    def __init__(self, units: int, *, dtype: Any = None, **options: Any) -> None:
        options.pop("checkpoint", None)  # where training keeps its states, which changes no result
        of_layer = {name: options.pop(name) for name in _OF_LAYER if name in options}
        cell = self.cell_class(units, dtype=dtype, trainable=of_layer.get("trainable", True), **options)
        super().__init__(cell, dtype=dtype, **of_layer)

    def inner_loop(self, sequences: Any, initial_state: Any, mask: Any, training: bool = False) -> Any:
        noise_size = self.cell.noise_size
        if training and noise_size:
            shape = ops.shape(sequences)
            noise = keras.random.uniform(
                (shape[0], shape[1], noise_size), dtype=self.compute_dtype, seed=self.cell.seed_generator
            )
            sequences = ops.concatenate([sequences, noise], axis=-1)
        return super().inner_loop(sequences, initial_state, mask=mask, training=training)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["cell"]
        cell = {name: value for name, value in self.cell.get_config().items() if name not in config}
        found = {**config, **cell}
        if self.activity_regularizer is not None:
            found["activity_regularizer"] = keras.regularizers.serialize(self.activity_regularizer)
        return found

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        return cls(**config)


@_register
class SimpleRNN(_Recurrent):
    """`fastlstm.layers.SimpleRNN` with zoneout or clipped gates, in Keras."""

    cell_class = _cells.SimpleRNNCell


@_register
class LSTM(_Recurrent):
    """`fastlstm.layers.LSTM` with peepholes, coupled gates, zoneout or clipped gates, in Keras."""

    cell_class = _cells.LSTMCell


@_register
class GRU(_Recurrent):
    """`fastlstm.layers.GRU` with zoneout or clipped gates, in Keras."""

    cell_class = _cells.GRUCell


@_register
class MinGRU(_Recurrent):
    """`fastlstm.layers.MinGRU` in Keras."""

    cell_class = _cells.MinGRUCell


@_register
class MinLSTM(_Recurrent):
    """`fastlstm.layers.MinLSTM` in Keras."""

    cell_class = _cells.MinLSTMCell
