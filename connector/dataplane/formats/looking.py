"""Looks at the beginning of data: its encoding, its delimiter, how its numbers are written, and its first records.

Nothing is guessed that the data does not show. Each field is judged by its own values: coordinates with a decimal point
say nothing about the `1.234` of another field. Where the numbers of a field can be read in two ways, the sighting names
one of them, and the owner has to say which is meant.
"""

import re
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from itertools import accumulate, islice

import msgspec

from connector.dataplane.formats.codec import make_codec
from connector.dataplane.formats.csv import DELIMITERS
from connector.dataplane.formats.dates import to_instant
from connector.dataplane.formats.signatures import find_encoding
from connector.dataplane.formats.values import MISSING, to_number, to_text
from connector.ports.flow import Record, Untreatable
from connector.ports.treatment import Records
from connector.views.sightings import SeenField, Sighting, choose_signs

SAMPLE = 1024 * 1024
MOST_RECORDS = 10_000
_SHOWN, _LONGEST = 3, 200
Notation = tuple[str, str]
"""The decimal sign and the thousands sign."""
# The more usual way first: it is taken where two ways read as many numbers.
NOTATIONS = ((".", ""), (",", ""), (",", "."), (",", " "), (".", ","), (".", " "), (",", "'"), (".", "'"))
_NUMBER_LIKE = re.compile(r"[+\u2212-]?[\d.,'\u2019 \u00a0\u202f]*\d[\d.,'\u2019 \u00a0\u202f]*(?:[eE][+-]?\d+)?")


def look(sample: bytes, whole: bool, stated: Records, media_type: str, size: int | None = None) -> Sighting:
    """Return what the beginning of data shows; what the owner stated is taken as it is."""
    return look_at_records(sample, whole, stated, media_type, size)[0]


def look_at_records(
    sample: bytes, whole: bool, stated: Records, media_type: str, size: int | None = None
) -> tuple[Sighting, list[Record]]:
    """Return what the beginning of data shows, and its records; none if it cannot be read."""
    seen = Sighting(media_type=media_type, size=size, format=stated.format, whole=whole)
    encoding = stated.encoding or (find_encoding(sample) if stated.format == "csv" else "utf-8")
    if encoding is None:
        return msgspec.structs.replace(seen, problem="The data is not text: correct the file or its media type."), []
    stated = msgspec.structs.replace(stated, encoding=encoding)
    seen = msgspec.structs.replace(seen, encoding=encoding)
    try:
        records, fields, delimiter = read_beginning(sample, whole, stated)
    except Untreatable as error:
        return msgspec.structs.replace(seen, problem=str(error)), []
    lines = _number_lines(records, fields, stated.format, sample)
    seen = msgspec.structs.replace(seen, delimiter=delimiter, whole=whole and len(records) < MOST_RECORDS)
    return see_records(seen, records, fields, stated, lines), records


def see_records(
    seen: Sighting, records: Sequence[Record], fields: Sequence[str], stated: Records, lines: Sequence[int]
) -> Sighting:
    """Return a sighting with what the records show; `lines` says where each of them begins."""
    columns = {name: [record.get(name) for record in records] for name in fields}
    found = tuple(_see_field(name, column, stated, lines) for name, column in columns.items())
    decimal, thousands = choose_signs(found)
    return msgspec.structs.replace(
        seen,
        decimal=decimal,
        thousands=thousands,
        ambiguous=next((field.ambiguous for field in found if field.ambiguous), ""),
        fields=found,
        records=len(records),
        first=tuple(
            {name[:_LONGEST]: to_text(value)[:_LONGEST] for name, value in islice(record.items(), 100)}
            for record in records[:_SHOWN]
        ),
    )


