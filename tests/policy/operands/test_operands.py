"""The operands as they are shipped: what each needs, and those that need code."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from connector.policy.compiling.checks import CODE
from connector.policy.model.decision import Counter, Phase, Verdict, World
from connector.policy.model.model import DK, ODRL, Duration, Iri, Number, Text
from connector.policy.vocabulary.registry import parse
from connector.policy.vocabulary.sorts import coerce
from tests.policy.support import NOON, agreement, ask, atom, facts, rule, shipped

BERLIN = ZoneInfo("Europe/Berlin")


def permits(constraint: dict[str, object], world: World | dict[str, object] | None = None, **more: object) -> bool:
    return ask(agreement(rule(constraint)), world, **more).verdict is Verdict.PERMIT  # type: ignore[arg-type]  # by name


def test_at_least_25_operands_are_enforced_here_and_each_says_all_that_is_asked_of_it() -> None:
    operands = {operand.iri: operand for operand in shipped().operands.values()}
    enforced = [row for row in operands.values() if row.tier == "provider" and not row.parameter]
    assert len(enforced) >= 25
    for row in operands.values():
        assert row.de
        assert row.en
        assert row.operators
        assert row.fact
        assert row.iri.startswith((ODRL, DK))
        assert not row.code or row.code in CODE
    assert {operand.region for operand in operands.values()} == {
        "instants",
        "durations",
        "numbers",
        "codes",
        "names",
        "tree",
    }


def test_what_the_capability_lists_is_there() -> None:
    wanted = [
        "dateTime",
        "elapsedTime",
        "count",
        "purpose",
        "recipient",
        "spatial",
        "event",
        "deliveryChannel",
        "fileFormat",
        "language",
    ]
    ours = [
        "dayOfWeek",
        "timeOfDay",
        "volume",
        "role",
        "participant",
        "membership",
        "connectorCertification",
        "securityLevel",
        "paymentState",
        "legalBasis",
        "consentStatus",
        "aggregationLevel",
        "groupSize",
    ]
    assert {ODRL + name for name in wanted} | {DK + name for name in ours} <= set(shipped().operands)


def test_a_row_nobody_understands_is_refused() -> None:
    row = 'iri = "dk:x"\nsort = "name"\nsource = "state"\ntrust = "own"\nde = ""\nen = ""\ncolour = 1\n'
    with pytest.raises(ValueError, match="colour"):
        parse("[[operand]]\n" + row)


@pytest.mark.parametrize(
    ("name", "raw", "expected"),
    [
        ("odrl:spatial", "https://w3id.org/dpv/loc#DE-BW", Iri("DE-BW")),
        ("odrl:purpose", "dpv:Marketing", Iri("https://w3id.org/dpv#Marketing")),
        ("dk:organisationType", "PUBLIC-body", Iri("public-body")),
        ("dk:organisationType", "club", None),
        ("dk:volume", "5", Number(Decimal(5), "http://qudt.org/vocab/unit/BYTE")),
        ("dk:dataAge", "P1D", Duration(0, 86_400_000)),
        ("dk:dataAge", "a day", None),
        ("dk:securityLevel", "high", None),
    ],
)
def test_facts_take_the_sort_of_their_operand(name: str, raw: str, expected: object) -> None:

    operand = shipped().operands[name.replace("odrl:", ODRL).replace("dk:", DK)]
    assert coerce(Text(raw), operand, shipped()) == expected


def test_dates_and_instants_bound_the_use() -> None:
    until = atom("odrl:dateTime", "lteq", {"@value": "2026-05-04", "@type": "xsd:date"})
    assert permits(until, at=NOON)
    assert not permits(until, at=NOON + timedelta(hours=12))
    assert ask(agreement(rule(until))).valid_until == datetime(2026, 5, 5, tzinfo=UTC)


def test_the_day_of_the_week_is_the_local_one() -> None:
    weekdays = atom("dk:dayOfWeek", "isAnyOf", ["monday", "Tuesday"])
    late_sunday = datetime(2026, 5, 3, 22, 30, tzinfo=UTC)
    assert permits(weekdays, at=NOON)
    assert not permits(weekdays, at=late_sunday)
    assert permits(weekdays, World(zone=BERLIN), at=late_sunday)
    assert ask(agreement(rule(weekdays)), World(zone=BERLIN)).valid_until == datetime(2026, 5, 4, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("operator", "verdicts"),
    [
        ("lt", (True, False, False)),
        ("lteq", (True, True, False)),
        ("eq", (False, True, False)),
        ("neq", (True, False, True)),
        ("gteq", (False, True, True)),
        ("gt", (False, False, True)),
    ],
)
def test_the_time_of_day_is_the_local_one_unless_the_policy_states_a_zone(
    operator: str, verdicts: tuple[bool, ...]
) -> None:
    local = [datetime(2026, 5, 4, *clock, tzinfo=UTC) for clock in ((7, 59), (8, 0), (8, 0, 1))]
    plain = atom("dk:timeOfDay", operator, "08:00")
    zoned = atom("dk:timeOfDay", operator, {"@value": "10:00:00+02:00", "@type": "xsd:time"})
    assert tuple(permits(plain, at=moment) for moment in local) == verdicts
    assert tuple(permits(zoned, World(zone=BERLIN), at=moment) for moment in local) == verdicts


def test_a_decision_on_the_time_of_day_holds_until_the_clock_passes_the_mark_also_when_clocks_change() -> None:
    opening = agreement(rule(atom("dk:timeOfDay", "gteq", "02:30")))
    for start, end in (("2026-03-28T20:00", "2026-03-29T12:00"), ("2026-10-24T20:00", "2026-10-25T12:00")):
        at, stop = (datetime.fromisoformat(moment).replace(tzinfo=UTC) for moment in (start, end))
        verdict = ask(opening, World(zone=BERLIN), at=at)
        while at < stop:
            at += timedelta(minutes=1)
            now = ask(opening, World(zone=BERLIN), at=at)
            assert verdict.valid_until is not None
            if at >= verdict.valid_until:
                verdict = now
            assert now.verdict is verdict.verdict, at


@pytest.mark.parametrize(
    ("operator", "verdicts"),
    [
        ("lt", (True, False, False)),
        ("lteq", (True, True, False)),
        ("gt", (False, False, True)),
        ("gteq", (False, True, True)),
    ],
)
def test_elapsed_time_counts_from_the_agreement_and_months_by_the_calendar(
    operator: str, verdicts: tuple[bool, ...]
) -> None:
    constraint = atom("odrl:elapsedTime", operator, {"@value": "P1M", "@type": "xsd:duration"})
    world = World(agreed_at=datetime(2026, 1, 31, 12, tzinfo=UTC))
    end = datetime(2026, 2, 28, 12, tzinfo=UTC)
    microsecond = timedelta(microseconds=1)
    assert tuple(permits(constraint, world, at=end + step * microsecond) for step in (-1, 0, 1)) == verdicts
    assert ask(agreement(rule(constraint)), world, at=end - timedelta(days=1)).valid_until in {end, end + microsecond}
    assert not permits(constraint, World())
    assert ask(agreement(rule(constraint)), phase=Phase.NEGOTIATION).verdict is Verdict.DEFERRED


def test_n_times_permits_the_nth_use_and_names_the_counter_to_bump() -> None:
    document = agreement(rule(atom("odrl:count", "lteq", "5"), uid="urn:r"))
    fifth = ask(document, {"count:urn:r": 4})
    assert fifth.verdict is Verdict.PERMIT
    assert fifth.counters == (Counter("count:urn:r", 1, 5),)
    assert ask(document, {"count:urn:r": 5}).verdict is Verdict.DENY
    assert ask(document).verdict is Verdict.DENY
    assert ask(document, phase=Phase.CATALOGUE).verdict is Verdict.DEFERRED
    assert ask(document, phase=Phase.CATALOGUE).counters == ()


@pytest.mark.parametrize(
    ("operator", "value", "limit"),
    [("lt", "5", 4), ("lt", "4.5", 4), ("lteq", "4.5", 4), ("eq", "2", 2), ("gt", "1", None)],
)
def test_the_limit_of_a_counter_is_the_last_value_that_is_allowed(operator: str, value: str, limit: int | None) -> None:
    used = 1 if operator == "eq" else 3
    decision = ask(agreement(rule(atom("odrl:count", operator, value))), {"count:permission/0": used})
    assert decision.counters == (Counter("count:permission/0", 1, limit, operator == "eq"),)


def test_two_bounds_on_one_counter_give_the_tighter_limit() -> None:
    document = agreement(rule(atom("odrl:count", "lteq", "9"), atom("odrl:count", "lteq", "5")))
    assert ask(document, {"count:permission/0": 0}).counters == (Counter("count:permission/0", 1, 5),)


def test_where_a_limit_does_not_say_what_is_allowed_the_counter_has_to_be_found_as_it_was() -> None:
    five = atom("odrl:count", "lteq", "5")
    choice = agreement(rule({"or": [five, atom("dk:role", "eq", "emergency")]}))
    world = {"count:permission/0": 7, "role": ["emergency"]}
    assert ask(choice, world).counters == (Counter("count:permission/0", 1, None, True),)
    split = rule(atom("odrl:count", "lteq", "9"), action=["use", "odrl:sell"])
    both = ask(
        agreement(split, prohibition=[rule(atom("odrl:count", "gt", "5"))]),
        {
            "count:permission/0": 1,
            "count:prohibition/0": 1,
        },
    )
    assert {counter.fact for counter in both.counters} == {"count:permission/0", "count:prohibition/0"}
    ban = agreement(rule(), prohibition=[rule(atom("odrl:count", "gt", "5"))])
    assert ask(ban, {"count:prohibition/0": 4}).counters == (Counter("count:prohibition/0", 1, None, True),)
    assert ask(ban, {"count:prohibition/0": 5}).verdict is Verdict.DENY
    told = agreement(rule(), obligation=[rule(atom("odrl:count", "gt", "2"), action="odrl:inform")])
    assert ask(told, {"count:obligation/0": 2}).counters == (Counter("count:obligation/0", 1, None, True),)
    assert len(ask(told, {"count:obligation/0": 2}).duties) == 1
    assert ask(told, {"count:obligation/0": 1}).duties == ()


def test_volume_counts_what_was_sent_with_what_is_asked_for() -> None:
    document = agreement(rule(atom("dk:volume", "lteq", "1", unit="kB")))
    assert ask(document, {"volume:permission/0": 400}, context={"bytes": 600}).verdict is Verdict.PERMIT
    assert ask(document, {"volume:permission/0": 400}, context={"bytes": 601}).verdict is Verdict.DENY
    assert ask(document, {"volume:permission/0": 400}).counters == (Counter("volume:permission/0", 0, 1000),)


@pytest.mark.parametrize(("operator", "exact"), [("lt", False), ("gteq", False), ("neq", True), ("isNoneOf", True)])
def test_a_volume_that_is_more_than_bounded_is_decided_again_as_it_grows(operator: str, exact: bool) -> None:
    right: object = ["1000"] if operator == "isNoneOf" else "1000"
    at = 1200 if operator == "gteq" else 400
    (counter,) = ask(agreement(rule(atom("dk:volume", operator, right))), {"volume:permission/0": at}).counters
    assert counter.exact is exact


@pytest.mark.parametrize(
    ("operator", "before", "during", "after"),
    [
        ("lt", True, False, False),
        ("lteq", True, True, False),
        ("eq", False, True, False),
        ("neq", True, False, True),
        ("gteq", False, True, True),
        ("gt", False, False, True),
    ],
)
def test_an_event_has_a_before_a_during_and_an_after(operator: str, before: bool, during: bool, after: bool) -> None:
    constraint = atom("odrl:event", operator, "dk:emergency")
    emergency = DK + "emergency"
    assert permits(constraint, {"event": []}) is before
    assert permits(constraint, {"event": [emergency]}) is during
    assert permits(constraint, {"event": [], "event.over": [emergency]}) is after
    assert not permits(constraint, {})


def test_the_use_of_the_policy_is_an_event_that_is_always_going_on() -> None:
    assert permits(atom("odrl:event", "eq", "odrl:policyUsage"))


def test_the_request_states_its_purpose_but_never_what_a_credential_has_to_show() -> None:
    purpose = atom("odrl:purpose", "isA", "dpv:PublicBenefit")
    claimed = {"purpose": "dpv:DataAltruism", "role": "planner"}
    assert permits(purpose, context=claimed)
    assert not permits(purpose, {"purpose": "dpv:Marketing"}, context=claimed)
    assert not permits(atom("dk:role", "eq", "planner"), context=claimed)
    assert permits(atom("dk:role", "eq", "planner"), {"role": ["planner", "driver"]})


def test_a_single_valued_fact_with_two_values_is_unknown() -> None:
    level = atom("dk:participant", "eq", "did:web:a")
    assert permits(level, {"participant": ["did:web:a"]})
    assert not permits(level, {"participant": ["did:web:a", "did:web:b"]})


def test_plain_comparisons_of_all_kinds() -> None:
    for constraint, given in (
        (atom("odrl:spatial", "isPartOf", "EU"), {"spatial": "DE-BW"}),
        (atom("dk:aggregationLevel", "gteq", "district"), {"aggregationLevel": "city"}),
        (atom("dk:groupSize", "gteq", "10"), {"groupSize": 12}),
        (atom("dk:legalBasis", "isA", "eu-gdpr:A6-1-e"), {"legalBasis": ["eu-gdpr:A6-1-e-public-interest"]}),
        (atom("odrl:systemDevice", "isAnyOf", ["app:1"]), {"systemDevice": ["app:1"]}),
        (atom("dk:dataAge", "lteq", "PT1H"), World(facts={"dataAge": (Duration(0, 60_000),)})),
        (atom("odrl:device", "eq", "app:1"), {"systemDevice": ["app:1"]}),
    ):
        assert permits(constraint, given), constraint  # type: ignore[arg-type]  # a world or facts


def test_a_fact_that_expires_bounds_the_decision() -> None:
    end = NOON + timedelta(hours=1)
    world = World(facts=facts({"role": ["planner"]}), expires={"role": end, "other": NOON + timedelta(minutes=1)})
    assert ask(agreement(rule(atom("dk:role", "eq", "planner"))), world).valid_until == end
