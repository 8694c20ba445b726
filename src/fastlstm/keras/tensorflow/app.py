"""`tf.app` and its `flags`: arguments of scripts, and their start."""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from types import SimpleNamespace
from typing import Any, NoReturn

from .._missing import Missing, missing_names_of

__all__ = ["flags", "run"]

__getattr__ = missing_names_of(__name__)


class _Flags:
    """The values of flags by name: those of the command line, otherwise their defaults."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        """Forget all flags: those of another script."""
        self._script = sys.modules.get("__main__")
        self._definitions: dict[str, Any] = {}
        self._required: set[str] = set()
        self._parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, argument_default=argparse.SUPPRESS)
        self._values: dict[str, Any] = {}
        self._given: dict[str, Any] | None = None

    def _define(self, kind: str, name: str, default: Any, read: Callable[[str], Any], **options: Any) -> None:
        if sys.modules.get("__main__") is not self._script:
            self._begin()
        definition = kind, default, options
        if name in self._definitions:
            if self._definitions[name] != definition:
                raise ValueError(
                    f"flag {name!r}: expected one definition, got {definition} after {self._definitions[name]}"
                )
            return  # a cell of a notebook that runs again
        self._definitions[name] = definition
        self._values[name], self._given = default, None
        self._parser.add_argument(f"--{name}", dest=name, type=read, **options)
        if kind == "bool":
            self._parser.add_argument(f"--no{name}", dest=name, action="store_false")

    def _require(self, names: Iterable[str]) -> None:
        for name in names:
            self._required.add(self._known(name))

    def _known(self, name: str) -> str:
        if name not in self._values:
            raise AttributeError(f"flag {name!r} is not defined")
        return name

    def __call__(self, argv: Sequence[str] | None = None, known_only: bool = False) -> list[str]:
        """Read the command line, and return what is not about flags; exit if a required flag is missing."""
        rest = self._read(argv)
        for name in sorted(self._required):
            if self._values[name] is None:
                self._parser.error(f"argument --{name}: expected a value, as it is required")
        return rest

    def _read(self, argv: Sequence[str] | None) -> list[str]:
        argv = sys.argv if argv is None else argv
        found, rest = self._parser.parse_known_args(list(argv[1:]))
        self._given = vars(found)
        self._values.update(self._given)
        return [argv[0], *rest]

    def __getattr__(self, name: str) -> Any:
        if name == "__flags":  # of TensorFlow before 1.5
            return self.flag_values_dict()
        if name.startswith("_"):
            raise AttributeError(name)
        self._known(name)
        if self._given is None:
            self()
        return self._values[name]

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            object.__setattr__(self, name, value)
        else:
            self._known(name)
            if self._given is None:
                self._read(None)
            self._values[name] = value

    def __getitem__(self, name: str) -> Any:
        return SimpleNamespace(name=name, value=getattr(self, name))

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def __iter__(self) -> Any:
        return iter(self._values)

    def _parse_flags(self, args: Sequence[str] | None = None) -> None:
        self([sys.argv[0], *args] if args is not None else None)

    def flag_values_dict(self) -> dict[str, Any]:
        """Return all values by name."""
        return {name: getattr(self, name) for name in self._values}


_flags = _Flags()


def _truth(text: str) -> bool:
    if text.lower() not in ("true", "t", "1", "yes", "false", "f", "0", "no"):
        raise argparse.ArgumentTypeError(f"expected true or false, got {text!r}")
    return text.lower() in ("true", "t", "1", "yes")


def _define_bool(name: str, default: Any = None, help: str | None = None, *_: Any, **__: Any) -> None:
    _flags._define("bool", name, default, _truth, nargs="?", const=True)


def _define_enum(name: str, default: Any, enum_values: Any, help: str | None = None, *_: Any, **__: Any) -> None:
    _flags._define("enum", name, default, str, choices=list(enum_values))


def _define_float(name: str, default: Any = None, help: str | None = None, *_: Any, **__: Any) -> None:
    _flags._define("float", name, None if default is None else float(default), float)


def _define_integer(name: str, default: Any = None, help: str | None = None, *_: Any, **__: Any) -> None:
    _flags._define("integer", name, default, int)


def _define_list(name: str, default: Any = None, help: str | None = None, *_: Any, **__: Any) -> None:
    def read(text: str) -> list[str]:
        return [part.strip() for part in text.split(",")]

    _flags._define("list", name, read(default) if isinstance(default, str) else default, read)


def _define_string(name: str, default: Any = None, help: str | None = None, *_: Any, **__: Any) -> None:
    _flags._define("string", name, default, str)


class _Functions(SimpleNamespace):
    """Functions by name; others are missing."""

    def __getattr__(self, name: str) -> Missing:
        if name.startswith("__"):
            raise AttributeError(name)
        return Missing(f"tf.flags.{name}", vars(self))


flags = _Functions(
    FLAGS=_flags,
    DEFINE_bool=_define_bool,
    DEFINE_boolean=_define_bool,
    DEFINE_enum=_define_enum,
    DEFINE_float=_define_float,
    DEFINE_integer=_define_integer,
    DEFINE_list=_define_list,
    DEFINE_string=_define_string,
    mark_flag_as_required=lambda flag_name: _flags._require([flag_name]),
    mark_flags_as_required=_flags._require,
)
"""The functions and values of `tf.flags`."""


def run(main: Callable[[list[str]], Any] | None = None, argv: Sequence[str] | None = None) -> NoReturn:
    """Read the flags, call the script's `main` with the rest of the command line, and exit with its result.

    Parameters
    ----------
    main : callable, optional
        Default: the function of this name in the script.
    argv : sequence of str, optional
        Default: the command line.
    """
    function = vars(sys.modules["__main__"])["main"] if main is None else main
    sys.exit(function(_flags(argv)))
