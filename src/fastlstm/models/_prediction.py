"""What a stack of layers gives out: being called, and predict."""

from collections.abc import Iterable
from contextlib import closing
from typing import Any

import numpy as np

from .._internal import checks
from .._internal.arrays import Array, mask_for, real_array
from .._internal.native import Network
from .._internal.progress import rows_bar
from ..callbacks import CallbackList
from ..layers import InputLayer, Layer
from ..layers._randomness import Draws
from ..layers.rnn._states import require_rows
from ..training import batches, predict, samples
from ._description import DescribedStack
from .streaming import Stream

_SMALL = 4096  # elements of an input whose prediction is over before there is any progress to show


class PredictingStack(DescribedStack):
    """A stack of layers that is run on data."""

    stop_predicting: bool = False
    _accepted: tuple[int, ...] = ()

    def __init__(
        self, layers: Iterable[Layer | InputLayer] | None = None, name: str | None = None, *, trainable: bool = True
    ) -> None:
        self._draws = Draws()
        super().__init__(layers, name, trainable=trainable)

    def __call__(self, x: Any, training: bool = False, mask: Any = None) -> Array:
        """Return the output for every sample, all of them in one batch, as a new array.

        Parameters
        ----------
        x : array_like
            As for `predict`.
        training : bool
            Whether to behave as in training: dropout and zoneout draw anew at each call. Weights do not change.
        mask : array_like of bool, optional
            (N, T), True where a step is valid. It is passed from layer to layer as the mask of a `Masking` is.

        Returns
        -------
        ndarray
            As `predict`.

        Raises
        ------
        ValueError
            If a shape is wrong, the model has no layers, or a stateful one carries the states of another number of
            rows.
        TypeError
            If `x` is not made of real integers or floats, or `mask` not of True and False.
        """
        training = checks.flag("training", training)
        network, array = self._network_for("x", x)
        if mask is None and not training:
            return self._outputs(network, array, len(array), 0)
        given = None if mask is None else mask_for(array, mask)
        draw = next(self._draws) if training else None
        carries = self._stateful and len(array) > 0
        state = self._carried(network, len(array)) if carries else None
        output, final = network.run(array, state=state, mask=given, draw=draw)
        if carries:
            network.state = final
        return output

    def predict(
        self,
        x: Any,
        batch_size: int | None = 32,
        verbose: int | str = "auto",
        steps: int | None = None,
        callbacks: Any = None,
    ) -> Array:
        """Return the output for every sample, as a new array. Safe to call from several threads.

        Parameters
        ----------
        x : array_like
            (N, T, D), (N, D) for a model with such an input, or (N, T) for one that begins with an `Embedding`. NaN
            and Inf are let through. Or a source of batches as for `fit`, of x, (x,), (x, y) or so.
        batch_size : int, optional
            Rows of a batch. Only in a stateful model does it have an effect: each batch begins with the states that
            the one before it ended with, so all must have as many rows. Elsewhere a sample's result is the same bits
            in any batch.
        verbose : {'auto', 0, 1, 2}
            0 silent; otherwise a bar on a terminal, with 'auto' only if it takes more than a second.
        steps : int, optional
            Only so many batches are used.
        callbacks : Callback or list of them, optional
            With them each batch is a native call of its own. Setting ``model.stop_predicting`` ends the prediction
            after it.

        Returns
        -------
        ndarray
            (N, O) or (N, T, O), of the model's dtype.

        Raises
        ------
        ValueError
            If the shape is wrong, the model has no layers, or a stateful one can not have batches of one size or
            carries the states of another number of rows.
        TypeError
            If `x` is not made of real integers or floats.
        """
        checks.verbosity(verbose)
        steps = samples.steps_of("steps", steps)
        if type(x) is not np.ndarray and batches.gives_batches(x):
            return self._predict_batches(x, steps, verbose, callbacks)
        network, array = self._network_for("x", x)
        batch = samples.batch_size_of(batch_size, len(array), steps)
        if steps is not None:
            array = array[: steps * batch]
        if callbacks is None:
            return self._outputs(network, array, batch, verbose)
        with closing(self._predict_hooks(callbacks, verbose, -(-len(array) // batch))) as hooks:
            hooks.on_predict_begin()
            if self._stateful and len(array):
                batch = self._rows_of_a_batch("x", network, len(array), min(batch, len(array)))
            outputs = predict.predict(network, array, batch, rows_bar(len(array), verbose), hooks)
            hooks.on_predict_end()
        return outputs

    def _predict_batches(self, x: Any, steps: int | None, verbose: int | str, callbacks: Any) -> Array:
        """Return the outputs of all batches of a source."""

        def prepared(name: str, x: Any, *_: Any) -> tuple[Network, Array]:
            return self._network_for(f"{name}: x", x)

        source = batches.Batches("x", x, prepared, steps)
        parts = []
        with closing(self._predict_hooks(callbacks, verbose, source.steps)) as hooks:
            hooks.on_predict_begin()
            for batch, (network, array) in enumerate(source.epoch()):
                hooks.on_predict_batch_begin(batch)
                parts.append(self._outputs(network, array, max(1, len(array)), 0))
                hooks.on_predict_batch_end(batch, {"outputs": parts[-1]})
                if self.stop_predicting:
                    break
            hooks.on_predict_end()
        return np.concatenate(parts)

    def _predict_hooks(self, callbacks: Any, verbose: int | str, steps: int | None) -> CallbackList:
        self.stop_predicting = False
        return CallbackList(callbacks, model=self, verbose=checks.verbosity(verbose), epochs=1, steps=steps)

    def predict_on_batch(self, x: Any) -> Array:
        """Return the output for every sample, all of them in one batch, as `predict` does."""
        return self.predict(x, batch_size=checks.LARGEST, verbose=0)

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

    def reset_state(self) -> None:
        """Let the stateful layers start from zeros again, with any number of rows.

        Adding a layer does so too, removing one, and changing what is trainable.
        """
        if self._network is not None:
            self._network.state = None

    def reset_states(self) -> None:
        """Do what `reset_state` does."""
        self.reset_state()

    # Inside -----------------------------------------------------------------------------------------------------

    def _as_input(self, name: str, x: Any, *, finite: bool = False) -> Array:
        """Return data as an array of the shape that callers see."""
        if self._layers:
            return self._layers[0]._as_input(name, x, finite=finite)
        return real_array(name, x, self.dtype)

    def _network_for(self, name: str, x: Any) -> tuple[Network, Array]:
        """Return the network, built by this data if it was not, and the data as the network takes it.

        One window takes a few microseconds in the network, so a shape that has passed once is not checked again.
        """
        array = self._as_input(name, x)
        network = self._network
        if network is None or array.shape[1:] != self._accepted:
            if not self.built:
                self.build(array.shape)
            samples.require_shape(name, array, self.input_shape[1:])
            network = self._built_network()
            self._accepted = array.shape[1:]
        return network, self._layers[0]._for_network(array)

    def _outputs(self, network: Network, x: Array, batch_size: int, verbose: int | str) -> Array:
        """Return the outputs of all rows, in batches of a stateful model and in whatever portions of others."""
        if self._stateful:
            if len(x) == 0:
                return network.run(x)[0]
            rows = self._rows_of_a_batch("x", network, len(x), min(batch_size, len(x)))
        elif x.size <= _SMALL:
            return network.predict(x)
        else:
            rows = self._rows_of_a_call(x)
        return predict.predict(network, x, rows, rows_bar(len(x), verbose))

    def _widest(self) -> int:
        """Return the largest number of features that a layer gives out."""
        shape, widest = self.input_shape, 1
        for layer in self._layers:
            shape = layer.compute_output_shape(shape)
            widest = max(widest, shape[-1] or 1)
        return widest

    def _rows_of_a_call(self, x: Array) -> int:
        """Return how many rows one native call takes where rows do not depend on each other."""
        return predict.rows_of_a_call(x, self._widest())

    def _rows_of_a_batch(self, name: str, network: Network, rows: int, batch_size: int) -> int:
        """Return the rows of each batch of a stateful model; batches that its states do not fit raise ValueError."""
        if rows % batch_size:
            raise ValueError(
                f"{name}: model {self.name!r} is stateful, so that every batch must have as many rows; {rows} rows do"
                f" not make batches of {batch_size} (choose a batch_size that divides their number)"
            )
        self._carried(network, batch_size)
        return batch_size

    def _carried(self, network: Network, rows: int) -> Array | None:
        """Return the states to start from, None for zeros; those of another number of rows raise ValueError."""
        owner, batch_size = f"model {self.name!r}", self.input_shape[0]
        if batch_size not in (None, rows):
            raise ValueError(f"x: {owner} is stateful and has an Input for batches of {batch_size} rows, got {rows}")
        state = network.state
        if state is None:
            return None
        require_rows(owner, rows, len(state))
        return np.where(self._carries, state, np.zeros((), state.dtype))
