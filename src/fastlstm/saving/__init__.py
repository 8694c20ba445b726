"""Saving and loading models: the format of Keras 3, its older .h5 format, and weights alone.

h5py and safetensors are imported only when a file is written or read.
"""

from ..models.loading import load_model, save_model

__all__ = ["load_model", "save_model"]
