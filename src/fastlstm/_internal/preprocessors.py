"""The base class of what turns data such as texts into the numbers that layers take."""

from typing import Any, ClassVar

from .arrays import Array


class Preprocessor:
    """What Keras has as layers for texts and tokens. In a model it converts an input before the first layer."""

    name: str

    built: ClassVar[bool] = True
    trainable: ClassVar[bool] = False
    weights: ClassVar[tuple[Array, ...]] = ()
    """Its vocabulary is no weight."""

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

    def _sample_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of a sample of the result, without the batch axis, for one of the inputs."""
        raise NotImplementedError

    def __repr__(self) -> str:
        """Return the class and the name."""
        return f"<{type(self).__name__} name={self.name}>"

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Return an object with the arguments that `get_config` returned.

        Parameters
        ----------
        config : dict
            The arguments.

        Returns
        -------
        object
            A new one of this class.
        """
        return cls(**config)
