"""`tf.raw_ops`: names of types of data sets, which scripts write into annotations."""

from .._missing import missing_names_of

__getattr__ = missing_names_of(__name__)
