"""Layers: recurrent ones, and what is needed around them."""

from .activation import Activation
from .base import Layer
from .bidirectional import Bidirectional
from .dense import Dense
from .dropout import Dropout
from .embedding import Embedding
from .flatten import Flatten
from .gru import GRU
from .input import Input, InputLayer
from .layer_normalization import LayerNormalization
from .lstm import LSTM
from .masking import Masking
from .min_gru import MinGRU
from .min_lstm import MinLSTM
from .normalization import Normalization
from .recurrent import RNN
from .repeat_vector import RepeatVector
from .rescaling import Rescaling
from .reshape import Reshape
from .simple_rnn import SimpleRNN
from .time_distributed import TimeDistributed

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "Activation",
    "Bidirectional",
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
    "Normalization",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "SimpleRNN",
    "TimeDistributed",
]
