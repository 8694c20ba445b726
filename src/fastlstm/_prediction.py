"""What a stack of layers gives out: being called, predict and forecast."""

from typing import Any

from . import _checks, _data, _engine, _inference
from ._engine import Array, Network
from ._progress import rows_bar
from ._stack import LayerStack

_SMALL = 4096  # elements of an input whose prediction is over before there is any progress to show


class PredictingStack(LayerStack):
    """A stack of layers that is run on data."""

    _accepted: tuple[int, ...] = ()

    def __call__(self, x: Any, training: bool = False) -> Array:
        """Return what `predict` returns; `training` makes no difference for the layers there are."""
        return self.predict(x, verbose=0)

    def predict(self, x: Any, batch_size: int | None = 32, verbose: int | str = "auto") -> Array:
        """Return the output for every sample, as a new array. Safe to call from several threads.

        Parameters
        ----------
        x : array_like
            (N, T, D), or (N, D) for a model with such an input. NaN and Inf are let through.
        batch_size : int, optional
            As in Keras code, without effect: a sample's result is the same bits in any batch.
        verbose : {'auto', 0, 1, 2}
            0 silent; otherwise a bar on a terminal, with 'auto' only if it takes more than a second.

        Returns
        -------
        ndarray
            (N, O) or (N, T, O), of the model's dtype.

        Raises
        ------
        ValueError
            If the shape is wrong, or the model has no layers.
        TypeError
            If `x` is not made of real integers or floats.
        """
        _data.batch_size_of(batch_size)
        _checks.verbosity(verbose)
        network, array = self._network_for("x", x)
        if array.size <= _SMALL:
            return network.predict(array)
        return _inference.predict(network, array, self._widest(), rows_bar(len(array), verbose))

    def predict_on_batch(self, x: Any) -> Array:
        """Return the output for every sample, as `predict` does."""
        return self.predict(x, verbose=0)

    def forecast(self, history: Any, steps: int) -> Array:
        """Continue a series: predict a step, take the prediction for the newest input, and so on, natively.

        Equal bit for bit to a loop over `predict`.

        Parameters
        ----------
        history : array_like
            (T,) for one feature, (T, D), or (N, T, D). Its last rows, as many as the T of the model's input, or all
            if that is None, are the first window.
        steps : int
            How many, at least 0.

        Returns
        -------
        ndarray
            The new values only, of the rank of `history` and of its dtype; of the model's if `history` is integers.

        Raises
        ------
        ValueError
            If the model is not built, its output is not as wide as its input or is a sequence, or the history is
            shorter than the window or has another number of features.
        TypeError
            If `history` is not made of real integers or floats.
        """
        steps = _checks.integer("steps", steps, 0)
        sample_shape, output_shape = self.input_shape[1:], self.output_shape
        if len(output_shape) != 2:
            raise ValueError(f"forecast: expected a model with output (N, D), got {output_shape}")
        width = _checks.integer("output width", output_shape[1], 1)
        network = self._built_network()
        return _inference.forecast(network, history, steps, sample_shape, width, self._widest(), self.dtype)

    def _network_for(self, name: str, x: Any) -> tuple[Network, Array]:
        """Return the network, built by this data if it was not, and the data as the network takes it.

        One window takes a few microseconds in the network, so a shape that has passed once is not checked again.
        """
        array = _engine.real_array(name, x, self.dtype)
        network = self._network
        if network is None or array.shape[1:] != self._accepted:
            if not self.built:
                self.build(array.shape)
            _data.require_shape(name, array, self.input_shape[1:])
            network = self._built_network()
            self._accepted = array.shape[1:]
        return network, array

    def _widest(self) -> int:
        """Return the largest number of features that a layer gives out."""
        shape, widest = self.input_shape, 1
        for layer in self._layers:
            shape = layer.compute_output_shape(shape)
            widest = max(widest, shape[-1] or 1)
        return widest
