"""The arithmetic of fastlstm in plain NumPy: equations first, forward and backward side by side.

It is written to be read and compared with: every function computes in the dtype of its arguments, and in float64 it is
the oracle of the test suite. It is therefore independent of the kernels: its losses, activations and optimizers share
no arithmetic with those of the same names elsewhere in the package, which run in C++. Layouts and numerics are those of
Keras 3.

===============================================  ============================================================
`simple_rnn_forward`, `simple_rnn_backward`      the Elman network and its backpropagation through time (BPTT)
`lstm_forward`, `lstm_backward`                  the LSTM, optionally with peepholes and coupled gates
`gru_forward`, `gru_backward`                    the GRU, with the reset gate after or before the product
`min_gru_forward`, `min_lstm_forward`            minGRU and minLSTM, both with `min_rnn_backward`
`LoopOptions`                                    options of all cells: masks, initial states, direction, zoneout
`CELLS`                                          name in the core -> these functions and the shapes of the weights
`dense_forward`, `dense_backward`                the dense layer with any activation, also softmax
`layer_normalization_forward` and `_backward`    layer normalization over the last axis
`LOSSES`                                         name in the core -> function that returns a loss and its gradient
`OPTIMIZERS`                                     name -> function that updates one variable
`clip_gradients`                                 clipping by value or norm
`ACTIVATIONS`, `ELEMENTWISE_ACTIVATIONS`         name -> activation; cells take the elementwise ones
===============================================  ============================================================

To add a cell, write a file with its derivation, a subclass of `time_loop.Cell` and its two functions, and add a line to
`CELLS`.
"""

from . import losses, optimizers
from .activations import ACTIVATIONS, ELEMENTWISE_ACTIVATIONS, Activation
from .cells import CELLS, CellFunctions
from .dense import DenseGradients, DenseSaved, dense_backward, dense_forward
from .gru import GRUGradients, gru_backward, gru_forward
from .layer_normalization import (
    LayerNormalizationGradients,
    LayerNormalizationSaved,
    layer_normalization_backward,
    layer_normalization_forward,
)
from .losses import LOSSES as LOSSES
from .losses._ctc import *
from .losses._distributions import *
from .losses._errors import *
from .losses._focal import *
from .losses._hinges import *
from .lstm import LSTMGradients, lstm_backward, lstm_forward
from .min_rnn import MinGradients, min_gru_forward, min_lstm_forward, min_rnn_backward
from .optimizers import OPTIMIZERS as OPTIMIZERS
from .optimizers.adam import *
from .optimizers.clipping import *
from .optimizers.descent import *
from .optimizers.matrices import *
from .optimizers.online import *
from .optimizers.scaled import *
from .simple_rnn import SimpleRNNGradients, simple_rnn_backward, simple_rnn_forward
from .time_loop import LoopOptions, Saved

__all__ = [
    "ACTIVATIONS",
    "CELLS",
    "ELEMENTWISE_ACTIVATIONS",
    "Activation",
    "CellFunctions",
    "DenseGradients",
    "DenseSaved",
    "GRUGradients",
    "LSTMGradients",
    "LayerNormalizationGradients",
    "LayerNormalizationSaved",
    "LoopOptions",
    "MinGradients",
    "Saved",
    "SimpleRNNGradients",
    "dense_backward",
    "dense_forward",
    "gru_backward",
    "gru_forward",
    "layer_normalization_backward",
    "layer_normalization_forward",
    "lstm_backward",
    "lstm_forward",
    "min_gru_forward",
    "min_lstm_forward",
    "min_rnn_backward",
    "simple_rnn_backward",
    "simple_rnn_forward",
]
__all__ += losses.__all__
__all__ += optimizers.__all__
