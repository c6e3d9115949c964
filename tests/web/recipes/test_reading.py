"""What is typed is the recipe that it says, and each recipe that a page can show comes back as it is."""

from typing import Any

import pytest

from connector.views.recipes import read_recipe
from connector.web.recipes.draft import DraftInput, RecipeDraft, TooLong, load_draft, read_draft, store_draft
from connector.web.recipes.reading import DraftFault, read_recipe_draft, write_recipe

TITLES = {"asset:urn:d:counts": "Zählungen", "agreement:urn:a:1": "Stationen"}
WHOLE: dict[str, Any] = {
    "kind": "recipe",
    "inputs": [{"name": "counts", "asset": "urn:d:counts"}, {"name": "stations", "agreement": "urn:a:1"}],
    "steps": [
        {
            "do": "clean", "columns": ["day", "a=b"], "rename": {"rides": "Fahrten"}, "empty": ["-999", "n/a"],
            "types": {"day": "day", "Fahrten": "number"}, "decimal": ",", "thousands": " ", "unreadable": "drop",
            "require": ["day"], "where": ["rides>=0", "day!=2026-12-01"], "unique": ["day"],
        },
        {"do": "clean", "unique": []},
        {"do": "join", "with": "stations", "on": {"station": "id"}, "columns": ["district"], "keep": "all"},
        {"do": "convert", "units": {"temp": {"given": "F", "wanted": "C"}}, "decimal": ","},
        {
            "do": "group", "by": ["district"], "least": 5,
            "values": {"n": {"take": "count"}, "Fahrten": {"take": "sum", "of": "rides"}},
        },
    ],
    "form": "json", "crs": "EPSG:25832", "every": "day", "at": "04:30",
}  # fmt: skip


def draft(*steps: dict[str, str], **said: str) -> RecipeDraft:
    return RecipeDraft(inputs=(DraftInput(of="asset:urn:d:counts"),), steps=steps, said=said)


def test_a_recipe_comes_back_as_it_is() -> None:
    recipe = read_recipe(WHOLE)
    shown = read_recipe_draft(recipe)
    assert read_recipe(write_recipe(shown, {})) == recipe
    kept = load_draft({"rezept": store_draft(shown)})
    fields = {f"quelle.{number}.von": entry.of for number, entry in enumerate(kept.inputs, 1)}
    for number, step in enumerate(kept.steps, 1):
        fields |= {f"schritt.{number}.{name}": text for name, text in step.items()}
    assert read_recipe(write_recipe(read_draft({**fields, **kept.said}, kept), {})) == recipe


def test_inputs_are_named_by_their_titles_and_never_twice() -> None:
    same = RecipeDraft(
        inputs=(DraftInput(of="asset:urn:d:counts"), DraftInput(of="asset:urn:d:counts")),
        steps=({"tun": "join", "mit": "2", "ueber.1.1": "id", "ueber.1.2": "id"},),
    )
    written = write_recipe(same, TITLES)
    assert [entry["name"] for entry in written["inputs"]] == ["Zählungen", "Zählungen (2)"]
    assert written["steps"][0]["with"] == "Zählungen (2)"
    assert read_recipe(written)


def test_days_and_numbers_are_typed_as_people_write_them() -> None:
    step = {
        "tun": "clean",
        "bedingungen.1.1": "tag", "bedingungen.1.2": "ab", "bedingungen.1.3": "1.12.2026",
        "bedingungen.2.1": "wert", "bedingungen.2.2": "unter", "bedingungen.2.3": "1.234,5",
    }  # fmt: skip
    group = {"tun": "group", "werte.1.1": "n", "mindestens": "1.000"}
    written = write_recipe(draft(step, group), TITLES)
    assert written["steps"][0]["where"] == ["tag>=2026-12-01", "wert<1234.5"]
    assert written["steps"][1]["least"] == 1000


@pytest.mark.parametrize(
    ("steps", "said", "key", "field"),
    [
        (({"tun": "group"},), {}, "needs-werte", "schritt.1.werte.1.1"),
        (({"tun": "convert"},), {}, "needs-einheiten", "schritt.1.einheiten.1.1"),
        (({"tun": "join", "mit": "2"},), {}, "join-missing", "schritt.1.mit"),
        (({"tun": "group", "werte.1.1": "n", "mindestens": "viele"},), {}, "no-count", "schritt.1.mindestens"),
        (({"tun": "group", "werte.1.1": "n", "werte.1.2": "sum"},), {}, "no-column", "schritt.1.werte.1.3"),
        (({"tun": "clean", "umbenennen.1.1": "a"},), {}, "row-incomplete", "schritt.1.umbenennen.1.2"),
        (({"tun": "clean", "bedingungen.1.1": "a>b"},), {}, "no-condition", "schritt.1.bedingungen.1.1"),
        (({"tun": "convert", "einheiten.1.1": "t", "einheiten.1.2": "F"},), {}, "row-incomplete",
         "schritt.1.einheiten.1.3"),
        ((), {"rhythmus": "day", "uhrzeit": "25:00"}, "time-missing", "uhrzeit"),
    ],
)  # fmt: skip
def test_a_fault_names_its_field(steps: tuple[dict[str, str], ...], said: dict[str, str], key: str, field: str) -> None:
    with pytest.raises(DraftFault) as fault:
        write_recipe(draft(*steps, **said), TITLES)
    assert (fault.value.key, fault.value.field) == (key, field)


def test_two_rows_about_one_column_and_an_input_that_is_not_chosen_are_faults() -> None:
    twice = {"tun": "clean"} | {f"arten.{row}.{cell}": text for row in (1, 2) for cell, text in ((1, "a"), (2, "day"))}
    with pytest.raises(DraftFault, match="twice"):
        write_recipe(draft(twice), TITLES)
    with pytest.raises(DraftFault, match="input-missing"):
        write_recipe(RecipeDraft(inputs=(DraftInput(),)), TITLES)


def test_a_recipe_that_no_page_can_show_is_said_to_be_too_long() -> None:
    steps = [{"do": "clean", "rename": {f"a{number}": f"b{number}" for number in range(21)}}]
    with pytest.raises(TooLong):
        read_recipe_draft(read_recipe({**WHOLE, "inputs": WHOLE["inputs"][:1], "steps": steps}))
    with pytest.raises(TooLong):
        read_recipe_draft(read_recipe({**WHOLE, "inputs": WHOLE["inputs"][:1], "steps": [{"do": "clean"}] * 13}))
