"""Models: graphs of layers with training, prediction and forecasts."""

from .cloning import clone_model
from .loading import load_model
from .sequential import Sequential
from .streaming import Stream

__all__ = ["Sequential", "Stream", "clone_model", "load_model"]
