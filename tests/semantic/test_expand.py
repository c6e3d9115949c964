"""Policies in foreign JSON-LD: read as what they mean, or refused by the name of what would be lost."""

import json
import subprocess
import sys
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.controlplane.judging.policy_input import compact
from connector.policy.model.errors import PolicyError
from connector.policy.model.policy import DK, ODRL
from connector.policy.reading.load import load
from connector.policy.vocabulary.actions import CORE, SYNONYMS
from connector.policy.vocabulary.names import LEFT_OPERANDS, OPERATORS
from connector.semantic.contexts import ForeignError, is_foreign, load_context
from connector.semantic.expand import MOST_TERMS, MOST_VALUES, expand
from tests.policy.support import agreement, atom, rule
from tests.policy.test_examples import policies
from tests.support.data import data_folder

DSP = "https://w3id.org/dspace/2025/1/context.jsonld"
RENAMED: dict[str, Any] = {
    "@context": {
        "@vocab": "https://theirs.example/",
        "vertrag": ODRL + "Agreement",
        "darf": ODRL + "permission",
        "gegenstand": {"@id": ODRL + "target", "@type": "@id"},
        "von": {"@id": ODRL + "assigner", "@type": "@id"},
        "an": {"@id": ODRL + "assignee", "@type": "@id"},
        "tun": {"@id": ODRL + "action", "@type": "@vocab"},
        "nutzen": ODRL + "use",
        "wenn": ODRL + "constraint",
        "nach": {"@id": ODRL + "andSequence", "@container": "@list"},
        "was": {"@id": ODRL + "leftOperand", "@type": "@vocab"},
        "anzahl": ODRL + "count",
        "zeit": ODRL + "dateTime",
        "wie": {"@id": ODRL + "operator", "@type": "@vocab"},
        "höchstens": ODRL + "lteq",
        "wert": {"@id": ODRL + "rightOperand", "@type": "http://www.w3.org/2001/XMLSchema#date"},
        "zahl": ODRL + "rightOperand",
    },
    "@type": "vertrag",
    "@id": "urn:uuid:agreement",
    "gegenstand": "urn:a",
    "von": "urn:b",
    "an": "urn:c",
    "darf": {
        "tun": "nutzen",
        "wenn": {
            "nach": [
                {"was": "zeit", "wie": "höchstens", "wert": "2026-12-31"},
                {"was": "anzahl", "wie": "höchstens", "zahl": "5"},
            ]
        },
    },
}


def lost(document: dict[str, Any]) -> PolicyError:
    with pytest.raises(PolicyError) as refused:
        compact(document)
    assert refused.value.sentence.endswith(".")
    return refused.value


def test_a_policy_whose_context_renames_everything_is_the_policy_that_it_means() -> None:
    date = {"@value": "2026-12-31", "@type": "xsd:date"}
    both = {"andSequence": [atom("odrl:dateTime", "lteq", date), atom("odrl:count", "lteq", "5")]}
    plain = agreement(rule(both), target="urn:a", assigner="urn:b", assignee="urn:c", **{"@context": None})
    written = compact(RENAMED)
    assert "@context" not in written
    assert load(written) == load(plain)
    assert compact(written) == written


def test_a_member_that_the_vocabulary_of_a_document_gives_another_meaning_is_not_taken_for_odrl() -> None:
    document = {**agreement(rule()), "@context": {"@vocab": "https://theirs.example/"}}
    assert lost(document).code == "unsupported-kind"
    typed = {**document, "@type": ODRL + "Agreement"}
    assert lost(typed).code == "unknown-member"


def test_a_term_that_would_not_survive_is_refused_by_its_name() -> None:
    names = {name: meaning for name, meaning in RENAMED["@context"].items() if name != "@vocab"}
    extra = {**RENAMED, "@context": names, "sonst": "urn:x"}
    assert lost(extra).code == "term-lost"
    assert lost(extra).path == "sonst"
    unnamed = {**RENAMED, "darf": {"tun": "verteilen"}, "@context": names}
    assert "verteilen" in lost(unnamed).sentence
    taken = {**RENAMED, "@context": {**names, "wenn": None}}
    assert lost(taken).code == "term-lost"


def test_what_somebody_may_do_under_another_vocabulary_is_an_action_that_nobody_knows() -> None:
    theirs = {**RENAMED, "darf": {"tun": "verteilen"}}
    assert load(compact(theirs)).permission[0].action[0].iri == "https://theirs.example/verteilen"


