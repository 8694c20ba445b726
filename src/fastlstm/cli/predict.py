"""Run a saved model on the rows of a CSV file, or forecast the rows that follow."""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from .._internal.text import counted
from ..datasets import _future_covariates
from ..models import Sequential
from ..series import ArgumentNeededError, _axis
from ..series._columns import Columns, read_columns
from . import _arguments, _models

NAME = "predict"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("model", type=Path, metavar="MODEL", help=f"model file, which ends with {_models.SUFFIXES}")
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV file")
    parser.add_argument(
        "--columns",
        nargs="+",
        metavar="NAME",
        help="names of the columns, or their numbers from 1, in the order of the model's features; if omitted,"
        " all columns of numbers",
    )
    parser.add_argument(
        "--known",
        nargs="+",
        metavar="NAME",
        help="columns of future covariates, which are known in advance and are the last features of the model",
    )
    _arguments.add_fill_argument(parser)
    parser.add_argument(
        "--steps",
        type=_arguments.integer(1),
        metavar="N",
        help="forecast N values after the last row; if omitted, the model runs on all rows, or windows of rows",
    )
    _arguments.add_out_argument(parser, "fastlstm-predict")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Predict, write the predictions, and return a summary."""
    model = _models.load_for_inference(arguments.model)
    columns = _read(arguments)
    for note in columns.notes:
        print(f"Note: {note}")
    try:
        result = _rows(model, columns) if arguments.steps is None else _forecast(model, columns, arguments.steps)
    except ValueError as error:
        raise ValueError(f"{arguments.file}, columns {', '.join(map(repr, columns.names))}: {error}") from error
    _arguments.make_folder(arguments.out)
    path = arguments.out / "predictions.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([columns.index_name, *result.names])
        writer.writerows([entry, *row] for entry, row in zip(result.entries.astype(str), result.values, strict=True))
    print(f"Saved {path}: {counted(len(result.values), 'row')}, {columns.index_name} {result.span}")
    return {
        "command": NAME,
        "model": str(arguments.model),
        "file": str(arguments.file),
        "columns": list(columns.names),
        "known": arguments.known or [],
        "rows": len(result.values),
    }


def _read(arguments: argparse.Namespace) -> Columns:
    try:
        return read_columns(arguments.file, arguments.columns, arguments.fill, arguments.known or ())
    except ArgumentNeededError as error:
        raise _arguments.with_option(error, column="columns") from error


class _Result(NamedTuple):
    """A row of outputs for each sample, the names of the outputs, and the entry of the axis for each sample."""

    entries: _axis.Index
    names: list[str]
    values: list[list[float]]

    @property
    def span(self) -> str:
        return f"{self.entries[0]} to {self.entries[-1]}"


def _forecast(model: Sequential, columns: Columns, steps: int) -> _Result:
    """Roll the model out over the steps after the last row."""
    index = _axis.future(columns.index, steps, columns.later)
    history, covariates, future_covariates = columns.values, columns.known, None
    if covariates is not None:
        future_covariates = covariates[len(history) :][:steps]
        history = np.column_stack([history, covariates[: len(history)]])
    values = model.forecast(history, steps, known=future_covariates).reshape(steps, -1)
    names = ["forecast"] if len(columns.names) == 1 else list(columns.names)
    return _Result(index, names, values.tolist())


def _rows(model: Sequential, columns: Columns) -> _Result:
    """Run the model on each row, or on each window of rows, whose index is that of its last row."""
    values, index = columns.values, columns.index
    if columns.known is not None:  # a row needs the covariates of the next one, which the last row may lack
        values = values[: len(columns.known) - 1]
        values, index = _future_covariates.beside(values, columns.known), index[: len(values)]
    x, index = _samples(values, index, model.input_shape[1:])
    y = model.predict(x)
    if y.ndim == 3 and len(x) == 1 and y.shape[1] == len(index):  # one sequence with an output for each row
        y = y[0]
    return _Result(index[-len(y) :], _names(y.shape[1:]), y.reshape(len(y), -1).tolist())


def _samples(
    values: NDArray[np.float64], index: _axis.Index, shape: tuple[int | None, ...]
) -> tuple[NDArray[np.float64], _axis.Index]:
    """Return the rows as samples for a model with this input shape, and the index of the samples."""
    rows, width = values.shape
    if len(shape) == 1:
        if shape[0] in (None, width):
            return values, index
        raise ValueError(f"the model takes {counted(shape[0] or 0, 'column')} per row, got {width}")
    steps, features = shape
    if width == features:
        if steps is None:
            return values[np.newaxis], index
        if rows < steps:
            raise ValueError(f"the model takes windows of {counted(steps, 'row')}, got {rows}")
        return sliding_window_view(values, steps, axis=0).swapaxes(1, 2), index[steps - 1 :]
    if steps is not None and features is not None and width == steps * features:
        return values.reshape(rows, steps, features), index
    whole = (
        "" if steps is None or features is None else f", or {steps * features} with one sample of {steps} steps per row"
    )
    raise ValueError(f"the model takes {counted(features or 0, 'column')}{whole}, got {width} (choose with --columns)")


def _names(shape: Iterable[int]) -> list[str]:
    """Return names of the outputs: prediction, prediction_1 ..., or prediction_1_1 ... by step and feature."""
    names: list[tuple[str, ...]] = [("prediction",)]
    for size in shape:
        numbers: list[tuple[str, ...]] = [()] if size == 1 else [(str(number + 1),) for number in range(size)]
        names = [name + number for name in names for number in numbers]
    return ["_".join(name) for name in names]
