"""Tables for a spreadsheet, and the texts of a table in one language."""

import csv
from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import TextIO

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


def write_uses(out: TextIO, uses: Iterable[UseView], language: str, zone: tzinfo) -> None:
    """Write uses as CSV (RFC 4180): times with their offset from UTC, one line a use."""
    table = csv.writer(out)
    table.writerow(_COLUMNS)
    for use in uses:
        who = (use.counterparty, use.counterparty_name)
        what = (use.dataset, choose_text(use.title, language), " ".join(use.purposes))
        row = (
            in_zone(use.at, zone).isoformat(),
            str(use.role),
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
