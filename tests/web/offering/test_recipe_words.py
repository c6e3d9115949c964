"""A recipe is read in words: what happens to its inputs, and when."""

from datetime import UTC

from connector.views.recipes import read_recipe
from connector.web.frame.wording import PageWords
from connector.web.offering.recipe_words import describe_recipe
from tests.web.recipes.test_reading import WHOLE


def test_each_step_is_a_sentence_and_so_is_the_rhythm() -> None:
    said = describe_recipe(PageWords("de", UTC), read_recipe(WHOLE))
    assert said == (
        "Gesäubert: Spalten ausgewählt, umbenannt, Werte geprüft, Zeilen ausgewählt, ohne doppelte Zeilen.",
        "Gesäubert: ohne doppelte Zeilen.",
        "Verbunden mit stations.",
        "Umgerechnet: temp.",
        "Zusammengefasst: district, n, Fahrten.",
        "Jeden Tag um 04:30 Uhr neu, wenn sich eine Quelle geändert hat.",
    )
    assert describe_recipe(PageWords("en", UTC), read_recipe({**WHOLE, "every": "change"}))[-1].startswith("Anew with")
