"""The tree of rooms in docs/house.md, made from the rooms' docstrings: `python -m tests.docs.house` writes it again."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests.docs.pages import ROOT, read

PAGE = "docs/house.md"
# A step of a way: a file as a link, then the function or method.
_STEP = re.compile(r"^\d+\. \[[^\]]+\]\(\.\./(?P<path>connector/[^)]+\.py)\) `(?P<name>[\w.]+)`: ", re.MULTILINE)
_TREE = re.compile(r"(?<=```text\n).*?(?=^```)", re.MULTILINE | re.DOTALL)


def render_tree() -> str:
    """Return the rooms, one line each with its sentence, indented by depth."""
    lines = []
    for path in _list_rooms(ROOT / "connector"):
        parts = path.relative_to(ROOT / "connector").parts
        name = "  " * len(parts) + (parts[-1] if parts else "connector") + "/"
        sentence = (ast.get_docstring(ast.parse((path / "__init__.py").read_text(encoding="utf-8"))) or "").split("\n")[
            0
        ]
        lines.append(f"{name:<20} {sentence}")
    return "\n".join(lines) + "\n"


def _list_rooms(room: Path) -> Iterator[Path]:
    """Yield a room and the rooms in it, from the top floor down."""
    yield room
    inner = {path.parent.name: path.parent for path in sorted(room.glob("*/__init__.py"))}
    floors = read_floors(str(room.relative_to(ROOT)).replace("/", "."))
    for name in sorted(inner, key=lambda name: next((at for at, floor in enumerate(floors) if name in floor), 99)):
        yield from _list_rooms(inner[name])


def read_floors(room: str = "connector") -> list[set[str]]:
    """Return the rooms in a room's contract of layers, from the top floor down; those to come are left out."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    layers = next((contract["layers"] for contract in contracts if contract.get("containers") == [room]), [])
    names = [re.findall(r"\w+", layer) for layer in layers]
    folder = ROOT / room.replace(".", "/")
    found = [
        {name for name in floor if (folder / name).is_dir() or (folder / f"{name}.py").exists()} for floor in names
    ]
    return [floor for floor in found if floor]


def render_page() -> str:
    """Return the page with the tree as it is today."""
    return _TREE.sub(lambda _: render_tree(), read(PAGE), count=1)


def list_steps() -> list[tuple[str, str]]:
    """Return the file and the function of every step of a way."""
    return [(match["path"], match["name"]) for match in _STEP.finditer(read(PAGE))]


def list_ways() -> dict[str, str]:
    """Return the text of each way by its heading."""
    parts = re.split(r"^## ", read(PAGE), flags=re.MULTILINE)[2:]
    return {part.partition("\n")[0]: part for part in parts}


def defines(path: Path, name: str) -> bool:
    """Return whether a file defines a function, a class, or a method of a class (`Class.method`)."""
    nodes: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    for part in name.split("."):
        kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        nodes = [node for outer in nodes for node in ast.walk(outer) if isinstance(node, kinds) and node.name == part]
    return bool(nodes)


if __name__ == "__main__":
    (ROOT / PAGE).write_text(render_page(), encoding="utf-8")
