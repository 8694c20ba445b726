"""Sequential: a chain of layers, with forecasts and streams."""

from collections.abc import Iterable, Mapping
from collections.abc import Sequence as SequenceOf
from typing import TYPE_CHECKING, Any, TypeVar

from .. import losses
from .._internal import checks
from .._internal.arrays import Array, numbers
from .._internal.registry import configuration
from ..layers import Embedding, InputLayer, Layer
from ..layers._from_config import layer_from
from ..layers.base import Shape
from ..layers.rnn._stateful_layer import StatefulLayer
from ..losses._robust import quantiles_of
from ..training import roll_out
from ..training.native_model import MODEL_INPUT, Node
from ..training.quantile_forecast import QuantileForecast, median_of
from .model import Model
from .streaming import Stream

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Chain = TypeVar("Chain", bound="Sequential")


class Sequential(Model):
    """A model: layers one after the other, as in Keras.

    Parameters
    ----------
    layers : iterable of layers, optional
        Best begun by an `Input`; without one the model is built by the first data it sees.
    name : str, optional
        Default: sequential, sequential_1, ...
    trainable : bool
        Whether training changes the weights.

    Attributes
    ----------
    optimizer : Optimizer or None
        That of `compile`.
    history : History or None
        Of the last `fit`, also of one that was interrupted.
    stop_training : bool
        Set by a callback to end `fit` after the native call that is running.
    stop_evaluating : bool
        Set by a callback to end `evaluate` in the same way.

    Raises
    ------
    TypeError, ValueError
        As `add`.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm import Input, Sequential, layers
    >>> model = Sequential([Input((20, 1)), layers.LSTM(32), layers.Dense(1)])
    >>> model.compile(optimizer="adam", loss="mse")
    >>> x = np.sin(np.arange(20) / 10 + np.arange(64)[:, None])[..., None]
    >>> history = model.fit(x, x[:, -1, 0], epochs=2, verbose=0)
    >>> len(history.history["loss"])
    2
    >>> model.predict(x[:1]).shape
    (1, 1)
    """

    def __init__(
        self,
        layers: Iterable[Layer | InputLayer] | None = None,
        name: str | None = None,
        *,
        trainable: bool = True,
    ) -> None:
        super().__init__(name, trainable)
        if layers is not None and not isinstance(layers, Iterable):
            raise TypeError(f"layers: expected a list of layers, got {layers!r}")
        for layer in layers or ():
            self.add(layer)

    def add(self, layer: Layer | InputLayer) -> None:
        """Add a layer at the end. A model that was trained keeps its weights, and its optimizer starts afresh.

        Parameters
        ----------
        layer : layer
            An `Input` in the first place only; a layer that is in no other model.

        Raises
        ------
        TypeError
            If it is not a layer.
        ValueError
            If an Input or an Embedding is not the first, a name is taken, the dtype disagrees, the layer is in a model
            already, returns several arrays, or does not take the output of the layer before it.

        Examples
        --------
        >>> from fastlstm import Input, Sequential, layers
        >>> model = Sequential()
        >>> model.add(Input((20, 1)))
        >>> model.add(layers.LSTM(32))
        >>> model.count_params()
        4352
        """
        if isinstance(layer, InputLayer):
            if self._input is not None or self._nodes:
                raise ValueError("layer: Input must come first, and once")
            self._input = layer
            return
        if not isinstance(layer, Layer):
            raise TypeError(f"layer: expected an instance of a fastlstm layer, got {layer!r}")
        self._require_fit(layer)
        if self._input is not None:
            shape = self._output_shape(self._input.batch_shape)
            layer.compute_output_shape(shape)
            layer._require_free()
            layer.build(shape)
        layer._claim(self)
        self._nodes.append(Node(layer, (len(self._nodes) - 1 if self._nodes else MODEL_INPUT,)))
        self._changed()

    def pop(self) -> Layer:
        """Remove the last layer and return it, with its weights.

        Raises
        ------
        ValueError
            If there is no layer.
        """
        if not self._nodes:
            raise ValueError(f"pop: model {self.name!r} has no layers")
        layer = self._nodes.pop().layer
        layer._detach()
        self._changed()
        return layer

    def build(self, input_shape: Shape) -> None:
        """Make the weights of a model without an Input; `fit`, `predict` and others do so for the data they are given.

        The shape is fixed from then on, the number of steps too. Begin the model with ``Input((None, D))`` to leave
        that open.

        Parameters
        ----------
        input_shape : tuple
            With the batch axis: (None, T, D) or (None, D).

        Raises
        ------
        ValueError
            If there are no layers, the first does not take this shape, or the model was built for another one.
        """
        if not isinstance(input_shape, (tuple, list)):
            raise TypeError(f"input_shape: expected a tuple with the batch axis, got {input_shape!r}")
        if self._input is None or not self._nodes:
            self._build_for_shape(tuple(input_shape))
        elif tuple(input_shape[1:]) != self._input.shape:
            raise ValueError(
                f"input_shape: model {self.name!r} was built for {self.input_shape}, got {tuple(input_shape)}"
            )

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
        parts = [*([] if self._input is None else [self._input]), *self.layers]
        return {"name": self.name, "trainable": self.trainable, "layers": [configuration(part) for part in parts]}

    @classmethod
    def from_config(cls: type[Chain], config: dict[str, Any]) -> Chain:
        """Return a new model like the one that `get_config` describes, with initial weights and not compiled.

        Raises
        ------
        ValueError, TypeError
            As the constructors of the model and its layers.
        """
        parts: Iterable[Layer | InputLayer] = (_part_of(i, entry) for i, entry in enumerate(config["layers"]))
        return cls(parts, **{key: value for key, value in config.items() if key != "layers"})

    def stream(self) -> Stream:
        """Return a stream: the model fed one step at a time, carrying its states.

        Returns
        -------
        Stream
            Which begins with zeros; see there.

        Raises
        ------
        ValueError
            If the model is not built, does not take sequences, or has a layer that needs the whole sequence
            (`Bidirectional`, ``go_backwards``, `Flatten`, `Reshape`, `RepeatVector`).
        """
        return Stream(self)

    def forecast(self, history: Any, steps: int, known: Any = None) -> Array:
        """Continue a series: predict a step, take the prediction for the newest input, and so on, natively.

        Equal bit for bit to a loop over `predict`. A model whose loss is a `fastlstm.losses.Quantile` predicts several
        quantiles of each value; what it feeds back, and this returns, are the medians. `forecast_quantiles` gives all.

        Parameters
        ----------
        history : array_like
            (T,) for one feature, (T, D), or (N, T, D). Its last rows, as many as the T of the model's input, or all
            if that is None, are the first window.
        steps : int
            How many, at least 0.
        known : array_like, optional
            For a model whose output is narrower than its input: the last features of the input, those that it does
            not predict, in the steps to come, (steps, K) or (N, steps, K). The model sees what is known of a step
            beside the values of the step before, as `fastlstm.datasets.windows` with `known` cuts it.

        Returns
        -------
        ndarray
            The new values only, of the rank of `history` and of its dtype; of the model's if `history` is integers.

        Raises
        ------
        ValueError
            If the model is not built or stateful, its output is wider than its input or is a sequence, the history
            is shorter than the window or has another number of features, or `known` is missing or not wanted.
        TypeError
            If `history` is not made of real integers or floats.
        """
        if self._quantile_loss() is not None:
            return self.forecast_quantiles(history, steps, known).median
        start = self._roll_out_start(history, steps, known, 1)
        return start.in_its_rank(roll_out.values(self._native_model(), start))

    def forecast_quantiles(
        self, history: Any, steps: int, known: Any = None, *, quantiles: float | SequenceOf[float] | None = None
    ) -> QuantileForecast:
        """Continue a series by a model that predicts quantiles: each step's median is the newest input of the next.

        Equal bit for bit to a loop over `predict`. The quantiles of a step are those that it would have if the medians
        of the steps before had come true. So an interval of the first step holds what it promises, as far as the model
        is right; those of later steps are too narrow, since they leave out how uncertain the steps before are. Where
        that matters let a model predict all steps at once, an output with steps (N, steps, quantiles).

        Parameters
        ----------
        history, steps, known
            As for `forecast`.
        quantiles : float or sequence of floats, optional
            What the columns of the output are, with 0.5 among them; for a model that predicts several features, those
            of the first one, then those of the second, and so on. Default: the quantiles of the loss of `compile`.

        Returns
        -------
        QuantileForecast
            With `median` and `intervals`; its `values` have one axis more than what `forecast` returns: the quantiles.

        Raises
        ------
        ValueError
            As `forecast`; and if it is not known what the columns are, there is no median, or the output has not the
            same number of columns for each feature.
        TypeError
            If `history` is not made of real integers or floats.

        Examples
        --------
        >>> import fastlstm
        >>> axis, values = fastlstm.datasets.sine(0, 30, 0.1)
        >>> loss = fastlstm.losses.Quantile((0.1, 0.5, 0.9))
        >>> model = fastlstm.fit(values, loss=loss, epochs=1, seed=1, verbose=0)
        >>> forecast = model.forecast_quantiles(values, 7)
        >>> forecast.median.shape, list(forecast.intervals)
        ((7,), [0.8])
        """
        if quantiles is None:
            loss = self._quantile_loss()
            if loss is None:
                raise ValueError("quantiles: expected those of the output's columns for a model without such a loss")
            quantiles = loss.quantiles
        levels = quantiles_of(quantiles)
        median = median_of(levels)
        start = self._roll_out_start(history, steps, known, len(levels))
        found = roll_out.quantiles(self._native_model(), start, len(levels), median)
        return QuantileForecast(levels, start.in_its_rank(found))

    def plot_forecast(
        self,
        history: Any,
        steps: int,
        known: Any = None,
        *,
        truth: Any = None,
        intervals: Mapping[float, tuple[Any, Any]] | tuple[Any, Any] | None = None,
        index: Any = None,
        name: str = "value",
        ax: Any = None,
    ) -> "Axes":
        """Draw a series and the model's forecast of it: `fastlstm.plotting.plot_forecast` of `forecast`.

        The forecast of a model whose loss is a `fastlstm.losses.Quantile` is drawn with its intervals; see
        `forecast_quantiles` for what they say.

        Parameters
        ----------
        history, steps, known
            As for `forecast`; of a history (T, D) the first feature is drawn, which must be the only one that the
            model predicts.
        truth, intervals, index, name, ax
            As for `fastlstm.plotting.plot_forecast`.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        ValueError, TypeError
            As `forecast` and `fastlstm.plotting.plot_forecast`.
        """
        from .. import plotting

        if self._quantile_loss() is not None:
            quantiles = self.forecast_quantiles(history, steps, known)
            values = quantiles.median
            if intervals is None and values.size == steps:
                intervals = {c: (low.ravel(), high.ravel()) for c, (low, high) in quantiles.intervals.items()}
        else:
            values = self.forecast(history, steps, known)
        series = numbers("history", history)
        if series.ndim == 2 and values.shape[1:] == (1,):
            series = series[:, :1]
        return plotting.plot_forecast(series, values, truth=truth, intervals=intervals, index=index, name=name, ax=ax)

    # Inside --------------------------------------------------------------------------------------------------------

    def _quantile_loss(self) -> losses.Quantile | None:
        loss = None if self._compiled is None else self._compiled.loss
        return loss if isinstance(loss, losses.Quantile) else None

    def _require_fit(self, layer: Layer) -> None:
        """Raise ValueError if a layer can not become the next one."""
        if layer in self.layers:
            raise ValueError(
                f"layer: {layer.name!r} is in model {self.name!r} already; sharing layers is not supported"
            )
        if isinstance(layer, Embedding) and self._nodes:
            raise ValueError(f"layer: {layer.name!r} is an Embedding, which must be the first layer of a model")
        if isinstance(layer, StatefulLayer):
            layer._require_one_output()
        if any(other.name == layer.name for other in self.layers):
            raise ValueError(f"layer: the name {layer.name!r} is taken in model {self.name!r}; give another one")
        first = self._nodes[0].layer if self._nodes else self._input
        if first is not None and first.dtype not in (None, layer.dtype):
            raise ValueError(
                f"dtype: layer {layer.name!r} is {layer.dtype}, {first.name!r} is {first.dtype}; one model has one"
                " dtype, give all the same dtype= or use config.set_floatx"
            )

    def _roll_out_start(self, history: Any, steps: Any, known: Any, columns: int) -> roll_out.Start:
        """Return what a roll-out starts from, of a model with so many columns of output for each predicted feature."""
        steps = checks.integer("steps", steps, 0)
        sample_shape, output_shape = self.input_shape[1:], self.output_shape
        if len(output_shape) != 2:
            raise ValueError(f"forecast: expected a model with output (N, D), got {output_shape}")
        width = checks.integer("output width", output_shape[1], 1)
        if width % columns:
            raise ValueError(
                f"quantiles: expected as many for each feature that the model predicts, got {columns} for an output of"
                f" {width} columns"
            )
        if self._native_model().stateful:
            raise ValueError(f"forecast: expected a model that is not stateful, got {self.name!r}")
        return roll_out.start(history, steps, known, sample_shape, width // columns, self.dtype)


def _part_of(i: int, entry: Any) -> Layer | InputLayer:
    """Return a new layer or input from an entry of a model's configuration."""
    if isinstance(entry, dict) and entry.get("class_name") == "InputLayer":
        return InputLayer.from_config(entry.get("config", {}))
    return layer_from(f"layers[{i}]", entry)
