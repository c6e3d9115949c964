"""What the SQLite stores ask: each statement with its values, its plan, and its cost in steps."""

import ast
import inspect
import itertools
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

Asked = tuple[str, Sequence[object]]

_STATEMENT = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b.*\b(FROM|INTO|SET)\b", re.DOTALL)
_CONDITION = re.compile(r"(?<![+\w])(?:\w+\.)?(\w+) (?:=|<=|>=|<|>) \?")
_TESTED_ROW_BY_ROW = re.compile(r"\+\w+ = \?")
# An R*Tree finds a number, and what overlaps a box.
_BY_NUMBER = " VIRTUAL TABLE INDEX 1:"
_BY_BOX = " VIRTUAL TABLE INDEX 2:B0D1B2D3"
_OWN_ROWS = ("SCAN json_each", "SCAN names", "SCAN CONSTANT ROW", "SCAN (subquery", "SCAN few")


class RecordingConnection:
    """A connection that keeps the statements that it runs, as they were written: a plan depends on what is bound."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.asked: list[Asked] = []

    def execute(self, statement: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        """Keep the statement and run it."""
        self.asked.append((statement, tuple(values)))
        return self._connection.execute(statement, values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def list_calls(port: type, samples: Mapping[str, Sequence[Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each read of a port with each combination of its arguments: those of `samples`, and None where it may be.

    A method without samples for an argument is a KeyError: a new read brings its samples.
    """
    for name, method in inspect.getmembers(port, inspect.iscoroutinefunction):
        if name.startswith("_"):
            continue
        names, choices = [], []
        for argument in list(inspect.signature(method).parameters.values())[1:]:
            names.append(argument.name)
            values = samples.get(f"{name}.{argument.name}", samples[argument.name])
            choices.append([None, *values] if argument.default is None else list(values))
        for chosen in itertools.product(*choices):
            yield name, dict(zip(names, chosen, strict=True))


def list_written(modules: Iterable[ModuleType]) -> list[Asked]:
    """Return the statements that modules keep as constants or write in their functions, with as many empty values.

    `_SELECT` is the beginning of others.
    """
    found: dict[str, Asked] = {}
    for module in modules:
        kept = [text for name, text in vars(module).items() if isinstance(text, str) and name != "_SELECT"]
        for text in filter(_STATEMENT.match, [*kept, *_list_literals(module)]):
            numbered = [int(number) for number in re.findall(r"\?(\d+)", text)]
            found[text] = (text, [None] * (max(numbered) if numbered else text.count("?")))
    return list(found.values())


def _list_literals(module: ModuleType) -> Iterator[str]:
    """Yield each text that stands in a function of a module."""
    for part in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
            inner = (found.value for found in ast.walk(part) if isinstance(found, ast.Constant))
            yield from (text for text in inner if isinstance(text, str))


def find_faults(connection: sqlite3.Connection, asked: Asked) -> list[str]:
    """Return what grows in the plan of a statement: a scan, a sort, or a filter that no index has.

    Rows of the statement itself (`json_each`, names found one by one, a limited count) may be scanned. A condition with
    a plus sign is meant to be tested row by row: only among open processes, of which there are no more than run.
    `version` is compared in one row, which has been found.
    """
    statement, values = asked
    plan = [step for *_, step in connection.execute("EXPLAIN QUERY PLAN " + statement, values)]
    faults = [step for step in plan if "TEMP B-TREE" in step or ("SCAN" in step and not _is_found(step))]
    if faults:
        return faults
    if _TESTED_ROW_BY_ROW.search(statement) and "outcome = ''" not in statement:
        return ["a condition with a plus sign, but not only open processes"]
    if statement.lstrip().startswith(("SELECT", "DELETE")):
        searched = {name for step in plan for name in re.findall(r"(\w+)[=<>]", step)}
        searched |= {"place", "version"} if "rowid" in searched else {"version"}
        searched |= {"rowid", "id"} if any(step.endswith(_BY_NUMBER) for step in plan) else set()
        searched |= {"west", "east", "south", "north"} if any(step.endswith(_BY_BOX) for step in plan) else set()
        faults = [f"no index for {name}" for name in sorted(set(_CONDITION.findall(statement)) - searched)]
    return faults


def _is_found(step: str) -> bool:
    """Return whether a scan is of the statement's own rows, or of what an R*Tree finds."""
    return step.startswith(_OWN_ROWS) or step.endswith((_BY_NUMBER, _BY_BOX))


def count_steps(connection: sqlite3.Connection, run: Callable[[], object]) -> int:
    """Return how many steps SQLite's machine takes for what `run` asks: a measure that no load changes."""
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    connection.set_progress_handler(step, 1)
    try:
        run()
    finally:
        connection.set_progress_handler(None, 0)
    return steps
