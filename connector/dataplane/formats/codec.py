"""The codec of a record format: records from bytes and bytes from records, made for one delivery."""

from collections.abc import Iterable
from typing import Protocol

from connector.dataplane.formats.csv import Csv
from connector.dataplane.formats.json import JsonArray, JsonLines
from connector.ports.flow import Record, Untreatable
from connector.ports.treatment import Records


class RecordCodec(Protocol):
    """Reads records from bytes and writes them again. Each method can raise Untreatable."""

    @property
    def fields(self) -> tuple[str, ...] | None:
        """The fields of the header line or of the first record; None before it was read."""

    @property
    def delimiter(self) -> str:
        """The delimiter of a CSV, stated or detected; empty for other formats."""

    def read(self, piece: bytes) -> list[Record]:
        """Return the records that are complete with this piece."""

    def end(self) -> list[Record]:
        """Return the records that are complete with the end of the data."""

    def write_head(self, fields: tuple[str, ...], /) -> bytes:
        """Return the bytes before the records, which then have these fields."""

    def write(self, records: Iterable[Record]) -> bytes:
        """Return records as bytes."""

    def write_tail(self) -> bytes:
        """Return the bytes after the records."""


def make_codec(records: Records) -> RecordCodec:
    """Return the codec for a record format that is read piece by piece. Raises Untreatable for another one."""
    match records.format:
        case "csv":
            return Csv(records)
        case "json":
            return JsonArray()
        case "ndjson":
            return JsonLines()
        case _:
            raise Untreatable(f"The format {records.format} is read as a whole, not piece by piece.")
