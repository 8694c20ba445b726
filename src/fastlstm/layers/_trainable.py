"""Whether training changes a layer's weights, and what the layer is in, which must know when that changes."""

import weakref
from collections.abc import Sequence
from typing import Any, Protocol

from .._internal.arrays import Array
from .._internal.checks import flag
from ._weights import Weights


class Owner(Protocol):
    """What a layer is in: a model or a wrapper."""

    def _changed(self) -> None: ...


class Trainable:
    """What `Layer` has of that."""

    _weights: Weights

    def __init__(self, trainable: bool) -> None:
        self._trainable = flag("trainable", trainable)
        self._owner: weakref.ref[Owner] | None = None

    @property
    def name(self) -> str:
        """The layer's name."""
        raise NotImplementedError

    @property
    def weights(self) -> list[Array]:
        """Read-only views of the weights as they are now."""
        raise NotImplementedError

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights; assigning it sets it for the layers inside as well.

        In a model it takes effect at once, and the optimizer starts afresh. Regularizers of weights that are not
        trained add nothing to the loss.
        """
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        before = self._trained()
        self._trainable = flag("trainable", value)
        for layer in self._inner_layers():
            layer.trainable = value
        if self._trained() != before:
            self._changed()

    @property
    def trainable_weights(self) -> list[Array]:
        """Those of `weights` that training changes."""
        return [array for array, trained in zip(self.weights, self._trained(), strict=True) if trained]

    @property
    def non_trainable_weights(self) -> list[Array]:
        """Those of `weights` that training leaves alone."""
        return [array for array, trained in zip(self.weights, self._trained(), strict=True) if not trained]

    def count_trainable_params(self) -> int:
        """Return how many of them training changes."""
        return sum(array.size for array in self.trainable_weights)

    def __getstate__(self) -> dict[str, Any]:
        """Return what copies and pickles have: all but the owner, which claims its layers itself."""
        return {**vars(self), "_owner": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        for layer in self._inner_layers():
            layer._owner = weakref.ref(self)

    def _inner_layers(self) -> "Sequence[Trainable]":
        """Return the layers that this one is made of; its weights are theirs."""
        raise NotImplementedError

    def _trained(self) -> list[bool]:
        """Return for each weight whether training changes it."""
        inner = self._inner_layers()
        if inner:
            flags = [trained for layer in inner for trained in layer._trained()]
        else:
            flags = [weight.trainable for weight in self._weights.declared]
        return [self._trainable and trained for trained in flags]

    def _changed(self) -> None:
        """Let the model that the layer is in take note of a change, directly or in a wrapper."""
        owner = None if self._owner is None else self._owner()
        if owner is not None:
            owner._changed()

    def _require_free(self) -> None:
        if self._owner is not None and self._owner() is not None:
            raise ValueError(f"layer: {self.name!r} is in use already; sharing layers is not supported")

    def _claim(self, owner: Owner) -> None:
        """Make a model or a wrapper the owner; a layer that has one raises ValueError."""
        self._require_free()
        self._owner = weakref.ref(owner)
