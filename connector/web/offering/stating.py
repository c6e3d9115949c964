"""What an offer states about its data, with the labels of the form in which it is changed. Pure."""

from datetime import UTC, datetime

from connector.policy.vocabulary.registry import Registry
from connector.ports.entities import Asset, OfferForm
from connector.web.frame.wording import PageWords
from connector.web.offering.answers import DESCRIPTION, write_answers
from connector.web.offering.choices import list_choices
from connector.web.offering.controls import split_lines
from connector.web.typed import read_numbers

_DAY = len("2026-05-01")
_SHOWN_APART = frozenset({"titel", "text", "klasse", "laufend"})


def list_stated(registry: Registry, words: PageWords, asset: Asset) -> list[tuple[str, str]]:
    """Return the labels and the texts of what is stated beside title, text and class."""
    answers = write_answers(asset)
    form = OfferForm(owner=asset.owner, id=asset.id, version=0, answers=answers, editors=(), begun_at=0, saved_at=0)
    choices = list_choices(registry, words, form)
    stated = []
    for field in DESCRIPTION:
        text = answers.get(field, "")
        if text and field not in _SHOWN_APART:
            labels = {option.value: option.label for option in choices.get(field, ())}
            shown = ", ".join(labels.get(line, line) for line in split_lines(text)) if labels else text
            stated.append((words.say(f"offering.field-{field}"), _write(words, field, shown)))
    return stated


def _write(words: PageWords, field: str, text: str) -> str:
    """Write a day and degrees as the reader does; what is less than a day stays as it is."""
    if field == "box":
        return ", ".join(words.degrees(degree) for degree in read_numbers(text, 4) or ())
    if field in {"von", "bis"} and len(text) == _DAY:
        return words.stated_day(datetime.fromisoformat(text).replace(tzinfo=UTC))
    return text
