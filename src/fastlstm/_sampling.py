"""What a model is trained and evaluated on: checked samples and targets, in arrays or in batches from a source."""

import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from . import _batches, _data, _inference
from ._engine import Array
from ._prediction import PredictingStack


class SampledStack(PredictingStack):
    """A stack of layers that is given targets as well."""

    def _examples(self, x_name: str, x: Any, y_name: str, y: Any, *, finite: bool) -> tuple[Array, Array]:
        """Return inputs and targets as the core takes them, checked against each other and the model."""
        raise NotImplementedError

    def _source_of(
        self, name: str, source: Any, steps: int | None, shuffle: bool, *, finite: bool
    ) -> _batches.Batches[_batches.Part]:
        """Return a source of batches, each checked as arrays are."""

        def part(which: str, x: Any, y: Any) -> _batches.Part:
            x, y = self._examples(f"{which}: x", x, f"{which}: y", y, finite=finite)
            if self._stateful:
                self._rows_of_a_batch(f"{which}: x", self._built_network(), len(x), len(x))
            return _batches.Part(x, y, np.arange(len(x), dtype=np.int64), len(x))

        return _batches.Batches(name, source, part, steps, shuffle)

    def _build_from(self, name: str, source: _batches.Batches[_batches.Part]) -> None:
        """Build the model by the first batch if it is not built, and see that there is one."""
        first = source.first() if not self.built or not source.more() else ()
        if first is None:
            raise ValueError(f"{name}: expected at least one batch, got none")
        if first:
            self._examples(f"{name}, batch 0: x", first[0], f"{name}, batch 0: y", first[1], finite=True)

    def _validation(
        self, data: Any, held_out: tuple[Array, Array], batch_size: int | None, steps: int | None
    ) -> Callable[[], float | None] | None:
        """Return what gives the validation loss, on the data or else on checked samples; None without either."""
        if data is None and not len(held_out[0]):
            return None
        if _batches.gives_batches(data):
            source = self._source_of("validation_data", data, steps, False, finite=True)
            return partial(self._mean_loss_of, source, optional=True)
        x, y = held_out
        if data is not None:
            x, y = _data.pair("validation_data", data)
            x, y = self._examples("validation_data[0]", x, "validation_data[1]", y, finite=True)
        self._rows_of_an_evaluation("validation data", x, min(_data.batch_size_of(batch_size, len(x), steps), len(x)))
        return partial(self._mean_loss, "validation data", x, y, batch_size, steps)

    def _mean_loss(self, name: str, x: Array, y: Array, batch_size: int | None, steps: int | None) -> float:
        """Return the mean loss over checked samples, or over so many batches of them."""
        batch = min(_data.batch_size_of(batch_size, len(x), steps), len(x))
        if steps is not None:
            x, y = x[: steps * batch], y[: steps * batch]
        return _inference.mean_loss(self._built_network(), x, y, self._rows_of_an_evaluation(name, x, batch))

    def _mean_loss_of(self, source: _batches.Batches[_batches.Part], *, optional: bool = False) -> Any:
        """Return the mean loss over all samples of a source's next epoch; None, if optional, where it has run out."""
        if optional and not source.more():
            warnings.warn(
                "validation_data: no batch is left; there is no validation any more", UserWarning, stacklevel=2
            )
            return None
        total, samples = 0.0, 0
        for part in source.epoch():
            total += _inference.mean_loss(self._built_network(), part.x, part.y, len(part.x)) * len(part.x)
            samples += len(part.x)
        return total / samples

    def _rows_of_an_evaluation(self, name: str, x: Array, batch_size: int) -> int:
        """Return how many rows are evaluated at once: a batch where the loss depends on batches, else many."""
        network = self._built_network()
        if self._stateful:
            return self._rows_of_a_batch(name, network, len(x), batch_size)
        return batch_size if network.masked_output else self._rows_of_a_call(x)
