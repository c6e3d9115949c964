"""The draft of a recipe as cards with controls, one for each step. Pure."""

from collections.abc import Mapping
from typing import Any

import msgspec

from connector.web.frame.wording import PageWords
from connector.web.offering.controls import Control, Option
from connector.web.recipes.draft import MOST_ROWS, RecipeDraft
from connector.web.recipes.fields import DO, FORMS, KINDS, RHYTHMS, SIGNS, STEPS, TAKES, RowCell, StepField

_SPARE_ROWS = 2
"""Rows to fill in after those that say something."""


class RecipeField(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a step: one control, or rows of controls below the title of the field."""

    title: str = ""
    hint: str = ""
    control: Control | None = None
    rows: tuple[tuple[Control, ...], ...] = ()


class StepCard(msgspec.Struct, frozen=True, kw_only=True):
    """A step: `fields` are what people usually fill in, `further` the others; one of these is in use if `used`."""

    number: int
    kind: str
    fields: tuple[RecipeField, ...]
    further: tuple[RecipeField, ...]
    used: bool


_USUAL = {
    "clean": frozenset({"spalten", "umbenennen", "arten", "bedingungen"}),
    "join": frozenset({"mit", "ueber", "spalten"}),
    "group": frozenset({"je", "werte", "mindestens"}),
    "convert": frozenset({"einheiten"}),
}


def list_steps_of(words: PageWords, draft: RecipeDraft, titles: Mapping[str, str]) -> tuple[StepCard, ...]:
    """Return the steps of a draft as cards; `titles` name the data of its inputs."""
    joinable = tuple(
        Option(str(number), titles.get(entry.of, "") or words.say("recipe.input", number=number))
        for number, entry in enumerate(draft.inputs, 1)
        if number > 1
    )
    cards = []
    for number, step in enumerate(draft.steps, 1):
        kind = step[DO]
        made = [(field, _make_field(words, number, field, step, joinable)) for field in STEPS[kind]]
        further = tuple(shown for field, shown in made if field.name not in _USUAL[kind])
        cards.append(
            StepCard(
                number=number,
                kind=kind,
                fields=tuple(shown for field, shown in made if field.name in _USUAL[kind]),
                further=further,
                used=any(_is_used(field, step) for field in STEPS[kind] if field.name not in _USUAL[kind]),
            )
        )
    return tuple(cards)


def list_whole(words: PageWords, draft: RecipeDraft) -> tuple[Control, ...]:
    """Return the controls of the whole recipe: when it is made, and in which form."""
    said = draft.said
    rhythms = tuple(Option(one.value, words.say(f"recipe.rhythm-{one.value}")) for one in RHYTHMS)
    forms = tuple(Option(one, words.say(f"choosing.form-{one}")) for one in FORMS)
    return (
        _make("rhythmus", words, said, options=rhythms, hint=words.say("recipe.hint-rhythmus")),
        Control(
            name="uhrzeit",
            kind="time",
            label=words.say("recipe.field-uhrzeit"),
            value=said.get("uhrzeit", "") or "06:00",
            hint=words.say("recipe.hint-uhrzeit"),
        ),
        _make("form", words, said, options=forms),
        _make("crs", words, said, hint=words.say("recipe.hint-crs")),
    )


def _make(
    name: str, words: PageWords, said: Mapping[str, str], *, options: tuple[Option, ...] = (), hint: str = ""
) -> Control:
    label = words.say(f"recipe.field-{name}")
    kind: Any = "choice" if options else "text"
    return Control(name=name, kind=kind, label=label, value=said.get(name, ""), options=options, hint=hint)


def _is_used(field: StepField, step: Mapping[str, str]) -> bool:
    return step.get(field.name, "") not in {"", *field.options[:1]}


def _make_field(
    words: PageWords, number: int, field: StepField, step: Mapping[str, str], joinable: tuple[Option, ...]
) -> RecipeField:
    place, kind = f"schritt.{number}.{field.name}", step[DO]
    label = words.say(f"recipe.field-{kind}-{field.name}")
    hint = words.find(f"recipe.hint-{kind}-{field.name}")
    if field.shape == "rows":
        return RecipeField(title=label, hint=hint, rows=_make_rows(words, place, field, step))
    options = joinable if field.shape == "input" else _list_options(words, field)
    value = step.get(field.name, "")
    control = Control(
        name=place,
        kind="lines" if field.shape == "names" else "choice" if field.shape in {"choice", "input"} else "number",
        label=label,
        value=value,
        options=options,
        hint=hint,
    )
    return RecipeField(control=control)


def _list_options(words: PageWords, field: StepField) -> tuple[Option, ...]:
    return tuple(Option(one, words.say(f"recipe.{field.name}-{number}")) for number, one in enumerate(field.options, 1))


def _make_rows(
    words: PageWords, place: str, field: StepField, step: Mapping[str, str]
) -> tuple[tuple[Control, ...], ...]:
    filled = [row for row in range(1, MOST_ROWS + 1) if step.get(f"{field.name}.{row}.1", "")]
    shown = min(MOST_ROWS, max(filled, default=0) + _SPARE_ROWS)
    return tuple(
        tuple(
            _make_cell(words, f"{place}.{row}.{cell}", field, cell, kind, step.get(f"{field.name}.{row}.{cell}", ""))
            for cell, kind in enumerate(field.cells, 1)
        )
        for row in range(1, shown + 1)
    )


def _make_cell(words: PageWords, name: str, field: StepField, cell: int, kind: RowCell, value: str) -> Control:
    known: Mapping[RowCell, tuple[str, ...]] = {"kind": KINDS, "sign": tuple(SIGNS), "take": TAKES}
    options = tuple(Option(one, words.say(f"recipe.{kind}-{one}")) for one in known.get(kind, ()))
    label = words.say(f"recipe.cell-{field.name}-{cell}")
    return Control(name=name, kind="choice" if options else "text", label=label, value=value, options=options)
