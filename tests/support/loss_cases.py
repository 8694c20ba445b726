"""Losses with their options, and random targets and predictions that suit each."""

from dataclasses import dataclass, field

import numpy as np

from fastlstm import losses, reference


@dataclass(frozen=True)
class LossCase:
    """A class of `fastlstm.losses` and of Keras, and options of both."""

    cls: str
    options: dict = field(default_factory=dict)

    @property
    def id(self):
        return "-".join([self.cls, *(f"{name}={value}" for name, value in self.options.items())])

    def loss(self, **more):
        return getattr(losses, self.cls)(**self.options, **more)

    def reference(self, y_true, y_pred, sample_weight=None):
        """Return the loss and its gradient in plain NumPy."""
        if self.cls.startswith("Sparse"):
            y_true = y_true[..., 0].astype(int)
        kind = self.loss().kind
        return getattr(reference, kind)(y_true, y_pred, **self.options, sample_weight=sample_weight)

    def sample(self, rng, leading, outputs, dtype="float64"):
        """Return targets and predictions (*leading, outputs); both are exact in float32."""
        y_true, y_pred = self._targets(rng, (*leading, outputs)), self._predictions(rng, (*leading, outputs))
        return (array.astype(np.float32).astype(dtype) for array in (y_true, y_pred))

    def _targets(self, rng, shape):
        if self.cls in ("SparseCategoricalCrossentropy", "CategoricalCrossentropy", "CategoricalHinge"):
            classes = rng.integers(shape[-1], size=shape[:-1])
            return classes[..., None] if self.cls.startswith("Sparse") else np.eye(shape[-1])[classes]
        if self.cls in ("Hinge", "SquaredHinge"):
            return rng.integers(2, size=shape)
        if self.cls in ("BinaryCrossentropy", "KLDivergence"):
            return rng.uniform(size=shape)
        if self.cls == "Poisson":
            return rng.poisson(2, size=shape)
        if self.cls == "Quantile":
            return rng.normal(size=(*shape[:-1], 1))
        if self.cls == "MeanSquaredLogarithmicError":
            return rng.uniform(-0.5, 3, size=shape)
        return rng.normal(size=shape)

    def _predictions(self, rng, shape):
        if self.options.get("from_logits"):
            return 5 * rng.normal(size=shape)
        if self.cls in ("BinaryCrossentropy", "KLDivergence", "Poisson"):
            return rng.uniform(0.01, 0.99, size=shape)
        if "Categorical" in self.cls and "Crossentropy" in self.cls:
            p = rng.uniform(0.01, 1, size=shape)
            return 0.9 * p / p.sum(axis=-1, keepdims=True)
        return 2 * rng.normal(size=shape)


KERAS_CASES = [
    LossCase("MeanSquaredError"),
    LossCase("MeanAbsoluteError"),
    LossCase("MeanAbsolutePercentageError"),
    LossCase("MeanSquaredLogarithmicError"),
    LossCase("Huber"),
    LossCase("Huber", {"delta": 0.5}),
    LossCase("LogCosh"),
    LossCase("Poisson"),
    LossCase("CosineSimilarity"),
    LossCase("KLDivergence"),
    LossCase("Hinge"),
    LossCase("SquaredHinge"),
    LossCase("CategoricalHinge"),
    LossCase("BinaryCrossentropy"),
    LossCase("BinaryCrossentropy", {"label_smoothing": 0.2}),
    LossCase("BinaryCrossentropy", {"from_logits": True}),
    LossCase("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.1}),
    LossCase("CategoricalCrossentropy"),
    LossCase("CategoricalCrossentropy", {"label_smoothing": 0.2}),
    LossCase("CategoricalCrossentropy", {"from_logits": True}),
    LossCase("CategoricalCrossentropy", {"from_logits": True, "label_smoothing": 0.1}),
    LossCase("SparseCategoricalCrossentropy"),
    LossCase("SparseCategoricalCrossentropy", {"from_logits": True}),
]


def all_cases(outputs):
    """Return these and, which Keras has not, the quantiles of so many columns."""
    quantiles = tuple((i + 1) / (outputs + 1) for i in range(outputs))
    return [*KERAS_CASES, LossCase("Quantile", {"quantiles": quantiles})]
