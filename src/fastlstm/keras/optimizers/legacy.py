"""Optimizers under the names of `keras.optimizers.legacy`."""

from ...optimizers import SGD, Adadelta, Adagrad, Adam, Adamax, Nadam, Optimizer, RMSprop
from .._missing import missing_names_of

__all__ = ["SGD", "Adadelta", "Adagrad", "Adam", "Adamax", "Nadam", "Optimizer", "RMSprop"]

__getattr__ = missing_names_of(__name__)
