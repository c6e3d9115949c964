"""What the connector sees in the data of an asset before it is added: the answer of a trial of the source."""

from typing import Annotated

import msgspec
from msgspec import Meta


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
    ambiguous: Annotated[bool, Meta(description="Some of its numbers can be read in two ways.")] = False
    example: Annotated[str, Meta(description="A value that is not a number, if some are, else the first one.")] = ""


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
    decimal: Annotated[str, Meta(description="Sign before the decimals of a number.")] = ""
    thousands: Annotated[str, Meta(description="Sign between groups of three digits.")] = ""
    ambiguous: Annotated[str, Meta(description="A number that can be read in two ways; empty if none was seen.")] = ""
    fields: tuple[SeenField, ...] = ()
    records: Annotated[int, Meta(description="Number of records that were looked at.")] = 0
    whole: bool = False
    first: Annotated[tuple[dict[str, str], ...], Meta(description="The first records.")] = ()
    problem: str | None = None
    remarks: tuple[str, ...] = ()
