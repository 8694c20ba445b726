"""`tf.nn` on NumPy arrays: activations."""

from ... import activations
from .._arrays import softmax, tanh
from .._missing import missing_names_of
from ..backend import l2_normalize

__getattr__ = missing_names_of(__name__)

relu, relu6, elu, selu = activations.relu, activations.relu6, activations.elu, activations.selu
leaky_relu, gelu, silu, swish = activations.leaky_relu, activations.gelu, activations.silu, activations.silu
sigmoid, softplus, softsign = activations.sigmoid, activations.softplus, activations.softsign
log_softmax = activations.log_softmax
