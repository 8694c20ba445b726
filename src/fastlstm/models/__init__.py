"""Models: layers and how they are connected, with training, prediction and forecasts."""

from .sequential import Sequential, clone_model, load_model
from .streaming import Stream

__all__ = ["Sequential", "Stream", "clone_model", "load_model"]
