"""A grant comes with transforms, a row filter and an end of validity."""

from datetime import UTC, datetime

import pytest

from connector.policy.deciding.rows import compile_rows
from connector.policy.model.decision import Verdict
from connector.policy.model.situation import Phase, World
from tests.policy.support import agreement, ask, atom, facts, rule, shipped

PERMIT, DEFERRED, DENY = Verdict.PERMIT, Verdict.DEFERRED, Verdict.DENY


LEVEL = atom("dk:securityLevel", "gteq", "2")


def codes(decision: object) -> list[str]:
    return [reason.code for reason in decision.reasons]  # type: ignore[attr-defined]  # a Decision


HASH = rule(atom("dk:field", "isAnyOf", ["name", "email"]), action="dk:pseudonymise")


GROUP = rule(atom("dk:smallestGroup", "eq", "10"), action="dk:suppress")


def test_transforms_are_performed_on_the_way_in_a_fixed_order_with_their_parameters() -> None:
    document = agreement(rule(duty=[GROUP]), obligation=[HASH])
    able = World(transforms=frozenset({"suppress", "pseudonymise"}))
    decision = ask(document, able)
    assert decision.verdict is PERMIT
    assert [transform.name for transform in decision.transforms] == ["pseudonymise", "suppress"]
    assert [len(transform.parameters) for transform in decision.transforms] == [1, 1]
    assert decision.duties == ()


@pytest.mark.parametrize("phase", [Phase.NEGOTIATION, Phase.ACCESS])
def test_a_transform_or_row_filter_that_the_data_plane_cannot_apply_denies(phase: Phase) -> None:
    consent = agreement(rule(atom("dk:consentStatus", "eq", "dpv:ConsentGiven")))
    assert codes(ask(agreement(rule(), obligation=[HASH]), phase=phase)) == ["transform-unavailable"]
    assert codes(ask(consent, phase=phase)) == ["row-filter-unavailable"]
    assert ask(consent, phase=Phase.CATALOGUE).verdict is PERMIT


def test_conditions_on_single_records_become_a_row_filter() -> None:
    consent = atom("dk:consentStatus", "isAnyOf", ["dpv:ConsentGiven", "dpv:RenewedConsentGiven"])
    foreign = rule({"and": [LEVEL, atom("dk:recordRegion", "isPartOf", "FR")]})
    decision = ask(
        agreement(rule(LEVEL, consent), prohibition=[foreign]), World(facts({"securityLevel": 3}), row_filters=True)
    )
    assert decision.verdict is PERMIT
    assert decision.row_filter is not None
    leaves = compile_rows(decision.row_filter, shipped())
    given, refused = "dpv:ConsentGiven", "dpv:ConsentRefused"
    assert leaves(facts({"consentStatus": given, "recordRegion": "DE"}))
    assert not leaves(facts({"consentStatus": refused, "recordRegion": "DE"}))
    assert not leaves(facts({"consentStatus": given, "recordRegion": "FR"}))
    assert not leaves(facts({"consentStatus": given}))
    assert not leaves(facts({"recordRegion": "DE"}))


@pytest.mark.parametrize(
    "terms",
    [
        agreement(rule(atom("dk:recordRegion", "neq", "DE-NW"))),
        agreement(rule(atom("dk:recordRegion", "isNoneOf", ["DE-NW", "DE-HE"]))),
        agreement(rule(), prohibition=[rule(atom("dk:recordRegion", "eq", "DE-NW"))]),
        agreement(rule(), prohibition=[rule(atom("dk:recordRegion", "isPartOf", "DE-NW"))]),
    ],
)
def test_a_record_leaves_only_if_its_region_is_certainly_none_of_the_excluded_ones(terms: dict[str, object]) -> None:
    filtered = ask(terms, World(row_filters=True)).row_filter
    assert filtered is not None
    leaves = compile_rows(filtered, shipped())
    regions = ["DE-BY", "DE", "DE-NW", "de-nw", "NRW", "Nordrhein-Westfalen", "DEA", "DE-NW-05911"]
    assert [region for region in regions if leaves(facts({"recordRegion": region}))] == ["DE-BY", "DE"]


def test_valid_until_is_the_next_edge_of_any_constraint_on_time() -> None:
    window = [atom("odrl:dateTime", "gteq", "2026-06-01"), atom("odrl:dateTime", "lt", "2026-07-01T08:00:00Z")]
    ban = rule(atom("odrl:dateTime", "gteq", "2026-06-15"))
    document = agreement(rule(*window), prohibition=[ban])
    moments = ["2026-05-04T12:00", "2026-06-01T00:00", "2026-06-20T00:00", "2026-08-01T00:00"]
    until = [ask(document, at=datetime.fromisoformat(moment).replace(tzinfo=UTC)).valid_until for moment in moments]
    assert until == [
        datetime(2026, 6, 1, tzinfo=UTC),
        datetime(2026, 6, 15, tzinfo=UTC),
        datetime(2026, 7, 1, 8, tzinfo=UTC),
        None,
    ]


def test_periods_that_overlap_or_touch_bound_a_decision_where_their_union_ends() -> None:
    spring = {"and": [atom("odrl:dateTime", "gteq", "2026-03-01"), atom("odrl:dateTime", "lt", "2026-06-01")]}
    summer = {"and": [atom("odrl:dateTime", "gteq", "2026-06-01"), atom("odrl:dateTime", "lteq", "2026-08-31")]}
    assert ask(agreement(rule({"or": [spring, summer]}))).valid_until == datetime(2026, 9, 1, tzinfo=UTC)
    either = {"xone": [atom("odrl:dateTime", "lt", "2026-07-01"), atom("odrl:dateTime", "lt", "2026-06-01")]}
    never = {"and": [atom("odrl:dateTime", "lt", "2026-06-01"), atom("odrl:dateTime", "gteq", "2026-07-01")]}
    assert ask(agreement(rule(either))).valid_until == datetime(2026, 6, 1, tzinfo=UTC)
    assert ask(agreement(rule(never))).valid_until is None


def test_a_condition_of_a_duty_bounds_the_grant() -> None:
    """Who is exempt now stays exempt until the fact ends."""
    fee = {"@id": "urn:fee", "action": "odrl:compensate", "constraint": [atom("dk:role", "eq", "shop")]}
    end = datetime(2026, 6, 1, tzinfo=UTC)
    granted = ask(agreement(rule(duty=[fee])), World(facts=facts({"role": "school"}), expires={"role": end}))
    assert (granted.verdict, granted.valid_until) == (PERMIT, end)
