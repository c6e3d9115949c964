"""Places whose kind of source describes itself: a card with a control for each member, and the address of it. Pure.

A new kind appears by itself: its members are those that its source declares, its words those of the catalogue.
"""

import re
from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any

import msgspec

from connector.dataplane.address.describing import AddressForm, AddressMember, AddressPart
from connector.web.frame.wording import PageWords
from connector.web.offering.controls import Control, ControlKind, Option, read_answer, split_lines
from connector.web.offering.template_cards import TemplateCard
from connector.web.typed import read_number, read_numbers, read_whole

MISSING = "places.missing"
LONGEST_PLACE = 4000
Secrets = Mapping[str, tuple[str, ...]]
"""The names of the secrets that the settings list, with their servers."""
_KINDS: Mapping[str, ControlKind] = {
    "texts": "lines",
    "choice": "choice",
    "truth": "choice",
    "secret": "choice",
}
_TRUTHS = ("false", "true")


class PlaceFault(Exception):
    """A field of a place is missing or cannot be read; `key` is its sentence, `field` its name in the form."""

    def __init__(self, key: str, field: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.field, self.values = key, field, values

    def explain(self, words: PageWords) -> str:
        """Return the sentence for a person."""
        said = self.values.items()
        written = {name: words.decimal(one) if isinstance(one, int | float) else one for name, one in said}
        return words.say(self.key, label=name_field(words, self.field), **written)


class PlacePart(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a place that may be left out: `name` is its field, `options` are its forms, the first one none."""

    name: str
    title: str
    options: tuple[TemplateCard, ...]
    chosen: bool


class PlaceCard(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of place as a card: the controls that it needs, those that it may have, and its parts.

    `opened` says that something is typed in one that it may have.
    """

    name: str
    title: str
    why: str
    controls: tuple[Control, ...]
    chosen: bool
    more: tuple[Control, ...] = ()
    parts: tuple[PlacePart, ...] = ()
    opened: bool = False


def name_field(words: PageWords, field: str) -> str:
    """Return what people call a field: `sftp.path`, or `ogcapi.auth.basic.user` in a part."""
    place, *_, member = field.split(".")
    return (
        words.find(f"places.field-{field.replace('.', '-')}")
        or words.find(f"places.member-{place}:{member}")
        or words.find(f"places.member-{member}")
        or member
    )


def make_card(
    words: PageWords, place: str, form: AddressForm, answers: Mapping[str, str], secrets: Secrets, *, chosen: bool
) -> PlaceCard:
    """Return the card of a place; `place` is what the names of its fields begin with."""
    needed = [member for member in form.members if member.required or member.usual or member.sort == "secret"]
    others = [member for member in form.members if member not in needed]
    more = _make_controls(words, place, others, answers, secrets)
    return PlaceCard(
        name=place,
        title=words.find(f"places.{place}") or form.kind,
        why=words.find(f"places.{place}-why"),
        controls=_make_controls(words, place, needed, answers, secrets),
        chosen=chosen,
        more=more,
        parts=tuple(_make_part(words, place, part, answers, secrets) for part in form.parts),
        opened=any(control.name in answers and answers[control.name] not in {"", "false"} for control in more),
    )


def list_fields(place: str, form: AddressForm) -> frozenset[str]:
    """Return the names of all fields of a place."""
    names = {f"{place}.{member.name}" for member in form.members} | {f"{place}.{part.name}" for part in form.parts}
    return frozenset(names).union(
        f"{place}.{part.name}.{variant.tag}.{member.name}"
        for part in form.parts
        for variant in part.variants
        for member in variant.members
    )


def read_address(place: str, form: AddressForm, answers: Mapping[str, str]) -> dict[str, Any]:
    """Return the address that was typed; what is empty is not in it. Raises PlaceFault."""
    address: dict[str, Any] = {"kind": form.kind, **_read_members(place, form.members, answers)}
    for part in form.parts:
        field = f"{place}.{part.name}"
        variant = next((known for known in part.variants if known.tag == answers.get(field)), None)
        if variant is not None:
            members = _read_members(f"{field}.{variant.tag}", variant.members, answers)
            address[part.name] = {"kind": variant.tag, **members}
    return address


def name_place(form: AddressForm, address: Mapping[str, Any]) -> str:
    """Return what names the data to a person: the last text that is required, or else that is usual, before the URL."""
    texts = [member for member in form.members if member.sort == "text" and address.get(member.name)]
    required = [member.name for member in texts if member.required and member.name != "url"]
    usual = [member.name for member in texts if member.usual]
    found = required[-1] if required else usual[0] if usual else "url"
    return str(address.get(found, form.kind))


def find_mentioned(place: str, form: AddressForm, sentence: str, choice: str = "art") -> str:
    """Return the field whose member a sentence of a source names between backticks, else the place itself.

    `choice` is the field in which a place is chosen.
    """
    named = re.findall(r"`([a-z_]+)`", sentence[:1000])
    known = {member.name for member in form.members} | {part.name for part in form.parts}
    found = next((name for name in named if name in known), "")
    return f"{place}.{found}" if found else f"{choice}-{place}"


def _make_part(
    words: PageWords, place: str, part: AddressPart, answers: Mapping[str, str], secrets: Secrets
) -> PlacePart:
    field = f"{place}.{part.name}"
    tags = {variant.tag for variant in part.variants}
    chosen = answers.get(field) if answers.get(field) in tags else ""
    none = TemplateCard(name="", title=words.say("places.part-none"), why="", controls=(), chosen=not chosen)
    options = (
        TemplateCard(
            name=variant.tag,
            title=words.find(f"places.part-{part.name}-{variant.tag}") or variant.tag,
            why=words.find(f"places.part-{part.name}-{variant.tag}-why"),
            controls=_make_controls(words, f"{field}.{variant.tag}", variant.members, answers, secrets),
            chosen=variant.tag == chosen,
        )
        for variant in part.variants
    )
    title = words.find(f"places.part-{part.name}") or part.name
    return PlacePart(name=field, title=title, options=(none, *options), chosen=bool(chosen))


def _make_controls(
    words: PageWords, prefix: str, members: Iterable[AddressMember], answers: Mapping[str, str], secrets: Secrets
) -> tuple[Control, ...]:
    return tuple(_make_control(words, f"{prefix}.{member.name}", member, answers, secrets) for member in members)


def _make_control(
    words: PageWords, field: str, member: AddressMember, answers: Mapping[str, str], secrets: Secrets
) -> Control:
    place = field.partition(".")[0]
    hint = words.find(f"places.hint-member-{place}:{member.name}") or words.find(f"places.hint-member-{member.name}")
    if member.sort == "secret":
        hint = words.say("places.hint-zugang")
    elif not hint and member.sort != "choice" and member.default not in {"", *_TRUTHS}:
        hint = words.say("places.hint-default", default=_write_default(words, member))
    return Control(
        name=field,
        kind=_KINDS.get(member.sort, "text"),
        label=name_field(words, field),
        value=answers.get(field, ""),
        options=_list_options(words, member, secrets),
        hint=hint,
    )


def _write_default(words: PageWords, member: AddressMember) -> str:
    return words.decimal(float(member.default)) if member.sort in {"whole", "number"} else member.default


def _list_options(words: PageWords, member: AddressMember, secrets: Secrets) -> tuple[Option, ...]:
    if member.sort == "secret":
        named = (words.say("places.secret", name=one, servers=", ".join(to)) for one, to in secrets.items())
        empty = Option("", words.say("offering.choose" if member.required else "places.no-secret"))
        return (empty, *map(Option, secrets, named))
    choices = _TRUTHS if member.sort == "truth" and member.default != "true" else tuple(reversed(_TRUTHS))
    if member.sort != "truth":
        choices = member.choices
    return tuple(
        Option(choice, words.find(f"places.choice-{member.name}-{choice}") or words.find(f"places.choice-{choice}")
               or choice)
        for choice in choices
    )  # fmt: skip


def _read_members(prefix: str, members: Iterable[AddressMember], answers: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for member in members:
        field = f"{prefix}.{member.name}"
        value = _read_value(field, member, answers)
        if value is not None:
            found[member.name] = value
        elif member.required:
            raise PlaceFault(MISSING, field)
    return found


def _read_value(field: str, member: AddressMember, answers: Mapping[str, str]) -> Any:
    """Return the value of a member, None if it is empty or what counts anyhow. Raises PlaceFault."""
    text = read_answer(answers, field)[:LONGEST_PLACE]
    if not text or text == member.default:
        return None
    match member.sort:
        case "choice":
            return text if text in member.choices else None
        case "truth":
            return text == "true" if text in _TRUTHS else None
        case "whole" | "number":
            return _read_number(field, member, text)
        case "numbers":
            return _read_numbers(field, member, text)
        case "texts":
            lines = split_lines(answers[field][:LONGEST_PLACE])
            return [
                _read_text(field, member, name) for line in lines for part in line.split(",") if (name := part.strip())
            ]
        case _:
            return _read_text(field, member, text)


def _read_text(field: str, member: AddressMember, text: str) -> str:
    if len(text) > member.longest or (member.pattern and not re.search(member.pattern, text)):
        raise PlaceFault("places.text-wrong", field)
    return text


def _read_number(field: str, member: AddressMember, text: str) -> int | float:
    whole = member.sort == "whole"
    plain = read_whole(text) if whole else read_number(text)
    try:
        number = int(plain) if whole and plain.isascii() and len(plain) < 19 else float(plain)
    except ValueError:
        number = float("nan")
    low, high = member.least, member.most
    fits = isfinite(number) and (low is None or number >= low) and (high is None or number <= high)
    if not fits or (whole and not isinstance(number, int)):
        raise PlaceFault("places.number-wrong", field, least=low or 0, most="…" if high is None else high)
    return number


def _read_numbers(field: str, member: AddressMember, text: str) -> list[float]:
    numbers = list(read_numbers(text, member.count) or ())
    if not numbers or not all(map(isfinite, numbers)):
        raise PlaceFault("places.numbers-wrong", field, number=member.count)
    return numbers
