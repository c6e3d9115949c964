"""The values of a field as an inspection reads them: texts, numbers and instants, by the place of the row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property

from connector.dataplane.formats.dates import to_instant
from connector.dataplane.formats.values import MISSING, read_raw, to_number, to_text
from connector.ports.flow import Record


@dataclass(frozen=True)
class Column:
    """The values of one field; a missing one is an empty text. `nested` is True if it holds objects or lists."""

    name: str
    texts: tuple[str, ...]
    decimal: str = "."
    thousands: str = ""
    nested: bool = False

    @cached_property
    def known(self) -> tuple[int, ...]:
        """The places of the values that are not missing."""
        return tuple(at for at, text in enumerate(self.texts) if text)

    @cached_property
    def numbers(self) -> dict[int, Decimal]:
        """The numbers by place."""
        read = ((at, to_number(self.texts[at], self.decimal, self.thousands)) for at in self.known)
        return {at: number for at, number in read if number is not None}

    @cached_property
    def moments(self) -> dict[int, datetime]:
        """The dates and times by place; one without an offset is taken as UTC."""
        read = ((at, read_moment(self.texts[at])) for at in self.known)
        return {at: moment for at, moment in read if moment is not None}

    @property
    def is_numeric(self) -> bool:
        """Whether every value is a number."""
        return bool(self.known) and len(self.numbers) == len(self.known)

    @property
    def is_dated(self) -> bool:
        """Whether every value is a date or a time."""
        return bool(self.known) and len(self.moments) == len(self.known)


def read_moment(text: str) -> datetime | None:
    """Return the instant of a date or a time; None if it is none."""
    found = to_instant(text)
    if found is None:
        return None
    try:
        moment = datetime.fromisoformat(found if len(found) > len("2026-05") else f"{found}-01")
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def make_columns(
    records: Sequence[Record], fields: Sequence[str], decimal: str = ".", thousands: str = ""
) -> list[Column]:
    """Return the columns of rows."""
    made = []
    for name in fields:
        values = [read_raw(record.get(name)) for record in records]
        nested = any(isinstance(value, dict | list | tuple) for value in values)
        texts = tuple(
            "" if (text := to_text(value).strip() if not isinstance(value, bool) else str(value)) in MISSING else text
            for value in values
        )
        # The numbers of a file with types have a decimal point, whatever the owner of a text states.
        made.append(Column(name, texts, decimal or ".", thousands, nested))
    return made
