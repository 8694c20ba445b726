"""Sequential: layers one after the other, with forecasts and streams."""

from collections.abc import Iterable, Mapping
from collections.abc import Sequence as SequenceOf
from typing import TYPE_CHECKING, Any, TypeVar

from .. import losses
from .._internal import checks
from .._internal.arrays import Array, numbers
from .._internal.preprocessors import Preprocessor
from ..layers import Embedding, InputLayer
from ..layers.base import Layer, Shape
from ..layers.symbolic import SymbolicTensor
from ..losses._robust import quantiles_of
from ..training import roll_out
from ..training.quantile_forecast import QuantileForecast, median_of
from .graph import LayerGraph, require_dtype_of
from .model import Model
from .streaming import Stream

if TYPE_CHECKING:
    from matplotlib.axes import Axes

AnySequential = TypeVar("AnySequential", bound="Sequential")


class Sequential(Model):
    """A model of layers one after the other, as in Keras.

    Parameters
    ----------
    layers : iterable of layers, optional
        Usually starting with an `Input`; without one, the model is built from the first data it receives.
    name : str, optional
        Default: sequential, sequential_1, ...
    trainable : bool
        Whether training changes the weights.

    Attributes
    ----------
    optimizer : Optimizer or None
        The optimizer given to `compile`.
    history : History or None
        The history of the last `fit`, even if it was interrupted.
    stop_training : bool
        Set to True by a callback to end `fit` after the current native call.
    stop_evaluating : bool
        Set to True by a callback to end `evaluate` in the same way.

    Raises
    ------
    ValueError
        If a layer does not fit the layers before it, is already in use, has a name that is taken, or has another dtype.
    TypeError
        If `layers` is not an iterable of layers.

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
        layers: Iterable[Layer | InputLayer | SymbolicTensor] | None = None,
        name: str | None = None,
        *,
        trainable: bool = True,
    ) -> None:
        super().__init__(name=name, trainable=trainable)
        if layers is not None and not isinstance(layers, Iterable):
            raise TypeError(f"layers: expected a list of layers, got {layers!r}")
        for layer in layers or ():
            self.add(layer)

    def add(self, layer: "Layer | InputLayer | LayerGraph | SymbolicTensor") -> None:
        """Add a layer at the end. This keeps the weights of the model and resets the optimizer.

        Parameters
        ----------
        layer : layer
            A layer, or a model of one input and one output; an `Input` only as the first one. A layer may be in several
            models, which then have the same weights.

        Raises
        ------
        TypeError
            If it is not a layer.
        ValueError
            If an Input or an Embedding is not the first layer, the name is taken, the dtype differs, or the layer is
            in this model already, returns several arrays, or does not accept the output of the layer before it.

        Examples
        --------
        >>> from fastlstm import Input, Sequential, layers
        >>> model = Sequential()
        >>> model.add(Input((20, 1)))
        >>> model.add(layers.LSTM(32))
        >>> model.count_params()
        4352
        """
        if isinstance(layer, SymbolicTensor) and isinstance(layer.layer, InputLayer):
            layer = layer.layer
        if isinstance(layer, InputLayer):
            if self._inputs or self._nodes:
                raise ValueError("layer: expected an Input only as the first layer, and only once")
            self._inputs = [layer]
            return
        if isinstance(layer, Preprocessor):
            if self._nodes:
                raise ValueError(f"layer: {layer!r} converts inputs and must come before all other layers")
            given = self._input or InputLayer((None,), name=f"{layer.name}_input")
            self._inputs = [given._preprocessed_by(layer).layer]
            return
        if not isinstance(layer, (Layer, LayerGraph)):
            raise TypeError(f"layer: expected an instance of a fastlstm layer, got {layer!r}")
        self._require_fit(layer)
        if not self._inputs and not self._nodes:
            shape = layer._given_shape if isinstance(layer, Layer) else layer.built and layer.input_shape
            if shape:
                self._inputs = [InputLayer(batch_shape=shape, name=f"{layer.name}_input")]
        if self._input is not None:
            shape = self._output_shape(self._input.batch_shape)
            layer._shapes_of_outputs([shape])
            if isinstance(layer, Layer) or not layer.built:
                layer.build(shape)
        self._append_node(layer)
        self._ends = None
        self._changed()

    def pop(self) -> Layer:
        """Remove the last layer and return it, with its weights.

        Returns
        -------
        Layer
            The layer that was the last one; it can be added to another model.

        Raises
        ------
        ValueError
            If the model has no layers.
        """
        if not self._nodes:
            raise ValueError(f"pop: model {self.name!r} has no layers")
        layer: Layer = self._nodes.pop().layer
        layer._detach(self)
        self._ends = None
        self._changed()
        return layer

    def build(self, input_shape: Shape) -> None:
        """Create the weights of a model without an Input; otherwise, `fit` or `predict` does so from its data.

        This fixes the shape, including the number of steps. Start the model with ``Input((None, D))`` to leave the
        number of steps open.

        Parameters
        ----------
        input_shape : tuple
            The shape with the batch axis: (None, T, D) or (None, D).

        Raises
        ------
        ValueError
            If there are no layers, a layer does not accept its input, or the model was built for another shape.
        TypeError
            If `input_shape` is not a tuple.
        """
        if not isinstance(input_shape, (tuple, list)):
            raise TypeError(f"input_shape: expected a tuple with the batch axis, got {input_shape!r}")
        if self._input is None or not self._nodes:
            self._require_layers()
            self._build([InputLayer(tuple(input_shape[1:]))])
        elif tuple(input_shape[1:]) != self._input.shape:
            raise ValueError(
                f"input_shape: model {self.name!r} was built for {self.input_shape}, got {tuple(input_shape)}"
            )

    def get_config(self) -> dict[str, Any]:
        """Return the configuration of the model, without weights, optimizer and loss.

        Returns
        -------
        dict
            Plain data: 'name', 'trainable', and 'layers' with the class name and configuration of each layer, including
            the Input.

        Examples
        --------
        >>> from fastlstm import Input, Sequential, layers
        >>> model = Sequential([Input((20, 1)), layers.LSTM(32)])
        >>> Sequential.from_config(model.get_config()).output_shape
        (None, 32)
        """
        return super().get_config()

    @classmethod
    def from_config(cls: type[AnySequential], config: dict[str, Any], custom_objects: Any = None) -> AnySequential:
        """Return a new model from a configuration, with initial weights and not compiled.

        Parameters
        ----------
        config : dict
            As returned by `get_config`, here or in Keras.
        custom_objects : dict, optional
            Your own classes and functions, by their names in the configuration.

        Returns
        -------
        Sequential
            A model of this class.

        Raises
        ------
        ValueError
            If a value is out of range, a class is unknown, or a layer does not fit.
        TypeError
            If an argument has the wrong type.
        """
        from ..formats import build, deserialize, saved_model  # slow to import

        classes = saved_model.ModelClasses(chain=cls, graph=Model)
        description = {"class_name": "Sequential", "config": config}
        made = build.with_initial_weights(description, deserialize.Deserializer(custom_objects), classes)
        return made  # type: ignore[return-value]

    def stream(self) -> Stream:
        """Return a stream, which runs the model one step at a time and keeps its states.

        Returns
        -------
        Stream
            Its method ``step(x)`` takes the next step, (D,) or (N, D), and returns the output; the states are zeros at
            first.

        Raises
        ------
        ValueError
            If the model is not built, does not take sequences, or has a layer that needs the whole sequence
            (`Bidirectional`, ``go_backwards``, `Flatten`, `Reshape`, `RepeatVector`).
        """
        return Stream(self)

    def forecast(self, history: Any, steps: int, known: Any = None) -> Array:
        """Continue a series: predict a step, append the prediction to the input, and repeat, all in C++.

        The result is bit-identical to calling `predict` in a loop. A model whose loss is a `fastlstm.losses.Quantile`
        predicts several quantiles of each value; the medians are fed back and returned. `forecast_quantiles` returns
        all.

        Parameters
        ----------
        history : array_like
            (T,) for one feature, (T, D), or (N, T, D). The last T rows, with the T of the model's input, are the
            first window; all rows if that is None.
        steps : int
            Number of steps to predict, at least 0.
        known : array_like, optional
            Future covariates, (steps, K) or (N, steps, K): values in the coming steps of the last K features of the
            input, which the model does not predict. Required if the output is narrower than the input. The model sees
            the covariates of a step together with the values of the step before, as arranged by
            `fastlstm.datasets.windows` with `known`.

        Returns
        -------
        ndarray
            The new values only: (steps,), (steps, O) or (N, steps, O), with the rank and the dtype of `history`; the
            model's dtype if `history` is integers.

        Raises
        ------
        ValueError
            If the model is not built or stateful, its output is wider than its input or is a sequence, the history
            is shorter than the window or has another number of features, or `known` is missing or not expected.
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
        """Continue a series with a model that predicts quantiles, feeding back the median of each step.

        The result is bit-identical to calling `predict` in a loop. The quantiles of a step are conditional on the
        medians of the previous steps. The intervals of the first step therefore have their nominal coverage if the
        model is right, and those of later steps are too narrow, since they ignore the uncertainty of the previous
        steps. If that matters, let a model predict all steps at once, with an output (N, steps, quantiles).

        Parameters
        ----------
        history : array_like
            (T,) for one feature, (T, D), or (N, T, D). The last T rows, with the T of the model's input, are the
            first window; all rows if that is None.
        steps : int
            Number of steps to predict, at least 0.
        known : array_like, optional
            Future covariates, (steps, K) or (N, steps, K): values in the coming steps of the last K features of the
            input, which the model does not predict. Required if the output is narrower than the input. The model sees
            the covariates of a step together with the values of the step before, as arranged by
            `fastlstm.datasets.windows` with `known`.
        quantiles : float or sequence of floats, optional
            The quantiles of the output's columns, 0.5 among them; for a model that predicts several features,
            those of the first feature, then of the second, and so on. Default: the quantiles of the loss of `compile`.

        Returns
        -------
        QuantileForecast
            With `median` and `intervals`; its `values` have the shape that `forecast` returns and a last axis of
            quantiles.

        Raises
        ------
        ValueError
            If the model is not built or stateful, its output is wider than its input or is a sequence, the history
            is shorter than the window or has another number of features, `known` is missing or not expected, the
            quantiles are unknown or lack 0.5, or the output does not have the same number of columns for each feature.
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
                raise ValueError(
                    "quantiles: expected the quantiles of the output's columns, since the loss has none; train with"
                    " losses.Quantile for a model that has them"
                )
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
        """Draw a series and the model's forecast of it.

        For a model whose loss is a `fastlstm.losses.Quantile`, the intervals of `forecast_quantiles` are drawn too.

        Parameters
        ----------
        history : array_like
            (T,) for one feature, (T, D), or (N, T, D); the first feature is drawn, which must be the only one that the
            model predicts.
        steps : int
            Number of steps to predict, at least 0.
        known : array_like, optional
            Future covariates, (steps, K) or (N, steps, K), as for `forecast`.
        truth : array_like (steps,), optional
            The true values, drawn with the forecast.
        intervals : dict of float to (lower, upper), or (lower, upper), optional
            Prediction intervals, by their probability. Default: those of a quantile model.
        index : array_like, optional
            The values of the horizontal axis, for the history and the forecast.
        name : str
            Name of the series, for the vertical axis.
        ax : matplotlib.axes.Axes, optional
            Where to draw. Default: a new figure.

        Returns
        -------
        matplotlib.axes.Axes
            The axes drawn on.

        Raises
        ------
        ValueError
            If the model cannot forecast this history, or a shape does not match.
        TypeError
            If the data is not made of real integers or floats.
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

    def _require_fit(self, layer: Layer | LayerGraph) -> None:
        """Raise ValueError if a layer cannot become the next one."""
        if layer in self._layers:
            raise ValueError(
                f"layer: {layer.name!r} is already in model {self.name!r}; a Sequential has each layer once"
            )
        if isinstance(layer, Embedding) and self._nodes:
            raise ValueError(f"layer: {layer.name!r} is an Embedding, which must be the first layer of a model")
        if isinstance(layer, Layer) and layer._gives_several and not layer.return_state:
            raise ValueError(
                f"layer: {layer.name!r} has merge_mode=None; a Sequential passes one array from layer to layer (make a"
                " Model)"
            )
        if layer.return_state:
            raise ValueError(
                f"layer: {layer.name!r} has return_state=True; a Sequential passes one array from layer to layer (make"
                " a Model, or call the layer on its own to get its states)"
            )
        self._require_free_name(layer.name, layer)
        if self._nodes:
            require_dtype_of(self._nodes[0].layer, layer)

    def _roll_out_start(self, history: Any, steps: Any, known: Any, columns: int) -> roll_out.Start:
        """Return the start of a roll-out; the output has this number of columns for each predicted feature."""
        steps = checks.integer("steps", steps, 0)
        sample_shape, output_shape = self.input_shape[1:], self.output_shape
        if len(sample_shape) > 2:
            raise ValueError(f"forecast: expected a model with input (N, T, D) or (N, D), got {self.input_shape}")
        if len(output_shape) != 2:
            raise ValueError(f"forecast: expected a model with output (N, D), got {output_shape}")
        width = checks.integer("output width", output_shape[1], 1)
        if width % columns:
            raise ValueError(
                f"quantiles: expected the same number for each feature that the model predicts, got {columns} quantiles"
                f" for {width} columns of the output"
            )
        if self._native_model().stateful:
            raise ValueError(f"forecast: expected a model that is not stateful, got {self.name!r}")
        return roll_out.start(history, steps, known, sample_shape, width // columns, self.dtype)


Model._chain_class = Sequential
