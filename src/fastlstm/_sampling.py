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

    def _runner(self) -> Any:
        """Return what trains and evaluates."""
        raise NotImplementedError

    def _examples(
        self,
        x: Any,
        y: Any,
        sample_weight: Any,
        names: tuple[str, str, str] = ("x", "y", "sample_weight"),
        *,
        finite: bool = True,
    ) -> _data.Examples:
        """Return inputs, targets and weights as the core takes them, checked against each other and the model."""
        raise NotImplementedError

    def _source_of(
        self,
        name: str,
        source: Any,
        steps: int | None,
        shuffle: bool,
        *,
        class_weight: Any = None,
        finite: bool = True,
    ) -> _batches.Batches[_batches.Part]:
        """Return a source of batches, each checked as arrays are."""

        def part(which: str, x: Any, y: Any, weights: Any) -> _batches.Part:
            data = self._examples(x, y, weights, _names(which), finite=finite).with_class_weight(class_weight)
            rows = len(data.x)
            if self._stateful:
                self._rows_of_a_batch(f"{which}: x", self._built_network(), rows, rows)
            return _batches.Part(data, np.arange(rows, dtype=np.int64), rows)

        return _batches.Batches(name, source, part, steps, shuffle)

    def _build_from(self, name: str, source: _batches.Batches[_batches.Part]) -> None:
        """Build the model by the first batch if it is not built, and see that there is one."""
        first = source.first() if not self.built or not source.more() else ()
        if first is None:
            raise ValueError(f"{name}: expected at least one batch, got none")
        if first:
            self._examples(*first, _names(f"{name}, batch 0"))

    def _validation(
        self, data: Any, held_out: _data.Examples | None, batch_size: int | None, steps: int | None
    ) -> Callable[[], float | None] | None:
        """Return what gives the validation loss, on the data or else on checked samples; None without either."""
        if _batches.gives_batches(data):
            source = self._source_of("validation_data", data, steps, False)
            return partial(self._mean_loss_of, source, optional=True)
        if data is not None:
            names = ("validation_data[0]", "validation_data[1]", "validation_data[2]")
            held_out = self._examples(*_data.validation_entries("validation_data", data), names)
        if held_out is None:
            return None
        rows = len(held_out.x)
        self._rows_of_an_evaluation(
            "validation data", held_out.x, min(_data.batch_size_of(batch_size, rows, steps), rows)
        )
        return partial(self._mean_loss, "validation data", held_out, batch_size, steps)

    def _mean_loss(self, name: str, data: _data.Examples, batch_size: int | None, steps: int | None) -> float:
        """Return the mean loss over checked samples, or over so many batches of them."""
        batch = min(_data.batch_size_of(batch_size, len(data.x), steps), len(data.x))
        if steps is not None:
            data = data.part(0, steps * batch)
        return _inference.mean_loss(self._runner(), data, self._rows_of_an_evaluation(name, data.x, batch))

    def _mean_loss_of(self, source: _batches.Batches[_batches.Part], *, optional: bool = False) -> Any:
        """Return the mean loss over all samples of a source's next epoch; None, if optional, where it has run out."""
        if optional and not source.more():
            warnings.warn(
                "validation_data: no batch is left; there is no validation any more", UserWarning, stacklevel=2
            )
            return None
        total, samples = 0.0, 0
        for part in source.epoch():
            rows = len(part.order)
            total += _inference.mean_loss(self._runner(), part.data, rows) * rows
            samples += rows
        return total / samples

    def _rows_of_an_evaluation(self, name: str, x: Array, batch_size: int) -> int:
        """Return how many rows are evaluated at once: a batch where the loss depends on batches, else many."""
        network = self._built_network()
        if self._stateful:
            return self._rows_of_a_batch(name, network, len(x), batch_size)
        return batch_size if self._runner().loss_depends_on_batch else self._rows_of_a_call(x)


def _names(batch: str) -> tuple[str, str, str]:
    """Return how a batch's entries are called in messages."""
    return f"{batch}: x", f"{batch}: y", f"{batch}: sample_weight"
