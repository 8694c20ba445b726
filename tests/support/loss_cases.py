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
        if self.takes_classes:
            y_true = y_true[..., 0].astype(int)
        kind = self.loss().kind
        return getattr(reference, kind)(y_true, y_pred, **self.options, sample_weight=sample_weight)

    @property
    def takes_classes(self):
        return self.cls in ("SparseCategoricalCrossentropy", "CategoricalGeneralizedCrossEntropy")

    def function_options(self):
        """Return the arguments of the function of the same name, which has no default for q."""
        return {"q": 0.5, **self.options} if "Generalized" in self.cls else self.options

    def targets_of_keras(self, y_true):
        """Return targets as Keras takes them: its generalized cross-entropy of (N, 1) compares all pairs of samples."""
        return y_true[..., 0] if "Generalized" in self.cls else y_true

    def sample(self, rng, leading, outputs, dtype="float64"):
        """Return targets and predictions (*leading, outputs); both are exact in float32."""
        y_true, y_pred = self._targets(rng, (*leading, outputs)), self._predictions(rng, (*leading, outputs))
        return (array.astype(np.float32).astype(dtype) for array in (y_true, y_pred))

    def _targets(self, rng, shape):
        if self.takes_classes or self.cls in ("CategoricalCrossentropy", "CategoricalHinge"):
            classes = rng.integers(shape[-1], size=shape[:-1])
            return classes[..., None] if self.takes_classes else np.eye(shape[-1])[classes]
        if self.cls in ("Hinge", "SquaredHinge"):
            return rng.integers(2, size=shape)
        if self.cls in (
            "BinaryCrossentropy",
            "BinaryFocalCrossentropy",
            "CategoricalFocalCrossentropy",
            "KLDivergence",
        ):
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
            # Keras's focal losses take the logarithms of probabilities, which round to 1.
            return 2 * rng.normal(size=shape) if "Focal" in self.cls else 5 * rng.normal(size=shape)
        if self.cls in ("BinaryCrossentropy", "BinaryFocalCrossentropy", "KLDivergence", "Poisson"):
            return rng.uniform(0.01, 0.99, size=shape)
        if "Categorical" in self.cls and "entropy" in self.cls.lower():
            p = rng.uniform(
                0.05 if "Focal" in self.cls else 0.01, 1, size=shape
            )  # finite differences need no small ones
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
    LossCase("BinaryFocalCrossentropy"),
    LossCase("BinaryFocalCrossentropy", {"apply_class_balancing": True, "gamma": 1.5, "label_smoothing": 0.1}),
    LossCase("BinaryFocalCrossentropy", {"gamma": 0.0}),
    LossCase("BinaryFocalCrossentropy", {"from_logits": True, "gamma": 1.0}),
    LossCase("BinaryFocalCrossentropy", {"from_logits": True, "apply_class_balancing": True, "alpha": 0.6}),
    LossCase("CategoricalFocalCrossentropy"),
    LossCase("CategoricalFocalCrossentropy", {"alpha": 0.7, "gamma": 0.5, "label_smoothing": 0.2}),
    LossCase("CategoricalFocalCrossentropy", {"from_logits": True}),
    LossCase("CategoricalFocalCrossentropy", {"from_logits": True, "gamma": 1.0, "label_smoothing": 0.1}),
    LossCase("CategoricalGeneralizedCrossEntropy"),
    LossCase("CategoricalGeneralizedCrossEntropy", {"q": 0.8}),
]


def all_cases(outputs):
    """Return these and those with one setting for each of so many columns."""
    quantiles = tuple((i + 1) / (outputs + 1) for i in range(outputs))
    alphas = [float(i + 1) for i in range(outputs)]
    return [
        *KERAS_CASES,
        LossCase("Quantile", {"quantiles": quantiles}),
        LossCase("CategoricalFocalCrossentropy", {"alpha": alphas}),
    ]
