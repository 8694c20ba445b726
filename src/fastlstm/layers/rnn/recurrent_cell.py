"""Cells as layers: what RNN is made of. They have the weights, and compute single steps."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NoReturn

from ..._internal import native
from ..._internal.arrays import Array, real_array
from ..._internal.checks import flag
from ..._internal.native import Branch
from ..._internal.owners import Owner
from .._from_config import layer_from
from .._weights import JoinedWeights, Weight
from ..base import VECTORS, Layer, Shape, registry
from ..symbolic import OPERATIONS, are_symbolic
from ._states import join_states, split_states


class AnyCell(Layer):
    """Base class of the cells: one that the core has, or several on top of each other."""

    supports_masking = False
    _axes = VECTORS
    _input_width: int | None = None
    """The number of input features, in a stack."""

    @property
    def output_size(self) -> int:
        """The width of the output."""
        raise NotImplementedError

    @property
    def state_size(self) -> Any:
        """The width of the state, or a list of those of several."""
        raise NotImplementedError

    def _cells(self) -> "list[RecurrentCell]":
        """Return the cells from the input on."""
        raise NotImplementedError

    def _layers_of_cells(self) -> list[Any]:
        """Return a layer for each cell, from the input on, with that cell's arguments."""
        return [cell._layer for cell in self._cells()]

    def get_initial_state(self, batch_size: Any = None, inputs: Any = None, dtype: Any = None) -> list[Any]:
        """Return states of zeros.

        Parameters
        ----------
        batch_size : int, or tensor (N, D), optional
            The number of rows, or an input with that many.
        inputs : tensor (N, D), optional
            An input, instead of the number of rows.
        dtype : optional
            Accepted as in Keras, without effect.

        Returns
        -------
        list of ndarray
            (batch_size, H) each; of a `StackedRNNCells`, a list for each cell.
        """
        raise NotImplementedError

    def _output_shape(self, shape: Shape) -> Shape:
        raise ValueError(
            f"layer {self.name!r} is a cell, which computes single steps: RNN({type(self).__name__}(...)) is a layer"
        )

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        self._output_shape(shape)


