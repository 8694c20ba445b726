"""What is listed among the layers of a model and has no weights."""

from typing import ClassVar

from .arrays import Array


class WithoutWeights:
    """The part of a layer that concerns weights, for an Input and for preprocessors, which have none."""

    built: ClassVar[bool] = True
    trainable: ClassVar[bool] = False
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
