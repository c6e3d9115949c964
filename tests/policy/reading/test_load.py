"""Reading policy documents: what is tolerated, what is noted, what is refused, and that nothing else is ever raised."""

import json
from contextlib import suppress
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.policy.model.dump import dump
from connector.policy.model.errors import PolicyError
from connector.policy.model.policy import DK, ODRL, AtomicConstraint
from connector.policy.model.values import Text
from connector.policy.reading.load import load
from tests.policy.support import agreement, ask, atom, rule


def refused(document: object, **options: object) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        load(document, **options)  # type: ignore[arg-type]  # hostile on purpose
    return caught.value


def test_compact_policy_and_single_objects_instead_of_arrays() -> None:
    document = agreement(permission={"action": "use", "constraint": atom("odrl:count", "lteq", "5")})
    policy = load(document)
    assert policy.kind == "Agreement"
    assert [party.uid for party in policy.assignee] == ["did:web:mobility.example"]
    assert policy.permission[0].action[0].iri == ODRL + "use"
    assert policy.permission[0].constraint == (AtomicConstraint(ODRL + "count", "lteq", (Text("5"),)),)
    assert policy.notes == ()


def test_prefixed_full_and_bare_names_are_the_same_term_and_bare_ones_are_noted() -> None:
    names = ["odrl:dateTime", ODRL + "dateTime", "dateTime"]
    policies = [load(agreement(rule(atom(name, "odrl:lt", "2027-01-01")))) for name in names]
    assert len({policy.permission for policy in policies}) == 1
    assert [bool(policy.notes) for policy in policies] == [False, False, True]
    assert "odrl:dateTime" in policies[2].notes[0]


def test_expanded_json_ld_reads_like_the_compact_form() -> None:
    expanded = {
        "@id": "urn:uuid:agreement",
        "@type": [ODRL + "Agreement"],
        ODRL + "target": [{"@id": "urn:a"}],
        ODRL + "assigner": [{"@id": "urn:b"}],
        ODRL + "assignee": [{"@id": "urn:c"}],
        ODRL + "permission": [
            {
                ODRL + "action": [{"@id": ODRL + "use"}],
                ODRL + "constraint": [
                    {
                        ODRL + "leftOperand": [{"@id": ODRL + "count"}],
                        ODRL + "operator": [{"@id": ODRL + "lteq"}],
                        ODRL + "rightOperand": [{"@value": "5"}],
                    }
                ],
            }
        ],
    }
    compact = agreement(rule(atom("odrl:count", "lteq", "5")), target="urn:a", assigner="urn:b", assignee="urn:c")
    assert load(expanded) == msgspec.structs.replace(load(compact), prefixes=())


def test_an_inline_context_names_terms_and_prefixes() -> None:
    context = [
        "https://w3id.org/dspace/2025/1/context.jsonld",
        {"c": DK, "role": {"@id": DK + "role"}},
    ]
    document = agreement(rule(atom("role", "eq", "x"), atom("c:seat", "eq", "DE")), **{"@context": context})
    lefts = [constraint.left for constraint in load(document).permission[0].constraint]  # type: ignore[union-attr]  # atomic
    assert lefts == [DK + "role", DK + "seat"]


def test_under_a_context_that_is_not_read_bare_names_are_refused_but_for_those_of_the_protocol() -> None:
    foreign = {"@context": "https://example.org/ours.jsonld"}
    assert load(agreement(rule(), **foreign)).notes
    error = refused(agreement(rule(atom("dateTime", "lt", "2027-01-01")), **foreign))
    assert error.code == "ambiguous-name"
    assert "odrl:dateTime" in error.sentence


@pytest.mark.parametrize("term", [{"odrl": "https://evil.example/"}, {"permission": DK + "x"}, {"eq": ODRL + "neq"}])
def test_a_context_cannot_give_core_terms_another_meaning(term: dict[str, str]) -> None:
    assert refused(agreement(rule(), **{"@context": term})).code == "context-redefines"


def test_a_refined_action_a_collection_and_parties_in_functions() -> None:
    document = agreement(
        {
            "action": [{"rdf:value": {"@id": "odrl:print"}, "refinement": [atom("odrl:resolution", "lteq", "1200")]}],
            "target": {"@type": "AssetCollection", "source": "urn:shelf", "refinement": [atom("odrl:count", "eq", 1)]},
        },
        obligation=[{"action": "odrl:inform", "informedParty": "urn:office"}],
    )
    policy = load(document)
    assert policy.permission[0].action[0].refinement
    assert policy.permission[0].target[0].collection
    assert policy.obligation[0].functions[0].function == ODRL + "informedParty"


