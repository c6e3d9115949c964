"""What a description lets people choose from has words in each language, and keeps an answer of another list."""

import pytest

from connector.controlplane.judging.library import operands
from connector.language.catalogue import LANGUAGES, Language
from connector.web.frame.wording import PageWords
from connector.web.offering.choices import list_choices
from tests.web.offering.test_answers import make_form

REGISTRY = operands()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_option_has_words(language: Language) -> None:
    choices = list_choices(REGISTRY, PageWords(language, REGISTRY.zone), make_form())
    assert len(choices["thema"]) == 14
    for name, options in choices.items():
        assert options or name == "person"
        assert all(option.label.strip() for option in options)
        assert len({option.value for option in options}) == len(options)


def test_an_answer_that_no_list_has_stays_chosen() -> None:
    form = make_form(lizenz="https://example.org/own", thema="nonsense")
    choices = list_choices(REGISTRY, PageWords("de", REGISTRY.zone), form)
    assert choices["lizenz"][-1].value == "https://example.org/own"
    assert choices["thema"][-1].value == "nonsense"
