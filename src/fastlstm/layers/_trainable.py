"""Whether training changes a layer's weights, and the owners to notify when that changes."""

import weakref
from collections.abc import Sequence
from typing import Any, ClassVar

from .._internal.arrays import Array
from .._internal.checks import flag
from .._internal.owners import Owned
from ._weights import Weights


class Trainable(Owned):
    """The part of `Layer` that concerns training and ownership."""

    _weights: Weights
    _follows_trainable: ClassVar[bool] = False
    """Whether the layer computes something else when it is not trainable."""

    def __init__(self, trainable: bool) -> None:
        super().__init__()
        self._trainable = flag("trainable", trainable)
        self._holder: weakref.ref[Any] | None = None
        """The native model whose network has the weights."""

    @property
    def weights(self) -> list[Array]:
        """Read-only views of the current weights."""
        raise NotImplementedError

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights; assigning it sets it for the layers inside as well.

        In a model this takes effect at once and resets the optimizer. Regularizers of weights that are not trained add
        nothing to the loss.
        """
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        before, trainable = self._trained(), self._trainable
        self._trainable = flag("trainable", value)
        for layer in self._inner_layers():
            layer.trainable = value
        if self._trained() != before or (self._follows_trainable and value != trainable):
            self._trainable_changed()

    @property
    def trainable_weights(self) -> list[Array]:
        """The weights that training changes, as in `weights`."""
        return [array for array, trained in zip(self.weights, self._trained(), strict=True) if trained]

    @property
    def non_trainable_weights(self) -> list[Array]:
        """The weights that training does not change, as in `weights`."""
        return [array for array, trained in zip(self.weights, self._trained(), strict=True) if not trained]

    @property
    def variables(self) -> list[Array]:
        """The weights, under their name in Keras."""
        return self.weights

    @property
    def trainable_variables(self) -> list[Array]:
        """The weights that training changes, under their name in Keras."""
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[Array]:
        """The weights that training does not change, under their name in Keras."""
        return self.non_trainable_weights

    @property
    def losses(self) -> list[float]:
        """The penalties of the regularizers of weights that training changes, and of a call while a tape records."""
        inner = self._inner_layers()
        added = list(vars(self).get("_added_losses", ()))
        if inner:
            return [loss for layer in inner for loss in layer.losses] + added
        pairs = zip(self._weights.declared, self.weights, self._trained(), strict=False)
        return [
            weight.regularizer(array._current())  # type: ignore[attr-defined]
            for weight, array, trained in pairs
            if trained and weight.regularizer
        ] + added

    def count_trainable_params(self) -> int:
        """Return the number of values in the weights that training changes."""
        return sum(array.size for array in self.trainable_weights)

    def __getstate__(self) -> dict[str, Any]:
        """Return the state for copies and pickles, without what is outside."""
        return {**super().__getstate__(), "_holder": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        for layer in self._inner_layers():
            layer._claim(self)

    def _inner_layers(self) -> "Sequence[Trainable]":
        """Return the layers inside this one, which own its weights."""
        raise NotImplementedError

    def _trained(self) -> list[bool]:
        """Return for each weight whether training changes it."""
        inner = self._inner_layers()
        if inner:
            flags = [trained for layer in inner for trained in layer._trained()]
        else:
            flags = [weight.trainable for weight in self._weights.declared]
        return [self._trainable and trained for trained in flags]

    def _require_free_name(self, name: str, of: Any) -> None:
        """Accept any name of a layer inside, which is found in another way."""

    def _changed(self) -> None:
        """Notify the models that contain the layer, directly or through a wrapper."""
        self._notify_owners()