class RecurrentCell(AnyCell):
    """Base class of the cells that the core has; describes the keyword arguments that all of them take.

    Parameters
    ----------
    arguments : dict
        Set by the subclass: those of the layer of this cell that are not among these.
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
    zoneout : float
        Probability of keeping the previous h, from 0 to 1.
    clip : float, optional
        Clips the pre-activation of every gate to [-clip, clip].
    implementation
        Accepted as in Keras, without effect: there is one implementation.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If a value is out of range, or a name is unknown.
    TypeError
        If an argument has the wrong type.

    Examples
    --------
    >>> from fastlstm.layers import LSTMCell, RecurrentCell
    >>> isinstance(LSTMCell(4), RecurrentCell)
    True
    """

    _layer_class: ClassVar[Any]
    """The class of the layers of this cell."""
    _of_steps: Any = None
    """What computes steps of symbolic tensors, once there has been one."""

    def __init__(
        self,
        arguments: dict[str, Any],
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
        zoneout: float = 0.0,
        clip: float | None = None,
        implementation: Any = 2,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._layer: Any = self._layer_class(
            **arguments,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            zoneout=zoneout,
            clip=clip,
            name=self.name,
            dtype=self.dtype,
        )
        self._seed, self.implementation = self._layer._seed, implementation

    def _claim_alone(self, owner: Owner) -> None:
        if self._of_steps is not None and self._owned_by() == [self._of_steps[0]]:
            raise ValueError(  # a model with both would have the weights twice
                f"cell: {self.name!r} has taken steps in a model already: create the layer that has it before its first"
                " step, which then shares the weights"
            )
        super()._claim_alone(owner)

    def _trained_by_layer(self) -> dict[int, list[bool]]:
        if self._of_steps is None:
            return super()._trained_by_layer()
        computing = self._of_steps[0] or self._owned_by()[0]  # the RNN that has the weights in networks
        return {id(computing): self._trained()}

    @property
    def units(self) -> int:
        """H, the width of the output and of each state."""
        units: int = self._layer.units
        return units

    @property
    def output_size(self) -> int:
        """H, the width of the output."""
        return self.units

    @property
    def state_size(self) -> Any:
        """H, the width of the state, or [H, H] for h and c."""
        widths = list(self._layer._state_widths())
        return widths if len(widths) > 1 else widths[0]

    @property
    def kernel(self) -> Array | None:
        """Input weights (D, G*H), a read-only view."""
        return self._weight("kernel")

    @property
    def recurrent_kernel(self) -> Array | None:
        """Recurrent weights (H, G*H), a read-only view."""
        return self._weight("recurrent_kernel")

    @property
    def bias(self) -> Array | None:
        """Bias (G*H,), a read-only view, or None without one; (2, 3*H) in a reset-after GRU."""
        return self._weight("bias")

    def get_initial_state(self, batch_size: Any = None, inputs: Any = None, dtype: Any = None) -> list[Any]:
        """Return states of zeros.

        Parameters
        ----------
        batch_size : int, or tensor (N, D), optional
            The number of rows, or an input with that many.
        inputs : tensor (N, D), optional
            An input, instead of the number of rows.
        dtype : optional
            Accepted as in Keras, without effect.

        Returns
        -------
        list of ndarray
            (batch_size, H) each.
        """
        states: list[Any] = self._layer.get_initial_state(batch_size, inputs)
        return states

    def __call__(self, x: Any, states: Any, training: bool = False) -> Any:  # type: ignore[override]
        """Return the output of one step and the states after it; builds the cell if necessary.

        Parameters
        ----------
        x : array_like or SymbolicTensor
            The input of the step, (N, D).
        states : list of array_like, or array_like
            The states before the step, (N, H) each, as `get_initial_state` returns them; a single state may be given
            without a list.
        training : bool
            Whether to run in training mode, in which dropout is active, with new masks for each call.

        Returns
        -------
        y : ndarray
            (N, H), of the cell's dtype.
        states : list of ndarray, or ndarray
            (N, H) each; without a list if they were given without one.

        Raises
        ------
        ValueError
            If a shape is wrong.
        TypeError
            If `x` or a state is not made of real integers or floats.
        """
        if are_symbolic(x):
            return OPERATIONS["step"](self, x, states, training)
        array = self._as_input("x", x)
        features = self._check_shape("x", array.shape)
        widths = self._layer._state_widths()
        state = join_states("states", states, widths, len(array), lambda name, one: real_array(name, one, self.dtype))
        rng_step = next(self._rng_steps) if flag("training", training) else None
        self.build(array.shape)
        network = native.network(self.dtype, features, True)
        network.add("recurrent", **self._layer._core_arguments())
        self._weights.copy_to(network, 0)
        y, final = network.run(array[:, None], state=state, rng_step=rng_step)
        found = split_states(final, widths)
        return y, found if isinstance(states, (list, tuple)) else found[0]

    def _cells(self) -> "list[RecurrentCell]":
        return [self]

    def _declare(self, features: int) -> list[Weight]:
        declared: list[Weight] = self._layer._declare(self._input_width or features)
        return declared

    def _is_random(self) -> bool:
        """Whether training draws random numbers."""
        return bool(self._layer._is_random())

    def _arguments(self) -> dict[str, Any]:
        others = (*self._layer._core_options(), "implementation")
        return {name: value for name, value in self._layer._arguments().items() if name not in others}


@registry.register()
class StackedRNNCells(AnyCell):
    """Cells on top of each other: in each step, each takes the output of the one before it.

    Parameters
    ----------
    cells : list of cells
        At least one `LSTMCell`, `GRUCell` or `SimpleRNNCell`, from the input on.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`. `dtype` must be that of the cells.

    Raises
    ------
    ValueError
        If there are no cells, one is in use already, or their dtypes differ.
    TypeError
        If one is not a cell of this package.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm.layers import RNN, LSTMCell, StackedRNNCells
    >>> RNN(StackedRNNCells([LSTMCell(4), LSTMCell(2)]))(np.ones((2, 5, 3))).shape
    (2, 2)
    """

    def __init__(self, cells: Any, **options: Any) -> None:
        if not isinstance(cells, (list, tuple)) or not cells:
            raise TypeError(f"cells: expected a list of at least one cell, got {cells!r}")
        if any(getattr(cell, "_is_own", False) for cell in cells):
            from .own_cells import StackedRNNCells as OfUsers

            self.__class__ = OfUsers  # type: ignore[assignment]  # whose steps are a loop in Python
            OfUsers.__init__(self, cells, **options)  # type: ignore[arg-type]
            return
        given = [cell_from("cells", cell) for cell in cells]
        super().__init__(**{**options, "dtype": options.get("dtype") or given[0].dtype})
        self.cells: list[RecurrentCell] = []
        for cell in given:
            if not isinstance(cell, RecurrentCell):
                raise TypeError(f"cells: expected single cells, got {cell!r}")
            if cell.dtype != self.dtype:
                raise ValueError(f"dtype: {self.name!r} is {self.dtype}, its cell {cell.name!r} is {cell.dtype}")
            cell._claim_alone(self)
            if self.cells:
                cell._input_width = self.cells[-1].units
            self.cells.append(cell)
        self._weights = JoinedWeights({f"cell_{i}_": cell._weights for i, cell in enumerate(self.cells)})

    @property
    def output_size(self) -> int:
        """The width of the last cell's output."""
        return self.cells[-1].units

    @property
    def state_size(self) -> Any:
        """Of each cell the width of its state, or a list of those of its states."""
        return [cell.state_size for cell in self.cells]

    def get_initial_state(self, batch_size: Any = None, inputs: Any = None, dtype: Any = None) -> list[Any]:
        """Return states of zeros.

        Parameters
        ----------
        batch_size : int, or tensor (N, D), optional
            The number of rows, or an input with that many.
        inputs : tensor (N, D), optional
            An input, instead of the number of rows.
        dtype : optional
            Accepted as in Keras, without effect.

        Returns
        -------
        list of list of ndarray
            For each cell its states, (batch_size, H) each.
        """
        return [cell.get_initial_state(batch_size, inputs) for cell in self.cells]

    def __call__(self, x: Any, states: Any, training: bool = False) -> Any:  # type: ignore[override]
        """Return the output of one step and the states after it; builds the cells if necessary.

        Parameters
        ----------
        x : array_like
            The input of the step, (N, D).
        states : list
            The states before the step, for each cell as it takes them.
        training : bool
            Whether to run in training mode, in which dropout is active, with new masks for each call.

        Returns
        -------
        y : ndarray
            The output of the last cell, (N, H).
        states : list
            For each cell its states after the step.

        Raises
        ------
        ValueError
            If a shape is wrong, or there are states for another number of cells.
        TypeError
            If `x` or a state is not made of real integers or floats.
        """
        if are_symbolic(x):
            _refuse_symbolic(self)
        if not isinstance(states, (list, tuple)) or len(states) != len(self.cells):
            raise ValueError(f"states: expected a list with an entry for each of {len(self.cells)} cells")
        array = self._as_input("x", x)
        self.build(array.shape)
        after = []
        for cell, state in zip(self.cells, states, strict=True):
            array, found = cell(array, state, training)
            after.append(found)
        return array, after

    def _cells(self) -> list[RecurrentCell]:
        return list(self.cells)

    def _parts(self) -> dict[str, Layer]:
        from ..._internal.names import snake_case

        names = [snake_case(type(cell).__name__) for cell in self.cells]
        counts = [names[:i].count(name) for i, name in enumerate(names)]
        return {
            f"cells/{name}_{count}" if count else f"cells/{name}": cell
            for name, count, cell in zip(names, counts, self.cells, strict=True)
        }

    def _make_weights(self, features: int, input_shape: Shape) -> None:
        for cell in self.cells:
            cell.build((input_shape[0], cell._input_width or features))

    def _adopt(self, features: int, arrays: Sequence[Array]) -> None:
        super()._adopt(features, arrays)
        for cell in self.cells:
            cell._features = cell._input_width or features

    def _arguments(self) -> dict[str, Any]:
        return {"cells": self.cells}

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments: ``type(layer)(**layer.get_config())`` makes a layer like this one.

        Returns
        -------
        dict
            Of plain data, by argument name.
        """
        from ..._internal.registry import configuration

        return {**super().get_config(), "cells": [configuration(cell) for cell in self.cells]}


def cell_from(argument: str, value: Any) -> AnyCell:
    """Return a cell, given as an object, a list of several, or a dict of its class name and arguments."""
    if isinstance(value, (list, tuple)):
        return StackedRNNCells(value)
    found = layer_from(argument, value) if isinstance(value, dict) else value
    if isinstance(found, AnyCell):
        return found
    if hasattr(found, "state_size") and hasattr(found, "call"):
        raise TypeError(
            f"{argument}: {type(found).__name__} is written in Python, whose steps the compiled core cannot run; use"
            " LSTMCell, GRUCell or SimpleRNNCell, whose arguments cover activations, peepholes, coupled gates, zoneout"
            " and clipping, or add the cell to the core (docs/adding_a_cell.md)"
        )
    raise TypeError(
        f"{argument}: expected LSTMCell, GRUCell, SimpleRNNCell, StackedRNNCells or a list of cells, got {found!r}"
    )


def _refuse_symbolic(cell: AnyCell) -> NoReturn:
    raise TypeError(
        f"x: layer {cell.name!r} is a cell, which computes single steps of arrays; in a model, RNN(cell) is the layer"
    )


def without_checkpoint(beyond_keras: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments that Keras's cells lack, given those of the layer: cells do not keep steps."""
    return {name: neutral for name, neutral in beyond_keras.items() if name != "checkpoint"}
