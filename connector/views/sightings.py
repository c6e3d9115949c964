"""What the connector sees in the data of an asset before it is added: the answer of a trial of the source."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import Meta

from connector.views.assets import Records
from connector.views.common import LocalizedText

FieldKind = Literal["", "whole", "number", "date", "time", "truth", "text", "object", "geometry", "empty"]
"""What the values of a field are: whole and other numbers, days, instants, truth values, texts, objects, geometries."""


class SeenField(msgspec.Struct, frozen=True, kw_only=True):
    """One field of the records that were looked at: how many of its values are numbers, other texts, or missing."""

    name: str
    numbers: int = 0
    others: int = 0
    dates: Annotated[int, Meta(description="Number of its values that are dates or times.")] = 0
    missing: int = 0
    line: Annotated[
        int, Meta(description="First line, or record of JSON, with a value that is no number, if some are.")
    ] = 0
    ambiguous: Annotated[
        str, Meta(description="One of its numbers that can be read in two ways; empty if its values settle each.")
    ] = ""
    signs: Annotated[
        tuple[tuple[str, str], ...],
        Meta(description="Decimal and thousands sign with which its numbers can be read; empty if nothing shows them."),
    ] = ()
    example: Annotated[str, Meta(description="A value that is not a number, if some are, else the first one.")] = ""
    least: Annotated[float | None, Meta(description="Least of its numbers, if it has any.")] = None
    greatest: Annotated[float | None, Meta(description="Greatest of its numbers, if it has any.")] = None
    earliest: Annotated[str, Meta(description="Earliest of its dates or times in ISO 8601, if it has any.")] = ""
    latest: Annotated[str, Meta(description="Latest of its dates or times in ISO 8601, if it has any.")] = ""
    kind: Annotated[FieldKind, Meta(description="What its values are; empty if the data was not inspected.")] = ""
    unit: Annotated[str, Meta(description="Unit of its numbers, as its name says.")] = ""


class DataFinding(msgspec.Struct, frozen=True, kw_only=True):
    """What an inspection found in the data: a fault, or a remark on what is unusual and may be right."""

    code: str
    level: Literal["fault", "remark"]
    field: str = ""
    count: Annotated[int, Meta(description="How many values, rows or gaps.")] = 0
    of: Annotated[int, Meta(description="Of how many rows that were looked at.")] = 0
    extra: Annotated[int, Meta(description="Rows beyond the first one of each repeated key.")] = 0
    example: Annotated[str, Meta(description="One of the values.")] = ""
    detail: Annotated[str, Meta(description="What completes the sentence, such as another field.")] = ""
    texts: Annotated[LocalizedText, Meta(description="The finding as a sentence, by language.")] = {}


class InspectOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Data that is inspected; nothing is added."""

    example: ClassVar[dict[str, Any]] = {
        "source": {"kind": "file", "path": "air/2026-05.csv"},
        "media_type": "text/csv",
    }

    source: Annotated[dict[str, Any], Meta(description="Address of the data, as in a new asset.")]
    media_type: Annotated[str, Meta(description="Media type of the data (default: as the source states it).")] = ""
    records: Annotated[
        Records | None, Meta(description="How the data is read as records (default: as the data shows).")
    ] = None


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """A statement that a draft could make: nothing is stated until its owner states it."""

    member: Annotated[str, Meta(description="Member of the asset, such as `period`.")]
    value: Annotated[Any, Meta(description="Value of the member, as in a new asset.")]
    origin: Annotated[
        Literal["data", "offer"],
        Meta(description="Where it comes from: the `data` itself, or the last published `offer` of the participant."),
    ]


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen at the source. `problem` says why the data cannot be read as records; None if it can, or has none.

    The records are those at the beginning of the data; `whole` is true if that was all of it.
    """

    media_type: str
    size: Annotated[int | None, Meta(description="Size in bytes, if known.")] = None
    files: Annotated[int | None, Meta(description="Number of files, of a folder.")] = None
    format: Annotated[str, Meta(description="Record format; empty for data without records.")] = ""
    encoding: str = ""
    delimiter: str = ""
    decimal: Annotated[str, Meta(description="Sign before the decimals of a number; empty if nothing shows it.")] = ""
    thousands: Annotated[str, Meta(description="Sign between groups of three digits.")] = ""
    ambiguous: Annotated[str, Meta(description="A number that can be read in two ways; empty if none was seen.")] = ""
    fields: tuple[SeenField, ...] = ()
    records: Annotated[int, Meta(description="Number of records that were looked at.")] = 0
    whole: bool = False
    first: Annotated[tuple[dict[str, str], ...], Meta(description="The first records.")] = ()
    problem: str | None = None
    remarks: tuple[str, ...] = ()
    box: Annotated[
        tuple[float, ...], Meta(description="Box around all places: west, south, east, north in degrees.")
    ] = ()
    crs: Annotated[str, Meta(description="Reference system of the coordinates; empty if unknown.")] = ""
    geometry: Annotated[tuple[str, ...], Meta(description="Field of the geometry, or those of east and north.")] = ()
    time: Annotated[str, Meta(description="Field of the time of a record.")] = ""
    title: Annotated[str, Meta(description="Title that the name of the file suggests.")] = ""
    persons: Annotated[tuple[str, ...], Meta(description="Fields that may be about persons.")] = ()
    findings: tuple[DataFinding, ...] = ()
    gaps: Annotated[
        tuple[LocalizedText, ...], Meta(description="What the description of the draft lacks, by language.")
    ] = ()
    suggestions: Annotated[
        tuple[Suggestion, ...], Meta(description="Statements that the draft could make, and does not.")
    ] = ()


def choose_signs(fields: Sequence[SeenField]) -> tuple[str, str]:
    """Return the decimal and thousands sign that most of the fields show; empty if no field shows any.

    >>> choose_signs([SeenField(name="a", signs=((",", ""), (",", "."))), SeenField(name="b", signs=((",", "."),))])
    (',', '.')
    """
    counts = Counter(signs for field in fields for signs in field.signs)
    return max(counts, key=lambda signs: counts[signs]) if counts else ("", "")
