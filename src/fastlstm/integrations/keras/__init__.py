"""Keras layers, a loss and a schedule for what only this package has, so that Keras opens files that have them.

Keras opens a file of a model that has peephole or coupled LSTMs, minGRU, minLSTM, zoneout, clipped gates, the quantile
loss or the one-cycle schedule once this module is imported, and computes the same. The classes can be used in Keras
models of any backend as well. Everything else is in the files as Keras's own classes and needs no import.

Examples
--------
>>> import fastlstm.integrations.keras  # doctest: +SKIP
>>> model = keras.saving.load_model("peephole.keras")  # doctest: +SKIP
"""

try:
    import keras as _keras  # noqa: F401
except ImportError as error:
    raise ImportError(
        "fastlstm.integrations.keras needs Keras and one of its backends: pip install 'fastlstm[keras]' jax"
    ) from error

from ._layers import GRU, LSTM, MinGRU, MinLSTM, SimpleRNN
from ._training import OneCycle, Quantile

__all__ = ["GRU", "LSTM", "MinGRU", "MinLSTM", "OneCycle", "Quantile", "SimpleRNN"]
