"""Layers, a loss and a schedule for Keras that only this package has, so that Keras can open files with them.

After importing this module, Keras opens models with peephole or coupled LSTMs, minGRU, minLSTM, zoneout, clipped gates,
the quantile loss or the one-cycle schedule, and computes the same results. The classes also work in Keras models of any
backend. All other models are saved with Keras's own classes and need no import.

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
