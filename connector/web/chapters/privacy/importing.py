"""Consents from a file: read, shown with the errors of each row, recorded together, and taken back.

The file names people. It is read once; what goes on from page to page has keyed references alone.
"""

import io
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from connector.controlplane.core.errors import Invalid
from connector.controlplane.judging.treating.known_data import CONSENT, PURPOSE
from connector.controlplane.usecases.consents import MOST_ENTRIES, find_reference
from connector.controlplane.usecases.privacy import imported_consents
from connector.controlplane.usecases.privacy.imported_consents import ImportedConsents, find_standing, key_of
from connector.dataplane.formats.signatures import find_encoding
from connector.desk.consent_sheet import SheetFault, read_sheet
from connector.language.catalogue import LANGUAGES, find_sentence
from connector.policy.deciding.consent import GIVEN, VALID
from connector.policy.model.values import Iri, Text
from connector.policy.vocabulary.sorts import coerce
from connector.policy.words.names import name_value
from connector.ports.entities import Asset, Consent, PageBounds
from connector.views.consents import ConsentOrder
from connector.views.conversion import read_end, to_ms
from connector.web.chapters.privacy.naming import ShownConsent, name_state, show_entries
from connector.web.frame.forms import FormFault, read_form, read_pieces
from connector.web.frame.multipart import open_file
from connector.web.frame.visit import Visit, render

PATH = "/einwilligungen/einlesen"
FAULTS, OFFERS, EXAMPLES = 50, 500, 3
_GERMAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_Index = Annotated[int, Meta(ge=-1, lt=MOST_ENTRIES)]


