"""TimeDistributed: a layer or a model applied to every step."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from .._internal.arrays import Array, mask_for
from .._internal.checks import flag
from .._internal.native import Branch
from .._internal.owners import Owned
from .._internal.tensor import like
from ._from_config import layer_from
from ._weights import Weight
from .base import NESTED, SEQUENCES, Layer, ModelInside, Shape, registry, step_shape, steps_of
from .batch_normalization import BatchNormalization
from .symbolic import are_symbolic


@registry.register()
class TimeDistributed(Layer):
    """Apply a layer or a model to each step, with the same weights: (N, S, ...) is taken as N * S rows.

    In (N, S, T, D), each of S steps is a sequence itself, so that the layer may be a Conv1D, a pooling, a Flatten or a
    recurrent layer. Before an `Embedding`, (N, S, T) are whole numbers. On (N, T, D), layers such as Dense do the same
    without this wrapper.

    A mask (N, S) is passed on and does not enter the layer, and masks made inside do not leave it. In training,
    `BatchNormalization` normalizes each of the S steps by its own moments over the batch, as in Keras 3; a call with
    ``training=True`` moves its moving averages once for each step, unless it is in a model inside.

    Parameters
    ----------
    layer : Layer or Model
        A layer that is in no model, or a model of one input and one output. It may be neither stateful nor return its
        states.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`. `dtype` must be that of `layer`.

    Raises
    ------
    TypeError
        If `layer` is neither a layer nor a model.
    ValueError
        If `layer` is stateful, returns several arrays, is in use already, or has another dtype. When built or called:
        if it does not take a step of the input.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm import Input, Sequential, layers
    >>> layers.TimeDistributed(layers.LSTM(2))(np.ones((4, 5, 6, 3))).shape
    (4, 5, 2)
    >>> model = Sequential(
    ...     [
    ...         Input((4, 25, 1)),
    ...         layers.TimeDistributed(layers.Conv1D(64, 3, activation="relu")),
    ...         layers.TimeDistributed(layers.MaxPooling1D(2)),
    ...         layers.TimeDistributed(layers.Flatten()),
    ...         layers.LSTM(50),
    ...         layers.Dense(1),
    ...     ]
    ... )
    >>> model.predict(np.ones((8, 4, 25, 1))).shape
    (8, 1)
    """

    _keras_takes_mask = True
    _axes = SEQUENCES | NESTED | {5: "(N, R, S, T, D)"}

    def __init__(self, layer: Any, **options: Any) -> None:
        given: Any = layer if _is_model(layer) else layer_from("layer", layer)
        super().__init__(**{**options, "dtype": options.get("dtype") or given.dtype})
        if self.dtype != given.dtype:
            raise ValueError(f"dtype: {self.name!r} is {self.dtype}, its layer {given.name!r} is {given.dtype}")
        if given.return_state:
            raise ValueError(f"layer: TimeDistributed takes one of one output, got {given!r} with return_state=True")
        if any(leaf.stateful for leaf in given._leaf_layers()):
            raise ValueError(f"layer: TimeDistributed takes one that is not stateful, got {given!r}")
        self.layer = given
        if _is_model(given):
            given._claim(self)
        else:
            given._claim_alone(self)
            self._weights = given._weights  # shared: the wrapper itself has no weights

    @property
    def _model_inside(self) -> ModelInside | None:
        if _is_model(self.layer):
            return ModelInside("layer", self.layer)
        found = self.layer._model_inside
        return found and ModelInside(f"layer/{found.path}", found.model)

    @property
    def _contains_model(self) -> bool:
        return self._model_inside is not None

    # Weights: of a model inside, its layers have them, as those of any model inside another one ---------------------

    @property
    def weights(self) -> list[Array]:
        """Read-only views of the current weights; none before the layer is built.

        They go stale when layers are added to or removed from the model.
        """
        if not self._contains_model:
            return super().weights
        return [array for leaf in self._leaf_layers() for array in leaf.weights] if self.built else []

    def set_weights(self, weights: list[Any]) -> None:
        """Replace the weights.

        Parameters
        ----------
        weights : list of array_like
            In the order and the shapes of `get_weights`.

        Raises
        ------
        ValueError
            If the layer is not built, or the number of arrays or a shape differs; the weights are unchanged then.
        TypeError
            If `weights` is not a list, or an array is not made of real integers or floats.
        """
        if self._contains_model and self.built:
            self.layer.set_weights(weights)
        else:
            super().set_weights(weights)

    def _parts(self) -> dict[str, Any]:
        return {"layer": self.layer}

    def _leaf_layers(self) -> Iterator[Layer]:
        if self._contains_model:
            yield from self.layer._leaf_layers()
        else:
            yield self

    def _trained_by_layer(self) -> dict[int, list[bool]]:
        if not self._contains_model:
            return super()._trained_by_layer()
        inside = self.layer._trained_by_layer()
        return {layer: [self._trainable and flag for flag in flags] for layer, flags in inside.items()}

    def _declare(self, features: int) -> list[Weight]:
        return [] if self._contains_model else self.layer._declare(features)

    def _make_weights(self, features: int, input_shape: Shape) -> None:
        if isinstance(self.layer, Layer) or not self.layer.built:
            self.layer.build(step_shape(input_shape))

    def _adopt(self, features: int, arrays: Sequence[Array]) -> None:
        if self._contains_model:
            self._features = features
        else:
            super()._adopt(features, arrays)

    # Shapes --------------------------------------------------------------------------------------------------------

    def _check_shape(self, argument: str, shape: Any) -> int:
        self._check_axes(argument, shape)
        if None in shape[2:]:
            raise ValueError(
                f"{argument}: layer {self.name!r} needs to know all axes but those of the batch and of the steps, got"
                f" {tuple(shape)}"
            )
        of_step = step_shape(tuple(shape))
        if isinstance(self.layer, Layer):
            return self.layer._check_shape(argument, of_step)
        self.layer._shapes_of_outputs([of_step])
        return int(shape[-1])

    def _output_shape(self, shape: Shape) -> Shape:
        found = self.layer._shapes_of_outputs([step_shape(shape)])
        if len(found) != 1:
            raise ValueError(f"layer: TimeDistributed takes one of one output, {self.layer.name!r} has {len(found)}")
        return (*shape[:2], *found[0][1:])

    def _any_length(self, shape: Shape) -> Shape:
        return (None, *shape[1:])

    def _first_layer(self) -> Layer:
        first: Layer = self.layer._first_layer()
        return first

    def _as_input(self, name: str, x: Any, *, finite: bool = False) -> Array:
        return self._first_layer()._as_input(name, x, finite=finite)

    def _for_network(self, x: Array) -> Array:
        return x.reshape(*x.shape[:2], math.prod(x.shape[2:]))

    # Calls ---------------------------------------------------------------------------------------------------------

    def __call__(self, x: Any, *, mask: Any = None, training: bool = False) -> Any:
        """Return the output for an array; builds the layer if necessary.

        Parameters
        ----------
        x : array_like or SymbolicTensor
            (N, T, D), (N, S, T, D), or whatever else has two axes before what the layer inside takes. The output for a
            symbolic tensor is one as well, for a `fastlstm.models.Model`.
        mask : array_like of bool, optional
            (N, S), True where a step is valid. It does not enter the layer.
        training : bool
            Whether to run in training mode, in which dropout is active, with a new mask for each call.

        Returns
        -------
        ndarray or SymbolicTensor
            A new array of the layer's dtype.

        Raises
        ------
        ValueError
            If a shape is wrong.
        TypeError
            If `x` is not made of real integers or floats, or `mask` not of True and False.
        """
        if are_symbolic(x):
            return super().__call__(x, mask=mask, training=training)
        moves = flag("training", training) and isinstance(self.layer, BatchNormalization)
        if not self._contains_model and not moves:
            return super().__call__(x, mask=mask, training=training)
        array = self._as_input("x", x)
        self.build(array.shape)
        if moves and array.shape[1]:  # the moving averages, once for each step, as in Keras
            if mask is not None:
                mask_for(array, mask)
            return like(x, np.stack([self.layer(array[:, t], training=True) for t in range(array.shape[1])], axis=1))
        rows: Array = self.layer(array.reshape(math.prod(array.shape[:2]), *array.shape[2:]), training=training)
        return rows.reshape(*array.shape[:2], *rows.shape[1:])

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        if isinstance(self.layer, Layer):
            if len(shape) == 3 and self.layer._each_step:
                self.layer._append_all_to(branch, shape)
            else:
                self.layer._append_to_steps(branch, shape)
            return
        of_step = step_shape(shape)
        branch.divide(*self._first_layer()._network_input(of_step))
        branch.add_model(self.layer, of_step)
        branch.unite(steps_of(self.layer._shapes_of_outputs([of_step])[0]))

    def _arguments(self) -> dict[str, Any]:
        return {"layer": self.layer}


def _is_model(value: Any) -> bool:
    return isinstance(value, Owned) and not isinstance(value, Layer)
