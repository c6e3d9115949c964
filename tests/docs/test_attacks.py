"""The page about attacks: each number has a test that exists, and the rules are those of the product in their order."""

import re
from pathlib import Path

from connector.identity.dcp.presented import CREDENTIAL_RULES, PRESENTATION_RULES
from connector.identity.dcp.self_issued import RULES
from tests.docs.pages import ROOT
from tests.hostile.identity import test_attacks, test_seals

PAGE = (ROOT / "docs" / "attacks.md").read_text("utf-8")
ROW = re.compile(r"^\| (\d+[a-z]?) \| .+ \| .+ \| \[`([^`]+)`\]\(([^)]+)\) \|$", re.MULTILINE)
NUMBERS = {1, 2, 3, 4, 5, 8, 9, 13, 14, 15, *range(21, 34)}
"""The attacks of the threat model that touch identity or fetching; the others are no matter of this page."""


def test_no_attack_on_identity_is_without_a_row_and_no_row_without_an_attack() -> None:
    assert {int(number.rstrip("abcdefghij")) for number, _, _ in ROW.findall(PAGE)} == NUMBERS


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
    assert all(each in numbers or each.rstrip("abcdef") in numbers for each in tried)


def test_the_rules_are_told_in_their_order() -> None:
    for rules in (RULES, PRESENTATION_RULES, CREDENTIAL_RULES):
        assert ", ".join(f"`{rule}`" for rule in rules) in PAGE
