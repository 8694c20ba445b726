"""Write docs/api.md: every public name by package, with the first line of its documentation.

The sources are parsed and not imported, so that the index is the same whichever optional libraries are installed. Run
it after adding or renaming a public name; tests/docs/test_api_index.py fails while the page is out of date.
"""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "api.md"
SOURCES = ROOT / "src"

INTRODUCTION = """\
# Public names

Everything that the package offers, by the module to import it from. `help(name)` shows arguments, results, errors and
an example for each. Written by `docs/make_api_index.py`; do not edit.
"""


@cache
def tree_of(module: str) -> ast.Module:
    """Return the syntax tree of a module, such as 'fastlstm.losses'."""
    return ast.parse(path_of(module).read_text(encoding="utf-8"))


def path_of(module: str) -> Path:
    """Return the file of a module; FileNotFoundError if there is none."""
    base = SOURCES.joinpath(*module.split("."))
    for path in (base / "__init__.py", base.with_suffix(".py")):
        if path.is_file():
            return path
    raise FileNotFoundError(module)


def is_module(name: str) -> bool:
    """Return whether there is a module of this name."""
    try:
        return path_of(name).is_file()
    except FileNotFoundError:
        return False


def public_modules() -> list[str]:
    """Return the modules with public names: no part of their name begins with an underscore, and they have __all__.

    Modules inside a package that has an __all__ are how the package is divided; the package says what is public.
    """
    found = []
    for path in sorted((SOURCES / "fastlstm").rglob("*.py")):
        parts = path.relative_to(SOURCES).with_suffix("").parts
        package = parts[-1] == "__init__"
        parts = parts[:-1] if package else parts
        top_level_module = len(parts) == 2
        if (package or top_level_module) and not any(part.startswith("_") for part in parts):
            found.append(".".join(parts))
    return [module for module in found if public_names(module)]


def public_names(module: str) -> list[str]:
    """Return the entries of a module's __all__, which may be put together from those of other modules."""
    names: list[str] = []
    for node in tree_of(module).body:
        match node:
            case ast.Assign(targets=[ast.Name(id="__all__")], value=value):
                names += ast.literal_eval(value)
            case ast.AugAssign(target=ast.Name(id="__all__"), value=ast.Attribute(value=ast.Name(id=other))):
                names += public_names(f"{module}.{other}")
    return names


def summary(module: str, name: str) -> str:
    """Return the first paragraph of the documentation of a name in a module, '' if it has none."""
    body = tree_of(module).body
    stars = []
    for i, node in enumerate(body):
        match node:
            case ast.ClassDef(name=defined) | ast.FunctionDef(name=defined) if defined == name:
                return first_paragraph(ast.get_docstring(node))
            case ast.Assign() | ast.AnnAssign() if name in assigned(node):
                match body[i + 1] if i + 1 < len(body) else None:
                    case ast.Expr(value=ast.Constant(value=str(text))):
                        return first_paragraph(text)
                value = assigned(node)[name]
                return f"Another name of `{value.id}`." if isinstance(value, ast.Name) else "A constant."
            case ast.ImportFrom(names=aliases):
                source = source_of(module, node)
                for alias in aliases:
                    if (alias.asname or alias.name) == name:
                        inner = f"{source}.{alias.name}"
                        return module_summary(inner) if is_module(inner) else summary(source, alias.name)
                    if alias.name == "*":
                        stars.append(source)
    for source in stars:
        if name in public_names(source):
            return summary(source, name)
    return module_summary(f"{module}.{name}") if is_module(f"{module}.{name}") else ""


def assigned(node: ast.Assign | ast.AnnAssign) -> dict[str, ast.expr | None]:
    """Return the names that a statement assigns, with their values."""
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    match target, node.value:
        case ast.Tuple(elts=targets), ast.Tuple(elts=values):
            return {name.id: value for name, value in zip(targets, values, strict=True) if isinstance(name, ast.Name)}
        case ast.Name(id=name), value:
            return {name: value}
    return {}


def source_of(module: str, node: ast.ImportFrom) -> str:
    """Return the module that an import statement of a module names."""
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    up = node.level if path_of(module).name != "__init__.py" else node.level - 1
    return ".".join([*parts[: len(parts) - up], *filter(None, [node.module])])


def module_summary(module: str) -> str:
    """Return the first paragraph of a module's documentation."""
    return first_paragraph(ast.get_docstring(tree_of(module)))


def first_paragraph(text: str | None) -> str:
    """Return the first paragraph of a docstring on one line."""
    return " ".join((text or "").strip().partition("\n\n")[0].split())


def page() -> str:
    """Return the whole page."""
    modules = public_modules()
    lines = [INTRODUCTION]
    lines += ["| module | what it has |", "|---|---|"]
    lines += [f"| [`{module}`](#{module.replace('.', '')}) | {cell(module_summary(module))} |" for module in modules]
    for module in modules:
        lines += ["", f"## {module}", "", "| name | |", "|---|---|"]
        for name in sorted(set(public_names(module)), key=lambda name: (name.lower(), name)):
            lines.append(f"| `{name}` | {cell(summary(module, name))} |")
    return "\n".join(lines) + "\n"


def cell(text: str) -> str:
    """Return text as a cell of a table."""
    return text.replace("``", "`").replace("|", r"\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
