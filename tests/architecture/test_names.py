"""A class has one name and a name one class; a function's name does not begin with a participle."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import list_files, parse, show, walk

# Names that stand for more than one class, each with its reason.
TWICE: dict[str, str] = {}
# First words that hide the verb; those in -ed are found by their ending.
PARTICIPLES = {
    *("begun", "built", "chosen", "done", "drawn", "found", "given", "gone", "heard", "held", "kept", "known", "led"),
    *("made", "meant", "met", "said", "seen", "sent", "shown", "spoken", "spent", "stood", "taken", "thought", "told"),
    *("understood", "woken", "written"),
}
VERBS_IN_ED = {"embed", "exceed", "feed", "need", "proceed", "seed", "shed", "speed"}


def test_a_class_name_stands_for_one_class() -> None:
    places: defaultdict[str, list[str]] = defaultdict(list)
    for path in list_files("connector"):
        for name, line in _list_types(path):
            places[name].append(f"{show(path)}:{line}")
    twice = {name: where for name, where in places.items() if len(where) > 1 and name not in TWICE}
    lines = [f"{name}: {', '.join(where)}" for name, where in twice.items()]
    assert not twice, "give each its own name, or the two one home:\n" + "\n".join(lines)


def test_no_function_is_named_by_a_participle() -> None:
    found = [
        f"{show(path)}:{node.lineno} {node.name}"
        for path in list_files("connector")
        for node in parse(path).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _is_participle(node.name.split("_")[0])
    ]
    assert not found, "begin with the verb, as in `list_members` and `is_ended`:\n" + "\n".join(found)


def _is_participle(word: str) -> bool:
    return word in PARTICIPLES or (re.fullmatch(r"\w{2,}ed", word) is not None and word not in VERBS_IN_ED)


def _list_types(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the classes of a file at any depth, and the names that its module gives to types."""
    for node in walk(path):
        if isinstance(node, ast.ClassDef):
            yield node.name, node.lineno
    for node in parse(path).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            if ast.unparse(node.annotation).endswith("TypeAlias"):
                yield node.target.id, node.lineno
        elif isinstance(node, ast.Assign):
            # By PEP 8 only a type has a name in which small letters follow capitals.
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            yield from ((name, node.lineno) for name in names if re.fullmatch(r"_?[A-Z]+[a-z]\w*", name))
