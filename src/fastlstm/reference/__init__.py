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
from .losses import (
    LOSSES,
    binary_crossentropy,
    categorical_crossentropy,
    categorical_hinge,
    cosine_similarity,
    hinge,
    huber,
    kl_divergence,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    poisson,
    quantile,
    sparse_categorical_crossentropy,
    squared_hinge,
)
from .lstm import LSTMGradients, lstm_backward, lstm_forward
from .min_rnn import MinGradients, min_gru_forward, min_lstm_forward, min_rnn_backward
from .optimizers import (
    OPTIMIZERS,
    AdadeltaSlots,
    AdamaxSlots,
    AdamSlots,
    NadamSlots,
    RMSpropSlots,
    adadelta_step,
    adagrad_step,
    adam_step,
    adamax_step,
    clip_gradients,
    lion_step,
    nadam_step,
    rmsprop_step,
    sgd_step,
)
from .simple_rnn import SimpleRNNGradients, simple_rnn_backward, simple_rnn_forward
from .time_loop import LoopOptions, Saved

__all__ = [
    "ACTIVATIONS",
    "CELLS",
    "ELEMENTWISE_ACTIVATIONS",
    "LOSSES",
    "OPTIMIZERS",
    "Activation",
    "AdadeltaSlots",
    "AdamSlots",
    "AdamaxSlots",
    "CellFunctions",
    "DenseGradients",
    "DenseSaved",
    "GRUGradients",
    "LSTMGradients",
    "LayerNormalizationGradients",
    "LayerNormalizationSaved",
    "LoopOptions",
    "MinGradients",
    "NadamSlots",
    "RMSpropSlots",
    "Saved",
    "SimpleRNNGradients",
    "adadelta_step",
    "adagrad_step",
    "adam_step",
    "adamax_step",
    "binary_crossentropy",
    "categorical_crossentropy",
    "categorical_hinge",
    "clip_gradients",
    "cosine_similarity",
    "dense_backward",
    "dense_forward",
    "gru_backward",
    "gru_forward",
    "hinge",
    "huber",
    "kl_divergence",
    "layer_normalization_backward",
    "layer_normalization_forward",
    "lion_step",
    "log_cosh",
    "lstm_backward",
    "lstm_forward",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "min_gru_forward",
    "min_lstm_forward",
    "min_rnn_backward",
    "nadam_step",
    "poisson",
    "quantile",
    "rmsprop_step",
    "sgd_step",
    "simple_rnn_backward",
    "simple_rnn_forward",
    "sparse_categorical_crossentropy",
    "squared_hinge",
]