def test_a_received_status_is_ignored_and_noted() -> None:
    policy = load(agreement(rule(status="odrl:fulfilled"), status="x"))
    assert any("status" in note for note in policy.notes)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"hasPolicy": "urn:x"}, "unknown-member"),
        ({"@type": "Ticket"}, "unsupported-kind"),
        ({"conflict": "whatever"}, "unknown-conflict"),
        ({"@id": None}, "missing-uid"),
        ({"@id": "urn:1", "uid": "urn:2"}, "malformed"),
        ({"permission": None}, "no-rule"),
        ({"permission": ["urn:rule:elsewhere"]}, "malformed"),
        ({"permission": [{"action": "use", "constraint": [{"leftOperand": "odrl:count"}]}]}, "malformed"),
        ({"permission": [{"action": "use", "refinement": []}]}, "unknown-member"),
        ({"permission": [{"action": "use", "odrl:action": "use"}]}, "repeated-member"),
        ({"timestamp": "yesterday"}, "malformed"),
    ],
)
def test_what_is_not_understood_is_refused_with_the_rule_that_was_broken(change: dict[str, object], code: str) -> None:
    error = refused(agreement(rule()) | change)
    assert error.code == code
    assert error.sentence.endswith(".")


def test_names_that_expanded_documents_give_as_literals_are_read() -> None:
    literal = {"@value": "urn:x"}
    policy = load(agreement(rule(action=[{"@value": "odrl:print"}]), profile=[literal], assigner=[literal]))
    assert policy.profiles == ("urn:x",)
    assert policy.assigner[0].uid == "urn:x"
    assert policy.permission[0].action[0].iri == ODRL + "print"


def test_what_deployed_connectors_write_is_read_and_noted() -> None:
    document = agreement(rule(atom("odrl:count", "term-lteq", "5")))
    document = {name: value for name, value in document.items() if name != "@type"}
    policy = load({**document, "https://w3id.org/dspace/2025/1/timestamp": {"@value": "2026-01-10T09:00:00Z"}})
    assert policy.kind == "Set"
    assert policy.timestamp == datetime(2026, 1, 10, 9, tzinfo=UTC)
    assert policy.permission[0].constraint[0].operator == "lteq"  # type: ignore[union-attr]  # atomic
    assert policy.notes == (
        "The policy has no @type: it is read as a Set.",
        "The operator term-lteq is read as lteq.",
    )


def test_descriptive_members_are_kept_as_text_or_noted() -> None:
    described = {
        "dct:title": "Counts",
        "dct:creator": {"@id": "urn:city"},
        "dct:description": {"@value": "Bicycles", "@language": "en"},
        "dct:license": [{"@id": "urn:licence"}],
        "dct:relation": {"a": 1},
    }
    policy = load(agreement(rule(), **described))
    terms = "http://purl.org/dc/terms/"
    kept = dict(policy.about)
    assert kept[terms + "title"] == "Counts"
    assert kept[terms + "creator"] == "urn:city"
    assert kept[terms + "description"] == "Bicycles"
    assert terms + "relation" not in kept
    assert any("relation" in note for note in policy.notes)


DOCUMENTS = [
    agreement(rule(atom("odrl:purpose", "isA", "dpv:Marketing"), atom("dk:volume", "lteq", 5, unit="GB"))),
    agreement(
        rule({"xone": [atom("odrl:count", "lt", 3), {"or": [atom("odrl:count", "gt", 9), atom("dk:x", "eq", "y")]}]}),
        prohibition=[{"action": "odrl:distribute", "remedy": [{"action": "odrl:delete"}]}],
        obligation=[{"action": "odrl:inform", "consequence": [{"action": "dk:log"}], "@id": "urn:duty"}],
        conflict="perm",
        inheritFrom=["urn:parent"],
        profile="https://w3id.org/datenkontor/policy/1",
        timestamp="2026-01-10T09:00:00Z",
        **{"dct:title": "Counts"},
    ),
    {
        "@type": "Set",
        "@id": "urn:set",
        "target": [{"@type": "AssetCollection", "source": "urn:s"}, "urn:t"],
        "permission": [
            {
                "action": [{"rdf:value": {"@id": "odrl:print"}, "refinement": [atom("odrl:resolution", "lteq", "9")]}],
                "trackedParty": ["urn:p", "urn:q"],
                "constraint": [
                    atom("odrl:dateTime", "lt", {"@value": "2026-01-01", "@type": "xsd:date"}),
                    atom("odrl:elapsedTime", "lt", {"@value": "P1Y2M3DT4H5M6.007S", "@type": "xsd:duration"}),
                    atom("dk:timeOfDay", "gteq", {"@value": "08:00:00+02:00", "@type": "xsd:time"}),
                    atom("dk:notice", "eq", {"@value": "Stadt", "@language": "de"}),
                    atom("odrl:language", "isAnyOf", [{"@id": "urn:de"}, {"@value": "fr", "@type": "xsd:string"}]),
                ],
            }
        ],
    },
]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_is_written_back_reads_the_same(document: dict[str, object]) -> None:
    policy = load(document)
    written = dump(policy)
    assert load(json.dumps(written).encode()) == msgspec.structs.replace(policy, notes=())


