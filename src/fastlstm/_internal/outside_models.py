"""The base class of what Keras has as layers and this package has beside the models."""

from typing import Any


class OutsideModels:
    """What is called on data before a model sees it, and cannot be a layer of one."""

    name: str

    @property
    def why_not_a_layer(self) -> str:
        """What an error says where a layer is expected."""
        name = type(self).__name__
        return f"{name} cannot be part of a model, which computes with numbers; call it on the data before the model"

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
