"""Tables for a spreadsheet, and the texts of a table in one language."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, tzinfo
from typing import TextIO

from connector.cli.frame.output import format_time
from connector.language.catalogue import Language, say
from connector.views.agreements import UseView
from connector.views.conversion import in_zone

_COLUMNS = ("at", "role", "counterparty", "name", "dataset", "title", "purposes", "bytes", "agreement", "transfer")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def choose_text(texts: Mapping[str, str], language: str) -> str:
    """Return the text in a language, else in any; empty without a text.

    >>> choose_text({"de": "Luft", "en": "Air"}, "en")
    'Air'
    """
    return texts.get(language) or next(iter(texts.values()), "")


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
    if not plain:
        out.write("\ufeff")
    table = csv.writer(out, delimiter="," if plain else say(language, "cli.sheet-delimiter"))
    table.writerow(_COLUMNS if plain else [say(language, f"fields.{name}") for name in _COLUMNS])
    for use in uses:
        who = (use.counterparty, use.counterparty_name)
        what = (use.dataset, choose_text(use.title, language), " ".join(use.purposes))
        row = (
            in_zone(use.at, zone).isoformat() if plain else format_time(use.at, zone),
            str(use.role) if plain else say(language, f"values.{use.role}"),
            *who,
            *what,
            str(use.bytes_moved),
            use.agreement_id,
            use.transfer,
        )
        table.writerow([_defuse(cell) for cell in row])


def _defuse(cell: str) -> str:
    """Keep a spreadsheet from reading a text of a counterparty as a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
