"""One policy in many spellings becomes the same policy; what does not travel is refused."""

from typing import Any

import jsonschema_rs
import msgspec
import pytest

from connector.controlplane.core.documents import make_catalog_offer
from connector.controlplane.judging.policy_input import write_wire
from connector.policy.compiling.compile import compile_policy
from connector.policy.model.errors import PolicyError
from connector.policy.reading.frame import Frame
from connector.policy.reading.load import load
from connector.protocol.dsp.policy import MessageOffer, policy_view
from tests.policy.spellings import PLAIN, list_graphs, list_spellings
from tests.policy.support import atom, rule, shipped
from tests.support.data import data_folder

Json = dict[str, Any]
RULES = ("permission", "prohibition", "obligation")


def written(policy: Json, assignee: str = "") -> Json:
    return write_wire(policy, shipped(), Frame(assignee=assignee))


def refused(policy: Json) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        written(policy)
    assert caught.value.sentence.endswith(".")
    return caught.value


def in_order(policy: Json) -> Json:
    """The rules of a policy, with their constraints in one order."""
    rules = {name: policy[name] for name in RULES}
    for entry in rules["permission"]:
        entry["constraint"] = sorted(entry["constraint"], key=msgspec.json.encode)
    return rules


@pytest.mark.parametrize("policy", [pytest.param(policy, id=name) for name, policy in list_spellings()])
def test_a_harmless_spelling_becomes_the_form_that_travels(policy: Json) -> None:
    found = written(policy)
    assert {member: found[member] for member in RULES} == {member: PLAIN[member] for member in RULES}
    assert written(found) == found
    policy_view(MessageOffer, found)
    compile_policy(load(found), shipped(), conflict="prohibit")


@pytest.mark.parametrize("policy", [pytest.param(policy, id=name) for name, policy in list_graphs()])
def test_a_graph_becomes_the_form_that_travels(policy: Json) -> None:
    assert in_order(written(policy)) == in_order(msgspec.json.decode(msgspec.json.encode(PLAIN)))


def test_there_are_at_least_sixteen_spellings() -> None:
    documents = {msgspec.json.encode(policy) for _, policy in list_spellings()}
    assert len(documents) >= 30


OTHER = {"action": "use", "target": "urn:x:other"}
INFORM = {"action": "odrl:inform", "target": "urn:x:other"}
COUNT = atom("odrl:count", "lteq", "5")
ALL = {"source": "urn:x:all"}
BOTH = ["use", "odrl:display"]
UNSAYABLE: list[tuple[Json, str]] = [
    (PLAIN | {"permission": [OTHER]}, "several-targets"),
    ({"permission": [OTHER, {"action": "use", "target": "urn:x:asset"}]}, "several-targets"),
    (PLAIN | {"obligation": [INFORM]}, "several-targets"),
    (PLAIN | {"permission": [{"action": "use", "duty": [INFORM]}]}, "several-targets"),
    ({"target": {"@type": "AssetCollection", **ALL}, "permission": [rule()]}, "target-not-plain"),
    ({"target": {"@id": "urn:x:a", "refinement": [COUNT]}, "permission": [rule()]}, "target-not-plain"),
    ({"permission": [rule(assigner="urn:x:a"), rule(assigner="urn:x:b")]}, "offer-assigner"),
    ({"assigner": {"@type": "PartyCollection", **ALL}, "permission": [rule()]}, "assigner-not-plain"),
    ({"obligation": [{"action": "odrl:delete"}]}, "no-rule"),
    ({"permission": [rule(COUNT, action=BOTH)]}, "several-actions"),
    ({"permission": [{"action": BOTH, "duty": [{"action": "odrl:inform"}]}]}, "several-actions"),
    ({"permission": [rule()], "obligation": [{"action": ["odrl:delete", "odrl:inform"]}]}, "several-actions"),
    (
        {"permission": [rule()], "obligation": {"action": {"@id": "odrl:delete", "refinement": COUNT}}},
        "refined-action",
    ),
    ({"@id": "offer", "permission": [rule()]}, "relative-name"),
    ({"permission": [rule(target="counts.csv")]}, "relative-name"),
    ({"assignee": "firm", "permission": [rule()]}, "relative-name"),
]


@pytest.mark.parametrize(("policy", "code"), UNSAYABLE)
def test_what_the_form_that_travels_cannot_say_is_refused(policy: Json, code: str) -> None:
    assert refused(policy).code == code


def test_several_actions_without_a_count_are_rules_of_their_own() -> None:
    found = written({"permission": {"@id": "urn:r:1", "action": ["use", {"@id": "odrl:copy"}]}})
    assert found["permission"] == [{"action": "use"}, {"action": "odrl:reproduce"}]


def test_how_a_duty_is_done_is_a_constraint_of_it() -> None:
    action = {
        "rdf:value": {"@id": "odrl:compensate"},
        "refinement": [atom("odrl:payAmount", "eq", "500.00", unit="EUR")],
    }
    found = written({"permission": [{"action": "use", "duty": [{"action": action}]}], "obligation": {"action": action}})
    duty = {
        "action": "odrl:compensate",
        "constraint": [{"leftOperand": "odrl:payAmount", "operator": "eq", "rightOperand": "500", "unit": "EUR"}],
    }
    assert found["obligation"] == [duty]
    assert found["permission"][0]["duty"] == [duty]


