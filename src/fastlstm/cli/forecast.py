"""Forecast a series from a CSV file, and compare with naive forecasts on held-out values."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from .._internal import native
from .._internal.text import counted
from ..callbacks import Callback
from ..forecasting import Forecast, forecast_series
from ..series import ArgumentNeededError, Series, read_series
from . import _arguments

NAME = "forecast"
_STEPS = 50


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV file")
    parser.add_argument(
        "--column", metavar="NAME", help="name of the column, or its number from 1; not needed if only one has numbers"
    )
    parser.add_argument(
        "--known",
        nargs="+",
        metavar="NAME",
        help="columns of future covariates, which are known in advance; rows at the end of the file that have these but"
        " no value are the steps to forecast",
    )
    parser.add_argument(
        "--steps",
        type=_arguments.integer(1),
        metavar="N",
        help=f"number of values to forecast (default: {_STEPS}); with --known, the default is the number of rows"
        " without a value",
    )
    parser.add_argument(
        "--test",
        type=_arguments.integer(0),
        default=0,
        metavar="N",
        help="number of values at the end to hold out and compare with",
    )
    parser.add_argument(
        "--season",
        type=_arguments.integer(1),
        metavar="N",
        help="period of the seasonal naive forecast; if omitted, found by autocorrelation",
    )
    _arguments.add_fill_argument(parser)
    _arguments.add_model_arguments(parser, window=24, epochs=100)
    parser.add_argument("--cell", choices=native.cells(), default="lstm", help="cell of the recurrent layer")
    parser.add_argument(
        "--save", type=Path, metavar="MODEL", help="file for the fitted model, which ends with .keras or .h5"
    )
    _arguments.add_out_argument(parser, "fastlstm-forecast")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Forecast, write the results, and return them."""
    series = _read(arguments)
    first, last = series.index[0], series.index[-1]
    values = counted(len(series), "value")
    print(f"{arguments.file}: {values} of {series.name}, {series.index_name} {first} to {last}")
    for note in series.notes:
        print(f"Note: {note}")
    if arguments.save is not None and arguments.save.suffix not in (".keras", ".h5"):
        raise ValueError(f"--save: expected a file that ends with .keras or .h5, got {str(arguments.save)!r}")
    _arguments.make_folder(arguments.out)
    result = _forecast(series, arguments)
    _print_scores(result)
    print(", ".join(f"{name} {spent:.3g} s" for name, spent in result.seconds.items()).replace("roll_out", "roll-out"))
    _write_csv(arguments.out / "forecast.csv", result)
    from .. import plotting

    plotting.series_forecast_figure(result).savefig(arguments.out / "forecast.png", dpi=120)
    print(f"Saved {arguments.out / 'forecast.csv'} and {arguments.out / 'forecast.png'}")
    if arguments.save is not None:
        _arguments.make_folder(arguments.save.parent)
        result.model.save(arguments.save)
        print(f"Saved the model as {arguments.save}")
    scores = {} if result.hold_out is None else result.hold_out.scores
    return {
        "command": NAME,
        "file": str(arguments.file),
        "column": series.name,
        "known": arguments.known or [],
        "values": len(series),
        "season": result.season,
        "seed": arguments.seed,
        "seconds": {name: round(spent, 6) for name, spent in result.seconds.items()},
        "loss": result.loss,
        "model": None if arguments.save is None else str(arguments.save),
        "rmse": {name.replace(" ", "_"): score.rmse for name, score in scores.items()},
        "mae": {name.replace(" ", "_"): score.mae for name, score in scores.items()},
    }


def _read(arguments: argparse.Namespace) -> Series:
    try:
        return read_series(arguments.file, arguments.column, arguments.fill, arguments.known or ())
    except ArgumentNeededError as error:
        raise _arguments.with_option(error) from error


def _forecast(series: Series, arguments: argparse.Namespace) -> Forecast:
    try:
        with _EpochBar() as bar:
            return forecast_series(
                series,
                _steps(series, arguments),
                window=arguments.window,
                test=arguments.test,
                season=arguments.season,
                units=arguments.units,
                cell=arguments.cell,
                epochs=arguments.epochs,
                seed=arguments.seed,
                callbacks=[bar],
            )
    except ValueError as error:
        raise ValueError(f"{arguments.file}, column {series.name!r}: {error}") from error


def _steps(series: Series, arguments: argparse.Namespace) -> int:
    if arguments.steps is not None or series.later is None:
        return int(arguments.steps or _STEPS)
    if not len(series.later):
        raise ValueError("expected rows at the end with known columns and no value: the steps to forecast")
    return len(series.later)


class _EpochBar(Callback):
    """A progress bar over the epochs, on terminals only; a context manager, so that it is closed after an error."""

    _bar: Any = None

    def __enter__(self) -> _EpochBar:
        return self

    def __exit__(self, *_: object) -> None:
        self.on_train_end()

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        from tqdm import tqdm

        self._bar = tqdm(total=self.params["epochs"], desc="Training", unit=" epochs", file=sys.stderr, disable=None)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._bar.set_postfix_str(f"loss {(logs or {})['loss']:.4g}", refresh=False)
        self._bar.update()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        if self._bar is not None:
            self._bar.close()


def _print_scores(result: Forecast) -> None:
    if result.hold_out is None:
        print("No values were held out, so the error of the forecast is unknown (--test N holds out N)")
        return
    season = "no season found" if result.season is None else f"season {result.season}"
    n = len(result.hold_out.values)
    held_out = "value, which was held out" if n == 1 else f"{counted(n, 'value')}, which were held out"
    print(f"Over the last {held_out} ({season}):")
    for name, score in result.hold_out.scores.items():
        print(f"  {name:<16} RMSE {score.rmse:<10.4g} MAE {score.mae:.4g}")


def _write_csv(path: Path, result: Forecast) -> None:
    import csv

    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([result.series.index_name, "forecast"])
        writer.writerows(zip(result.index.astype(str), result.values.tolist(), strict=True))
