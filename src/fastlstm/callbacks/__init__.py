"""Callbacks: code that runs between the steps and epochs of `fit`, and in evaluations and predictions, as in Keras."""

from ._averages import SwapEMAWeights
from ._base import Callback, History
from ._list import CallbackList
from ._logging import CSVLogger, TensorBoard
from ._monitor import EarlyStopping, LearningRateScheduler, ReduceLROnPlateau
from ._progbar import ProgbarLogger
from ._saving import BackupAndRestore, ModelCheckpoint
from ._simple import LambdaCallback, TerminateOnNaN

__all__ = [
    "BackupAndRestore",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ProgbarLogger",
    "ReduceLROnPlateau",
    "SwapEMAWeights",
    "TensorBoard",
    "TerminateOnNaN",
]