def test_a_document_in_the_form_that_we_emit_is_written_back_member_for_member() -> None:
    duty = {"@id": "urn:duty", "action": "odrl:inform", "consequence": [{"@id": "urn:late", "action": "odrl:delete"}]}
    constraint = {
        "@id": "urn:c",
        "or": [
            {"leftOperand": "odrl:count", "operator": "lteq", "rightOperand": "5"},
            {"leftOperand": DK + "volume", "operator": "lt", "rightOperand": "5", "unit": "urn:GB"},
            {"leftOperand": DK + "role", "operator": "isAnyOf", "rightOperand": ["a", {"@id": "urn:b"}]},
            {"leftOperand": DK + "notice", "operator": "eq", "rightOperand": {"@value": "Stadt", "@language": "de"}},
            {
                "leftOperand": "odrl:version",
                "operator": "eq",
                "rightOperand": {"@value": "1", "@type": "xsd:string"},
                "dataType": "http://www.w3.org/2001/XMLSchema#string",
            },
            {"leftOperand": "odrl:event", "operator": "eq", "rightOperandReference": "https://peer.example/v"},
        ],
    }
    refined = {"refinement": [{"leftOperand": "odrl:count", "operator": "eq", "rightOperand": "1"}]}
    document = {
        "@context": {"c": DK},
        "@type": "Agreement",
        "@id": "urn:policy",
        "profile": ["urn:profile"],
        "conflict": "perm",
        "inheritFrom": ["urn:parent"],
        "http://purl.org/dc/terms/isReplacedBy": "urn:next",
        "timestamp": "2026-01-10T09:00:00Z",
        "dct:title": "Counts",
        "target": ["urn:a", {"@type": "AssetCollection", "source": "urn:shelf", **refined}],
        "assigner": "urn:city",
        "assignee": {"@type": "PartyCollection", "source": "urn:team"},
        "permission": [
            {
                "@id": "urn:rule",
                "action": ["use", {"rdf:value": {"@id": "odrl:print"}, **refined}, "urn:act"],
                "target": {"@id": "urn:b", **refined},
                "odrl:informedParty": ["urn:office", {"@type": "PartyCollection", "source": "urn:all"}],
                "constraint": [constraint],
                "duty": [duty],
            }
        ],
        "prohibition": [{"action": "odrl:distribute", "remedy": [duty]}],
        "obligation": [duty],
    }
    written = dump(load(document))
    assert written.pop("http://purl.org/dc/terms/title", None) or written.pop("dct:title")
    assert written == {name: value for name, value in document.items() if name != "dct:title"}
    assert list(written)[:3] == ["@context", "@type", "@id"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(["use", "eq"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "@id",
                    "@type",
                    "@value",
                    "@context",
                    "@list",
                    "permission",
                    "prohibition",
                    "obligation",
                    "duty",
                    "action",
                    "target",
                    "constraint",
                    "leftOperand",
                    "operator",
                    "rightOperand",
                    "and",
                    "or",
                    "refinement",
                    "uid",
                    "status",
                    "profile",
                    "conflict",
                    "unit",
                    "dataType",
                    "timestamp",
                    "dct:title",
                ]
            )
            | st.text(max_size=8),
            inner,
            max_size=6,
        )
    ),
    max_leaves=30,
)


def only_policy_errors(document: object) -> None:
    """Nothing but a PolicyError comes out of reading, compiling, deciding and writing back."""
    with suppress(PolicyError):
        policy = load(document)  # type: ignore[arg-type]  # anything at all
        assert load(dump(policy)) == msgspec.structs.replace(policy, notes=())
        ask(policy)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(JSON)
def test_any_json_gives_a_policy_or_a_policy_error(document: object) -> None:
    only_policy_errors(document)


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(DOCUMENTS), st.data())
def test_a_damaged_policy_gives_a_policy_or_a_policy_error(document: dict[str, object], data: st.DataObject) -> None:
    text = json.dumps(document).encode()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 12)))
    only_policy_errors(text[:start] + data.draw(st.binary(max_size=6)) + text[end:])


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(DOCUMENTS), JSON, st.data())
def test_a_policy_with_a_foreign_part_gives_a_policy_or_a_policy_error(
    document: dict[str, object], foreign: object, data: st.DataObject
) -> None:
    changed = json.loads(json.dumps(document))
    place: object = changed
    for _ in range(data.draw(st.integers(0, 6))):
        keys: list[object] = list(place) if isinstance(place, dict) else list(range(len(place)))  # type: ignore[arg-type]  # a list
        if not keys:
            break
        key = data.draw(st.sampled_from(keys))
        inner = place[key]  # type: ignore[index]  # a dict or a list
        if not isinstance(inner, dict | list) or data.draw(st.booleans()):
            place[key] = foreign  # type: ignore[index]  # a dict or a list
            break
        place = inner
    only_policy_errors(changed)
