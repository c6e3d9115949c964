"""One sentence for lists: whole where it is short, counted where it is long."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from connector.policy.words.sentence import sentence
from tests.policy.support import agreement, atom, build, rule
from tests.policy.words import drawn


def test_a_short_policy_is_said_whole() -> None:
    month = {"@value": "P30D", "@type": "xsd:duration"}
    document = agreement(
        rule(atom("odrl:purpose", "isA", "dpv:ScientificResearch"), atom("odrl:elapsedTime", "lteq", month)),
        prohibition=[rule(action="odrl:distribute")],
        obligation=[{"action": "odrl:attribute"}],
    )
    assert sentence(build(document), "de") == (
        "Nutzen erlaubt: Zweck: wissenschaftliche Forschung, höchstens 30 Tage seit Vertragsschluss; "
        "verboten: weitergeben; Pflicht: Quelle nennen."
    )
    assert sentence(build(document), "en") == (
        "Use allowed: purpose: scientific research, at most 30 days after the agreement; "
        "forbidden: pass on; required: name the source."
    )


def test_a_long_policy_is_counted_and_its_purpose_kept() -> None:
    roles = [atom("dk:role", "neq", f"some long role of number {number}") for number in range(20)]
    said = sentence(build(agreement(rule(*roles, atom("odrl:purpose", "isA", "dpv:Marketing")))), "en")
    assert said.startswith("Use allowed: purpose: marketing, ")
    assert "more" in said


def test_a_void_policy_is_said_to_be_void() -> None:
    document = agreement(rule(), prohibition=[rule(action="odrl:print")], conflict="invalid")
    assert sentence(build(document), "de") == "Diese Nutzungsbedingungen sind ungültig."


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**40))
def test_it_is_one_short_sentence_in_any_order_of_the_policy(seed: int) -> None:
    rng = Random(seed)
    for _ in range(5):
        raw = drawn.document(rng)
        said = [sentence(drawn.compiled(entry), "de") for entry in (raw, drawn.shuffled(raw, rng))]
        assert said[0] == said[1]
        assert len(said[0].split()) <= 40
        assert "\n" not in said[0]
        assert said[0].endswith(".")


def test_an_offer_for_one_party_names_it() -> None:
    for document in (
        {"permission": [rule(atom("odrl:count", "lteq", 5), assignee="urn:city:other")]},
        {"assignee": "urn:city:other", "permission": [rule()]},
        {"assignee": {"@type": "PartyCollection", "@id": "urn:city:other"}, "permission": [rule()]},
        {"permission": [rule(assignee="urn:city:other")], "prohibition": [rule(action="sell", assignee="urn:city:b")]},
    ):
        offer = build({"@type": "Offer", "@id": "urn:o", **document})
        assert "urn:city:other" in sentence(offer, "en")
        assert "urn:city:other" in sentence(offer, "de")
