"""The base class of losses: arguments, direct calls, and the interface to training."""

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .._internal import native
from .._internal.arrays import Array, finite_array, numbers, real_array
from .._internal.deferred import deferring_in
from .._internal.names import snake_case
from .._internal.native import Network
from .._internal.not_available import has_attributes_of_keras
from .._internal.tape import Traced, current, only_once, plain, record
from .._internal.tensor import result
from . import _direct_calls
from ._pairs import floats
from ._python_values import loss_and_gradient, loss_of
from ._shares import mask_of, masked_weights, shares_of
from ._split import SplitSteps
from ._trainer import StatefulState, Trainer

if TYPE_CHECKING:
    from typing_extensions import Self

REDUCTIONS = ("sum_over_batch_size", "mean", "sum", "mean_with_sample_weight")


@has_attributes_of_keras
class Loss:
    """Base class of losses, to subclass for your own: a subclass defines `call`.

    A loss has one value v for each sample, or for each sample and step where the output has steps. The values are
    weighted with the sample weights w (1 by default) and reduced to one number:

    ========================== ======================================================================================
    `reduction`                the loss of a batch
    ========================== ======================================================================================
    'sum_over_batch_size'      ``sum(w * v)`` over the number of values (not over the sum of the weights)
    'mean'                     the same, as in Keras
    'sum'                      ``sum(w * v)``; the gradient, and so a good learning rate, depend on the batch size
    'mean_with_sample_weight'  ``sum(w * v) / sum(w)``, the weighted mean
    None or 'none'             none: a call returns all ``w * v``; such a loss cannot train
    ========================== ======================================================================================

    Masked steps are not counted; losses defined in Python do not support masks. The weight of a sample applies to all
    its steps. The loss of an epoch is the mean over its batches, weighted by their sizes.

    Parameters
    ----------
    name : str, optional
        For display. Default: the class's name in snake case.
    reduction : {'sum_over_batch_size', 'mean', 'sum', 'mean_with_sample_weight', 'none', None}
        See above.
    dtype : None
        For Keras compatibility; the loss is computed in the model's dtype.

    Raises
    ------
    TypeError
        If `name` is not a string.
    ValueError
        If `dtype` is not None, or `reduction` is none of these.

    References
    ----------
    Keras 3, `keras.losses.Loss`.

    Examples
    --------
    A squared error that weights errors on one side more. Its gradient is found by automatic differentiation.

    >>> import numpy as np
    >>> from fastlstm import Input, Sequential, layers
    >>> class Lopsided(Loss):
    ...     def __init__(self, factor=3.0, name="lopsided", **options):
    ...         super().__init__(name, **options)
    ...         self.factor = factor
    ...     def call(self, y_true, y_pred):
    ...         error = y_pred - y_true
    ...         weight = np.where(error > 0, self.factor, 1.0)
    ...         return np.mean(weight * error**2, axis=-1)
    >>> Lopsided()([[0.0], [0.0]], [[1.0], [-1.0]])
    2.0
    >>> model = Sequential([Input((1,)), layers.Dense(1, kernel_initializer="zeros")])
    >>> model.compile("sgd", Lopsided(reduction="sum"))
    >>> model.evaluate(np.ones((2, 1)), [1.0, -2.0], verbose=0)
    13.0
    """

    _returns_values_alone = False

    def __init__(self, name: str | None = None, reduction: Any = "sum_over_batch_size", dtype: Any = None) -> None:
        if reduction is not None and reduction not in (*REDUCTIONS, "none"):
            raise ValueError(f"reduction: expected None or one of {', '.join(REDUCTIONS)}, none, got {reduction!r}")
        if dtype is not None:
            raise ValueError(f"dtype: expected None, since a loss is computed in the model's dtype, got {dtype!r}")
        if name is not None and not isinstance(name, str):
            raise TypeError(f"name: expected a string, got {name!r}")
        self.name = name or snake_case(type(self).__name__)
        self.reduction: str | None = reduction

    def call(self, y_true: Array, y_pred: Array) -> Any:
        """Return the values of a batch, before weighting and reduction. Subclasses define this.

        In training `y_pred` is an array that records what is done with it, so that its gradient can be found: it takes
        the place of an array in operators, NumPy's functions and those of `fastlstm.keras.backend`, but cannot be
        converted to one or changed in place. A `call` that returns a tuple, the values and their gradient, gets plain
        arrays instead and may do anything. Which of the two it is shows in the first step, whose `call` is made with
        plain arrays, and then perhaps again.

        Parameters
        ----------
        y_true : ndarray
            The targets, of any shape, in the model's dtype; with a last axis of size 1 where the output has one.
        y_pred : ndarray
            The predictions, (N, O) or (N, T, O), in the model's dtype.

        Returns
        -------
        values : ndarray
            The loss of each sample (N,), of each sample and step (N, T), or of any other part of the batch; a number
            for the batch as a whole.
        gradient : ndarray
            Only as the second item of a tuple: the derivative of each value by its predictions, of the shape of
            `y_pred`. The values then have the shape (N,) or (N, T).

        Raises
        ------
        NotImplementedError
            If the class does not define it.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define call(y_true, y_pred)")

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Return the loss of predictions.

        Parameters
        ----------
        y_true : array_like
            Targets, as for `Sequential.fit`.
        y_pred : array_like
            Predictions (N, O) or (N, T, O); for a loss of this module with any number of axes. Those with one axis are
            (N,), one of each sample, for losses that are means over elements, and otherwise the outputs of one sample.
            The loss is computed in float32 if they are float32, otherwise in float64.
        sample_weight : float or array_like, optional
            A weight for all, or weights (N,), or (N, T) where there are steps; an axis may have size 1.

        Returns
        -------
        float or ndarray
            The loss; 0 if there are no samples. With the reduction None or 'none', the weighted values (N,) or (N, T).

        Raises
        ------
        TypeError
            If an argument does not hold real integers or floats.
        ValueError
            If a shape is wrong, or a target is invalid for this loss, such as an unknown class number.

        Examples
        --------
        >>> from fastlstm.losses import MeanSquaredError
        >>> MeanSquaredError()([[0.0], [2.0]], [[1.0], [2.0]], sample_weight=[3.0, 1.0])
        1.5
        >>> MeanSquaredError(None)([[0.0], [2.0]], [[1.0], [2.0]])
        array([1., 0.])
        """
        later = deferring_in((y_true, y_pred))
        if later is not None:
            mask = getattr(y_pred, "_keras_mask", None)
            if mask is None:
                return later._defer(self, (y_true, y_pred, sample_weight), {})
            return later._defer(self._of_masked, (y_true, y_pred, sample_weight, mask), {})
        return self._of_masked(y_true, y_pred, sample_weight, mask_of(y_pred))

    def _of_masked(self, y_true: Any, y_pred: Any, sample_weight: Any, mask: Any) -> Any:
        """Return the loss of predictions, none of which stand for later values, with their mask if they have one."""
        y_true, y_pred = current(y_true), current(y_pred)
        if mask is not None:
            axes = y_pred.ndim
            if self._axis % axes != axes - 1:
                raise ValueError(
                    f"y_pred: expected predictions without a mask, since the loss {self.name!r} along axis {self._axis}"
                    f" has no values for steps, got a mask {np.shape(mask)}"
                )
            sample_weight = self._masked_weight(sample_weight, np.asarray(plain(mask), np.bool_))
        if type(y_pred) is Traced:
            return self._traced(y_true, y_pred, sample_weight)
        given = _direct_calls.arranged(
            y_true, y_pred, sample_weight, self._axis, one_row=self._of_rows, folds=self._folds
        )
        y_pred = given.y_pred
        dtype = "float32" if y_pred.dtype == np.float32 else "float64"
        if self._reduces:
            network = native.network(dtype, y_pred.shape[-1], y_pred.ndim == 3)  # no layers: the output is the input
            self._start(network)
            y_true = self._converted("y_true", given.y_true, y_pred.shape, network.target_features, dtype, finite=False)
            if len(y_pred) == 0:
                return result(0.0)
            weight = None if given.weight is None else real_array("sample_weight", given.weight, dtype)
            trainer = self._trainer(network, None, 1.0)
            loss: float = trainer.evaluate(real_array("y_pred", y_pred, dtype), y_true, sample_weight=weight)
            return result(loss)
        values = self._values(given.y_true, y_pred)
        if given.weight is not None:
            values = values * given.weight.reshape(given.weight.shape + (1,) * (values.ndim - given.weight.ndim))
        return result(values.reshape(given.leading if values.size == given.samples else values.shape))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name. A subclass with other arguments adds them.

        Returns
        -------
        dict
            Arguments that `from_config` accepts.

        Examples
        --------
        >>> from fastlstm.losses import MeanSquaredError
        >>> MeanSquaredError().get_config()
        {'name': 'mean_squared_error', 'reduction': 'sum_over_batch_size'}
        """
        return {"name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Self":
        """Return a loss with these constructor arguments.

        Parameters
        ----------
        config : dict
            Arguments by name, as returned by `get_config`.

        Returns
        -------
        Loss
            An instance of the class.

        Raises
        ------
        TypeError
            If an argument is unknown or has the wrong type.
        ValueError
            If an argument is out of range.

        Examples
        --------
        >>> from fastlstm.losses import Huber
        >>> Huber.from_config({"delta": 2.0}).delta
        2.0
        """
        return cls(**config)

    # Inside -----------------------------------------------------------------------------------------------------

    def _traced(self, y_true: Any, y_pred: Traced, sample_weight: Any) -> Any:
        """Return the loss of predictions whose gradient is recorded, computed by `call`."""
        values = self.call(floats("y_true", y_true).astype(y_pred.dtype, copy=False), y_pred)  # type: ignore[arg-type]
        if isinstance(values, tuple):
            values, gradient = values
            pull = only_once(lambda d: d[..., None] * gradient, f"the loss {self.name!r}")
            values = record(np.asarray(values), (y_pred, pull))
        weight = None if sample_weight is None else floats("sample_weight", sample_weight)
        if self._reduces:
            return np.sum(values * shares_of(np.shape(values), self.reduction, weight, self.name))
        return values if weight is None else values * weight.reshape(weight.shape + (1,) * (values.ndim - weight.ndim))

    _of_rows: ClassVar[bool] = False
    """Whether predictions with one axis are the outputs of one sample."""
    _folds: ClassVar[bool] = False
    """Whether more than one axis of steps may become one."""

    @property
    def _axis(self) -> int:
        """The axis of the features."""
        return -1

    @property
    def _reduces(self) -> bool:
        return self.reduction not in (None, "none")

    def _require_reduction(self) -> None:
        """Raise ValueError for a loss that does not give one number."""
        if not self._reduces:
            raise ValueError(
                f"reduction: expected one of {', '.join(REDUCTIONS)}, got {self.reduction!r}: training needs one number"
            )

    def _values(self, y_true: Array, y_pred: Array) -> Array:
        """Return the values of samples or steps, unweighted."""
        found = self.call(y_true, y_pred)
        return numbers(f"values of loss {self.name!r}", found[0] if isinstance(found, tuple) else found)

    def _start(self, network: Network, output: int = 0) -> None:
        """Install this loss of an output in the network, if the core implements it."""
        self._require_reduction()

    def _trainer(self, network: Network, stateful_state: StatefulState | None, weight: float) -> Trainer:
        """Return the object that trains and evaluates the network with this loss.

        `stateful_state` returns the initial states for a batch with a given number of rows; it is None for a model that
        is not stateful. `weight` is the weight of the loss, which the core already applies.
        """
        return SplitSteps(network, [self], [weight], stateful_state)

    def _of_batch(self, y: Array, output: Array, weight: Array | None, valid: Array | None) -> float:
        """Return the weighted and reduced loss of a batch, computed in Python, given the mask of its output."""
        return loss_of(self, y, output, self._masked_weight(weight, valid))

    def _gradient_of_batch(
        self, y: Array, output: Array, weight: Array | None, valid: Array | None
    ) -> tuple[float, Array]:
        """Return the weighted and reduced loss of a batch, and its gradient with respect to the output."""
        return loss_and_gradient(self, y, output, self._masked_weight(weight, valid))

    def _masked_weight(self, weight: Array | None, valid: Array | None) -> Array | None:
        """Return the sample weights of a batch with the mask of its output, by which Keras multiplies the values."""
        return weight if valid is None else masked_weights(weight, valid, self.reduction)

    def _output_width(self, targets: Array) -> int:
        """Return the number of output columns that targets (N,), (N, O) or (N, T, O) require."""
        return targets.shape[-1] if targets.ndim > 1 else 1

    def _targets(
        self, name: str, y: Any, output_shape: tuple[int, ...], width: int, dtype: str, *, finite: bool
    ) -> Array:
        """Return the targets of a model's output as `_converted` does."""
        return self._converted(name, y, output_shape, width, dtype, finite=finite)

    def _converted(
        self, name: str, y: Any, output_shape: tuple[int, ...], width: int, dtype: str, *, finite: bool
    ) -> Array:
        """Return `y` in the given dtype, with a last axis of size 1 where only the output has one.

        `name` is the argument's name, for messages; `finite` is whether NaN and Inf raise ValueError. `width`, the
        number of targets that the core takes for each sample and step, is used by the native losses only.
        """
        array = (finite_array if finite else real_array)(name, y, dtype)
        return array[..., None] if output_shape[-1] == 1 and array.shape == output_shape[:-1] else array
