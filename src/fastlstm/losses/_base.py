"""What all losses share: their arguments, being called, and how a model is told of them."""

from typing import TYPE_CHECKING, Any

import numpy as np

from .._internal import native
from .._internal.arrays import Array, finite_array, numbers, real_array
from .._internal.names import snake_case
from .._internal.native import Network
from ._sample_weights import sample_weights
from ._split import SplitSteps
from ._trainer import StatefulState, Trainer

if TYPE_CHECKING:
    from typing_extensions import Self

REDUCTIONS = ("sum_over_batch_size", "mean", "sum", "mean_with_sample_weight")


class Loss:
    """Base class of losses: `compile` takes an instance or a name. Subclass it to write one, and define `call`.

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

    Steps that a mask leaves out are not counted either; a loss of one's own can not have them. A sample's weight is
    that of all its steps. The loss of an epoch is the mean of those of its batches, weighted with their sizes.

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

    Examples
    --------
    Errors to one side that count for more than those to the other. In Keras `call` would return the values only, and
    the gradient would be found from the operations that they are made of; here it is given as well.

    >>> import numpy as np
    >>> from fastlstm import Input, Sequential, layers
    >>> class Lopsided(Loss):
    ...     def __init__(self, factor=3.0, name="lopsided", **options):
    ...         super().__init__(name, **options)
    ...         self.factor = factor
    ...     def call(self, y_true, y_pred):
    ...         error = y_pred - y_true
    ...         weight = np.where(error > 0, self.factor, 1.0)
    ...         return (weight * error**2).mean(axis=-1), 2 * weight * error / error.shape[-1]
    >>> Lopsided()([[0.0], [0.0]], [[1.0], [-1.0]])
    2.0
    >>> model = Sequential([Input((1,)), layers.Dense(1, kernel_initializer="zeros")])
    >>> model.compile("sgd", Lopsided(reduction="sum"))
    >>> model.evaluate(np.ones((2, 1)), [1.0, -2.0], verbose=0)
    13.0
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
        self.name = name or snake_case(type(self).__name__)
        self.reduction: str = reduction

    def call(self, y_true: Array, y_pred: Array) -> Any:
        """Return the values of a batch and their gradient. This is what a subclass defines.

        Parameters
        ----------
        y_true : ndarray
            The targets, of any shape, in the model's dtype; with a last axis of 1 where the output has one.
        y_pred : ndarray
            The predictions, (N, O) or (N, T, O), in the model's dtype.

        Returns
        -------
        values : ndarray
            The loss of each sample, (N,), or of each sample and step, (N, T). Weights and the reduction come later.
        gradient : ndarray
            The derivatives of each one's value by its predictions, of the shape of `y_pred`.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define call(y_true, y_pred)")

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
        """Return the loss of predictions.

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
        network = native.network(dtype, y_pred.shape[-1], y_pred.ndim == 3)  # without layers: what goes in comes out
        self._start(network)
        y_true = self._targets("y_true", y_true, y_pred.shape, network.target_features, dtype, finite=False)
        weights = sample_weights("sample_weight", sample_weight, y_pred.shape, dtype, finite=False)
        if len(y_pred) == 0:
            return 0.0
        trainer = self._trainer(network, None, 1.0)
        loss: float = trainer.evaluate(real_array("y_pred", y_pred, dtype), y_true, sample_weight=weights)
        return loss

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments. A subclass with others adds them."""
        return {"name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Self":
        """Return a loss with these arguments of its constructor."""
        return cls(**config)

    # Inside -----------------------------------------------------------------------------------------------------

    def _start(self, network: Network) -> None:
        """Give the network this loss, if it is one that the core knows."""

    def _trainer(self, network: Network, stateful_state: StatefulState | None, weight: float) -> Trainer:
        """Return what trains and evaluates the network with this loss.

        `stateful_state` returns the states that a batch of so many rows begins with; it is None for a model that is not
        stateful. `weight` is that of the loss, which the core has already. A mask that reaches the output raises
        ValueError.
        """
        if network.masked_output:
            raise ValueError(
                f"loss: {self.name!r} would get masked steps without their mask, which reaches this model's output; use"
                " a loss of fastlstm.losses"
            )
        return SplitSteps(network, self, stateful_state, weight)

    def _output_width(self, targets: Array) -> int:
        """Return how many columns an output needs for these targets (N,), (N, O) or (N, T, O)."""
        return targets.shape[-1] if targets.ndim > 1 else 1

    def _targets(
        self, name: str, y: Any, output_shape: tuple[int, ...], width: int, dtype: str, *, finite: bool
    ) -> Array:
        """Return `y`, of any shape, in the dtype; with a last axis of 1 where the output has one and y has none.

        `name` is that of the argument, for messages; `finite` is whether NaN and Inf raise ValueError. `width`, how
        many targets the core wants for each sample and step, matters for its own losses only.
        """
        array = (finite_array if finite else real_array)(name, y, dtype)
        return array[..., None] if output_shape[-1] == 1 and array.shape == output_shape[:-1] else array
