"""A file that is read as a whole, as the reader of a delivery: its bytes are held on disk until all of them are there.

Without a chosen form the rows leave in the format of the file if it can be written, else as GeoJSON or JSON.
"""

from collections.abc import Iterable, Iterator

import msgspec

from connector.dataplane.formats.tables import RecordTable
from connector.dataplane.forms.choice import BadChoice, Choice
from connector.dataplane.forms.narrowing import NarrowedWriter
from connector.dataplane.tabular.apart import open_apart
from connector.dataplane.tabular.opened import LARGEST, OpenedRows, Scratch
from connector.ports.flow import Record, Untreatable
from connector.ports.treatment import Records
from connector.views.assets import FORM_TYPES, RowForm

_PIECE = 256 * 1024
_OWN: dict[str, RowForm] = {"excel": "excel", "parquet": "parquet", "geojson": "geojson"}


def choose_own_form(records: Records) -> RowForm:
    """Return the form in which the treated rows of a file leave if none is chosen.

    >>> choose_own_form(Records(format="geopackage")), choose_own_form(Records(format="parquet"))
    ('geojson', 'parquet')
    """
    return _OWN.get(records.format, "geojson" if records.format in {"shapefile", "geopackage"} else "json")


def find_own_type(records: Records) -> str:
    """Return the media type of the form in which the treated rows of a file leave if none is chosen."""
    return FORM_TYPES[choose_own_form(records)]


class FileReader:
    """Reads the rows of a file when its last byte is there."""

    piece = _PIECE

    def __init__(self, records: Records) -> None:
        self._records = records
        self._folder = Scratch()
        self._path = self._folder.path / "data"
        self._path.touch()
        self._size = 0
        self._opened: OpenedRows | None = None
        self._writer: NarrowedWriter | None = None

    @property
    def fields(self) -> tuple[str, ...] | None:
        """The fields of the rows; None before the file is complete."""
        return self._opened.fields if self._opened else None

    def read(self, piece: bytes, /) -> Iterator[RecordTable | list[Record]]:
        """Hold a piece of the file. Raises Untreatable for one that is too large."""
        self._size += len(piece)
        if self._size > LARGEST:
            raise Untreatable(f"The file has more than {LARGEST} bytes: offer its rows as CSV, or in several files.")
        with self._path.open("ab") as file:
            file.write(piece)
        return iter(())

    def end(self) -> Iterator[RecordTable | list[Record]]:
        """Yield the rows in batches."""
        self._opened = open_apart(self._path, self._records)
        yield []  # the fields are known also if there is no row
        yield from self._opened.batches

    def write_head(self, fields: tuple[str, ...], /) -> bytes:
        """Return the bytes before the rows."""
        form = choose_own_form(self._records)
        opened = self._opened
        records = self._records
        if opened and opened.crs and not records.crs:
            records = msgspec.structs.replace(records, crs=opened.crs)
        try:
            self._writer = NarrowedWriter(Choice(form=form), records)
            return self._writer.write_head(fields)
        except BadChoice as error:
            raise Untreatable(str(error)) from error

    def write(self, records: Iterable[Record], /) -> bytes:
        """Return rows as bytes."""
        assert self._writer
        try:
            return self._writer.write(records)
        except BadChoice as error:
            raise Untreatable(str(error)) from error

    def write_tail(self) -> bytes:
        """Return the bytes after the rows."""
        assert self._writer
        return self._writer.write_tail()