class CarriedRow(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A row on its way from page to page: the keyed reference, the places of its words, and its end (ms).

    `old_state` and `old_until` are what was recorded before; -1 for nothing.
    """

    subject: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    dataset: _Index
    purpose: _Index
    state: _Index
    until: Annotated[int, Meta(ge=0)] | None = None
    old_state: _Index = -1
    old_until: Annotated[int, Meta(ge=0)] | None = None


class CarriedSheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rows of a sheet with the words that they have in common; `at` (ms) is when they were recorded."""

    words: Annotated[tuple[Annotated[str, Meta(max_length=2000)], ...], Meta(max_length=MOST_ENTRIES)]
    rows: Annotated[tuple[CarriedRow, ...], Meta(min_length=1, max_length=MOST_ENTRIES)]
    at: int = 0


class RowFault(msgspec.Struct, frozen=True):
    """What is wrong with a row of the file."""

    line: int
    sentence: str


class CountedConsents(msgspec.Struct, frozen=True):
    """How many people say the same: an entry in words, and their number."""

    shown: ShownConsent
    count: int


async def show_import(visit: Visit) -> Response:
    """Show what a file has to look like, and ask for it."""
    return _ask(visit)


async def preview(visit: Visit) -> Response:
    """Read a file, and show what would be recorded, or what is wrong with each row; nothing is recorded."""
    try:
        lines, orders = _read_file(visit, await _receive(visit))
    except FormFault as fault:
        return _ask(visit, visit.words.say(fault.key))
    except SheetFault as fault:
        return _ask(visit, visit.words.say(f"consents.{fault.key}", **fault.values))
    reader = await _make_reader(visit)
    entries, faults = _judge(visit, lines, orders, reader)
    if faults:
        return _ask(visit, faults=faults, read=len(lines))
    standing = await find_standing(visit.desk.register, [key_of(entry) for entry in entries])
    known = [standing.get(key_of(entry)) for entry in entries]
    return render(
        visit,
        "consent_preview.html",
        carried=_carry(entries),
        counted=await _count(visit, entries),
        people=len({entry.subject for entry in entries}),
        new=sum(old is None for old in known),
        same=sum(bool(old and (old.state, old.until) == (one.state, one.until)) for one, old in _pair(entries, known)),
        ended=sum(bool(old and old.state in VALID and one.state not in VALID) for one, old in _pair(entries, known)),
        examples=[
            (line, row.subject)
            for line, row in zip(lines[:EXAMPLES], orders[:EXAMPLES], strict=True)
            if isinstance(row, ConsentOrder)
        ],
    )


async def record(visit: Visit) -> Response:
    """Record what a preview has shown, and offer to take it back."""
    entries = _unpack(visit, await _read_carried(visit))
    imported = await imported_consents.record_sheet(visit.desk.register, [entry for entry, _ in entries])
    return render(
        visit,
        "consent_imported.html",
        count=len(imported.entries),
        carried=_carry(imported.entries, imported.before),
        taken_back=None,
    )


async def take_back(visit: Visit) -> Response:
    """Record again what was before an import."""
    found = _unpack(visit, await _read_carried(visit))
    imported = ImportedConsents(tuple(entry for entry, _ in found), tuple(old for _, old in found))
    count = await imported_consents.take_back(visit.desk.register, imported)
    return render(visit, "consent_imported.html", count=len(found), carried="", taken_back=count)


def _ask(visit: Visit, fault: str = "", faults: Sequence[RowFault] = (), read: int = 0) -> Response:
    return render(
        visit,
        "consent_import.html",
        status=422 if fault or faults else 200,
        fault=fault,
        faults=faults[:FAULTS],
        more=max(0, len(faults) - FAULTS),
        count=len(faults),
        read=read,
        most=MOST_ENTRIES,
    )


async def _receive(visit: Visit) -> str:
    """Return the text of the file of a form; the guard of the pages bounds its size. Raises FormFault."""
    kind = visit.request.headers.get("content-type", "")
    _, pieces = await open_file(kind, read_pieces(visit.request))
    content = b"".join([piece async for piece in pieces])
    encoding = find_encoding(content)
    try:
        if encoding is None or not content.strip():
            raise FormFault("consents.csv-encoding")
        return content.decode("utf-8-sig" if encoding == "utf-8" else encoding).lstrip("\ufeff")
    except UnicodeDecodeError:
        raise FormFault("consents.csv-encoding") from None


def _read_file(visit: Visit, text: str) -> tuple[list[int], list[ConsentOrder | SheetFault]]:
    """Return the rows of a file with their lines. Raises SheetFault, FormFault."""
    found = list(read_sheet(io.StringIO(text, newline=""), partial(_read_day, zone=visit.words.zone)))
    if not 0 < len(found) <= MOST_ENTRIES:
        raise FormFault("consents.import-none" if not found else "consents.import-many")
    return [line for line, _ in found], [row for _, row in found]


def _read_day(text: str, zone: object) -> datetime:
    """Read the last day of a consent as people or programs write it. Raises ValueError."""
    if match := _GERMAN_DAY.fullmatch(text):
        text = f"{match[3]}-{match[2]:0>2}-{match[1]:0>2}"
    return read_end(text, zone)  # type: ignore[arg-type]  # the zone of the words


class _SheetReader(msgspec.Struct, frozen=True):
    """Finds the IRIs and identifiers for what a row says: terms by name or IRI, offers by title or identifier."""

    find_purpose: Callable[[str], str | None]
    find_state: Callable[[str], str | None]
    find_dataset: Callable[[str], str | None]


async def _make_reader(visit: Visit) -> _SheetReader:
    context = visit.desk.context
    offers, _ = await context.store.personal_assets(context.owner, PageBounds(limit=OFFERS))
    return _SheetReader(
        find_purpose=partial(_find_term, visit, PURPOSE, _name_purposes(visit)),
        find_state=partial(_find_term, visit, CONSENT, _name_states(visit)),
        find_dataset=partial(_find_offer, offers),
    )


def _name_purposes(visit: Visit) -> dict[str, str]:
    """Return the purposes by their names in each language."""
    operands = visit.desk.evaluator.library.operands
    operand = operands.operands[PURPOSE]
    terms = operands.taxonomies[operand.taxonomy].terms
    return {name_value(iri, operand, operands, code).casefold(): iri for iri in terms for code in LANGUAGES}


def _name_states(visit: Visit) -> dict[str, str]:
    """Return the states by their words in each language."""
    operands = visit.desk.evaluator.library.operands
    terms = operands.taxonomies[operands.operands[CONSENT].taxonomy].terms
    named = ((find_sentence(code, f"consents.state-{name_state(iri)}"), iri) for iri in terms for code in LANGUAGES)
    return {word.casefold(): iri for word, iri in named if word}


def _find_term(visit: Visit, operand_iri: str, named: Mapping[str, str], text: str) -> str | None:
    operands = visit.desk.evaluator.library.operands
    operand = operands.operands[operand_iri]
    value = coerce(Text(text), operand, operands) if text else None
    if isinstance(value, Iri) and value.iri in operands.taxonomies[operand.taxonomy].terms:
        return value.iri
    return named.get(text.casefold())


def _find_offer(offers: Sequence[Asset], text: str) -> str | None:
    if any(asset.id == text for asset in offers):
        return text
    titled = [asset.id for asset in offers if text.casefold() in (title.casefold() for title in asset.title.values())]
    return titled[0] if len(titled) == 1 else None


def _judge(
    visit: Visit, lines: Sequence[int], rows: Sequence[ConsentOrder | SheetFault], reader: _SheetReader
) -> tuple[list[Consent], list[RowFault]]:
    """Return the entries of the rows, and what is wrong with them."""
    entries, faults = [], []
    for line, row in zip(lines, rows, strict=True):
        try:
            entries.append(_read_entry(visit, row, reader))
        except SheetFault as fault:
            faults.append(RowFault(line, visit.words.say(f"consents.{fault.key}", **{"line": line, **fault.values})))
    return entries, faults


def _read_entry(visit: Visit, row: ConsentOrder | SheetFault, reader: _SheetReader) -> Consent:
    """Return the entry that a row states. Raises SheetFault."""
    if isinstance(row, SheetFault):
        raise row
    purpose, state = reader.find_purpose(row.purpose), reader.find_state(row.state)
    dataset = reader.find_dataset(row.dataset) if row.dataset else ""
    for key, text, found in (
        ("row-purpose", row.purpose, purpose),
        ("row-state", row.state, state),
        ("row-offer", row.dataset or "", dataset),
    ):
        if found is None:
            raise SheetFault(key, text=text[:80])
    try:
        subject = find_reference(visit.desk.register, row.subject)
    except Invalid:
        raise SheetFault("row-person") from None
    until = to_ms(row.until)
    if until is not None and until <= visit.now and state in VALID:
        raise SheetFault("row-over")
    return Consent(
        owner=visit.desk.context.owner,
        subject=subject,
        dataset=dataset or "",
        purpose=purpose or "",
        state=state or GIVEN,
        at=0,
        until=until,
    )


async def _count(visit: Visit, entries: Sequence[Consent]) -> list[CountedConsents]:
    """Return how many people say the same, the largest number first."""
    plain = Counter(msgspec.structs.replace(entry, subject="") for entry in entries)
    ordered = plain.most_common()
    shown = await show_entries(visit, [entry for entry, _ in ordered], now=False)
    return [CountedConsents(one, count) for one, (_, count) in zip(shown, ordered, strict=True)]


def _pair(entries: Sequence[Consent], known: Sequence[Consent | None]) -> list[tuple[Consent, Consent | None]]:
    return list(zip(entries, known, strict=True))


def _carry(entries: Sequence[Consent], before: Sequence[Consent | None] = ()) -> str:
    """Write entries, and what was before, as a field of a form."""
    words = sorted({text for one in (*entries, *before) if one for text in (one.dataset, one.purpose, one.state)})
    places = {text: place for place, text in enumerate(words)}
    rows = [
        CarriedRow(
            entry.subject,
            places[entry.dataset],
            places[entry.purpose],
            places[entry.state],
            entry.until,
            places[old.state] if old else -1,
            old.until if old else None,
        )
        for entry, old in _pair(entries, before or [None] * len(entries))
    ]
    return msgspec.json.encode(CarriedSheet(tuple(words), tuple(rows), entries[0].at)).decode()


async def _read_carried(visit: Visit) -> CarriedSheet:
    """Return the rows that a form carries. Raises FormFault."""
    form = await read_form(visit.request)
    try:
        return msgspec.json.decode(form.get("eintraege", ""), type=CarriedSheet)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise FormFault("form-unreadable") from None


def _unpack(visit: Visit, sheet: CarriedSheet) -> list[tuple[Consent, Consent | None]]:
    """Return the entries of a form with what was before. Raises FormFault."""
    try:
        return [_unpack_row(visit, sheet, row) for row in sheet.rows]
    except IndexError:
        raise FormFault("form-unreadable") from None


def _unpack_row(visit: Visit, sheet: CarriedSheet, row: CarriedRow) -> tuple[Consent, Consent | None]:
    entry = Consent(
        owner=visit.desk.context.owner,
        subject=row.subject,
        dataset=sheet.words[row.dataset],
        purpose=sheet.words[row.purpose],
        state=sheet.words[row.state],
        at=sheet.at,
        until=row.until,
    )
    if row.old_state < 0:
        return entry, None
    return entry, msgspec.structs.replace(entry, state=sheet.words[row.old_state], until=row.old_until)
