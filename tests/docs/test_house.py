"""The page of the house: its tree is the tree, and every step of a way is a function that exists."""

import re

import pytest

from tests.docs import house
from tests.docs.pages import ROOT, read

STEPS = house.list_steps()


def test_the_tree_is_as_the_rooms_describe_themselves() -> None:
    assert read(house.PAGE) == house.render_page(), "write it again: python -m tests.docs.house"


def test_five_things_have_their_way() -> None:
    ways = house.list_ways()
    assert len(ways) == 5
    assert all(text.count("\n1. ") == 1 for text in ways.values())
    numbered = sum(line[:1].isdigit() for text in ways.values() for line in text.splitlines())
    assert numbered == len(STEPS), "a step is `1. [file](../connector/…) `function`: …`"


def test_the_order_of_the_rooms_is_as_the_contract_has_it() -> None:
    table = read("CONTRIBUTING.md").partition("| rooms | content |\n")[2].partition("\n\n")[0]
    shown = [set(re.findall(r"`(\w+)`", row.split("|")[1])) for row in table.splitlines()[1:]]
    assert shown == house.read_floors(), "one line for each layer of the first contract in pyproject.toml"


@pytest.mark.parametrize(("path", "name"), STEPS)
def test_a_step_of_a_way_is_a_function_of_its_file(path: str, name: str) -> None:
    assert (ROOT / path).exists(), f"{house.PAGE} names {path}, which does not exist"
    assert house.defines(ROOT / path, name), f"{path} does not define {name}"
