"""The page about attacks: each number has a test that exists, and the rules are those of the product in their order."""

import re
from pathlib import Path
from string import ascii_lowercase

from connector.identity.dcp.presented import CREDENTIAL_RULES, PRESENTATION_RULES
from connector.identity.dcp.self_issued import RULES
from tests.docs.pages import ROOT
from tests.hostile.identity import test_attacks, test_seals

PAGE = (ROOT / "docs" / "attacks.md").read_text("utf-8")
ROW = re.compile(r"^\| (\d+[a-z]?) \| .+ \| .+ \| \[`([^`]+)`\]\(([^)]+)\) \|$", re.MULTILINE)
NUMBERS = {1, 2, 3, 4, 5, 8, 9, 13, 14, 15, *range(21, 34)}
"""The attacks of the threat model that touch identity or fetching; the others are no matter of this page."""
PARTS = {
    "9 size": "9f 9k 9b 9c 9a",
    "9 depth": "9g 9l",
    "9 encoding": "9h 9i 9m",
    "9 time": "9j",
    "9 asking again and again": "9d 9e",
    "9 before the sender is known": "9n",
    "9 lists": "9o 9p",
    "13 log": "13a 13b",
    "13 one answer": "13",
    "15 leeway": "15 15a",
    "15 check against the Date of a peer": "15d 15e 15g",
    "15 warning": "15f",
    "15 jumps": "15b 15c 15h",
    "21 bucket of a peer": "21d",
    "21 bucket of an address": "21e",
    "21 again later": "21d 21e 21f 21g",
    "21 quota": "21g 21h",
    "21 work for strangers": "21c",
    "21 budgets of nested calls": "21a 21b",
}
"""The parts of attacks that have several, and the rows that hold each."""


def test_no_attack_on_identity_is_without_a_row_and_no_row_without_an_attack() -> None:
    assert {int(number.rstrip(ascii_lowercase)) for number, _, _ in ROW.findall(PAGE)} == NUMBERS


def test_each_part_of_an_attack_with_several_has_its_rows() -> None:
    numbers = {number for number, _, _ in ROW.findall(PAGE)}
    several = {part.split()[0] for part in PARTS}
    held = [row for rows in PARTS.values() for row in rows.split()]
    assert set(held) == {number for number in numbers if number.rstrip(ascii_lowercase) in several}
    for part, rows in PARTS.items():
        assert {row.rstrip(ascii_lowercase) for row in rows.split()} == {part.split()[0]}, part


def test_each_attack_has_a_number_of_its_own_and_a_test_that_exists() -> None:
    rows = ROW.findall(PAGE)
    assert len(rows) == len({number for number, _, _ in rows}) == PAGE.count("](../tests/")
    for _, name, place in rows:
        text = (Path(ROOT) / "docs" / place).read_text("utf-8")
        known = re.search(rf"^(async )?def {re.escape(name)}\(", text, re.MULTILINE) or f'"{name}": ' in text
        assert known, (name, place)


def test_each_attack_that_is_tried_is_on_the_page() -> None:
    numbers = {number for number, _, _ in ROW.findall(PAGE)}
    tried = {each.partition(" ")[0] for each in (*test_attacks.TOKENS, *test_attacks.CREDENTIALS, *test_seals.TRICKS)}
    # A letter more is another form of the row.
    assert all(each in numbers or each.rstrip(ascii_lowercase) in numbers for each in tried)


def test_the_rules_are_told_in_their_order() -> None:
    for rules in (RULES, PRESENTATION_RULES, CREDENTIAL_RULES):
        assert ", ".join(f"`{rule}`" for rule in rules) in PAGE
