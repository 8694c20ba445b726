"""What is listed among the layers of a model and has no weights."""

from typing import ClassVar

from .arrays import Array
from .not_available import has_attributes_of_keras


@has_attributes_of_keras
class WithoutWeights:
    """The part of a layer that concerns weights, for an Input and for preprocessors, which have none."""

    _also_in_keras: ClassVar[tuple[str, ...]] = ("Layer",)
    built: ClassVar[bool] = True
    trainable: ClassVar[bool] = False
    _passes_mask: ClassVar[bool] = True
    weights: ClassVar[tuple[Array, ...]] = ()

    def get_weights(self) -> list[Array]:
        """Return the weights, of which there are none.

        Returns
        -------
        list
            Empty.
        """
        return []

    def count_params(self) -> int:
        """Return the number of values in the weights: 0.

        Returns
        -------
        int
        """
        return 0
