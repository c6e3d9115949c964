"""Every public function of the policy engine has an example in its docstring, and every example is true."""

import datetime as dt
import decimal
import doctest
import importlib
import pkgutil
from types import FunctionType, ModuleType

import pytest

import connector.policy
from tests.policy.names import list_names

PACKAGE = connector.policy.__name__
MODULES = sorted(
    found.name for found in pkgutil.walk_packages(connector.policy.__path__, f"{PACKAGE}.") if not found.ispkg
)


def _functions(module: ModuleType) -> dict[str, FunctionType]:
    """Return the public functions that a module defines; `build` of an operand is called by its table alone."""
    own = {name: value for name, value in vars(module).items() if isinstance(value, FunctionType)}
    skipped = {"build"} if module.__name__.startswith(f"{PACKAGE}.operands.") else set()
    return {
        name: value
        for name, value in own.items()
        if value.__module__ == module.__name__ and not name.startswith("_") and name not in skipped
    }


def _names() -> dict[str, object]:
    """Return the names of the examples, with the types that every reader of them knows."""
    types = {name: getattr(dt, name) for name in ("UTC", "date", "datetime", "timedelta")}
    values: dict[str, object] = {}
    for room in ("model.values", "model.policy", "model.situation", "model.decision", "analysis.space.regions"):
        module = importlib.import_module(f"{PACKAGE}.{room}")
        values |= {name: value for name, value in vars(module).items() if isinstance(value, type)}
    return {**types, "Decimal": decimal.Decimal, **values}


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
        for test in finder.find(function, f"{name}.{entry}", globs={**_names(), **vars(module), **list_names()}):
            runner.run(test, out=failures.append)
    assert not failures, "".join(failures)