@pytest.mark.parametrize(
    ("context", "code"),
    [
        ("https://theirs.example/context.jsonld", "remote-context"),
        ([DSP, {"@language": "de"}, "file:///etc/passwd"], "remote-context"),
        ({"@import": "https://theirs.example/context.jsonld"}, "context-unsupported"),
        ({"@propagate": False}, "context-unsupported"),
        ({"darf": {"@id": ODRL + "permission", "@context": {"x": "urn:x"}}}, "context-inside"),
        ({"darf": {"@reverse": ODRL + "permission"}}, "context-unsupported"),
        ({f"term{number}": {"@id": "urn:x", "@language": "de"} for number in range(MOST_TERMS + 1)}, "too-large"),
        ({"@vocab": 5}, "malformed-json-ld"),
        ({"a": "b:c", "b": "a:c", "@base": "urn:x"}, "malformed-json-ld"),
        ([5, {"@base": "urn:x"}], "context-malformed"),
    ],
)
def test_a_context_that_is_fetched_nested_or_beyond_bounds_is_refused(context: Any, code: str) -> None:
    with pytest.raises(ForeignError) as refused:
        expand({**RENAMED, "@context": context})
    assert refused.value.code == code


def test_contexts_inside_a_document_graphs_of_several_things_and_sheer_size_are_refused() -> None:
    inside = {**RENAMED, "darf": {**RENAMED["darf"], "@context": {"nutzen": ODRL + "distribute"}}}
    assert lost(inside).code == "context-inside"
    graph = {"@context": RENAMED["@context"], "@graph": [RENAMED | {"@context": None}, {"@id": "urn:a", "darf": {}}]}
    assert lost(graph).code == "context-inside"
    around = {"@context": RENAMED["@context"], "@id": "urn:definition", "policy": RENAMED}
    assert "member `policy`" in lost(around).sentence
    two = {key: value for key, value in RENAMED.items() if key != "@context"}
    things = [two, {**two, "@id": "urn:other"}]
    assert lost({"@context": RENAMED["@context"], "@graph": things}).code == "no-policy"
    assert lost({**RENAMED, "wert": ["x"] * (MOST_VALUES + 1)}).code == "too-large"
    with pytest.raises(ForeignError):
        expand({**RENAMED, "darf": ["x" * 9_000]})
    deep: Any = "x"
    for _ in range(50):
        deep = [deep]
    assert lost({**RENAMED, "darf": deep}).code == "too-deep"


def test_a_graph_with_the_policy_alone_is_that_policy() -> None:
    bare = {key: value for key, value in RENAMED.items() if key != "@context"}
    assert compact({"@context": RENAMED["@context"], "@graph": [bare]}) == compact(RENAMED)


def test_the_context_of_odrl_gives_bare_names_and_aliases_their_meaning() -> None:
    document = {
        "@context": "http://www.w3.org/ns/odrl.jsonld",
        "type": "Set",
        "uid": "urn:set",
        "permission": [
            {
                "type": "Permission",
                "target": "urn:a",
                "action": "display",
                "constraint": [{"leftOperand": "event", "operator": "eq", "rightOperand": {"@id": "odrl:policyUsage"}}],
            }
        ],
    }
    read = load(compact(document))
    assert read.permission[0].action[0].iri == ODRL + "display"
    assert read.permission[0].constraint[0].left == ODRL + "event"  # type: ignore[union-attr]  # atomic
    assert read.notes == ()


def test_the_bundled_context_of_odrl_names_every_term_as_the_engine_does() -> None:
    context = load_context("http://www.w3.org/ns/odrl.jsonld")["@context"]
    named = {value if isinstance(value, str) else value["@id"] for value in context.values()}
    terms = {iri for iri in (*CORE, *SYNONYMS, *LEFT_OPERANDS) if iri.startswith(ODRL)} | {
        ODRL + name for name in OPERATORS
    }
    assert {"odrl:" + iri.removeprefix(ODRL) for iri in terms} <= named
    assert all(name == iri.removeprefix("odrl:") for name, iri in context.items() if str(iri).startswith("odrl:"))


@pytest.mark.parametrize("chapter", ["negotiation", "catalog"])
def test_the_bundled_context_of_the_protocol_means_what_the_official_one_does(chapter: str) -> None:
    standard = data_folder("standards", "dsp-2025-1-err1")
    official = json.loads((standard / "context" / "odrl.jsonld").read_text(encoding="utf-8"))["@context"]
    seen = 0
    for path in sorted((standard / chapter / "example").glob("*.json")):
        for document in policies(json.loads(path.read_text(encoding="utf-8"))):
            bare = {key: value for key, value in document.items() if key not in {"@context", "timestamp"}}
            assert meaning(DSP, bare) == meaning(official, bare), path.name
            seen += 1
    assert seen


def meaning(context: Any, document: dict[str, Any]) -> Any:
    """What a document says under a context, or the name that it would lose."""
    try:
        found = expand({"@context": context, **document})
    except ForeignError as refused:
        return refused.sentence
    return {key: value for key, value in found.items() if key != "@context"}


def test_prefixes_of_an_inline_context_are_written_in_full_for_keeping() -> None:
    terms = [atom("c:role", "isAnyOf", ["c:emergency", "planner"]), atom("odrl:count", "lteq", "5")]
    document = agreement(rule(*terms), **{"@context": [DSP, {"c": DK}]})
    written = compact(document)
    assert "@context" not in written
    constraint = written["permission"][0]["constraint"]
    assert constraint[0]["leftOperand"] == DK + "role"
    assert constraint[0]["rightOperand"] == [DK + "emergency", "planner"]
    assert constraint[1]["rightOperand"] == "5"


