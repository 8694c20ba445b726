"""The data sets of `keras.datasets`, read from the files that Keras keeps in its cache folder.

Nothing is downloaded. The folder is ``datasets`` in ``~/.keras``, or in the folder that the environment variable
KERAS_HOME names. Where a file is missing, the error says where to put it and where it can be had.
"""

from . import boston_housing, california_housing, cifar10, fashion_mnist, imdb, mnist, reuters

__all__ = ["boston_housing", "california_housing", "cifar10", "fashion_mnist", "imdb", "mnist", "reuters"]