def read_beginning(sample: bytes, whole: bool, stated: Records) -> tuple[list[Record], tuple[str, ...], str]:
    """Return the first records of data with the fields and the delimiter, as the owner stated or as the data shows.

    Raises Untreatable with the fault of the most usual reading.
    """
    fault: Untreatable | None = None
    best: tuple[list[Record], tuple[str, ...], str] | None = None
    for delimiter in (stated.delimiter, *(DELIMITERS if stated.format == "csv" and not stated.delimiter else ())):
        codec = make_codec(msgspec.structs.replace(stated, delimiter=delimiter))
        try:
            records = codec.read(sample)
            records += codec.end() if whole else []
        except Untreatable as error:
            fault = fault or error
            continue
        # The delimiter that the header suggests, unless only another one separates every line into equally many values.
        fields = codec.fields or ()
        if len(fields) > 1 or (best is None and fault is None):
            best = records, fields, delimiter or codec.delimiter
        if len(fields) > 1:
            break
    if best is None:
        raise fault or Untreatable("The data cannot be read as records.")
    records, fields, delimiter = best
    if not records and not whole:
        raise Untreatable(f"The first record of the data has more than {SAMPLE} bytes: check for a missing line end.")
    if stated.format != "csv":
        fields = tuple(dict.fromkeys(name for record in records for name in record))[:MOST_RECORDS]
    return records[:MOST_RECORDS], fields, delimiter


def _find_notations(column: Sequence[object], stated: Records) -> tuple[list[Notation], str]:
    """Return the ways in which the numbers of one field can be written, the likeliest first, and a number read in two.

    A way is refuted by another one that reads everything that it reads, and more.
    """
    if stated.decimal:
        return [(stated.decimal, stated.thousands)], ""
    ways = [way for way in NOTATIONS if not stated.thousands or way[1] == stated.thousands] or [NOTATIONS[0]]
    texts = Counter(
        value.strip() for value in column if isinstance(value, str) and _NUMBER_LIKE.fullmatch(value.strip())
    )
    read = {way: {text: number for text in texts if (number := to_number(text, *way)) is not None} for way in ways}
    fitting = [way for way in ways if not any(read[way].keys() < read[other].keys() for other in ways)]
    fitting.sort(key=lambda way: -sum(texts[text] for text in read[way]))
    ambiguous = (text for text in texts if len({read[way][text] for way in fitting if text in read[way]}) > 1)
    return fitting, next(ambiguous, "")


def _number_lines(records: Sequence[Record], fields: Sequence[str], form: str, sample: bytes) -> list[int]:
    """Return the line of the data in which each record begins; for JSON, which has no lines, its number."""
    if form != "csv":
        return list(range(1, len(records) + 1))
    head = 1 + sum(name.count("\n") for name in fields) + sample.lstrip(b"\xef\xbb\xbf").startswith(b"sep=")
    spans = (1 + sum(to_text(value).count("\n") for value in record.values()) for record in records)
    return [head + line - 1 for line in accumulate(spans, initial=2)][: len(records)]


def _see_field(name: str, column: Sequence[object], stated: Records, lines: Sequence[int]) -> SeenField:
    ways, ambiguous = _find_notations(column, stated)
    # A point or comma before three digits has one meaning only if no two of the ways give it different ones.
    shown = not any(one[0] == other[1] for one in ways for other in ways)
    others = missing = line = 0
    first, other = "", ""
    numbers: list[Decimal] = []
    dates = [moment for value in column if (moment := to_instant(value)) is not None]
    for value, place in zip(column, lines, strict=True):
        text = to_text(value).strip()
        if text in MISSING:
            missing += 1
        elif (number := to_number(value, *ways[0])) is not None:
            numbers.append(number)
            first = first or text
        else:
            others += 1
            other, line = other or text, line or place
    return SeenField(
        name=name,
        numbers=len(numbers),
        others=others,
        dates=len(dates),
        missing=missing,
        ambiguous=ambiguous[:_LONGEST],
        signs=tuple(ways) if shown else (),
        line=line if numbers else 0,
        example=(other or first)[:_LONGEST],
        least=float(min(numbers)) if numbers else None,
        greatest=float(max(numbers)) if numbers else None,
        earliest=min(dates, default=""),
        latest=max(dates, default=""),
    )
