"""The cells of LSTM, GRU and SimpleRNN as layers, for RNN and for single steps."""

from typing import Any

from ..base import registry
from .gru import GRU
from .lstm import LSTM
from .recurrent_cell import RecurrentCell, without_checkpoint
from .simple_rnn import SimpleRNN


@registry.register()
class LSTMCell(RecurrentCell):
    """The cell of `LSTM`, whose equations and arguments it has; h and c are its states.

    Parameters
    ----------
    units : int
        H, the width of the output and of each state, at least 1.
    activation, recurrent_activation : str or function of `fastlstm.activations`
        Elementwise. None means linear.
    use_bias : bool
        Whether to add the bias.
    kernel_initializer, recurrent_initializer, bias_initializer : str or `fastlstm.initializers.Initializer`
        Of the weights.
    unit_forget_bias : bool
        Whether the bias of the forget gate starts at 1.
    peephole : bool
        Whether the gates also depend on c.
    coupled : bool
        Whether the forget gate is 1 - i.
    peephole_initializer : str or `fastlstm.initializers.Initializer`
        Of the weights with which they do.
    zoneout_cell : float
        Probability of keeping the previous c, as `zoneout` for h.
    **options
        Keyword arguments common to all cells, described in `RecurrentCell`: `kernel_regularizer`,
        `recurrent_regularizer`, `bias_regularizer`, `kernel_constraint`, `recurrent_constraint`, `bias_constraint`,
        `dropout`, `recurrent_dropout`, `seed`, `zoneout`, `clip`, `implementation`; and to all layers, described in
        `Layer`: `name`, `dtype`, `activity_regularizer`, `trainable`,
        `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`, `input_dim`,
        `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If a value is out of range, or a name is unknown.
    TypeError
        If an argument has the wrong type.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm.layers import LSTMCell
    >>> cell = LSTMCell(4)
    >>> y, states = cell(np.ones((2, 3)), cell.get_initial_state(2))
    >>> y.shape, [state.shape for state in states]
    ((2, 4), [(2, 4), (2, 4)])
    """

    _layer_class = LSTM
    _beyond_keras = without_checkpoint(LSTM._beyond_keras)

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        *,
        peephole: bool = False,
        coupled: bool = False,
        peephole_initializer: Any = "zeros",
        zoneout_cell: float = 0.0,
        **options: Any,
    ) -> None:
        arguments = {
            "units": units,
            "activation": activation,
            "recurrent_activation": recurrent_activation,
            "use_bias": use_bias,
            "kernel_initializer": kernel_initializer,
            "recurrent_initializer": recurrent_initializer,
            "bias_initializer": bias_initializer,
            "unit_forget_bias": unit_forget_bias,
            "peephole": peephole,
            "coupled": coupled,
            "peephole_initializer": peephole_initializer,
            "zoneout_cell": zoneout_cell,
        }
        super().__init__(arguments, **options)

    @property
    def peephole_weights(self) -> Any:
        """Peephole weights (3, H), i f o, or (2, H), i o, with coupled gates; a read-only view, or None without any."""
        return self._weight("peephole")


@registry.register()
class GRUCell(RecurrentCell):
    """The cell of `GRU`, whose equations and arguments it has; h is its state.

    Parameters
    ----------
    units : int
        H, the width of the output and of the state, at least 1.
    activation, recurrent_activation : str or function of `fastlstm.activations`
        Elementwise. None means linear.
    use_bias : bool
        Whether to add the biases.
    kernel_initializer, recurrent_initializer, bias_initializer : str or `fastlstm.initializers.Initializer`
        Of the weights.
    reset_after : bool
        Whether r is applied after the product with h.
    **options
        Keyword arguments common to all cells, described in `RecurrentCell`: `kernel_regularizer`,
        `recurrent_regularizer`, `bias_regularizer`, `kernel_constraint`, `recurrent_constraint`, `bias_constraint`,
        `dropout`, `recurrent_dropout`, `seed`, `zoneout`, `clip`, `implementation`; and to all layers, described in
        `Layer`: `name`, `dtype`, `activity_regularizer`, `trainable`,
        `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`, `input_dim`,
        `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If a value is out of range, or a name is unknown.
    TypeError
        If an argument has the wrong type.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm.layers import GRUCell
    >>> cell = GRUCell(4)
    >>> y, (h,) = cell(np.ones((2, 3)), cell.get_initial_state(2))
    >>> y.shape, bool((y == h).all())
    ((2, 4), True)
    """

    _layer_class = GRU
    _beyond_keras = without_checkpoint(GRU._beyond_keras)

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        *,
        reset_after: bool = True,
        **options: Any,
    ) -> None:
        arguments = {
            "units": units,
            "activation": activation,
            "recurrent_activation": recurrent_activation,
            "use_bias": use_bias,
            "kernel_initializer": kernel_initializer,
            "recurrent_initializer": recurrent_initializer,
            "bias_initializer": bias_initializer,
            "reset_after": reset_after,
        }
        super().__init__(arguments, **options)


@registry.register()
class SimpleRNNCell(RecurrentCell):
    """The cell of `SimpleRNN`, whose equation and arguments it has; h is its state.

    Parameters
    ----------
    units : int
        H, the width of the output and of the state, at least 1.
    activation : str or function of `fastlstm.activations`
        Elementwise. None means linear.
    use_bias : bool
        Whether to add the bias.
    kernel_initializer, recurrent_initializer, bias_initializer : str or `fastlstm.initializers.Initializer`
        Of the weights.
    **options
        Keyword arguments common to all cells, described in `RecurrentCell`: `kernel_regularizer`,
        `recurrent_regularizer`, `bias_regularizer`, `kernel_constraint`, `recurrent_constraint`, `bias_constraint`,
        `dropout`, `recurrent_dropout`, `seed`, `zoneout`, `clip`, `implementation`; and to all layers, described in
        `Layer`: `name`, `dtype`, `activity_regularizer`, `trainable`,
        `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`, `input_dim`,
        `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If a value is out of range, or a name is unknown.
    TypeError
        If an argument has the wrong type.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm.layers import SimpleRNNCell
    >>> cell = SimpleRNNCell(4)
    >>> y, states = cell(np.ones((2, 3)), cell.get_initial_state(2))
    >>> y.shape
    (2, 4)
    """

    _layer_class = SimpleRNN
    _beyond_keras = without_checkpoint(SimpleRNN._beyond_keras)

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        **options: Any,
    ) -> None:
        arguments = {
            "units": units,
            "activation": activation,
            "use_bias": use_bias,
            "kernel_initializer": kernel_initializer,
            "recurrent_initializer": recurrent_initializer,
            "bias_initializer": bias_initializer,
        }
        super().__init__(arguments, **options)
