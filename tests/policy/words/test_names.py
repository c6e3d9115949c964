"""Names of operands, actions, functions and values: by a label, else quoted."""

import msgspec
import pytest

from connector.language.catalogue import LANGUAGES, Language
from connector.policy.model.policy import DK, ODRL
from connector.policy.vocabulary.actions import CC
from connector.policy.words.names import action_name, name_function, name_value, quote_name, subject
from tests.policy.support import shipped


@pytest.mark.parametrize(
    ("iri", "german", "english"),
    [
        (ODRL + "distribute", "weitergeben", "pass on"),
        (CC + "Notice", "Hinweise erhalten", "keep notices"),
        (DK + "pseudonymise", "pseudonymisieren", "pseudonymise"),
        (ODRL + "unheardOf", "„odrl:unheardOf“", "“odrl:unheardOf”"),
        ("odrl:distribute", "„odrl:distribute“", "“odrl:distribute”"),
        ("urn:act", "„urn:act“", "“urn:act”"),
    ],
)
def test_an_action_has_a_label_or_is_quoted(iri: str, german: str, english: str) -> None:
    assert action_name(iri, shipped(), "de") == german
    assert action_name(iri, shipped(), "en") == english


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_action_of_the_vocabulary_has_a_label_of_its_own(language: Language) -> None:
    names = [action_name(iri, shipped(), language) for iri in shipped().covers]
    assert not [name for name in names if name.startswith(("„", "“"))]
    assert len(set(names)) == len(names)


def test_an_operand_has_the_label_of_its_row() -> None:
    assert subject(ODRL + "purpose", shipped(), "de") == "Zweck"
    assert subject("urn:left", shipped(), "en") == "“urn:left”"


def test_a_value_is_a_term_a_code_or_a_known_name_and_else_quoted() -> None:
    operands = shipped().operands
    purpose, day, event = (operands[iri] for iri in (ODRL + "purpose", DK + "dayOfWeek", ODRL + "event"))
    assert name_value("https://w3id.org/dpv#Marketing", purpose, shipped(), "en") == "marketing"
    assert name_value("Monday", day, shipped(), "de") == "Montag"
    assert name_value("Monday", event, shipped(), "de") == "„Monday“"
    assert name_value(DK + "emergency", event, shipped(), "de") == "Notfall"
    assert name_value("urn:flood", event, shipped(), "en") == "“urn:flood”"


def test_a_function_has_its_party() -> None:
    assert name_function(ODRL + "informedParty", "“urn:office”", "en") == "to “urn:office”"
    assert name_function("urn:function", "“urn:office”", "en") == "“urn:function” “urn:office”"
    assert name_function(ODRL + "x{0}", "“{1}”", "en") == "“odrl:x{0}” “{1}”"


def test_terms_of_the_standard_are_quoted_in_their_short_form() -> None:
    assert quote_name(ODRL + "print", "de") == "„odrl:print“"
    assert quote_name(DK + "role", "en") == "“dk:role”"


def test_a_group_is_called_as_people_here_call_it() -> None:
    group = shipped().operands[DK + "participantGroup"]
    assert name_value("city-departments", group, shipped(), "de") == "städtische Ämter"
    own = msgspec.structs.replace(shipped(), labels={"trams": {"de": "Straßenbahn"}, "city-departments": {"en": "us"}})
    assert name_value("trams", group, own, "de") == name_value("trams", group, own, "en") == "Straßenbahn"
    assert name_value("city-departments", group, own, "en") == "us"
    assert name_value("buses", group, own, "de") == "„buses“"
