"""Recurrent layers, and the layers used around them."""

from .activation import Activation
from .base import Layer
from .dense import Dense
from .dropout import Dropout
from .embedding import Embedding
from .flatten import Flatten
from .input import Input, InputLayer
from .layer_normalization import LayerNormalization
from .masking import Masking
from .merging import Add, Average, Concatenate, Multiply
from .normalization import Normalization
from .repeat_vector import RepeatVector
from .rescaling import Rescaling
from .reshape import Reshape
from .rnn.bidirectional import Bidirectional
from .rnn.gru import GRU
from .rnn.lstm import LSTM
from .rnn.min_gru import MinGRU
from .rnn.min_lstm import MinLSTM
from .rnn.recurrent import RNN
from .rnn.simple_rnn import SimpleRNN
from .symbolic import SymbolicTensor
from .time_distributed import TimeDistributed

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "Activation",
    "Add",
    "Average",
    "Bidirectional",
    "Concatenate",
    "Dense",
    "Dropout",
    "Embedding",
    "Flatten",
    "Input",
    "InputLayer",
    "Layer",
    "LayerNormalization",
    "Masking",
    "MinGRU",
    "MinLSTM",
    "Multiply",
    "Normalization",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "SimpleRNN",
    "SymbolicTensor",
    "TimeDistributed",
]
