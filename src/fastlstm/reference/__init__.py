"""The arithmetic of fastlstm in plain NumPy: equations first, forward and backward side by side.

Written to be read and to be compared with: every function works in the dtype of the arrays it is given, and in
float64 it is the oracle of the test suite. Layouts and numerics are those of Keras 3.

=================================================  ==========================================================
`lstm_forward`, `lstm_backward`                    the LSTM and its backpropagation through time (BPTT)
`dense_forward`, `dense_backward`                  the dense layer, softmax included
`LOSSES`                                           name -> function giving a loss and its gradient
`sgd_step`, `adam_step`, `rmsprop_step`            one update of one variable
`ACTIVATIONS`, `ELEMENTWISE_ACTIVATIONS`           name -> activation; the second holds those a cell can take
=================================================  ==========================================================
"""

from .activations import ACTIVATIONS, ELEMENTWISE_ACTIVATIONS, Activation
from .dense import DenseGradients, DenseSaved, dense_backward, dense_forward
from .losses import (
    LOSSES,
    binary_crossentropy,
    categorical_crossentropy,
    mean_absolute_error,
    mean_squared_error,
    sparse_categorical_crossentropy,
)
from .lstm import LSTMGradients, LSTMSaved, lstm_backward, lstm_forward
from .optimizers import AdamSlots, RMSpropSlots, adam_step, rmsprop_step, sgd_step

__all__ = [
    "ACTIVATIONS",
    "ELEMENTWISE_ACTIVATIONS",
    "LOSSES",
    "Activation",
    "AdamSlots",
    "DenseGradients",
    "DenseSaved",
    "LSTMGradients",
    "LSTMSaved",
    "RMSpropSlots",
    "adam_step",
    "binary_crossentropy",
    "categorical_crossentropy",
    "dense_backward",
    "dense_forward",
    "lstm_backward",
    "lstm_forward",
    "mean_absolute_error",
    "mean_squared_error",
    "rmsprop_step",
    "sgd_step",
    "sparse_categorical_crossentropy",
]
