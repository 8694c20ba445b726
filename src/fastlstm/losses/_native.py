"""The losses that the core implements: their targets and settings."""

import sys
from typing import Any, ClassVar

from .._internal import checks
from .._internal.arrays import Array, finite_array, numbers, real_array
from .._internal.names import snake_case
from .._internal.native import Network
from .._internal.registry import Registry
from ._base import Loss
from ._pairs import spread_in_scripts
from ._trainer import StatefulState, Trainer


def axis_of(axis: Any) -> int:
    """Return an axis as an integer."""
    return checks.integer("axis", axis, -64, 64)


def _allowed_shapes(output_shape: tuple[int, ...], width: int) -> list[tuple[int, ...]]:
    """Return the shapes of targets with `width` numbers for each sample and step of an output."""
    leading = output_shape[:-1]
    return [(*leading, width), (*leading, width, 1), *([leading] if width == 1 else [])]


def require_shape(name: str, y: Array, output_shape: tuple[int, ...], width: int) -> None:
    """Raise ValueError unless targets have `width` numbers for each sample and step of an output."""
    allowed = _allowed_shapes(output_shape, width)
    if y.shape not in allowed:
        wanted, _, *others = allowed
        more = "".join(f" or {other}" for other in others)
        raise ValueError(f"{name}: expected shape {wanted}{more} for an output {output_shape}, got {y.shape}")


class NativeLoss(Loss):
    """Base class of the losses that the core implements. User-defined losses derive from `Loss`."""

    axis: int = -1
    """The axis of the output's features."""

    _folds = True
    _in_keras: ClassVar[bool] = True
    """Whether Keras has a loss of this name."""
    _of_differences: ClassVar[bool] = False
    """Whether it compares each target with the prediction in its place."""
    _returns_values_alone = True
    _settings: ClassVar[tuple[str, ...]] = ()
    """The attributes that the core needs."""

    @property
    def kind(self) -> str:
        """The core's name of the loss, such as 'mean_squared_error'."""
        return snake_case(type(self).__name__)

    @property
    def _axis(self) -> int:
        return self.axis

    def call(self, y_true: Array, y_pred: Array) -> Any:
        """Return the values of samples or steps that the function beside the class gives."""
        cls = next(cls for cls in type(self).__mro__ if cls in registry)
        function = getattr(sys.modules[cls.__module__], snake_case(cls.__name__))
        settings = {name: getattr(self, name) for name in self._settings}
        return function(y_true, y_pred, **settings, **({} if self.axis == -1 else {"axis": self.axis}))

    def _start(self, network: Network, output: int = 0) -> None:
        """Install this loss of an output in the network."""
        self._require_reduction()
        reduction = "sum_over_batch_size" if self.reduction == "mean" else self.reduction
        settings = {name: getattr(self, name) for name in self._settings}
        network.set_loss(self.kind, {"reduction": reduction, **settings}, output)

    def _trainer(self, network: Network, stateful_state: StatefulState | None, weight: float) -> Trainer:
        """Return the object that trains and evaluates the network: the network itself."""
        return network

    def _converted(
        self, name: str, y: Any, output_shape: tuple[int, ...], width: int, dtype: str, *, finite: bool
    ) -> Array:
        """Return `y` as the core takes it.

        Parameters
        ----------
        name : str
            The argument's name, for messages.
        y : array_like
            Targets with `width` numbers for each sample and step. If `width` is 1, the last axis may be omitted; an
            additional last axis of size 1 is ignored.
        output_shape : tuple of int
            (N, O) or (N, T, O).
        width : int
            The network's `target_features`.
        dtype : {'float32', 'float64'}
            The model's dtype.
        finite : bool
            Whether NaN and Inf raise ValueError.

        Returns
        -------
        ndarray
            Targets (N, width) or (N, T, width).

        Raises
        ------
        ValueError
            If the shape differs (nothing is broadcast), or a class number is invalid.
        TypeError
            If `y` does not hold real integers or floats.
        """
        y = numbers(name, y)
        if self._of_differences and y.shape not in _allowed_shapes(output_shape, width):
            y = spread_in_scripts(name, y, output_shape)
        require_shape(name, y, output_shape, width)
        self._require_targets(name, y, output_shape[-1])
        return (finite_array if finite else real_array)(name, y, dtype).reshape(*output_shape[:-1], width)

    def _require_targets(self, name: str, y: Array, outputs: int) -> None:
        """Raise ValueError for targets that the loss cannot take."""


registry: Registry[type[Loss]] = Registry("loss", lambda name: (snake_case(name),))
