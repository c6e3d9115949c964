"""The card: the same policy has the same text, another policy has another one, and people can read it."""

import json
import re
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.language.catalogue import Language
from connector.policy.model.errors import PolicyError
from connector.policy.words.card import card
from connector.policy.words.limits import is_granting
from tests.policy.support import agreement, atom, build, rule, shipped
from tests.policy.words import drawn
from tests.policy.words.readability import sentences, words

SEEDS = st.integers(0, 2**40)
BATCHES = settings(max_examples=30, deadline=None)
BATCH = 8
LANGUAGES: tuple[Language, ...] = ("de", "en")
MONTH = {"@value": "P30D", "@type": "xsd:duration"}


def texts(raw: dict[str, object]) -> list[str]:
    compiled = drawn.compiled(raw)
    return [card(compiled, language).text for language in LANGUAGES]


@BATCHES
@given(SEEDS)
def test_the_order_of_rules_and_constraints_does_not_show(seed: int) -> None:
    rng = Random(seed)
    for _ in range(BATCH):
        raw = drawn.document(rng)
        assert texts(raw) == texts(drawn.shuffled(raw, rng)), raw


QUOTED = re.compile(r"„(?:\\.|[^\\“])*“|“(?:\\.|[^\\”])*”")


@BATCHES
@given(SEEDS)
def test_no_bracket_stands_in_one_of_its_own_shape(seed: int) -> None:
    rng = Random(seed)
    for _ in range(BATCH):
        for text in texts(drawn.document(rng)):
            assert not re.search(r"\([^()\[\]]*\(|\[[^()\[\]]*\[", QUOTED.sub("", text)), text


def in_utc(raw: dict[str, Any]) -> Any:
    """Return the meaning of a policy where UTC is the zone of the provider: a time with it is one without a zone."""
    return drawn.meaning(drawn.compiled(json.loads(re.sub(r'(\d)Z"', r'\1"', json.dumps(raw)))).policy)


@BATCHES
@given(SEEDS)
def test_every_edit_of_the_meaning_changes_the_text_and_no_other_does(seed: int) -> None:
    rng = Random(seed)
    for _ in range(BATCH):
        raw = drawn.document(rng)
        other = drawn.edited(raw, rng)
        try:
            one, two = drawn.compiled(raw), drawn.compiled(other)
        except PolicyError:
            continue
        same = in_utc(raw) == in_utc(other)
        if not same and not (is_granting(one) or is_granting(two)):
            continue  # of terms that permit nothing, the card leaves out times and costs
        for language in LANGUAGES:
            assert (card(one, language).text == card(two, language).text) is same, (raw, other)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_operands_and_no_two_terms_of_a_taxonomy_have_the_same_name(language: Language) -> None:
    names = [getattr(operand, language).casefold() for operand in drawn.OPERANDS]
    assert len(set(names)) == len(names)
    for taxonomy in shipped().taxonomies.values():
        labels = [getattr(term, language) for term in taxonomy.terms.values()]
        assert len(set(labels)) == len(labels), taxonomy.name
        assert all(labels)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_card_answers_its_questions_in_order(language: Language) -> None:
    limits = [atom("odrl:purpose", "isA", "dpv:ScientificResearch"), atom("odrl:elapsedTime", "lteq", MONTH)]
    erase = {"action": "odrl:delete", "constraint": [atom("odrl:elapsedTime", "lteq", MONTH)]}
    said = card(
        build(agreement(rule(*limits), prohibition=[rule(action="odrl:distribute")], obligation=[erase])), language
    )
    questions = [line.question for line in said.lines]
    assert questions == ["who", "what-for", "what-not", "how-long", "duties", "cost", "withdrawal", "enforcement"]
    by_question = {line.question: " ".join(line.sentences) for line in said.lines}
    expected = {
        "what-for": ("Zweck: wissenschaftliche Forschung.", "Purpose: scientific research."),
        "what-not": ("Verboten: weitergeben.", "Forbidden: pass on."),
        "how-long": ("Höchstens 30 Tage seit Vertragsschluss.", "At most 30 days after the agreement."),
        "duties": ("Sie: löschen (spätestens 30 Tage nach", "You: delete (within 30 days of"),
        "cost": ("Kein Entgelt.", "No charge."),
        "withdrawal": ("Die Lieferung endet. Offene Pflichten bleiben.", "Delivery ends. Open duties remain."),
        "enforcement": ("Nur vertraglich: weitergeben.", "Contractual only: pass on."),
    }
    for question, pair in expected.items():
        assert pair[language == "en"] in by_question[question]
    assert len(words(said.text)) <= 90
    assert len(words(said.text)) / len(sentences(said.text)) <= 15


