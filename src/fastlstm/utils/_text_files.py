"""Texts in files, a folder for each class."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .._internal import checks, rng
from .._internal.arrays import Array
from .._internal.text import counted
from ..datasets import PyDataset

_LABEL_MODES = ("int", "binary", "categorical", None)
_SUBSETS = ("training", "validation", "both")


class TextDataset(PyDataset):
    """Batches of texts, or of texts and labels, which are read when they are needed.

    Parameters
    ----------
    file_paths : list of str
        The files.
    labels : ndarray, optional
        The label of each file.
    class_names : list of str
        The names of the classes, in the order of their numbers.
    batch_size : int, optional
        Number of texts in a batch; None for single texts.
    max_length : int, optional
        Texts are cut to this number of characters.
    shuffle : numpy.random.RandomState, optional
        Random numbers for the order, which changes after each epoch; None to keep the order.
    """

    def __init__(
        self,
        file_paths: list[str],
        labels: Array | None,
        class_names: list[str],
        batch_size: int | None,
        max_length: int | None,
        shuffle: np.random.RandomState | None,
    ) -> None:
        super().__init__()
        self.file_paths, self.class_names = file_paths, class_names
        self._labels, self._batch_size, self._max_length, self._shuffle = labels, batch_size, max_length, shuffle
        self._order = np.arange(len(file_paths))
        self.on_epoch_end()

    def __len__(self) -> int:
        """Return the number of batches."""
        return math.ceil(len(self._order) / (self._batch_size or 1))

    def __getitem__(self, index: int) -> Any:
        """Return batch `index`, counted from the end if negative: an array of strings, or (texts, labels)."""
        i = checks.integer("index", index, -len(self))
        if i >= len(self):
            raise IndexError(f"index: expected one of {len(self)} batches, got {i}")
        size, i = self._batch_size or 1, i % len(self)
        chosen = self._order[i * size : (i + 1) * size]
        texts = np.array([self._text(self.file_paths[i]) for i in chosen], object)
        labels = None if self._labels is None else self._labels[chosen]
        if self._batch_size is None:
            return texts[0] if labels is None else (texts[0], labels[0])
        return texts if labels is None else (texts, labels)

    def on_epoch_end(self) -> None:
        """Change the order, if the data set is shuffled."""
        if self._shuffle is not None:
            self._shuffle.shuffle(self._order)

    def map(self, map_func: Callable[..., Any], num_parallel_calls: Any = None) -> MappedDataset:
        """Return a data set with the results of a function of each batch, such as a `TextVectorization`.

        Parameters
        ----------
        map_func : callable
            Takes the texts, or the texts and the labels, and returns a batch as `fit` takes it.
        num_parallel_calls
            Accepted as in TensorFlow, without effect.

        Returns
        -------
        MappedDataset
            It calls the function whenever a batch is needed.
        """
        return MappedDataset(self, map_func)

    def _text(self, path: str) -> str:
        with open(path, encoding="utf-8", newline="") as file:
            return file.read(self._max_length)


class MappedDataset(PyDataset):
    """The results of a function of the batches of another data set."""

    def __init__(self, source: PyDataset, function: Callable[..., Any]) -> None:
        super().__init__()
        self._source, self._function = source, function

    def __len__(self) -> int:
        """Return the number of batches."""
        return self._source.num_batches or 0

    def __getitem__(self, index: int) -> Any:
        """Return the result for batch `index`."""
        batch = self._source[index]
        return self._function(*batch) if isinstance(batch, tuple) else self._function(batch)

    def on_epoch_end(self) -> None:
        """Change the order, if the source is shuffled."""
        self._source.on_epoch_end()


def text_dataset_from_directory(
    directory: str | os.PathLike[str],
    labels: str | Sequence[int] | None = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    batch_size: int | None = 32,
    max_length: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """Return the texts in the .txt files of a folder as a data set, labelled by the folders they are in.

    A model does not take texts: use ``.map`` with a `TextVectorization` first.

    Parameters
    ----------
    directory : str or path
        The folder, with a folder for each class, or with files if `labels` are not inferred.
    labels : 'inferred', list of int, or None
        The label of each file, in the order of their paths; None for texts alone.
    label_mode : {'int', 'binary', 'categorical', None}
        Labels are class numbers (int32), 0.0 and 1.0 (float32, (N, 1)), or one-hot rows (float32); None for texts
        alone.
    class_names : list of str, optional
        The folders, in the order of the class numbers. Default: sorted.
    batch_size : int, optional
        Number of texts in a batch; None for single texts.
    max_length : int, optional
        Texts are cut to this number of characters. Default: they are not cut.
    shuffle : bool
        Whether the texts are in random order, which changes after each epoch.
    seed : int, optional
        Seed of the order; needed with `validation_split` and `shuffle`. Default: a random one.
    validation_split : float, optional
        Fraction of the texts in the subset 'validation'.
    subset : {'training', 'validation', 'both'}, optional
        Which part to return, if there is a `validation_split`.
    follow_links : bool
        Whether to enter folders that are links.
    format : {'tf'}
        For Keras compatibility, whose other format is a data set of Grain.
    verbose : bool
        Whether to print the numbers of files and classes.

    Returns
    -------
    TextDataset, or (TextDataset, TextDataset) for 'both'
        Batches of texts (N,), as an array of strings, and labels.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    ValueError, TypeError
        If there are no texts, or an argument is invalid.

    References
    ----------
    Keras 3, `keras.utils.text_dataset_from_directory`.

    Examples
    --------
    >>> import fastlstm, pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> for name, text in (("bad", "What a bore."), ("good", "What a film!")):
    ...     (folder / name).mkdir()
    ...     _ = (folder / name / "1.txt").write_text(text)
    >>> films = fastlstm.utils.text_dataset_from_directory(folder, shuffle=False)
    Found 2 files of 2 classes.
    >>> films[0]
    (array(['What a bore.', 'What a film!'], dtype=object), array([0, 1], dtype=int32))
    """
    if label_mode not in _LABEL_MODES:
        raise ValueError(f"label_mode: expected 'int', 'binary', 'categorical' or None, got {label_mode!r:.80}")
    if format != "tf":
        raise ValueError(f"format: expected 'tf', got {format!r:.80}")
    batch = None if batch_size is None else checks.integer("batch_size", batch_size, 1)
    length = None if max_length is None else checks.integer("max_length", max_length, 0)
    parts = _parts_of(validation_split, subset, checks.flag("shuffle", shuffle) and seed is None)
    root = Path(directory)
    if not root.is_dir():
        raise FileNotFoundError(f"directory: expected a folder, got {str(root)!r}")
    inferred = isinstance(labels, str)
    if inferred and labels != "inferred":
        raise ValueError(f"labels: expected 'inferred', a list of integers or None, got {labels!r:.80}")
    names = _class_names(root, class_names) if inferred else []
    paths = [(path, i) for i, name in enumerate(names or ["."]) for path in _text_files(root / name, follow_links)]
    files = [path for path, _ in paths]
    if not files:
        raise ValueError(f"directory: expected .txt files in {str(root)!r}, got none")
    if inferred:
        numbers = np.array([i for _, i in paths])
    else:
        numbers = np.zeros(len(files), int) if labels is None else np.asarray(labels)
        if numbers.shape != (len(files),):
            raise ValueError(
                f"labels: expected one for each of {counted(len(files), 'file')}, got shape {numbers.shape}"
            )
        names = [str(number) for number in np.unique(numbers)] if labels is not None else []
    if verbose:
        print(
            f"Found {counted(len(files), 'file')} of {len(names)} classes." if names else f"Found {len(files)} files."
        )
    targets = None if labels is None or label_mode is None else _targets(numbers, label_mode, len(names))
    if shuffle:
        drawn = int(rng.generator().integers(2**32)) if seed is None else checks.integer("seed", seed, 0, 2**32 - 1)
        order = np.random.RandomState(drawn).permutation(len(files))
    else:
        drawn, order = 0, np.arange(len(files))
    held_out = int((validation_split or 0) * len(files))
    if parts and held_out in (0, len(files)):
        raise ValueError(f"validation_split: {validation_split} of {len(files)} files leaves one of the parts empty")
    chosen = {"training": order[: len(files) - held_out], "validation": order[len(files) - held_out :]}
    found = [
        TextDataset(
            [files[i] for i in chosen[part]],
            None if targets is None else targets[chosen[part]],
            list(names),
            batch,
            length,
            np.random.RandomState(drawn) if shuffle else None,
        )
        for part in parts or ["training"]
    ]
    return tuple(found) if len(found) > 1 else found[0]


def _parts_of(validation_split: Any, subset: Any, unseeded: bool) -> list[str]:
    """Return the parts to make, none if the texts are not divided."""
    if (validation_split is None) != (subset is None):
        raise ValueError(f"subset: expected it together with validation_split, got {subset!r} and {validation_split!r}")
    if subset is None:
        return []
    checks.number("validation_split", validation_split, 0.0, 1.0, below_high=True)
    if subset not in _SUBSETS:
        raise ValueError(f"subset: expected 'training', 'validation' or 'both', got {subset!r:.80}")
    if unseeded and subset != "both":
        raise ValueError("seed: expected a number with shuffle and a subset, so that the parts have no text in common")
    return ["training", "validation"] if subset == "both" else [subset]


def _class_names(root: Path, given: Any) -> list[str]:
    folders = sorted(path.name for path in root.iterdir() if path.is_dir())
    if given is None:
        return folders
    if sorted(given) != folders:
        raise ValueError(f"class_names: expected the folders {', '.join(folders):.200}, got {', '.join(given):.200}")
    return list(given)


def _text_files(folder: Path, follow_links: bool) -> list[str]:
    found = [
        os.path.join(where, name)
        for where, _, files in os.walk(folder, followlinks=follow_links)
        for name in files
        if name.lower().endswith(".txt")
    ]
    return sorted(found)


def _targets(numbers: Array, mode: str, classes: int) -> Array:
    if mode == "int":
        return numbers.astype(np.int32)
    if mode == "binary":
        if classes != 2:
            raise ValueError(f"label_mode: 'binary' expected 2 classes, got {classes}")
        return numbers.astype(np.float32)[:, None]
    return np.eye(classes, dtype=np.float32)[numbers]
