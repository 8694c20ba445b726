"""The base class of what turns data such as texts into the numbers that layers take."""

from typing import Any

from .without_weights import WithoutWeights


class Preprocessor(WithoutWeights):
    """What Keras has as layers for texts and tokens. In a model it converts an input before the first layer."""

    name: str
    _data_dtype: str = "string"
    """The dtype of its data in files, if the input does not say it."""

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
