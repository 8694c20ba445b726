"""What a stack of layers says of itself: its layers by name, summary, configuration, and pictures."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from .._internal.checks import integer
from .._internal.registry import configuration
from ..callbacks import History
from ..layers import InputLayer, Layer
from ..layers._configuration import layer_of
from . import summary
from ._stack import LayerStack

Model = TypeVar("Model", bound="DescribedStack")


class DescribedStack(LayerStack):
    """A stack of layers that can be looked at and made again."""

    history: History | None = None

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """Return a layer by name or by its index in `layers`.

        Raises
        ------
        ValueError
            If there is no such layer, or not exactly one of the two is given.
        """
        if (name is None) == (index is None):
            raise ValueError("get_layer: expected either a name or an index")
        if index is not None:
            index = integer("index", index, -len(self._layers))
            try:
                return self._layers[index]
            except IndexError:
                raise ValueError(f"index: model {self.name!r} has {len(self._layers)} layers, got {index}") from None
        for layer in self._layers:
            if layer.name == name:
                return layer
        known = ", ".join(layer.name for layer in self._layers)
        raise ValueError(f"name: model {self.name!r} has no layer {name!r}; it has: {known}")

    def summary(
        self,
        line_length: int | None = None,
        positions: Sequence[float] | None = None,
        print_fn: Callable[[str], Any] | None = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Sequence[str] | None = None,
    ) -> None:
        """Print a table of the layers, their output shapes and sizes, and the totals.

        Parameters
        ----------
        line_length : int, optional
            Width of the table in characters. Default: 88, 100 with `show_trainable`, or what the terminal has.
        positions : sequence of float, optional
            Where each column ends, as fractions of the width: three, or four with `show_trainable`.
        print_fn : callable, optional
            Called once with the text, in place of `print`.
        expand_nested : bool
            As in Keras code, without effect: no layer is a model.
        show_trainable : bool
            Whether a column says if training changes a layer: Y or N, - where it has no weights.
        layer_range : (str, str), optional
            The first and the last layer of the table, by name or regular expression. The totals are of all.

        Raises
        ------
        ValueError
            If the width is too small, or there is no such layer.

        Examples
        --------
        >>> from fastlstm import Input, Sequential, layers
        >>> model = Sequential([Input((20, 1)), layers.LSTM(32, name="memory")], name="small")
        >>> model.summary(line_length=60)
        Model: "small"
        ┏━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━┓
        ┃ Layer (type)             ┃ Output Shape      ┃   Param # ┃
        ┡━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━┩
        │ memory (LSTM)            │ (None, 32)        │     4,352 │
        └──────────────────────────┴───────────────────┴───────────┘
         Total params: 4,352 (17.00 KB)
         Trainable params: 4,352 (17.00 KB)
         Non-trainable params: 0 (0.00 B)
        """
        text = summary.table(self, line_length, positions, show_trainable, layer_range)
        (print if print_fn is None else print_fn)(text)

    def get_config(self) -> dict[str, Any]:
        """Return what the model is made of, without weights, optimizer and loss.

        Returns
        -------
        dict
            Of plain data: 'name', 'trainable', and 'layers', the class name and the configuration of each, the Input
            included.

        Examples
        --------
        >>> from fastlstm import Input, Sequential, layers
        >>> model = Sequential([Input((20, 1)), layers.LSTM(32)])
        >>> Sequential.from_config(model.get_config()).output_shape
        (None, 32)
        """
        parts = [*([] if self._input is None else [self._input]), *self._layers]
        return {"name": self.name, "trainable": self.trainable, "layers": [configuration(part) for part in parts]}

    @classmethod
    def from_config(cls: type[Model], config: dict[str, Any]) -> Model:
        """Return a new model like the one that `get_config` describes, with initial weights and not compiled.

        Raises
        ------
        ValueError, TypeError
            As the constructors of the model and its layers.
        """
        parts: Iterable[Layer | InputLayer] = (_part_of(i, entry) for i, entry in enumerate(config["layers"]))
        return cls(parts, **{key: value for key, value in config.items() if key != "layers"})

    def plot_history(self, history: Any = None, ax: Any = None) -> Any:
        """Draw the losses and metrics of a fit over its epochs.

        Parameters
        ----------
        history : History or dict, optional
            Default: that of the last fit.
        ax : matplotlib.axes.Axes, optional
            Where to draw the losses, alone. Default: a new figure with a panel for the loss and for each metric.

        Returns
        -------
        matplotlib.axes.Axes or ndarray of them
            One if there is one panel. ``axes.figure.savefig("loss.png")`` writes the picture.

        Raises
        ------
        ValueError
            If there was no fit, or not an epoch of it.
        """
        from .. import plotting

        chosen = self.history if history is None else history
        if chosen is None:
            raise ValueError(f"history: model {self.name!r} was not fitted, and no history is given")
        return plotting.plot_history(chosen, ax)


def _part_of(i: int, entry: Any) -> Layer | InputLayer:
    """Return a new layer or input from an entry of a model's configuration."""
    if isinstance(entry, dict) and entry.get("class_name") == "InputLayer":
        return InputLayer.from_config(entry.get("config", {}))
    return layer_of(f"layers[{i}]", entry)


def clone_model(model: Model, *, clone_function: Callable[[Layer], Layer] | None = None) -> Model:
    """Return a new model with layers like those of another one, initial weights, and not compiled.

    Parameters
    ----------
    model : Sequential
        The names of the model and its layers are taken over.
    clone_function : callable, optional
        Given a layer it returns the one for the clone, in place of ``type(layer).from_config(layer.get_config())``.

    Returns
    -------
    Sequential

    Raises
    ------
    TypeError
        If `model` is not a Sequential, or `clone_function` returns no layer.

    Examples
    --------
    >>> from fastlstm import Input, Sequential, layers
    >>> model = Sequential([Input((20, 1)), layers.LSTM(32)])
    >>> clone = clone_model(model)
    >>> clone.set_weights(model.get_weights())
    """
    if not isinstance(model, DescribedStack):
        raise TypeError(f"model: expected a Sequential, got {model!r}")
    config = model.get_config()
    clone = type(model).from_config({**config, "layers": config["layers"][: len(config["layers"]) - len(model.layers)]})
    for layer in model.layers:
        clone.add(type(layer).from_config(layer.get_config()) if clone_function is None else clone_function(layer))
    return clone
