"""A recipe as a person types it: its inputs and steps with their fields, right or wrong. Pure.

The names of the fields on the page are `quelle.1.von` and `schritt.2.spalten`; a draft is kept as one answer of the
form of the offer.
"""

from collections.abc import Mapping, Sequence

import msgspec

from connector.web.offering.steps import RECIPE
from connector.web.recipes.fields import DO, STEPS

MOST_INPUTS, MOST_STEPS, MOST_ROWS = 6, 12, 20
MOST_FIELDS = 450
"""The fields of a page; a form with many more is not read."""
_SAID = ("form", "rhythmus", "uhrzeit", "crs")


class DraftInput(msgspec.Struct, frozen=True, kw_only=True):
    """An input: `of` says which data (`asset:…`, `agreement:…`).

    `name` is its name in a stored recipe, while it is still the data `named`; `columns` are those that its data had.
    """

    of: str = ""
    name: str = ""
    named: str = ""
    columns: tuple[str, ...] = ()


class RecipeDraft(msgspec.Struct, frozen=True, kw_only=True):
    """The inputs, the fields of each step by their names, and the fields of the whole."""

    inputs: tuple[DraftInput, ...] = ()
    steps: tuple[Mapping[str, str], ...] = ()
    said: Mapping[str, str] = {}


class TooLong(ValueError):
    """A draft has more inputs, steps or fields than a page can show."""


def load_draft(answers: Mapping[str, str]) -> RecipeDraft:
    """Return the draft of the answers of a form; an empty one with a place for an input if there is none."""
    kept = answers.get(RECIPE)
    return msgspec.json.decode(kept, type=RecipeDraft) if kept else RecipeDraft(inputs=(DraftInput(),))


def store_draft(draft: RecipeDraft) -> str:
    """Return a draft as the answer in which it is kept."""
    return msgspec.json.encode(draft).decode()


def read_draft(fields: Mapping[str, str], before: RecipeDraft) -> RecipeDraft:
    """Return the draft that the fields of a page say; what is known of an input stays while its data is the same."""
    inputs, steps = _gather(fields, "quelle"), _gather(fields, "schritt")
    known = {entry.of: entry for entry in before.inputs}
    return RecipeDraft(
        inputs=tuple(
            msgspec.structs.replace(known.get(of, DraftInput()), of=of)
            for entry in inputs[:MOST_INPUTS]
            for of in [entry.get("von", "")]
        ),
        steps=tuple(step for step in steps[:MOST_STEPS] if step.get(DO) in STEPS),
        said={name: fields[name] for name in _SAID if name in fields},
    )


def act(draft: RecipeDraft, wanted: str) -> RecipeDraft:
    """Return a draft after what a button says: `dazu:join`, `dazu:quelle`, `weg:schritt.2`, `hoch:schritt.2`.

    A second input comes with the step that joins it. Raises TooLong.

    >>> act(RecipeDraft(inputs=(DraftInput(),)), "dazu:quelle").steps
    ({'tun': 'join', 'mit': '2'},)
    """
    deed, _, target = wanted.partition(":")
    kind, _, number = target.partition(".")
    place = int(number) - 1 if number.isascii() and number.isdecimal() and len(number) < 3 else -1
    if deed == "dazu":
        after = _add(draft, kind)
        if len(after.inputs) > MOST_INPUTS or len(after.steps) > MOST_STEPS:
            raise TooLong(wanted)
        return after
    if deed == "weg" and kind == "quelle" and 0 <= place < len(draft.inputs) > 1:
        return _remove_input(draft, place)
    steps = list(draft.steps)
    if kind != "schritt" or not 0 <= place < len(steps):
        return draft
    moved = steps.pop(place)
    if deed == "hoch":
        steps.insert(max(0, place - 1), moved)
    return msgspec.structs.replace(draft, steps=tuple(steps)) if deed in {"weg", "hoch"} else draft


def _add(draft: RecipeDraft, kind: str) -> RecipeDraft:
    if kind == "quelle":
        joining = {DO: "join", "mit": str(len(draft.inputs) + 1)}
        return msgspec.structs.replace(draft, inputs=(*draft.inputs, DraftInput()), steps=(*draft.steps, joining))
    return msgspec.structs.replace(draft, steps=(*draft.steps, {DO: kind})) if kind in STEPS else draft


def _remove_input(draft: RecipeDraft, place: int) -> RecipeDraft:
    """Return a draft without an input and the steps that join it; the inputs after it move up."""
    inputs = tuple(entry for number, entry in enumerate(draft.inputs) if number != place)
    steps: list[Mapping[str, str]] = []
    for step in draft.steps:
        joined = _find_joined(step)
        if joined is None or joined < place + 1:
            steps.append(step)
        elif joined > place + 1:
            steps.append({**step, "mit": str(joined - 1)})
    return msgspec.structs.replace(draft, inputs=inputs, steps=tuple(steps))


def _find_joined(step: Mapping[str, str]) -> int | None:
    """Return the number of the input that a step joins; None for any other step."""
    text = step.get("mit", "")
    return int(text) if step.get(DO) == "join" and text.isascii() and text.isdecimal() and len(text) < 3 else None


def _gather(fields: Mapping[str, str], kind: str) -> Sequence[Mapping[str, str]]:
    """Return the fields of each `kind.<number>.`, in the order of their numbers."""
    found: dict[int, dict[str, str]] = {}
    for name, text in fields.items():
        begin, _, rest = name.partition(".")
        number, _, field = rest.partition(".")
        if begin == kind and field and number.isascii() and number.isdecimal() and len(number) < 3:
            found.setdefault(int(number), {})[field] = text
    return [found[number] for number in sorted(found)]
