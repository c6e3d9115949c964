"""Offers are read by the policy engine: their price, their purposes and their words."""

from typing import Any

import pytest

from connector.broker.reading.terms import name_purposes, read_terms, write_terms

NOW = 1_800_000_000_000
DPV = "https://w3id.org/dpv#"
USE = {"action": "use"}


def offer(*permissions: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"@id": "urn:o", "@type": "Offer", "permission": list(permissions), **members}


def purpose(operator: str, value: Any) -> dict[str, Any]:
    return {"leftOperand": "purpose", "operator": operator, "rightOperand": value}


def test_terms_without_a_purpose_allow_every_one_and_are_free() -> None:
    found = read_terms([offer(USE)], NOW)
    assert (found.prices, found.offers, set(found.purposes)) == (("free",), 1, set(name_purposes()))


def test_a_purpose_allows_itself_or_the_narrower_ones_as_the_engine_decides() -> None:
    exact = read_terms([offer({**USE, "constraint": [purpose("eq", DPV + "PublicBenefit")]})], NOW)
    assert exact.purposes == (DPV + "PublicBenefit",)
    wide = read_terms([offer({**USE, "constraint": [purpose("isA", DPV + "PublicBenefit")]})], NOW)
    assert {DPV + "PublicBenefit", DPV + "CombatClimateChange"} <= set(wide.purposes) < set(name_purposes())
    banned = offer(USE, prohibition=[{**USE, "constraint": [purpose("isA", DPV + "PublicBenefit")]}])
    assert DPV + "PublicBenefit" not in read_terms([banned], NOW).purposes


def test_offers_add_up_and_an_unreadable_one_says_nothing() -> None:
    paid = offer({**USE, "duty": [{"action": "compensate"}]})
    assert read_terms([offer(USE), paid], NOW).prices == ("free", "paid")
    for bad in (3, None, {}, offer(3), offer(USE, prohibition="x"), offer({**USE, "note": "x" * 40_000})):  # type: ignore[arg-type]
        assert read_terms([bad, paid], NOW).prices == ("paid",)
        assert read_terms([bad], NOW).purposes == ()


def test_terms_that_are_over_allow_nothing() -> None:
    over = {
        "leftOperand": "dateTime",
        "operator": "lt",
        "rightOperand": {"@value": "2020-01-01T00:00:00Z", "@type": "xsd:dateTime"},
    }
    assert read_terms([offer({**USE, "constraint": [over]})], NOW).purposes == ()


def test_terms_for_one_party_say_what_that_party_may_do() -> None:
    assert read_terms([offer(USE, assignee="urn:firm")], NOW).purposes


@pytest.mark.parametrize("language", ["de", "en"])
def test_terms_are_written_in_words(language: str) -> None:
    told = write_terms(offer({**USE, "constraint": [purpose("eq", DPV + "PublicBenefit")]}))
    assert {"de": "Gemeinwohl", "en": "public benefit"}[language] in told[language]
    assert write_terms({"permission": 3}) == {}
