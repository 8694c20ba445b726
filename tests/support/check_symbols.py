"""Fail if a kernel object shows a symbol that another instruction set's code could be linked to.

    python check_symbols.py NM OBJECT...

A weak symbol (an inline function or template outside the engine's anonymous namespace) may be taken by the linker for
code that runs on older processors; each object may show one global, its table.
"""

import re
import subprocess
import sys

TABLE = re.compile(r"fastlstm::(baseline|avx2|avx512|neon)::(table|kernels_(float|double))")


def shown(nm: str, path: str) -> list[tuple[str, str]]:
    """Return (type, name) of every symbol that the object defines for others to see."""
    lines = subprocess.run([nm, "-C", "--defined-only", path], capture_output=True, text=True, check=True).stdout
    symbols = [line.split(maxsplit=2)[1:] for line in lines.splitlines()]
    return [(kind, name) for kind, name in symbols if kind.isupper() or kind in "wvu"]


def main(nm: str, *paths: str) -> int:
    """Check every object; print what is wrong."""
    wrong = 0
    for path in paths:
        symbols = shown(nm, path)
        tables = [name for kind, name in symbols if kind in "DR" and TABLE.fullmatch(name)]
        leaks = [f"{kind} {name}" for kind, name in symbols if name not in tables]
        if len(tables) != 1 or leaks:
            print(f"{path}: expected one table and nothing else, got tables {tables} and {leaks}")
            wrong += 1
    if not paths:
        print("no kernel objects given")
    return 1 if wrong or not paths else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