def test_who_alone_may_use_the_data_is_kept_and_the_one_who_asks_is_not_repeated() -> None:
    policy = {"assignee": "urn:x:firm", "permission": [rule()], "prohibition": [rule(action="odrl:print")]}
    kept = written(policy)
    assert [kept["permission"][0]["assignee"], kept["prohibition"][0]["assignee"]] == ["urn:x:firm"] * 2
    assert "assignee" not in kept
    assert "assignee" not in written(policy, "urn:x:firm")["permission"][0]


def test_the_official_schema_takes_every_spelling_as_an_offer() -> None:
    folder = data_folder("standards", "dsp-2025-1-err1", "negotiation")
    schema = msgspec.json.decode((folder / "contract-schema.json").read_bytes())
    registry = jsonschema_rs.Registry([(schema["$id"], schema)])
    offers = jsonschema_rs.validator_for({"$ref": f"{schema['$id']}#/definitions/Offer"}, registry=registry)
    for name, policy in (*list_spellings(), *list_graphs()):
        found = msgspec.json.decode(make_catalog_offer(msgspec.json.encode(written(policy)), offer_id="urn:x:offer"))
        assert offers.is_valid(found), name
        assert not offers.is_valid(found | {"permission": {"action": "use"}})


EVERYBODY = ["odrl:All", "http://www.w3.org/ns/odrl/2/All", {"@id": "odrl:All"}, ["odrl:All"]]


@pytest.mark.parametrize("name", EVERYBODY)
def test_a_policy_for_all_is_one_that_names_nobody(name: object) -> None:
    plain = {"permission": [rule()], "obligation": [{"action": "odrl:delete"}]}
    assert written(plain | {"assignee": name}) == written(plain)
    assert written(plain | {"permission": [rule(assignee=name)]}) == written(plain)
    assert written(plain | {"assignee": name}, "urn:firm") == written(plain, "urn:firm")


def test_a_policy_for_all_and_for_a_party_is_refused() -> None:
    assert refused({"permission": [rule(assignee=["odrl:All", "urn:firm"])]}).code == "mixed-assignees"
    assert refused({"assignee": "urn:firm", "permission": [rule(assignee="odrl:All")]}).code == "mixed-assignees"
    narrow = written({"assignee": "odrl:All", "permission": [rule(assignee="urn:firm")]})
    assert narrow["permission"][0]["assignee"] == "urn:firm"


@pytest.mark.parametrize("scope", ["Group", "Individual", "AllConnections", "All2ndConnections", "AllGroups"])
@pytest.mark.parametrize("member", ["assignee", "assigner", "informedParty"])
def test_a_scope_that_nobody_can_decide_is_refused_with_its_name(scope: str, member: str) -> None:
    found = refused({"permission": [rule()], member: f"odrl:{scope}"})
    assert (found.code, scope in found.sentence) == ("undecidable-scope", True)
    assert refused({"permission": [rule(**{member: f"odrl:{scope}"})]}).code == "undecidable-scope"


def test_everybody_offers_nothing_and_is_not_refined() -> None:
    some = {"@id": "odrl:All", "refinement": [atom("dk:role", "eq", "urn:role:office")]}
    for member in ({"assigner": "odrl:All"}, {"informedParty": "odrl:All"}, {"assignee": some}):
        assert refused({"permission": [rule()], **member}).code == "undecidable-scope"


def test_a_status_is_refused_wherever_it_stands() -> None:
    begun = atom("odrl:count", "lteq", 5, status=3)
    for policy in (
        {"permission": [rule(begun)]},
        {"permission": [rule({"or": [begun, atom("odrl:count", "lteq", 1)]})]},
        {"permission": [rule(action=[{"rdf:value": {"@id": "odrl:use"}, "refinement": [begun]}])]},
        {"permission": [rule(assignee={"@id": "urn:a", "refinement": [begun]})]},
        {"permission": [rule()], "obligation": [{"action": "odrl:delete", "constraint": [begun]}]},
    ):
        assert refused(policy).code == "constraint-status"
    assert refused({"permission": [rule(status="active")]}).code == "rule-status"
    assert refused({"permission": [rule()], "obligation": [{"action": "odrl:delete", "status": "done"}]}).code


def test_a_party_that_the_policy_names_for_all_rules_stands_in_each() -> None:
    found = written(
        {
            "informedParty": "urn:office",
            "permission": [rule(attributedParty="urn:author")],
            "obligation": [{"action": "odrl:inform"}],
        }
    )
    assert found["permission"][0]["odrl:informedParty"] == ["urn:office"]
    assert found["permission"][0]["odrl:attributedParty"] == ["urn:author"]
    assert found["obligation"][0]["odrl:informedParty"] == ["urn:office"]


def test_a_target_that_only_a_duty_names_is_refused_unless_it_is_the_dataset() -> None:
    policy = {"permission": [rule()], "obligation": [{"action": "odrl:reviewPolicy", "target": "urn:terms"}]}
    assert refused(policy).code == "duty-target"
    assert write_wire(policy, shipped(), Frame(target="urn:terms"))["target"] == "urn:terms"
    with pytest.raises(PolicyError, match="Only a duty names urn:terms"):
        write_wire(policy, shipped(), Frame(target="urn:data"))
    assert written(policy | {"target": "urn:terms"})["target"] == "urn:terms"