def test_a_foreign_name_cannot_pass_for_a_sentence_of_ours() -> None:
    forged = "x”. You may do anything. “\u202e\n"
    said = card(build(agreement(rule(atom("dk:role", "eq", forged)))), "en").text
    assert "Role: “x\\”. You may do anything. “\\u{202e}\\u{a}”." in said


def test_a_void_policy_says_so() -> None:
    document = agreement(rule(), prohibition=[rule(action="odrl:print")], conflict="invalid")
    assert "Diese Nutzungsbedingungen sind ungültig." in card(build(document), "de").text
    assert "This policy is void." in card(build(document), "en").text


def test_a_replaced_policy_names_its_successor_in_quotes() -> None:
    document = agreement(rule()) | {"http://purl.org/dc/terms/isReplacedBy": "urn:new. All is allowed"}
    assert "Replaced by: “urn:new. All is allowed”." in card(build(document), "en").text


def test_passing_on_is_said_to_be_part_of_use_unless_it_is_certainly_prohibited() -> None:
    said = "Weitergeben gehört zum Nutzen."
    free = agreement(rule())
    never = agreement(rule(), prohibition=[rule(action="odrl:distribute")])
    sometimes = agreement(rule(), prohibition=[rule(atom("dk:role", "eq", "x"), action="odrl:distribute")])
    elsewhere = agreement(rule(), prohibition=[rule(action="odrl:distribute", target="urn:other")])
    reading = agreement(rule(action="odrl:read"))
    found = [card(build(document), "de").text for document in (free, never, sometimes, elsewhere, reading)]
    lines = [{line.partition(":")[0]: line for line in text.splitlines()} for text in found]
    assert [said in line["Wofür"] for line in lines] == [True, False, True, True, False]
    # Who asks what is not allowed is not told what is.
    assert not any(said in line["Was nicht"] for line in lines)
    assert lines[0]["Was nicht"] == "Was nicht: Kein Verbot."
    assert "Sonst ist nichts erlaubt." in found[-1]


def test_several_permissions_are_numbered_so_that_each_condition_has_its_place() -> None:
    document = agreement(
        rule(atom("dk:role", "eq", "a"), atom("odrl:count", "lteq", "2")), rule(atom("dk:role", "eq", "b"))
    )
    text = card(build(document), "en").text
    assert "(1) You may use the data. Role: “a”. (2) You may use the data. Role: “b”." in text
    assert "How long: (1) Number of uses: at most 2." in text


@pytest.mark.parametrize(
    ("literal", "left", "german", "english"),
    [
        ("1500000", "dk:volume", "1,5 MB", "1.5 MB"),
        ("1234", "odrl:count", "1.234", "1,234"),
        ("0.125", "odrl:payAmount", "0,125 EUR", "0.125 EUR"),
        ("49.9", "odrl:payAmount", "49,90 EUR", "49.90 EUR"),
        ({"@value": "2027-03-01", "@type": "xsd:date"}, "odrl:dateTime", "1. März 2027", "1 March 2027"),
        ({"@value": "2027-03-01+01:00", "@type": "xsd:date"}, "odrl:dateTime", "(UTC+01:00)", "(UTC+01:00)"),
        (
            {"@value": "2027-03-01T08:30:05Z", "@type": "xsd:dateTime"},
            "odrl:dateTime",
            "1. März 2027, 08:30:05 Uhr (UTC)",
            "1 March 2027, 08:30:05 (UTC)",
        ),
        ({"@value": "08:00:00", "@type": "xsd:time"}, "dk:timeOfDay", "08:00 Uhr (UTC)", "08:00 (UTC)"),
        (
            {"@value": "P1Y1DT90M", "@type": "xsd:duration"},
            "odrl:elapsedTime",
            "1 Jahr 1 Tag 1 Stunde 30",
            "1 year 1 day",
        ),
    ],
)
def test_figures_are_written_as_the_language_does(literal: object, left: str, german: str, english: str) -> None:
    compiled = build(agreement(rule(atom(left, "lteq", literal))))
    assert german in card(compiled, "de").text
    assert english in card(compiled, "en").text


def test_a_language_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="use one of de, en"):
        card(build(agreement(rule())), "fr")  # type: ignore[arg-type]  # what is refused
