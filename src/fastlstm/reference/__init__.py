"""The arithmetic of fastlstm in plain NumPy: equations first, forward and backward side by side.

Written to be read and to be compared with: every function works in the dtype of the arrays it is given, and in
float64 it is the oracle of the test suite. Layouts and numerics are those of Keras 3.

===============================================  ============================================================
`simple_rnn_forward`, `simple_rnn_backward`      the Elman network and its backpropagation through time (BPTT)
`lstm_forward`, `lstm_backward`                  the LSTM, with peepholes and coupled gates if wanted
`gru_forward`, `gru_backward`                    the GRU, its reset gate after the product or before
`min_gru_forward`, `min_lstm_forward`            minGRU and minLSTM, both with `min_rnn_backward`
`LoopOptions`                                    what all of them take: masks, initial states, direction, zoneout
`CELLS`                                          the core's name -> these functions and the shapes of the weights
`dense_forward`, `dense_backward`                the dense layer, softmax included
`layer_normalization_forward` and `_backward`    layer normalization over the last axis
`LOSSES`                                         the core's name -> function giving a loss and its gradient
`OPTIMIZERS`                                     name -> function that updates one variable
`clip_gradients`                                 bounds of values or norms
`ACTIVATIONS`, `ELEMENTWISE_ACTIVATIONS`         name -> activation; the second holds those a cell can take
===============================================  ============================================================

To add a cell: a file with its derivation, a subclass of `time_loop.Cell` and its two functions, and a line in `CELLS`.
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
from .losses._distributions import *
from .losses._errors import *
from .losses._hinges import *
from .lstm import LSTMGradients, lstm_backward, lstm_forward
from .min_rnn import MinGradients, min_gru_forward, min_lstm_forward, min_rnn_backward
from .optimizers import OPTIMIZERS as OPTIMIZERS
from .optimizers.adam import *
from .optimizers.clipping import *
from .optimizers.descent import *
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
