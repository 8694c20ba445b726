"""Models: graphs of layers with training, prediction and forecasts."""

from .cloning import clone_model
from .loading import load_model
from .model import Model
from .sequential import Sequential
from .streaming import Stream

__all__ = ["Model", "Sequential", "Stream", "clone_model", "load_model"]
