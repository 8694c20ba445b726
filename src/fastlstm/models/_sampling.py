"""What a model is trained and evaluated on: checked samples and targets, in arrays or in batches from a source."""

import warnings
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np

from ..callbacks import CallbackList
from ..training import batches, evaluate, samples
from ._forecasting import ForecastingStack


class SampledStack(ForecastingStack):
    """A stack of layers that is given targets as well."""

    def _examples(
        self,
        x: Any,
        y: Any,
        sample_weight: Any,
        names: tuple[str, str, str] = ("x", "y", "sample_weight"),
        *,
        finite: bool = True,
    ) -> samples.Examples:
        """Return inputs, targets and weights as the core takes them, checked against each other and the model."""
        loss, (x_name, y_name, weight_name) = self._require_loss(), names
        if y is None:
            raise ValueError(f"{y_name}: expected targets, got None")
        array = self._as_input(x_name, x, finite=finite)
        y = samples.require_rows(x_name, array, y_name, y)
        network, native = self._network_for(x_name, array)
        shape = tuple(size or 0 for size in self._output_shape(array.shape))
        targets = loss._targets(y_name, y, shape, network.target_features, self.dtype, finite=finite)
        weights = samples.sample_weights(weight_name, sample_weight, shape, self.dtype, finite=finite)
        return samples.Examples(native, targets, weights)

    def _source_of(
        self,
        name: str,
        source: Any,
        steps: int | None,
        shuffle: bool,
        *,
        class_weight: Any = None,
        finite: bool = True,
    ) -> batches.Batches[batches.Part]:
        """Return a source of batches, each checked as arrays are."""

        def part(which: str, x: Any, y: Any, weights: Any) -> batches.Part:
            data = self._examples(x, y, weights, _names(which), finite=finite).with_class_weight(class_weight)
            rows = len(data.x)
            if self._stateful:
                self._rows_of_a_batch(f"{which}: x", self._built_network(), rows, rows)
            return batches.Part(data, np.arange(rows, dtype=np.int64), rows)

        return batches.Batches(name, source, part, steps, shuffle)

    def _build_from(self, name: str, source: batches.Batches[batches.Part], *, finite: bool = True) -> None:
        """Build the model by the first batch if it is not built, and see that there is one."""
        first = source.first() if not self.built or not source.more() else ()
        if first is None:
            raise ValueError(f"{name}: expected at least one batch, got none")
        if first:
            self._examples(*first, _names(f"{name}, batch 0"), finite=finite)

    def _validation(
        self, data: Any, held_out: samples.Examples | None, batch_size: int | None, steps: int | None
    ) -> Callable[[CallbackList], dict[str, Any]] | None:
        """Return what gives the validation's results, on the data or else on checked samples; None without either."""
        if batches.gives_batches(data):
            source = self._source_of("validation_data", data, steps, False)

            def validate(callbacks: CallbackList) -> dict[str, Any]:
                if source.more():
                    return evaluate.evaluate(self._evaluated("validation_data", source.epoch), callbacks)
                warnings.warn(
                    "validation_data: no batch is left; there is no validation any more", UserWarning, stacklevel=2
                )
                return {}

            return validate
        if data is not None:
            names = ("validation_data[0]", "validation_data[1]", "validation_data[2]")
            held_out = self._examples(*samples.validation_entries("validation_data", data), names)
        if held_out is None:
            return None
        part = whole(held_out, batch_size, steps)
        what = self._evaluated("validation data", lambda: [part])
        what.rows(part)  # raises where the batches do not fit a stateful model
        return partial(evaluate.evaluate, what)

    def _evaluated(self, name: str, parts: Callable[[], Iterable[batches.Part]]) -> evaluate.Evaluated:
        """Return what is evaluated, with how many rows at once: many, unless the loss depends on batches."""

        def rows(part: batches.Part) -> int:
            x, batch_size = part.data.x, part.batch_size
            if self._stateful:
                return self._rows_of_a_batch(name, self._built_network(), len(x), batch_size)
            if self._runner().loss_depends_on_batch:
                return batch_size
            return max(1, self._rows_of_a_call(x) // batch_size) * batch_size

        return evaluate.Evaluated(self, parts, self._compiled_metrics, rows)


def whole(data: samples.Examples, batch_size: int | None, steps: int | None) -> batches.Part:
    """Return checked samples, or so many batches of them, in their order."""
    batch = min(samples.batch_size_of(batch_size, len(data.x), steps), len(data.x))
    if steps is not None:
        data = data.part(0, steps * batch)
    return batches.Part(data, np.arange(len(data.x), dtype=np.int64), batch)


def _names(batch: str) -> tuple[str, str, str]:
    """Return how a batch's entries are called in messages."""
    return f"{batch}: x", f"{batch}: y", f"{batch}: sample_weight"
