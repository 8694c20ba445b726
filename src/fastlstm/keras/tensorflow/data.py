"""`tf.data`: data sets over NumPy arrays."""

from types import SimpleNamespace

from .._data import AUTOTUNE, Dataset
from .._inert import Inert
from .._missing import missing_names_of

__all__ = ["AUTOTUNE", "Dataset"]

__getattr__ = missing_names_of(__name__)

Options = Inert("tf.data.Options")
experimental = SimpleNamespace(AUTOTUNE=AUTOTUNE, AutoShardPolicy=Inert("tf.data.experimental.AutoShardPolicy"))
