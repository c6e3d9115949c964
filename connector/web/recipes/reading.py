"""What was typed becomes the recipe that it says, and a recipe becomes what can be typed. Pure."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from connector.views.recipes import Clean, Convert, Grouping, Join, Recipe, RecipeStep
from connector.views.subscriptions import SubscriptionRhythm
from connector.web.offering.controls import read_answer, split_lines
from connector.web.recipes.draft import MOST_INPUTS, MOST_ROWS, MOST_STEPS, DraftInput, RecipeDraft, TooLong
from connector.web.recipes.fields import DO, FORMS, RHYTHMS, SIGNS, STEPS, StepField
from connector.web.typed import read_clock, read_day, read_number, read_whole

LONGEST_NAME = 50
_MOST_NAMES = 200
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
_CONDITION = re.compile(r"([^=<>!]+)(!=|<=|>=|=|<|>)(.*)", re.DOTALL)
_WORDS = {sign: word for word, sign in SIGNS.items()}


class DraftFault(Exception):
    """A field says nothing that a recipe could have; `key` is its sentence in the chapter `recipe`."""

    def __init__(self, key: str, field: str) -> None:
        super().__init__(key)
        self.key = key
        self.field = field


def write_recipe(draft: RecipeDraft, titles: Mapping[str, str]) -> dict[str, Any]:
    """Return the address of the recipe that a draft says; `titles` name the data of its inputs. Raises DraftFault."""
    inputs: list[dict[str, str]] = []
    for number, entry in enumerate(draft.inputs, 1):
        kind, _, named = entry.of.partition(":")
        if kind not in {"asset", "agreement"} or not named:
            raise DraftFault("input-missing", f"quelle.{number}.von")
        inputs.append({"name": name_input(draft, number, titles), kind: named})
    steps = [_write_step(draft, number, titles) for number in range(1, len(draft.steps) + 1)]
    every = draft.said.get("rhythmus", "")
    rhythm = next((known for known in RHYTHMS if known == every), SubscriptionRhythm.CHANGE)
    at = read_clock(draft.said.get("uhrzeit", ""))
    timed = rhythm in {SubscriptionRhythm.DAY, SubscriptionRhythm.WEEK}
    if timed and not _TIME.fullmatch(at):
        raise DraftFault("time-missing", "uhrzeit")
    form, crs = draft.said.get("form", ""), read_answer(draft.said, "crs")
    return {
        "kind": "recipe",
        "inputs": inputs,
        **({"steps": steps} if steps else {}),
        **({"form": form} if form in FORMS[1:] else {}),
        **({"crs": crs} if crs else {}),
        "every": rhythm.value,
        **({"at": at} if timed else {}),
    }


def name_input(draft: RecipeDraft, number: int, titles: Mapping[str, str]) -> str:
    """Return the name of an input in the recipe: its title, with a number if two have the same one."""
    entry = draft.inputs[number - 1]
    if entry.name and entry.named == entry.of:
        return entry.name
    plain = " ".join(titles.get(entry.of, "").split())[:LONGEST_NAME] or str(number)
    taken = [name_input(draft, other, titles) for other in range(1, number)]
    return plain if plain not in taken else f"{plain[: LONGEST_NAME - 4]} ({number})"


def read_recipe_draft(recipe: Recipe) -> RecipeDraft:
    """Return the draft that says a recipe. Raises TooLong if a page cannot show it."""
    if len(recipe.inputs) > MOST_INPUTS or len(recipe.steps) > MOST_STEPS:
        raise TooLong(str(len(recipe.steps)))
    inputs = []
    for entry in recipe.inputs:
        of = f"asset:{entry.asset}" if entry.asset else f"agreement:{entry.agreement}"
        inputs.append(DraftInput(of=of, name=entry.name, named=of))
    names = [entry.name for entry in recipe.inputs]
    return RecipeDraft(
        inputs=tuple(inputs),
        steps=tuple(_read_step(step, names) for step in recipe.steps),
        said={"form": recipe.form, "rhythmus": recipe.every.value, "uhrzeit": recipe.at, "crs": recipe.crs},
    )


def _write_step(draft: RecipeDraft, number: int, titles: Mapping[str, str]) -> dict[str, Any]:
    typed = draft.steps[number - 1]
    written: dict[str, Any] = {"do": typed[DO]}
    for field in STEPS[typed[DO]]:
        place = f"schritt.{number}.{field.name}"
        if field.shape == "names":
            found = split_lines(typed.get(field.name, ""), _MOST_NAMES)
            if field.name == "einmalig-spalten":
                chosen = typed.get("einmalig", "")
                if chosen in {"alle", "spalten"}:
                    written["unique"] = list(found) if chosen == "spalten" else []
            elif found:
                written[field.member] = list(found)
        elif field.shape == "choice":
            said = typed.get(field.name, "")
            if field.name != "einmalig" and said in field.options[1:]:
                written[field.member] = said
        elif field.shape == "count":
            written |= {field.member: count} if (count := _read_count(typed.get(field.name, ""), place)) else {}
        elif field.shape == "input":
            written[field.member] = _find_joined(draft, typed.get(field.name, ""), place, titles)
        elif rows := _write_rows(field, typed, place):
            written[field.member] = rows
    _check_complete(written, number)
    return written


def _read_count(text: str, place: str) -> int:
    plain = read_whole(text)
    if not plain:
        return 0
    if not (plain.isascii() and plain.isdecimal() and len(plain) <= 7 and int(plain) <= 1_000_000):
        raise DraftFault("no-count", place)
    return int(plain)


def _find_joined(draft: RecipeDraft, text: str, place: str, titles: Mapping[str, str]) -> str:
    if text.isascii() and text.isdecimal() and 2 <= int(text[:3]) <= len(draft.inputs):
        return name_input(draft, int(text), titles)
    raise DraftFault("join-missing", place)


def _write_rows(field: StepField, typed: Mapping[str, str], place: str) -> dict[str, Any] | list[str]:
    """Return the rows that say something: those with a first cell."""
    found: dict[str, Any] = {}
    conditions: list[str] = []
    for row in range(1, MOST_ROWS + 1):
        cells = [typed.get(f"{field.name}.{row}.{cell}", "").strip() for cell in range(1, len(field.cells) + 1)]
        if not cells[0]:
            continue
        at = f"{place}.{row}"
        if field.member == "where":
            conditions.append(_write_condition(cells, f"{at}.1"))
            continue
        if cells[0] in found:
            raise DraftFault("twice", f"{at}.1")
        found[cells[0]] = _write_row(field, cells, at)
    return conditions if field.member == "where" else found


def _write_condition(cells: list[str], place: str) -> str:
    column, sign, value = cells
    if re.search("[=<>!]", column):
        raise DraftFault("no-condition", place)
    # A person types numbers and days as usual here; the data has points and ISO 8601.
    return f"{column}{SIGNS.get(sign, '=')}{read_number(read_day(value))}"


def _write_row(field: StepField, cells: list[str], place: str) -> Any:
    if field.member == "values":
        take = cells[1] or "count"
        if take != "count" and not cells[2]:
            raise DraftFault("no-column", f"{place}.3")
        return {"take": take, **({"of": cells[2]} if cells[2] and take != "count" else {})}
    if not cells[1]:
        raise DraftFault("row-incomplete", f"{place}.2")
    if field.member == "units":
        if not cells[2]:
            raise DraftFault("row-incomplete", f"{place}.3")
        return {"given": cells[1], "wanted": cells[2]}
    return cells[1]


def _check_complete(written: Mapping[str, Any], number: int) -> None:
    """Check that a step has what it cannot be without. Raises DraftFault."""
    needed = {"join": ("on", "ueber"), "group": ("values", "werte"), "convert": ("units", "einheiten")}
    member, field = needed.get(str(written["do"]), ("do", ""))
    if not written.get(member):
        raise DraftFault(f"needs-{field}", f"schritt.{number}.{field}.1.1")


def _read_step(step: RecipeStep, names: list[str]) -> dict[str, str]:
    said: dict[str, Any] = msgspec.to_builtins(step)
    typed = {DO: str(said["do"])}
    for field in STEPS[typed[DO]]:
        value = said.get(field.member)
        if value is None:
            continue
        if field.name == "einmalig":
            typed[field.name] = "spalten" if value else "alle"
        elif field.shape == "names":
            typed |= {field.name: "\n".join(value)} if value else {}
        elif field.shape == "input":
            typed[field.name] = str(names.index(value) + 1)
        elif field.shape == "rows":
            typed |= _read_rows(field, step)
        else:
            typed[field.name] = str(value)
    return typed


def _read_rows(field: StepField, step: RecipeStep) -> dict[str, str]:
    rows: list[tuple[str, ...]] = []
    if isinstance(step, Clean) and field.member == "where":
        for text in step.where:
            found = _CONDITION.fullmatch(text)
            if found is None:
                raise TooLong(text)
            rows.append((found[1].strip(), _WORDS[found[2]], found[3].strip()))
    elif isinstance(step, Clean):
        pairs: Mapping[str, str] = step.rename if field.member == "rename" else step.types
        rows = [(column, other) for column, other in pairs.items()]
    elif isinstance(step, Join):
        rows = list(step.on.items())
    elif isinstance(step, Grouping):
        rows = [(name, value.take, value.of) for name, value in step.values.items()]
    elif isinstance(step, Convert):
        rows = [(column, units.given, units.wanted) for column, units in step.units.items()]
    if len(rows) > MOST_ROWS:
        raise TooLong(field.name)
    return {
        f"{field.name}.{number}.{cell}": text for number, row in enumerate(rows, 1) for cell, text in enumerate(row, 1)
    }