@pytest.mark.parametrize("context", [None, DSP, [DSP], {"odrl": ODRL}, {"c": {"@id": ODRL + "count", "@type": "@id"}}])
def test_the_compact_form_needs_no_processor(context: Any) -> None:
    assert not is_foreign(agreement(rule(), **{"@context": context}))


def test_reading_compact_policies_loads_neither_json_ld_nor_rdf() -> None:
    code = (
        "import sys; from connector.controlplane.judging.policy_input import compact; "
        "compact({'@id': 'urn:x', 'permission': [{'action': 'use'}]}); "
        "print([name for name in ('pyld', 'rdflib', 'lxml') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert found.stdout.strip() == "[]"


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_damaged_json_ld_gives_a_policy_or_a_policy_error(data: st.DataObject) -> None:
    odd = st.sampled_from(
        [None, 5, True, "x", "@id", [], {}, [{}], {"@id": 5}, {"@value": {}}, {"@list": [[]]}, ["@type"]]
    )
    changed = json.loads(json.dumps(RENAMED))
    place: Any = changed
    for _ in range(data.draw(st.integers(0, 5))):
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            break
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            if isinstance(place, dict) and data.draw(st.booleans()):
                place[
                    data.draw(
                        st.sampled_from(["@type", "@id", "@value", "@list", "@set", "@graph", "@index", "@included"])
                    )
                ] = data.draw(odd)
            else:
                place[key] = data.draw(odd)
            break
        place = place[key]
    with suppress(PolicyError):
        load(compact(changed))


_TERM = st.sampled_from(["odrl", "permission", "darf", "dk", "@vocab", "@base", "@version", "@language", "@import"])
_MEANING = st.recursive(
    st.sampled_from(
        [
            None,
            True,
            1.1,
            5,
            "",
            "@id",
            "@type",
            "@set",
            ODRL,
            ODRL + "permission",
            "odrl:permission",
            "urn:x:",
            "x",
            DSP,
        ]
    ),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                [
                    "@id",
                    "@type",
                    "@container",
                    "@context",
                    "@reverse",
                    "@nest",
                    "@prefix",
                    "@language",
                    "@protected",
                    "x",
                ]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=5,
)
_CONTEXT = st.recursive(
    st.none() | st.just(DSP) | st.dictionaries(_TERM, _MEANING, max_size=3),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=3,
)


@settings(max_examples=150, deadline=None)
@given(_CONTEXT)
def test_a_context_of_any_form_is_read_or_refused_in_a_sentence(context: Any) -> None:
    document = {**agreement(rule()), "@context": context}
    with suppress(PolicyError):
        load(compact(document))


@pytest.mark.parametrize(
    "context",
    [
        {"odrl": ODRL, "permission": {"@id": "odrl:permission", "@container": ["@set"]}},
        {"odrl": ODRL, "permission": {"@id": "odrl:permission", "@container": ["@set"], "@type": "@id"}},
        {"odrl": {"@id": ODRL, "@prefix": True}},
        {"@version": 1.1, "odrl": ODRL},
        {"@vocab": ODRL, "@version": 1.1, "@protected": True},
        [None, {"odrl": ODRL}],
        [DSP, {"@language": "de"}],
        {"@vocab": ODRL, "@base": "https://city.example/", "target": {"@type": "@id"}},
        {"@base": None, "@vocab": ODRL},
    ],
)
def test_a_legal_context_gives_the_policy_its_meaning(context: Any) -> None:
    document = {
        "@context": context,
        "@type": ODRL + "Offer",
        "@id": "urn:x:o",
        ODRL + "permission": [{ODRL + "action": {"@id": ODRL + "use"}, ODRL + "target": {"@id": "urn:x:asset"}}],
    }
    read = load(compact(document))
    assert read.permission[0].action[0].iri == ODRL + "use"
    assert read.permission[0].target[0].uid == "urn:x:asset"


@pytest.mark.parametrize("context", [{"@base": None, "@vocab": ODRL}, {"@vocab": ODRL, "@language": "de"}])
@pytest.mark.parametrize("name", ["counts.csv", "#offer", "../x", "", "//host/x"])
def test_a_relative_identifier_of_json_ld_is_refused(context: Any, name: str) -> None:
    document = {"@context": context, "@type": "Offer", "@id": "urn:x:o", "permission": {"action": {"@id": "odrl:use"}}}
    refused = lost({**document, "permission": {"action": {"@id": ODRL + "use"}, "target": {"@id": name}}})
    assert refused.code in {"relative-name", "no-identifier"}
    assert "absolute" in refused.sentence


def test_an_identifier_below_a_stated_base_is_read() -> None:
    document = {
        "@context": {"@vocab": ODRL, "@base": "https://city.example/"},
        "@type": "Offer",
        "@id": "offer",
        "permission": {"action": {"@id": ODRL + "use"}, "target": {"@id": "counts.csv"}},
    }
    assert load(compact(document)).permission[0].target[0].uid == "https://city.example/counts.csv"
