"""The floors of the package: which packages may import which, read from the sources.

Imports inside functions and those for type checkers count as well. A package may import those of lower floors; files of
one floor may import each other as long as there is no circle.
"""

import ast
from pathlib import Path

import pytest

import fastlstm

ROOT = Path(fastlstm.__file__).parent
FLOORS = [
    {"_internal"},
    {"config"},
    {"activations", "constraints", "initializers", "reference", "regularizers", "schedules"},
    {"callbacks", "datasets", "losses", "metrics", "optimizers", "plotting", "preprocessing", "series"},
    {"layers", "utils"},
    {"training"},
    {"formats"},
    {"models"},
    {"analysis", "forecasting", "ops", "saving"},
    {"fastlstm"},
    {"benchmarks", "cli", "integrations", "keras"},
    {"__main__"},
]
FLOOR_OF = {package: floor for floor, packages in enumerate(FLOORS) for package in packages}
CORE = "_core"


def name_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts) or "fastlstm"


MODULES = {name_of(path): path for path in sorted(ROOT.rglob("*.py")) if "benchmarks" not in path.parts}


def package_of(module):
    return module.partition(".")[0]


def imports_of(module, path):
    """Return the modules of the package that a file imports, wherever in it."""
    here = [] if module == "fastlstm" else module.split(".")
    if path.name != "__init__.py":
        here = here[:-1]
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names if package_of(alias.name) == "fastlstm"]
            found |= {name.removeprefix("fastlstm.") for name in names}
        elif isinstance(node, ast.ImportFrom) and (node.level or package_of(node.module or "") == "fastlstm"):
            base = here[: len(here) + 1 - node.level] if node.level else []
            inner = (node.module or "").split(".")[0 if node.level else 1 :]
            base = [*base, *filter(None, inner)]
            for alias in node.names:
                member = ".".join([*base, alias.name])
                found.add(member if member in MODULES or alias.name == CORE else ".".join(base) or "fastlstm")
    return {name for name in found - {module} if package_of(name) != "benchmarks"}


GRAPH = {module: imports_of(module, path) for module, path in MODULES.items()}


def test_every_package_has_a_floor():
    assert {package_of(module) for module in GRAPH} <= set(FLOOR_OF)


def test_there_are_few_modules_at_the_top():
    at_the_top = [name for name in GRAPH if "." not in name and MODULES[name].name != "__init__.py"]
    assert len(at_the_top) + 1 <= 8, at_the_top  # and __init__.py


@pytest.mark.parametrize("module", sorted(GRAPH))
def test_no_import_runs_upwards(module):
    floor = FLOOR_OF[package_of(module)]
    upwards = [name for name in GRAPH[module] if name != CORE and FLOOR_OF[package_of(name)] > floor]
    assert not upwards, f"{module} imports {upwards}"


def test_only_one_module_imports_the_core():
    assert [module for module, names in GRAPH.items() if CORE in names] == ["_internal.native"]


def test_there_is_no_circle():
    state = {}

    def visit(module, path):
        if state.get(module) == "open":
            pytest.fail("a circle: " + " -> ".join([*path[path.index(module) :], module]))
        if module in state or module not in GRAPH:
            return
        state[module] = "open"
        for name in sorted(GRAPH[module]):
            visit(name, [*path, module])
        state[module] = "done"

    for module in GRAPH:
        visit(module, [])
