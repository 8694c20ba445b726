"""Models in files: the format of Keras 3, its older .h5, and weights alone.

Importing this needs neither h5py nor safetensors; they are imported when a file is written or read.
"""

from ..models.loading import load_model, save_model

__all__ = ["load_model", "save_model"]
