"""Recurrent layers, and the layers used around them."""

from . import _calls_in_traces as _calls_in_traces
from . import _masks_of_arrays as _masks_of_arrays
from . import symbolic_operators as _symbolic_operators  # noqa: F401  (these define what operators and calls do)
from .activation import Activation
from .attention import AdditiveAttention, Attention
from .batch_normalization import BatchNormalization
from .category_encoding import CategoryEncoding
from .conv1d import Conv1D
from .conv1d_transpose import Conv1DTranspose
from .cropping import Cropping1D
from .dense import Dense
from .depthwise_conv1d import DepthwiseConv1D
from .dot import Dot
from .dropout import Dropout, SpatialDropout1D
from .einsum_dense import EinsumDense
from .embedding import Embedding
from .flatten import Flatten
from .get_item import GetItem
from .group_normalization import GroupNormalization
from .group_query_attention import GroupQueryAttention
from .identity import ActivityRegularization, Identity
from .input import Input, InputLayer
from .lambda_layer import Lambda
from .layer_normalization import LayerNormalization
from .masking import Masking
from .merge_functions import add, average, concatenate, dot, maximum, minimum, multiply, subtract
from .merging import Add, Average, Concatenate, Maximum, Minimum, Multiply, Subtract
from .multi_head_attention import MultiHeadAttention
from .noise import AlphaDropout, GaussianDropout, GaussianNoise
from .normalization import Normalization
from .own_layer import Layer
from .permute import Permute
from .pooling import AveragePooling1D, GlobalAveragePooling1D, GlobalMaxPooling1D, MaxPooling1D
from .rectifiers import ELU, LeakyReLU, PReLU, ReLU
from .repeat_vector import RepeatVector
from .rescaling import Rescaling
from .reshape import Reshape
from .rms_normalization import RMSNormalization
from .rnn import cell_steps as _cell_steps  # noqa: F401
from .rnn.bidirectional import Bidirectional
from .rnn.cells import GRUCell, LSTMCell, SimpleRNNCell
from .rnn.gru import GRU
from .rnn.lstm import LSTM
from .rnn.min_gru import MinGRU
from .rnn.min_lstm import MinLSTM
from .rnn.recurrent import Recurrent
from .rnn.recurrent_cell import RecurrentCell, StackedRNNCells
from .rnn.rnn import RNN
from .rnn.simple_rnn import SimpleRNN
from .separable_conv1d import SeparableConv1D
from .softmax import Softmax
from .symbolic import SymbolicTensor
from .time_distributed import TimeDistributed
from .unit_normalization import UnitNormalization
from .up_sampling import UpSampling1D
from .zero_padding import ZeroPadding1D

__all__ = [
    "ELU",
    "GRU",
    "LSTM",
    "RNN",
    "Activation",
    "ActivityRegularization",
    "Add",
    "AdditiveAttention",
    "AlphaDropout",
    "Attention",
    "Average",
    "AveragePooling1D",
    "BatchNormalization",
    "Bidirectional",
    "CategoryEncoding",
    "Concatenate",
    "Conv1D",
    "Conv1DTranspose",
    "Cropping1D",
    "Dense",
    "DepthwiseConv1D",
    "Dot",
    "Dropout",
    "EinsumDense",
    "Embedding",
    "Flatten",
    "GRUCell",
    "GaussianDropout",
    "GaussianNoise",
    "GetItem",
    "GlobalAveragePooling1D",
    "GlobalMaxPooling1D",
    "GroupNormalization",
    "GroupQueryAttention",
    "Identity",
    "Input",
    "InputLayer",
    "LSTMCell",
    "Lambda",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "Masking",
    "MaxPooling1D",
    "Maximum",
    "MinGRU",
    "MinLSTM",
    "Minimum",
    "MultiHeadAttention",
    "Multiply",
    "Normalization",
    "PReLU",
    "Permute",
    "RMSNormalization",
    "ReLU",
    "Recurrent",
    "RecurrentCell",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "SeparableConv1D",
    "SimpleRNN",
    "SimpleRNNCell",
    "Softmax",
    "SpatialDropout1D",
    "StackedRNNCells",
    "Subtract",
    "SymbolicTensor",
    "TimeDistributed",
    "UnitNormalization",
    "UpSampling1D",
    "ZeroPadding1D",
    "add",
    "average",
    "concatenate",
    "dot",
    "maximum",
    "minimum",
    "multiply",
    "subtract",
]
