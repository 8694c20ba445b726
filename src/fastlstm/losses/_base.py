"""What all losses share: their arguments, the targets that they take, and how the core is told of them."""

from collections.abc import Callable
from typing import Any, ClassVar, TypeAlias

import numpy as np

from .. import _engine
from .._data import sample_weights
from .._engine import Array, Network, finite_array, numbers, real_array
from .._names import snake_case

Carried: TypeAlias = Callable[[int], Array | None]

REDUCTIONS = ("sum_over_batch_size", "mean", "sum", "mean_with_sample_weight")


class Loss:
    """Base class of the losses that the core knows; `compile` takes an instance or a name.

    A loss has a value for each sample, or for each sample and step where the output has steps: v. They are weighted
    with the sample weights w, one without them, and become one number:

    ========================== ==========================================================================
    `reduction`                the loss of a batch
    ========================== ==========================================================================
    'sum_over_batch_size'      ``sum(w * v)`` over the number of values (not over the sum of the weights)
    'mean'                     the same, as in Keras
    'sum'                      ``sum(w * v)``; the learning rate then means another thing for another batch size
    'mean_with_sample_weight'  ``sum(w * v) / sum(w)``, the weighted mean
    ========================== ==========================================================================

    Steps that a mask leaves out are not counted either. A sample's weight is that of all its steps. The loss of an
    epoch is the mean of those of its batches, weighted with their sizes.

    Parameters
    ----------
    name : str, optional
        For display. Default: the class's name in lower case.
    reduction : str
        See above.
    dtype : None
        As in Keras code. A loss is computed in the dtype of the model.

    Raises
    ------
    ValueError, TypeError
        If the reduction is not one of these; None and 'none' are not, for training needs one number.
    """

    def __init__(self, name: str | None = None, reduction: Any = "sum_over_batch_size", dtype: Any = None) -> None:
        if reduction is None or reduction == "none":
            raise ValueError(
                f"reduction: expected one of {', '.join(REDUCTIONS)}, got {reduction!r}: training needs one number"
            )
        if reduction not in REDUCTIONS:
            raise ValueError(f"reduction: expected one of {', '.join(REDUCTIONS)}, got {reduction!r}")
        if dtype is not None:
            raise ValueError(f"dtype: expected None, since a loss is computed in the model's dtype, got {dtype!r}")
        if name is not None and not isinstance(name, str):
            raise TypeError(f"name: expected a string, got {name!r}")
        self.name = name or self.kind
        self.reduction: str = reduction

    @property
    def kind(self) -> str:
        """The core's name of it, such as 'mean_squared_error'."""
        return snake_case(type(self).__name__)

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
        """Return the loss of predictions, computed by the core.

        Parameters
        ----------
        y_true : array_like
            Targets, as for `Sequential.fit`.
        y_pred : array_like
            Predictions (N, O) or (N, T, O). The loss is computed in float32 if they are, otherwise in float64.
        sample_weight : array_like, optional
            (N,), or (N, T) where there are steps.

        Returns
        -------
        float
            The loss; 0 if there are no samples.

        Raises
        ------
        ValueError, TypeError
            If a shape or a type is wrong.
        """
        y_pred = numbers("y_pred", y_pred)
        if y_pred.ndim not in (2, 3) or y_pred.shape[-1] == 0:
            raise ValueError(f"y_pred: expected shape (N, O) or (N, T, O), got {y_pred.shape}")
        dtype = "float32" if y_pred.dtype == np.float32 else "float64"
        network = _engine.network(dtype, y_pred.shape[-1], y_pred.ndim == 3)
        self.start(network)
        y_true = self.targets("y_true", y_true, y_pred.shape, network.target_features, dtype, finite=False)
        weights = sample_weights("sample_weight", sample_weight, y_pred.shape, dtype, finite=False)
        if len(y_pred) == 0:
            return 0.0
        return network.evaluate(real_array("y_pred", y_pred, dtype), y_true, sample_weight=weights)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Loss":
        """Return a loss with these arguments of its constructor."""
        return cls(**config)

    _in_keras: ClassVar[bool] = True
    """Whether Keras has a loss of this name."""
    _settings: ClassVar[tuple[str, ...]] = ()
    """The attributes that the core needs."""

    def start(self, network: Network) -> None:
        """Give the network this loss."""
        reduction = "sum_over_batch_size" if self.reduction == "mean" else self.reduction
        network.set_loss(self.kind, {"reduction": reduction, **{name: getattr(self, name) for name in self._settings}})

    def runner(self, network: Network, carried: Carried | None, weight: float) -> Any:
        """Return what trains and evaluates the network with this loss.

        `carried` gives the states that a batch of so many rows begins with; None for a model without such states.
        `weight` is that of the loss, which the core has already.
        """
        return network

    def output_width(self, targets: Array) -> int:
        """Return how many columns an output needs for these targets (N,), (N, O) or (N, T, O)."""
        return targets.shape[-1] if targets.ndim > 1 else 1

    def targets(
        self, name: str, y: Any, output_shape: tuple[int, ...], width: int, dtype: str, *, finite: bool
    ) -> Array:
        """Return `y` as the core takes it.

        Parameters
        ----------
        name : str
            Of the argument, for messages.
        y : array_like
            Targets with `width` numbers for each sample and step. Where that is 1 the last axis may be left out; one
            more axis of 1 does not matter.
        output_shape : tuple of int
            (N, O) or (N, T, O).
        width : int
            The network's `target_features`.
        dtype : {'float32', 'float64'}
            Of the model.
        finite : bool
            Whether NaN and Inf raise.

        Returns
        -------
        ndarray
            Of shape (N, width) or (N, T, width).

        Raises
        ------
        ValueError
            If the shape differs (nothing is broadcast), or a class number is not one.
        TypeError
            If `y` is not made of real integers or floats.
        """
        leading = output_shape[:-1]
        wanted = (*leading, width)
        y = numbers(name, y)
        allowed = [wanted, (*wanted, 1)] + ([leading] if width == 1 else [])
        if y.shape not in allowed:
            others = f" or {leading}" if width == 1 else ""
            raise ValueError(f"{name}: expected shape {wanted}{others} for an output {output_shape}, got {y.shape}")
        self._require_targets(name, y, output_shape[-1])
        return (finite_array if finite else real_array)(name, y, dtype).reshape(wanted)

    def _require_targets(self, name: str, y: Array, outputs: int) -> None:
        """Raise ValueError for targets that the loss can not take."""
