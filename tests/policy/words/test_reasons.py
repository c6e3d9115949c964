"""Reasons of a denial: what was expected, what was found, what would change it, without addresses of terms."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.language.catalogue import Language
from connector.policy.deciding.decide import decide, explain
from connector.policy.model.decision import Decision, Explanation, Verdict
from connector.policy.model.situation import Phase, Request, World
from connector.policy.words.reasons import reasons
from tests.policy.support import MOBILITY, NOON, TARGET, agreement, ask, atom, build, facts, rule, shipped

AD = "https://w3id.org/dpv#Advertising"
DAY = {"@value": "2026-01-01", "@type": "xsd:date"}
Said = tuple[str, ...]


def asked(
    document: Mapping[str, object],
    world: Mapping[str, object] | None = None,
    *,
    action: str = "use",
    phase: Phase = Phase.ACCESS,
    **stated: object,
) -> tuple[Decision, Explanation]:
    compiled = build(document)
    request = Request(action, TARGET, MOBILITY, NOON, facts(stated))
    state = World(facts=facts(world or {}))
    return decide(compiled, request, state, phase), explain(compiled, request, state, phase)


def said(found: Decision | Explanation, language: Language = "de") -> Said:
    return reasons(found, shipped(), language)


CASES: list[tuple[dict[str, object], dict[str, object], dict[str, object], str, str]] = [
    (
        atom("odrl:purpose", "isA", "dpv:ImproveTransportMobility"),
        {},
        {"purpose": AD},
        "Zweck: erwartet Verkehr und Mobilität verbessern; angegeben Werbung. "
        "Nennen Sie den Zweck mit der Vertragsanfrage, "
        "oder lassen Sie ihn vom "
        "Betreiber des Datenraums in der Teilnehmerliste bestätigen.",
        "Purpose: expected improving transport and mobility; stated advertising. "
        "Name the purpose with the "
        "request for the agreement, or let the operator "
        "of the data space confirm it in the participant list.",
    ),
    (
        atom("dk:role", "isAnyOf", ["planner", "firefighter"]),
        {"role": ["visitor"]},
        {},
        "Rolle: erwartet „firefighter“ oder „planner“; nachgewiesen „visitor“. Legen Sie einen passenden Nachweis vor.",
        "Role: expected “firefighter” or “planner”; proved “visitor”. Present a matching credential.",
    ),
    (
        atom("odrl:count", "lteq", "5"),
        {"count:permission/0": 5},
        {},
        "Anzahl der Nutzungen: erwartet höchstens 5; gefunden 6. Dafür ist ein neuer Vertrag nötig.",
        "Number of uses: expected at most 5; found 6. This needs a new agreement.",
    ),
    (
        atom("odrl:dateTime", "lt", DAY),
        {},
        {},
        "Zeitpunkt: erwartet vor dem 1. Januar 2026; gefunden 4. Mai 2026, 12:00 Uhr (UTC). "
        "Diese Bedingungen sind abgelaufen: bitte nach anderen fragen.",
        "Point in time: expected before 1 January 2026; found 4 May 2026, 12:00 (UTC). "
        "These terms have ended: ask for other ones.",
    ),
    (
        atom("dk:paymentState", "eq", "settled"),
        {"paymentState": "due"},
        {},
        "Stand der Zahlung: erwartet bezahlt; gefunden offen. Bezahlen Sie, was die Bedingungen verlangen.",
        "State of the payment: expected paid; found open. Pay what the terms demand.",
    ),
    (
        atom("odrl:spatial", "isPartOf", "DE"),
        {},
        {},
        "Ort der Nutzung: erwartet Deutschland oder Teile davon; nichts nachgewiesen. "
        "Legen Sie einen passenden Nachweis vor.",
        "Place of use: expected Germany or parts of it; nothing proved. Present a matching credential.",
    ),
    (
        atom("odrl:spatial", "neq", "DE"),
        {"spatial": "urn:land:x"},
        {},
        "Ort der Nutzung: erwartet nicht genau Deutschland; nachgewiesen „urn:land:x“, was nicht im Vokabular steht. "
        "Legen Sie einen passenden Nachweis vor.",
        "Place of use: expected not exactly Germany; proved “urn:land:x”, which is not in the vocabulary. "
        "Present a matching credential.",
    ),
]


def test_an_open_payment_names_the_amount_that_the_rule_demands() -> None:
    paid = rule(atom("dk:paymentState", "eq", "settled"), atom("odrl:payAmount", "gteq", 5))
    _, found = asked(agreement(paid), {"paymentState": "none", "payAmount": 0})
    assert said(found, "en")[0].endswith("expected paid; found none due. Pay at least 5 EUR.")
    assert said(found, "de")[0].endswith("Bezahlen Sie mindestens 5 EUR.")


@pytest.mark.parametrize(("wanted", "world", "stated", "german", "english"), CASES)
def test_an_unmet_condition_names_expected_found_and_remedy(
    wanted: dict[str, object], world: dict[str, object], stated: dict[str, object], german: str, english: str
) -> None:
    for found in asked(agreement(rule(wanted)), world, **stated):
        assert said(found, "de") == (german,)
        assert said(found, "en") == (english,)


def test_a_choice_of_conditions_is_told_with_what_was_found_for_each() -> None:
    either = {"or": [atom("odrl:purpose", "isA", "dpv:CommercialPurpose"), atom("dk:role", "eq", "x")]}
    decision, explanation = asked(agreement(rule(either)), {"role": "y"}, purpose=AD)
    text = "Eine Auswahl von Bedingungen ist nicht erfüllt. Ändern Sie die Anfrage."
    assert said(decision) == (text,)
    assert said(explanation) == (
        "Nicht erfüllt: eines davon: (Rolle: „x“; Zweck: kommerzielle Zwecke). "
        "Zweck: angegeben Werbung. Rolle: nachgewiesen „y“. Erfüllen Sie diese Bedingung.",
    )


def test_a_prohibition_is_told_with_the_fact_it_rests_on() -> None:
    ban = rule(atom("odrl:purpose", "isA", "dpv:Advertising"))
    decision, explanation = asked(agreement(rule(), prohibition=[ban]), purpose=AD)
    assert said(decision, "en") == ("A prohibition of this policy applies. Make a different request.",)
    assert "Forbidden: purpose: advertising; stated advertising." in said(explanation, "en")[0]


def test_a_duty_that_comes_first_is_named_with_whose_it_is() -> None:
    for found in asked(agreement(rule(duty=[{"action": "odrl:compensate"}]))):
        assert said(found) == (
            "Vorher nötig: bezahlen; bisher nicht getan. Zuständig: „did:web:mobility.example“. "
            "Danach ist der Zugriff möglich.",
        )


def test_a_missing_permission_says_what_it_does_not_cover() -> None:
    decision, explanation = asked(agreement(rule(action="odrl:print")))
    assert said(decision)[0].startswith("Keine Erlaubnis passt zu dieser Anfrage.")
    assert said(explanation)[0].startswith("Keine Erlaubnis gilt für diese Handlung.")


def test_a_transform_the_way_of_delivery_cannot_do_is_named() -> None:
    for found in asked(agreement(rule(), obligation=[{"action": "dk:pseudonymise"}])):
        assert said(found, "en")[0].startswith("This way of delivery cannot: pseudonymise.")


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_other_outcome_has_a_sentence(language: Language) -> None:
    contradiction = agreement(rule(), prohibition=[rule(action="odrl:print")], conflict="invalid")
    replaced = agreement(rule()) | {"http://purl.org/dc/terms/isReplacedBy": "urn:new"}
    offer = agreement(rule()) | {"@type": "Offer"}
    rows = agreement(rule(atom("dk:consentStatus", "isA", "dpv:ConsentGiven")))
    texts = [said(found, language) for document in (contradiction, replaced, offer, rows) for found in asked(document)]
    texts.append(said(asked(agreement(rule()))[0], language))
    assert all(len(entry) == 1 and entry[0].endswith(".") for entry in texts)
    assert len(set(texts)) == 5


def test_what_is_still_open_is_told_as_open() -> None:
    decision, _explanation = asked(agreement(rule(atom("dk:role", "eq", "x"))), phase=Phase.CATALOGUE)
    assert said(decision)[0] == "Die Anfrage ist vorläufig erlaubt."
    assert said(decision)[1].startswith("Noch offen: Rolle: erwartet „x“; nichts nachgewiesen.")


def test_a_found_value_is_quoted_and_cut() -> None:
    decision, _explanation = asked(agreement(rule(atom("dk:role", "eq", "x"))), {"role": "y" * 5000})
    assert len(said(decision)[0]) < 400


@settings(deadline=None, max_examples=80)
@given(
    operator=st.sampled_from(["eq", "neq", "lt", "lteq", "gt", "gteq", "isAnyOf", "isNoneOf"]),
    days=st.lists(st.integers(-3, 3), min_size=1, max_size=3, unique=True),
    whole=st.booleans(),
)
def test_terms_have_ended_only_if_no_later_time_meets_them(operator: str, days: list[int], whole: bool) -> None:
    listed = operator in {"isAnyOf", "isNoneOf"}
    named = [NOON + timedelta(days=ahead) for ahead in (days if listed else days[:1])]
    typed: list[dict[str, str]] = [
        {"@value": f"{at:%Y-%m-%d}", "@type": "xsd:date"}
        if whole
        else {"@value": f"{at:%Y-%m-%dT%H:%M:%SZ}", "@type": "xsd:dateTime"}
        for at in named
    ]
    policy = agreement(rule(atom("odrl:dateTime", operator, typed if listed else typed[0])))
    _, found = asked(policy)
    if found.decision.verdict is Verdict.PERMIT:
        return
    later = [NOON + timedelta(hours=12 * step) for step in range(1, 20)]
    met = any(ask(policy, at=at).verdict is Verdict.PERMIT for at in later)
    assert said(found, "en")[0].endswith("Ask again later." if met else "These terms have ended: ask for other ones.")
