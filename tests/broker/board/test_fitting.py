"""How an entry fits a need: a score, and each condition in words."""

import doctest
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.broker.board import fitting
from connector.broker.board.fitting import Fit, judge, view_match
from connector.ports.broker_store import Statements
from connector.views.needs import BudgetKind
from tests.broker.board.values import need
from tests.contract.test_record import DAY, entry

PURPOSE = "https://w3id.org/dpv#PublicBenefit"
TOPICS = ("rad", "zahlstelle", "tag")


def fit(asked: dict[str, Any], **stated: Any) -> Fit:
    found = judge(need(**asked), entry("a", statements=Statements(**stated)), TOPICS, TOPICS)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("asked", "stated", "met"),
    [
        ({"purpose": PURPOSE}, {"purposes": (PURPOSE,)}, True),
        ({"purpose": PURPOSE}, {"purposes": ("other",)}, False),
        ({"purpose": PURPOSE}, {}, None),
        ({"place": "Köln"}, {"places": ("köln",)}, True),
        ({"place": "Köln"}, {"places": ("Bonn",)}, False),
        ({"place": "Köln"}, {}, None),
        ({"place": "Köln", "bbox": "7,51,8,52"}, {"places": ("Bonn",), "boxes": ((7.5, 51.5, 9.0, 53.0),)}, True),
        ({"bbox": "7,51,8,52"}, {"boxes": ((9.0, 51.0, 10.0, 52.0),)}, False),
        ({"bbox": "7,51,8,52"}, {"places": ("Bonn",)}, None),
        ({"since": "1970-06-01"}, {"begins": 0, "ends": 300 * DAY}, True),
        ({"since": "1971"}, {"begins": 0, "ends": 300 * DAY}, False),
        ({"until": "1970"}, {"begins": 400 * DAY}, False),
        ({"until": "1970"}, {}, None),
        ({"frequency": "DAILY"}, {"frequency": "HOURLY"}, True),
        ({"frequency": "DAILY"}, {"frequency": "DAILY"}, True),
        ({"frequency": "DAILY"}, {"frequency": "MONTHLY"}, False),
        ({"frequency": "DAILY"}, {"frequency": "IRREG"}, None),
        ({"frequency": "DAILY"}, {}, None),
        ({"budget": BudgetKind.FREE}, {"prices": ("free", "paid")}, True),
        ({"budget": BudgetKind.FREE}, {"prices": ("paid",)}, False),
        ({"budget": BudgetKind.FREE}, {}, None),
        ({"budget": BudgetKind.AMOUNT, "amount": "5", "currency": "EUR"}, {"prices": ("paid",)}, None),
    ],
)
def test_a_condition_is_met_unmet_or_unsaid(asked: dict[str, Any], stated: dict[str, Any], met: bool | None) -> None:
    found = fit(asked, **stated)
    assert [condition for _, condition in found.conditions] == [met]
    assert found.fits is (met is not False)
    (reason,) = view_match(need(**asked), entry("a"), found).reasons
    assert reason.met is met
    assert all(reason.text.values())
    assert not any("{" in text for text in reason.text.values())


def test_what_says_more_is_better_and_what_contradicts_is_worse() -> None:
    asked = {"frequency": "DAILY", "purpose": PURPOSE}
    best = fit(asked, frequency="HOURLY", purposes=(PURPOSE,)).score
    unsaid = fit(asked).score
    worst = fit(asked, frequency="NEVER", purposes=("x",)).score
    assert 1 == best > unsaid > worst > 0


@pytest.mark.parametrize(("found", "matches"), [((), False), (("rad",), False), (("rad", "tag"), True)])
def test_too_few_words_are_no_match(found: tuple[str, ...], matches: bool) -> None:
    assert (judge(need(), entry("a"), TOPICS, found) is not None) is matches


def test_a_need_of_one_topic_needs_that_one() -> None:
    assert judge(need(), entry("a"), ("rad",), ("rad",)) is not None
    assert judge(need(), entry("a"), ("rad",), ()) is None
    assert judge(need(), entry("a"), (), ()) is None


@given(st.lists(st.sampled_from(TOPICS), unique=True), st.sampled_from([None, "DAILY", "NEVER"]))
def test_a_score_is_between_nothing_and_one(found: list[str], frequency: str | None) -> None:
    judged = judge(need(frequency="WEEKLY"), entry("a", statements=Statements(frequency=frequency)), TOPICS, found)
    assert judged is None or 0 < judged.score <= 1


def test_the_examples_are_true() -> None:
    assert doctest.testmod(fitting).failed == 0
