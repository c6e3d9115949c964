"""Every template is a card whose controls are made from its parameters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.controlplane.core.errors import Invalid
from connector.controlplane.judging.library import operands, template, template_names
from connector.language.catalogue import LANGUAGES, Language
from connector.web.frame.wording import PageWords
from connector.web.offering.template_cards import (
    ParameterChoices,
    choose_template,
    explain_terms,
    list_cards,
    read_policy,
    write_filled,
)
from connector.web.offering.terms_of_form import normalise
from tests.web.offering.test_answers import make_form

REGISTRY = operands()


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_template_and_parameter_has_a_control_in_words(language: Language) -> None:
    cards = list_cards(REGISTRY, PageWords(language, REGISTRY.zone), make_form())
    assert {card.name for card in cards} == set(template_names())
    assert [card.chosen for card in cards].count(True) == 1
    for card in cards:
        assert len(card.controls) == len(template(card.name).parameter)
        for control in card.controls:
            assert control.label[0].isupper()
            assert (control.kind in {"choice", "several"}) == bool(control.options)
            assert not any(option.label.startswith(("„", "“", "dpv:", "dk:")) for option in control.options)


def test_the_usual_template_for_the_data_comes_first_and_is_chosen() -> None:
    cards = list_cards(REGISTRY, PageWords("de", REGISTRY.zone), make_form(klasse="open"))
    assert (cards[0].name, cards[0].chosen) == ("open-data", True)
    assert choose_template({"vorlage": "nonsense", "klasse": "confidential"}) == "purpose"


def test_parameters_are_read_as_people_write_them() -> None:
    policy = read_policy({"vorlage": "paid", "paid.price": "1.234,50"})
    assert str(policy).count("1234.50") == 1
    chosen = {"vorlage": "research-only", "research-only.organisations": "\nuniversity\ncompany"}
    assert "['university', 'company']" in str(read_policy(chosen))
    several = read_policy({"vorlage": "departments-only", "departments-only.groups": "a\n\n b \n"})
    assert "['a', 'b']" in str(several)
    assert "P6M" in str(read_policy({"vorlage": "purpose", "purpose.period": "6", "purpose.period.einheit": "M"}))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", template_names())
@pytest.mark.parametrize("typed", ["", "?", "0", "9" * 600])
def test_a_refused_parameter_is_named_as_on_the_page(language: Language, name: str, typed: str) -> None:
    words = PageWords(language, REGISTRY.zone)
    for entry in template(name).parameter:
        form = make_form(vorlage=name, **{f"{name}.{entry.name}": typed, f"{name}.{entry.name}.einheit": "D"})
        try:
            read_policy(form.answers)
        except Invalid as error:
            text, field = explain_terms(words, form, error)
            assert words.capitalise(entry.de if language == "de" else entry.en) in text or not field.endswith(
                entry.name
            )
            assert "parameter" not in text.casefold()


@given(st.sampled_from(template_names()), st.text(max_size=30), st.sampled_from(["", "D", "M", "x"]))
def test_whatever_is_typed_is_a_policy_or_refused(name: str, text: str, unit: str) -> None:
    answers = {"vorlage": name}
    for entry in template(name).parameter:
        answers |= {f"{name}.{entry.name}": text, f"{name}.{entry.name}.einheit": unit}
    try:
        policy = read_policy(answers)
    except Invalid:
        return
    assert policy["@type"] == "Offer"


@pytest.mark.parametrize("name", template_names())
def test_the_answers_of_a_template_are_found_again_in_what_it_says(name: str) -> None:
    said = {
        "vorlage": name,
        "open-data.notice": "Quelle: Amt",
        "paid.price": "1234,50",
        "fixed-period.from": "01.02.2027",
        "fixed-period.until": "2027-03-01",
    }
    said |= {"personal-data.recipients": "urn:a\nurn:b", "personal-data.fields": "Name"}
    policy = read_policy(said)
    found = write_filled(normalise(policy))
    assert found is not None
    assert found["vorlage"] == name
    assert normalise(read_policy(found)) == normalise(policy)


def test_a_policy_of_nobodys_template_has_no_answers() -> None:
    assert write_filled({"permission": [{"action": "odrl:print"}]}) is None


def test_groups_are_chosen_by_name_and_further_ones_are_typed() -> None:
    known = ParameterChoices(claims={"participantGroup": ("utilities", "city-departments")})
    form = make_form(vorlage="departments-only")
    card = list_cards(REGISTRY, PageWords("de", REGISTRY.zone), form, known)[0]
    (control,) = card.controls
    assert control.kind == "several"
    assert [option.label for option in control.options] == ["städtische Ämter", "„utilities“"]
    assert control.further
    assert list_cards(REGISTRY, PageWords("de", REGISTRY.zone), form)[0].controls[0].kind == "several"
