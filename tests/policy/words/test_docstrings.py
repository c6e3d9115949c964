"""Every public function of the words of policies has an example in its docstring, and every example is true."""

import doctest
import importlib
import pkgutil
from datetime import UTC, date, datetime
from decimal import Decimal
from types import FunctionType, ModuleType
from typing import Any

import pytest

from connector.policy import words
from connector.policy.analysis.difference import difference
from connector.policy.analysis.space.findings import Finding
from connector.policy.analysis.why import ways
from connector.policy.compiling.compile import Compiled
from connector.policy.deciding.decide import explain
from connector.policy.model import decision, model
from connector.policy.model.decision import Request, World
from tests.policy.support import NOON, atom, build, shipped

MODULES = sorted(found.name for found in pkgutil.walk_packages(words.__path__, f"{words.__name__}."))


def compiled(*constraints: str, action: str = "odrl:use", duty: list[str] | None = None, **members: Any) -> Compiled:
    """Return an Agreement with one permission under constraints such as `odrl:count lteq 5`."""
    permission: dict[str, Any] = {"action": action, "constraint": [atom(*text.split()) for text in constraints]}
    permission["duty"] = [{"action": name} for name in duty or ()]
    rules = {kind: [{"action": name} for name in names] for kind, names in members.items()}
    head = {"@type": "Agreement", "@id": "urn:policy", "target": "urn:data", "assigner": "urn:a", "assignee": "urn:b"}
    return build({**head, "permission": [permission], **rules})


def normal(*constraints: str) -> tuple[Any, ...]:
    """Return constraints in the normal form."""
    return compiled(*constraints).policy.permission[0].constraint


NAMES = {
    **{name: value for module in (model, decision) for name, value in vars(module).items() if name[0].isupper()},
    "UTC": UTC,
    "date": date,
    "datetime": datetime,
    "Decimal": Decimal,
    "Finding": Finding,
    "registry": shipped(),
    "request": Request("use", "urn:data", "urn:b", NOON),
    "world": World(),
    "compiled": compiled,
    "normal": normal,
    "difference": difference,
    "ways": ways,
    "explain": explain,
}


def _functions(module: ModuleType) -> dict[str, FunctionType]:
    """Return the public functions that a module defines."""
    return {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, FunctionType) and value.__module__ == module.__name__ and not name.startswith("_")
    }


@pytest.mark.parametrize("name", MODULES)
def test_every_public_function_has_an_example(name: str) -> None:
    functions = _functions(importlib.import_module(name))
    assert [entry for entry, value in functions.items() if ">>>" not in (value.__doc__ or "")] == []


@pytest.mark.parametrize("name", MODULES)
def test_every_example_is_true(name: str) -> None:
    module = importlib.import_module(name)
    finder, runner = doctest.DocTestFinder(), doctest.DocTestRunner(verbose=False)
    failures: list[str] = []
    for entry, function in _functions(module).items():
        for test in finder.find(function, f"{name}.{entry}", globs={**NAMES, **vars(module)}):
            runner.run(test, out=failures.append)
    assert not failures, "".join(failures)
