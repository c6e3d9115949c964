"""The meet of two policies, and the provider's answers: bounded, monotone, never more than the reservation."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from connector.policy.analysis.contains import contains
from connector.policy.analysis.meet import meet
from connector.policy.analysis.negotiate import (
    MOST_ROUNDS,
    AcceptRequest,
    CounterOffer,
    NoAgreement,
    PersonNeeded,
    respond,
)
from connector.policy.analysis.space.findings import Containment, Finding, Unknown
from connector.policy.compiling.compile import Compiled
from connector.policy.model.dump import dump
from connector.policy.model.model import ODRL, Policy
from connector.policy.reading.load import load
from tests.policy.analysis import generate
from tests.policy.analysis.support import EVERY_TIER, before, due, duty, offer, purpose, times, use, within
from tests.policy.support import atom, build, rule

UID = "urn:counter"
OFFER = use(purpose("dpv:ResearchAndDevelopment"), times(100), atom("odrl:spatial", "isPartOf", "EU"))
RESERVE = use(purpose("dpv:ResearchAndDevelopment"), times(1000), atom("odrl:spatial", "isPartOf", "world"))
CONTAINED = Containment.CONTAINED


def joint(given: Compiled, wanted: Compiled) -> dict[str, tuple[str, object]]:
    """The one permission of a meet, by operand."""
    found = meet(given, wanted, uid=UID)
    assert isinstance(found, Policy)
    again = build(load(dump(found)), accept=EVERY_TIER)
    assert contains(given, again).verdict is CONTAINED
    assert contains(wanted, again).verdict is CONTAINED
    (document,) = dump(found)["permission"]  # type: ignore[misc]  # an array of one
    return {
        entry["leftOperand"]: (entry["operator"], entry["rightOperand"]) for entry in document.get("constraint", ())
    }


def test_the_tighter_bound_the_deeper_term_and_the_common_members_stay() -> None:
    roles = [
        atom("dk:organisationType", "isAnyOf", names) for names in (["university", "company"], ["company", "person"])
    ]
    found = joint(
        use(
            purpose("dpv:ResearchAndDevelopment"), times(100), before("2027-01-01T00:00:00Z"), roles[0], within("P30D")
        ),
        use(purpose("dpv:AcademicResearch"), times(500), before("2026-06-01T00:00:00Z"), roles[1], within("P90D")),
    )
    assert found["odrl:purpose"] == ("isA", {"@id": "https://w3id.org/dpv#AcademicResearch"})
    assert found["odrl:count"][1] == {"@value": "100", "@type": "xsd:integer"}
    assert found["odrl:dateTime"][1] == {"@value": "2026-06-01T00:00:00Z", "@type": "xsd:dateTime"}
    assert found["https://w3id.org/datenkontor/policy/1#organisationType"] == ("eq", {"@id": "company"})
    assert found["odrl:elapsedTime"][1] == {"@value": "P30D", "@type": "xsd:duration"}


def test_what_both_exclude_is_excluded_and_duties_of_both_remain() -> None:
    sides = [
        use(
            atom("dk:participant", "isNoneOf", [f"urn:p:{name}", "urn:p:x"]),
            obligation=[duty(action, due("2027-01-31T00:00:00Z"))],
            prohibition=[{"action": banned}],
        )
        for name, action, banned in (("a", "odrl:delete", "odrl:print"), ("b", "odrl:inform", "odrl:distribute"))
    ]
    found = joint(*sides)
    members = found["https://w3id.org/datenkontor/policy/1#participant"]
    assert members == ("isNoneOf", [{"@id": f"urn:p:{name}"} for name in "abx"])
    policy = meet(*sides, uid=UID)
    assert isinstance(policy, Policy)
    assert {entry.action[0].iri for entry in policy.obligation} == {ODRL + "delete", ODRL + "inform"}
    assert {entry.action[0].iri for entry in policy.prohibition} == {ODRL + "print", ODRL + "distribute"}


def test_refinements_become_constraints_and_the_asset_is_named_once() -> None:
    refined = {"rdf:value": {"@id": "odrl:print"}, "refinement": [atom("odrl:resolution", "lteq", "300", unit="dpi")]}
    found = meet(offer(rule(action=refined)), use(times(3)), uid=UID)
    assert isinstance(found, Policy)
    document = dump(found)
    assert document["target"] == "urn:city:asset:counts"
    (permission,) = document["permission"]  # type: ignore[misc]
    assert permission["action"] == "odrl:print"
    assert [entry["leftOperand"] for entry in permission["constraint"]] == ["odrl:resolution", "odrl:count"]


def test_a_meet_keeps_who_is_informed_and_narrows_lists_of_terms_regions_and_versions() -> None:
    def side(office: str, purposes: list[str], regions: list[str], versions: list[str], operator: str) -> Compiled:
        constraints = [
            atom("odrl:purpose", operator, purposes),
            atom("odrl:spatial", "isAnyOf", regions),
            atom("odrl:version", operator, versions),
        ]
        team = {"@id": "urn:team", "refinement": [atom("dk:role", "eq", "urn:r:a")]}
        return offer(rule(*constraints, informedParty=office, assignee=team))

    marketing, research, sale = "dpv:Marketing", "dpv:AcademicResearch", "dpv:SellDataToThirdParties"
    one = side("urn:o:1", [marketing, research], ["DE", "FR"], ["de", "fr"], "isAnyOf")
    other = side("urn:o:2", [research, sale], ["FR", "AT"], ["fr", "en"], "isAnyOf")
    found = meet(one, other, uid=UID)
    assert isinstance(found, Policy)
    (permission,) = found.permission
    assert [entry.party.uid for entry in permission.functions] == ["urn:o:1", "urn:o:2"]
    assert [(entry.uid, entry.refinement) for entry in permission.assignee or found.assignee] == [("urn:team", ())]
    written = {entry["leftOperand"]: entry for entry in dump(found)["permission"][0]["constraint"]}  # type: ignore[index]
    assert written["odrl:purpose"]["rightOperand"] == {"@id": "https://w3id.org/dpv#AcademicResearch"}
    assert written["odrl:spatial"]["rightOperand"] == {"@id": "FR"}
    assert written["odrl:version"]["rightOperand"] == {"@id": "fr"}
    assert written["https://w3id.org/datenkontor/policy/1#role"]["rightOperand"] == {"@id": "urn:r:a"}
    excluded = [side("urn:o:1", [name], ["DE"], [f"x-{name[4:6]}"], "isNoneOf") for name in (marketing, research)]
    spared = meet(*excluded, uid=UID)
    assert isinstance(spared, Policy)
    by_operand = {entry["leftOperand"]: entry for entry in dump(spared)["permission"][0]["constraint"]}  # type: ignore[index]
    assert by_operand["odrl:purpose"]["operator"] == by_operand["odrl:version"]["operator"] == "isNoneOf"
    assert [entry["@id"] for entry in by_operand["odrl:version"]["rightOperand"]] == ["x-Ac", "x-Ma"]


def test_there_is_no_meet_of_what_has_nothing_in_common() -> None:
    assert (
        meet(use(atom("odrl:spatial", "isPartOf", "FR")), use(atom("odrl:spatial", "isPartOf", "DE")), uid=UID) is None
    )
    assert meet(offer(rule(action="odrl:print")), offer(rule(action="odrl:read")), uid=UID) is None
    assert meet(use(), use(prohibition=[{"action": "use"}]), uid=UID) is None


def test_a_meet_that_one_policy_cannot_say_is_unknown() -> None:
    twice = offer(rule(purpose("dpv:Marketing"), times(5)), rule(purpose("dpv:AcademicResearch"), times(5)))
    assert meet(use(times(7)), twice, uid=UID) == Unknown((Finding("several-counters"),))
    assert isinstance(meet(use(), offer(rule(target="urn:other")), uid=UID), Unknown)


def test_a_narrower_request_is_agreed_as_it_is() -> None:
    request = use(purpose("dpv:AcademicResearch"), times(5), atom("odrl:spatial", "isPartOf", "DE"))
    assert respond(OFFER, request, uid=UID) == AcceptRequest(request.policy)


def test_a_wider_request_is_countered_and_later_met_within_the_reservation() -> None:
    request = use(purpose("dpv:AcademicResearch"), times(500), atom("odrl:spatial", "isPartOf", "world"))
    first = respond(OFFER, request, uid=UID, concessions=[RESERVE])
    assert isinstance(first, CounterOffer)
    assert first.level == 0
    assert contains(OFFER, build(first.policy)).verdict is CONTAINED
    second = respond(OFFER, request, uid=UID, concessions=[RESERVE], round_number=2, level=first.level)
    assert second == AcceptRequest(request.policy)
    greedy = use(purpose("dpv:AcademicResearch"), times(9000), atom("odrl:spatial", "isPartOf", "world"))
    third = respond(OFFER, greedy, uid=UID, concessions=[RESERVE], round_number=3, level=1)
    assert isinstance(third, CounterOffer)
    assert contains(RESERVE, build(third.policy)).verdict is CONTAINED
    assert "1000" in str(dump(third.policy))


def test_what_even_the_reservation_excludes_ends_the_negotiation_without_telling_it() -> None:
    request = use(purpose("dpv:Marketing"), times(5))
    found = respond(OFFER, request, uid=UID, concessions=[RESERVE])
    assert isinstance(found, NoAgreement)
    assert found.reasons[0].operands == (ODRL + "purpose",)
    assert respond(OFFER, request, uid=UID) == found


def test_a_request_beside_the_offer_meets_the_reservation_at_once() -> None:
    european = use(purpose("dpv:AcademicResearch"), times(5), atom("odrl:spatial", "isPartOf", "CH"))
    found = respond(OFFER, european, uid=UID, concessions=[RESERVE])
    assert isinstance(found, CounterOffer)
    assert found.level == 1


def test_what_cannot_be_told_waits_for_a_person() -> None:
    assert isinstance(respond(OFFER, use(purpose("urn:other:purpose", "eq"), times(5)), uid=UID), PersonNeeded)
    narrower = use(purpose("dpv:AcademicResearch"), times(1))
    found = respond(OFFER, use(), uid=UID, concessions=[narrower])
    assert found == PersonNeeded((Finding("reservation-narrower"),))


def test_rounds_are_bounded_and_a_request_about_the_past_is_refused() -> None:
    assert respond(OFFER, OFFER, uid=UID, round_number=MOST_ROUNDS + 1) == NoAgreement((Finding("rounds-exhausted"),))
    past = use(before("2026-01-01T00:00:00Z"))
    found = respond(use(), past, uid=UID, now=datetime(2026, 5, 4, tzinfo=UTC))
    assert found == NoAgreement((Finding("nothing-granted"),))


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_answers_to_one_request_only_ever_widen_up_to_the_last_concession(data: st.DataObject) -> None:
    found = generate.pair(lambda values: data.draw(st.sampled_from(list(values))))
    if found is None:
        return
    published, request = found
    wider = use()
    level, last = 0, None
    for number in range(1, MOST_ROUNDS + 2):
        answer = respond(published, request, uid=UID, concessions=[wider], round_number=number, level=level)
        if not isinstance(answer, CounterOffer):
            assert not isinstance(answer, AcceptRequest) or contains(wider, request).verdict is CONTAINED
            break
        assert answer.level >= level
        counter = build(answer.policy, accept=EVERY_TIER)
        assert contains((published, wider)[answer.level], counter).verdict is CONTAINED
        assert contains(request, counter).verdict is CONTAINED
        assert last is None or contains(counter, last).verdict is not Containment.NOT_CONTAINED
        level, last = answer.level, counter
        assert number <= MOST_ROUNDS
