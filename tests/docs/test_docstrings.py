"""Public docstrings say what is taken, returned and raised, and show an example. Doctests run with the package."""

import ast
import importlib
import inspect
import pkgutil
import re
import textwrap
from typing import is_typeddict

import pytest

import fastlstm
from fastlstm.datasets import keras_files

SECTION = re.compile(r"(?ms)^(Parameters|Attributes|Returns|Raises|Examples)\n-+\n(.*?)(?=^\w[\w ]*\n-+\n|\Z)")
ELSEWHERE = re.compile(r"\b([Aa]s (for|in|of)|[Ss]ee|[Ll]ike) `")
RAISING_HELPERS = {"numbers", "floats", "pair", "positive"}


def packages():
    folders = {"": fastlstm.__path__, "datasets.keras_files.": keras_files.__path__}
    modules = [(prefix, module) for prefix, path in folders.items() for module in pkgutil.iter_modules(path)]
    names = [f"{prefix}{module.name}" for prefix, module in modules if not module.name.startswith("_")]
    return [name for name in names if hasattr(importlib.import_module(f"fastlstm.{name}"), "__all__")]


def public(package):
    """Yield the classes and functions that a package defines, each once, by name."""
    seen = set()
    for name in package.__all__:
        found = getattr(package, name)
        own = getattr(found, "__module__", "").startswith(package.__name__)
        if own and found not in seen and (inspect.isclass(found) or inspect.isfunction(found)):
            seen.add(found)
            yield name, found


def methods(cls):
    """Yield the public methods that a class defines, with whether they override a documented one."""
    for name, member in vars(cls).items():
        function = getattr(member, "__func__", member)
        if inspect.isfunction(function) and (name == "__call__" or not name.startswith("_")):
            overrides = any(getattr(vars(base).get(name), "__doc__", None) for base in cls.__mro__[1:-1])
            yield name, function, overrides


def raises(function):
    """Return whether the body of a function raises an error or checks its arguments by a helper that does."""
    if not inspect.isfunction(function) or function.__code__.co_filename.startswith("<"):
        return False  # inherited from object, or generated
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
        if isinstance(node, ast.Raise) and not re.search("NotImplementedError|AssertionError", ast.unparse(node)):
            return True
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called.startswith("checks.") or called in RAISING_HELPERS:
                return True
    return False


def arguments(function):
    """Return the names of the arguments of a function or class, or the keys of a dict with given keys."""
    if is_typeddict(function):
        return list(function.__annotations__)
    return [name for name in inspect.signature(function).parameters if name not in ("self", "cls")]


def missing(function, doc, *, returns=True, example=True):
    """Return the parameters and sections that a docstring lacks."""
    sections = dict(SECTION.findall(inspect.cleandoc(doc or "")))
    described = sections.get("Parameters", "") + sections.get("Attributes", "")
    entries = re.findall(r"^(\*{0,2}\w[^:\n]*)", described, re.MULTILINE)
    known = {name.strip().lstrip("*") for entry in entries for name in entry.split(",")}
    lacks = [name for name in arguments(function) if name not in known and f"`{name}`" not in described]
    if returns and inspect.signature(function).return_annotation not in (None, "None") and "Returns" not in sections:
        lacks.append("Returns")
    if ELSEWHERE.search(sections.get("Returns", "")):
        lacks.append("what is returned, in place of a reference")
    if raises(function.__init__ if inspect.isclass(function) else function) and "Raises" not in sections:
        lacks.append("Raises")
    return lacks + ["Examples"] * (example and ">>> " not in sections.get("Examples", ""))


@pytest.mark.parametrize("package", packages())
def test_public_docstrings_are_complete(package):
    lacking = {}
    for name, found in public(importlib.import_module(f"fastlstm.{package}")):
        lacking[name] = missing(found, found.__doc__, returns=not inspect.isclass(found))
        for method, function, overrides in methods(found) if inspect.isclass(found) else ():
            complete = [] if function.__doc__ else ["docstring"]
            lacking[f"{name}.{method}"] = complete if overrides else missing(function, function.__doc__, example=False)
    assert {name: lacks for name, lacks in lacking.items() if lacks} == {}
