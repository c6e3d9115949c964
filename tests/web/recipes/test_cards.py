"""The steps of a recipe as cards: each field has a control with words, and what is typed is in it."""

from datetime import UTC

import pytest

from connector.language.catalogue import LANGUAGES, Language
from connector.web.frame.wording import PageWords
from connector.web.recipes.cards import list_steps_of, list_whole
from connector.web.recipes.draft import DraftInput, RecipeDraft
from connector.web.recipes.fields import STEPS

INPUTS = (DraftInput(of="asset:a"), DraftInput(of="asset:b"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", STEPS)
def test_each_field_of_a_step_has_a_control_with_words(kind: str, language: Language) -> None:
    words = PageWords(language, UTC)
    (card,) = list_steps_of(words, RecipeDraft(inputs=INPUTS, steps=({"tun": kind},)), {"asset:b": "Stationen"})
    shown = [*card.fields, *card.further]
    assert len(shown) == len(STEPS[kind])
    for field in shown:
        controls = [field.control] if field.control else [cell for row in field.rows for cell in row]
        assert all(control.label and control.name.startswith("schritt.1.") for control in controls)
        assert controls


def test_rows_have_room_for_more_and_keep_what_is_typed() -> None:
    step = {"tun": "join", "mit": "2", "ueber.4.1": "a", "ueber.4.2": "b"}
    (card,) = list_steps_of(PageWords("de", UTC), RecipeDraft(inputs=INPUTS, steps=(step,)), {"asset:b": "Stationen"})
    chosen, rows = card.fields[0].control, card.fields[1].rows
    assert chosen
    assert [option.label for option in chosen.options] == ["Stationen"]
    assert len(rows) == 6
    assert [cell.value for cell in rows[3]] == ["a", "b"]


def test_what_is_folded_away_is_open_if_something_of_it_is_chosen() -> None:
    words = PageWords("de", UTC)
    steps = ({"tun": "clean", "dezimal": "."}, {"tun": "clean", "dezimal": ","})
    assert [card.used for card in list_steps_of(words, RecipeDraft(inputs=INPUTS, steps=steps), {})] == [False, True]


def test_the_whole_has_a_rhythm_a_time_a_form_and_a_reference_system() -> None:
    controls = list_whole(PageWords("de", UTC), RecipeDraft(said={"rhythmus": "day"}))
    assert [control.name for control in controls] == ["rhythmus", "uhrzeit", "form", "crs"]
    assert (controls[0].value, controls[1].value) == ("day", "06:00")
