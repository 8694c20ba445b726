"""Recurrent: the base class of the layers of one cell, and these by the names of their cells."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from ... import activations
from ..._internal.arrays import Array
from ..._internal.checks import flag, number, positive, refuse, size
from .._rates import dropout_rate
from .._rng import Seed
from .._weights import Weight, rules
from ..base import registry
from .cell import RECURRENT_KERNEL, Cell
from .rnn import RNN, with_segments

_OPTIONS = (
    "dropout",
    "seed",
    "return_sequences",
    "return_state",
    "go_backwards",
    "stateful",
    "zero_output_for_mask",
    "checkpoint",
    "zoneout",
    "clip",
)


class Recurrent(RNN):
    """Base class of the recurrent layers of one cell; describes the keyword arguments that all of them take.

    Parameters
    ----------
    cell : Cell
        Set by the subclass: one of its `cells`.
    units : int
        H, the width of the output, at least 1.
    use_bias : bool
        Whether to add a bias.
    gates : dict of str to activation
        Set by the subclass: the activations by argument name.
    initial : dict of str to initializer
        Set by the subclass: the initializers by weight name.
    kernel_regularizer, recurrent_regularizer, bias_regularizer : str or `fastlstm.regularizers.Regularizer`, optional
        Penalties on the weights, added to the loss.
    kernel_constraint, recurrent_constraint, bias_constraint : str or `fastlstm.constraints.Constraint`, optional
        Applied to the weights after each training step.
    dropout : float
        Fraction of the inputs dropped in training, in [0, 1). One mask serves all steps and gates; the remaining inputs
        are divided by ``1 - dropout``.
    recurrent_dropout : float
        The same for the h that enters the gates.
    seed : int, optional
        Seed of dropout and zoneout. Default: drawn from the generator that `fastlstm.utils.set_random_seed` seeds.
    return_sequences : bool
        Whether to return all outputs (N, T, H) instead of the last (N, H).
    return_state : bool
        Whether a call returns the last states as well: (y, h), or (y, h, c). Not in a `Sequential`.
    go_backwards : bool
        Whether to start with the last step. Outputs are in the order of processing, as in Keras; so is the mask passed
        on with them, which Keras leaves in the order of time.
    stateful : bool
        Whether each call starts from the final states of the previous call, row by row.
    zero_output_for_mask : bool
        Whether masked steps of a returned sequence are zeros instead of the previous output.
    checkpoint : bool or int
        Whether training keeps the states of a few steps only, as described in `RNN`: True, or the number of segments.
    zoneout : float
        Probability of keeping the previous h, from 0 to 1: decided for each unit and step in training; at
        inference ``zoneout * h_before + (1 - zoneout) * h``.
    clip : float, optional
        Clips the pre-activation of every gate to [-clip, clip]; the gradient is zero outside.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.
    unroll, implementation, use_cudnn
        Accepted as in Keras, without effect: there is one implementation.

    Raises
    ------
    ValueError
        If a value is out of range, a name is unknown, or a recurrent option is given to a cell without recurrent
        kernel.
    TypeError
        If an argument has the wrong type.

    References
    ----------
    Gal and Ghahramani, "A theoretically grounded application of dropout in recurrent neural networks", NIPS 2016 (one
    mask for all steps). Krueger et al., "Zoneout: regularizing RNNs by randomly preserving hidden activations", ICLR
    2017.

    Examples
    --------
    >>> from fastlstm.layers import GRU, Recurrent
    >>> isinstance(GRU(4), Recurrent)
    True
    """

    cells: ClassVar[tuple[Cell, ...]]
    """The cells that the class makes."""
    _beyond_keras: ClassVar[Mapping[str, Any]] = {"checkpoint": False, "zoneout": 0.0, "clip": None}
    _keras_path = "cell"

    def __init__(
        self,
        cell: Cell,
        units: int,
        use_bias: bool,
        gates: dict[str, Any],
        initial: dict[str, Any],
        *,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        zero_output_for_mask: bool = False,
        checkpoint: bool | int = False,
        zoneout: float = 0.0,
        clip: float | None = None,
        unroll: Any = False,
        implementation: Any = 2,
        use_cudnn: Any = "auto",
        **options: Any,
    ) -> None:
        super().__init__(
            cell,
            return_sequences,
            return_state,
            go_backwards,
            stateful,
            zero_output_for_mask=zero_output_for_mask,
            checkpoint=checkpoint,
            **options,
        )
        self.units = size("units", units)
        self.unroll, self.implementation, self.use_cudnn = unroll, implementation, use_cudnn
        self.use_bias = flag("use_bias", use_bias)
        self._gates = {
            name: activations.name_of(name, activation, elementwise=True) for name, activation in gates.items()
        }
        self.activation = self._gates.get("activation", "linear")
        self.recurrent_activation = self._gates.get("recurrent_activation", "sigmoid")
        self._has_recurrent_kernel = RECURRENT_KERNEL in cell.weights
        if not self._has_recurrent_kernel:
            refuse(
                type(self).__name__,
                recurrent_regularizer=recurrent_regularizer,
                recurrent_constraint=recurrent_constraint,
                recurrent_dropout=recurrent_dropout or None,
            )
        regularized = {
            "kernel": kernel_regularizer,
            "recurrent_kernel": recurrent_regularizer,
            "bias": bias_regularizer,
        }
        constrained = {"kernel": kernel_constraint, "recurrent_kernel": recurrent_constraint, "bias": bias_constraint}
        self._rules = {
            name: rules(initializer, regularized.get(name), constrained.get(name))
            for name, initializer in initial.items()
        }
        self.dropout = dropout_rate("dropout", dropout, below_1=True)
        self.recurrent_dropout = dropout_rate("recurrent_dropout", recurrent_dropout, below_1=True)
        self._seed = Seed(seed)
        self.zoneout = number("zoneout", zoneout, 0.0, 1.0)
        self.clip = None if clip is None else positive("clip", clip)

    @property
    def seed(self) -> int | None:
        """The `seed` given to the constructor."""
        return self._seed.given

    @property
    def kernel(self) -> Array | None:
        """Input weights (D, G*H), a read-only view."""
        return self._weight("kernel")

    @property
    def recurrent_kernel(self) -> Array | None:
        """Recurrent weights (H, G*H), a read-only view, or None if the gates do not depend on h."""
        return self._weight("recurrent_kernel")

    @property
    def bias(self) -> Array | None:
        """Bias (G*H,), a read-only view, or None without one; (2, 3*H) in a reset-after GRU."""
        return self._weight("bias")

    def _state_widths(self) -> Sequence[int]:
        return [self.units] * len(self.cell.states)

    def _initial(self, name: str, shape: tuple[int, ...], dtype: str) -> Array:
        return self._rules[name].initializer(shape, dtype)

    def _declare(self, features: int) -> list[Weight]:
        shapes = self.cell.shapes(features, self.units)
        return [
            self._rules[name].weight(name, shapes[name])._replace(initial=partial(self._initial, name))
            for name in self.cell.weight_names(self.use_bias)
        ]

    def _layers_of_cells(self) -> "Sequence[Recurrent]":
        return [self]

    def _as_recurrent(self) -> "Recurrent":
        return self

    def _is_random(self) -> bool:
        """Whether training draws random numbers."""
        return bool(self.dropout or self.recurrent_dropout or self.zoneout)

    def _core_arguments(self) -> dict[str, Any]:
        """Return the core's description of this layer."""
        options = {
            "cell": self.cell.name,
            "units": self.units,
            "activation": self.activation,
            "recurrent_activation": self.recurrent_activation,
            "use_bias": self.use_bias,
            **self._core_options(),
            "dropout": self.dropout,
            "recurrent_dropout": self.recurrent_dropout,
            "zoneout": self.zoneout,
            "clip": self.clip,
            "seed": self._seed.drawn() if self._is_random() else 0,
        }
        return with_segments(options)

    def _arguments(self) -> dict[str, Any]:
        found: dict[str, Any] = {"units": self.units, **self._gates, "use_bias": self.use_bias}
        for prefix, name in (("kernel", "kernel"), ("recurrent", "recurrent_kernel"), ("bias", "bias")):
            if name in self._rules:
                found.update(self._rules[name].arguments(prefix))
        if self._has_recurrent_kernel:
            found["recurrent_dropout"] = self.recurrent_dropout
        return {**found, **{name: getattr(self, name) for name in _OPTIONS}}


def layers_by_cell() -> dict[str, Callable[..., Recurrent]]:
    """Return, for each cell by its name in the core, a function that makes a layer of it."""
    recurrent: list[Any] = [cls for cls in registry.entries.values() if issubclass(cls, Recurrent)]
    return {cell.name: partial(cls, **cell.options) for cls in recurrent for cell in cls.cells}
