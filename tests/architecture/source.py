"""The Python files of the tree, each read and parsed once for all rules."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def list_files(*folders: str) -> tuple[Path, ...]:
    """Return every Python file below these folders of the tree."""
    return tuple(sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py")))


def list_rooms() -> list[Path]:
    """Return every package of the connector, at any depth."""
    return [path.parent for path in list_files("connector") if path.stem == "__init__"]


@cache
def parse(path: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def walk(path: Path) -> tuple[ast.AST, ...]:
    """Return every node of a file."""
    return tuple(ast.walk(parse(path)))


def show(path: Path) -> str:
    """Return the path as people write it, from the root of the tree."""
    return str(path.relative_to(ROOT))


def room_of(path: Path) -> str:
    """Return the room of a file, or its own name if it is directly in `connector`."""
    return path.relative_to(ROOT / "connector").parts[0].removesuffix(".py")


def list_imports(path: Path) -> set[str]:
    """Return the modules that a file imports, anywhere in it."""
    names: set[str] = set()
    for node in walk(path):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def list_uses(path: Path) -> set[str]:
    """Return the names that a file uses of its imports, such as `aiohttp.web.Request`."""
    known: dict[str, str] = {}
    for node in walk(path):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                known |= {alias.asname: alias.name} if alias.asname else {top: top}
        elif isinstance(node, ast.ImportFrom) and node.module:
            known |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    found = set(known.values())
    for node in walk(path):
        if isinstance(node, ast.Attribute) and (name := _dotted(node)):
            head, _, rest = name.partition(".")
            if head in known:
                found.add(f"{known[head]}.{rest}")
    return found


def _dotted(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (base := _dotted(node.value)):
        return f"{base}.{node.attr}"
    return None
