"""Data for sequence models: windows, batches, splits and scaling of series, and synthetic tasks."""

from ._padding import pad_sequences, to_categorical
from ._py_dataset import PyDataset
from ._scaling import MinMaxScaler, StandardScaler
from ._splits import split, time_series_folds
from ._tasks import adding_problem, copy_memory, mackey_glass, timed_spikes
from ._timeseries import TimeseriesDataset, timeseries_dataset_from_array
from ._waves import cosine, sine
from ._windows import windows

__all__ = [
    "MinMaxScaler",
    "PyDataset",
    "StandardScaler",
    "TimeseriesDataset",
    "adding_problem",
    "copy_memory",
    "cosine",
    "mackey_glass",
    "pad_sequences",
    "sine",
    "split",
    "time_series_folds",
    "timed_spikes",
    "timeseries_dataset_from_array",
    "to_categorical",
    "windows",
]
