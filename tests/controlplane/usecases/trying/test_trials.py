"""A trial decides without a store: verdict, reasons, ways out, and what time alone changes."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


@pytest.mark.parametrize("at", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)])
def test_a_time_at_the_end_of_the_calendar_is_refused(at: datetime) -> None:
    policy = {"permission": [{**USE, "duty": [{"action": "compensate"}], "constraint": [within(2)]}]}
    for situation in (
        TrialSituation(at=at),
        TrialSituation(at=NOON, agreed_at=at),
        TrialSituation(at=NOON, performed={"compensate": at}),
    ):
        with pytest.raises(Invalid, match="2 to 9998"):
            trials.answer(LIBRARY, policy, situation)


@settings(deadline=None, max_examples=50)
@given(
    st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - the zone follows
    st.integers(0, 83_332),
    st.sampled_from(["dk:dataAge", "odrl:elapsedTime", "odrl:timeInterval", "odrl:dateTime", "dk:timeOfDay"]),
)
def test_every_time_within_the_calendar_is_decided(at: datetime, years: int, operand: str) -> None:
    values = {
        "odrl:dateTime": {"@value": "9999-12-31T23:59:59-14:00", "@type": "xsd:dateTime"},
        "dk:timeOfDay": {"@value": "23:59:00-14:00", "@type": "xsd:time"},
    }
    right = values.get(operand, {"@value": f"P{years}Y", "@type": "xsd:duration"})
    policy = {"permission": [{**USE, "constraint": [atom(operand, "lteq", right)]}]}
    with suppress(Invalid):
        assert trials.answer(LIBRARY, policy, TrialSituation(at=at)).verdict in {"permit", "deny"}
