"""The meet of two policies grants what both grant."""

from connector.policy.analysis.contains import contains
from connector.policy.analysis.findings import Containment, Finding, Unknown
from connector.policy.analysis.meet import meet
from connector.policy.compiling.compiled import Compiled
from connector.policy.model.dump import dump
from connector.policy.model.policy import ODRL, Policy
from connector.policy.reading.load import load
from tests.policy.analysis.support import EVERY_TIER, before, due, duty, offer, purpose, times, use, within
from tests.policy.support import atom, build, rule

UID = "urn:counter"


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
