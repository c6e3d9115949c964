"""A trial decides without a store: verdict, reasons, ways out, and what time alone changes."""

from datetime import UTC, datetime, timedelta

import pytest

from connector.controlplane.core.errors import Invalid
from connector.controlplane.usecases.trying import trials
from connector.controlplane.usecases.trying.trials import TrialSituation
from tests.controlplane.agreements import LIBRARY, USE, atom, within

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def test_an_offer_is_decided_as_the_agreement_it_becomes() -> None:
    policy = {"permission": [{**USE, "constraint": [within(2)]}]}
    found = trials.answer(LIBRARY, policy, TrialSituation(at=NOON))
    assert found.verdict == "permit"
    assert [turn.verdict for turn in found.turns] == ["deny"]
    late = trials.answer(LIBRARY, policy, TrialSituation(at=NOON, agreed_at=NOON - timedelta(days=3)))
    assert (late.verdict, late.turns) == ("deny", ())
    assert set(late.reasons) == {"de", "en"}


def test_a_denial_names_ways_that_would_change_it() -> None:
    policy = {"permission": [{**USE, "constraint": [atom("odrl:purpose", "isA", "dpv:Marketing")]}]}
    found = trials.answer(LIBRARY, policy, TrialSituation(at=NOON, facts={"purpose": ("dpv:AcademicResearch",)}))
    assert found.verdict == "deny"
    assert found.ways["en"]


def test_a_value_of_the_wrong_sort_is_refused() -> None:
    policy = {"permission": [USE]}
    with pytest.raises(Invalid) as refused:
        trials.answer(LIBRARY, policy, TrialSituation(at=NOON, facts={"count": ("many",)}))
    assert refused.value.code == "bad-fact"
