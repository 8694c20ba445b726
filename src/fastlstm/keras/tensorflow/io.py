"""`tf.io`: the functions of `tf.io.gfile` that Python has under other names."""

import glob
import os
import shutil
from types import SimpleNamespace

from .._missing import missing_names_of

__all__ = ["gfile"]

__getattr__ = missing_names_of(__name__)

gfile = SimpleNamespace(
    GFile=open,
    copy=shutil.copy,
    exists=os.path.exists,
    glob=glob.glob,
    isdir=os.path.isdir,
    listdir=os.listdir,
    makedirs=lambda path: os.makedirs(path, exist_ok=True),
    remove=os.remove,
    rmtree=shutil.rmtree,
)
