"""Tables for a spreadsheet, and the texts of a table in one language."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, tzinfo
from typing import TextIO

from connector.cli.frame.output import format_time
from connector.language.catalogue import LANGUAGES, Language, say
from connector.views.agreements import MonthlyUsageView, UseView
from connector.views.conversion import in_zone
from connector.views.sheet import write_sheet

_COLUMNS = ("at", "role", "counterparty", "name", "dataset", "title", "purposes", "bytes", "agreement", "transfer")
_SUMS = (
    "month",
    "role",
    "counterparty",
    "name",
    "dataset",
    "title",
    "purposes",
    "agreements",
    "deliveries",
    "bytes",
    "denied",
)


def choose_text(texts: Mapping[str, str], language: str) -> str:
    """Return the text in a language, else in any; empty without a text.

    >>> choose_text({"de": "Luft", "en": "Air"}, "en")
    'Air'
    """
    return next((texts[tag] for tag in (language, *LANGUAGES, *texts) if texts.get(tag)), "")


def select_uses(
    uses: Iterable[UseView],
    counterparty: str | None = None,
    dataset: str | None = None,
    begin: datetime | None = None,
    end: datetime | None = None,
) -> Iterator[UseView]:
    """Yield the uses from `begin` until `end` with a participant and of a dataset."""
    for use in uses:
        wanted = counterparty in {None, use.counterparty} and dataset in {None, use.dataset}
        if wanted and (begin is None or use.at >= begin) and (end is None or use.at < end):
            yield use


def write_uses(out: TextIO, uses: Iterable[UseView], language: Language, zone: tzinfo, *, plain: bool = False) -> None:
    """Write uses as CSV, one line a use.

    The form is that which a spreadsheet of the language opens: its delimiter, its words, and the mark of UTF-8. `plain`
    is the form for programs (RFC 4180), whose times have their offset from UTC.
    """
    columns = _COLUMNS if plain else [say(language, f"fields.{name}") for name in _COLUMNS]
    rows = (_write_use(use, language, zone, plain=plain) for use in uses)
    write_sheet(out, columns, rows, delimiter="," if plain else say(language, "cli.sheet-delimiter"), marked=not plain)


def write_usage(out: TextIO, rows: Iterable[MonthlyUsageView], language: Language, *, plain: bool = False) -> None:
    """Write the sums of usage as CSV, one line each, in the two forms of `write_uses`."""
    columns = _SUMS if plain else [say(language, f"fields.{name}") for name in _SUMS]
    cells = (_write_sums(row, language, plain=plain) for row in rows)
    write_sheet(out, columns, cells, delimiter="," if plain else say(language, "cli.sheet-delimiter"), marked=not plain)


def _write_sums(row: MonthlyUsageView, language: Language, *, plain: bool) -> tuple[str, ...]:
    role = str(row.role) if plain else say(language, f"values.{row.role}")
    what = (row.dataset, choose_text(row.title, language), " ".join(row.purposes))
    counts = (row.agreements, row.deliveries, row.bytes_moved, row.denied)
    return (row.month, role, row.counterparty, row.counterparty_name, *what, *map(str, counts))


def _write_use(use: UseView, language: Language, zone: tzinfo, *, plain: bool) -> tuple[str, ...]:
    who = (use.counterparty, use.counterparty_name)
    what = (use.dataset, choose_text(use.title, language), " ".join(use.purposes))
    return (
        in_zone(use.at, zone).isoformat() if plain else format_time(use.at, zone),
        str(use.role) if plain else say(language, f"values.{use.role}"),
        *who,
        *what,
        str(use.bytes_moved),
        use.agreement_id,
        use.transfer,
    )
