"""The page of usage: who used what for which purpose, by month, as a drawing, a table and a sheet.

What is asked is in the address, so that a view can be sent to a colleague.
"""

import io
from functools import reduce

import msgspec
from starlette.responses import Response

from connector.controlplane.core.errors import Invalid
from connector.controlplane.usecases.proving import usage
from connector.controlplane.usecases.proving.usage import DescribedUsage, UsageQuestion
from connector.policy.model.policy import ODRL
from connector.policy.words.names import name_value
from connector.ports.entities import MonthlyUsage
from connector.protocol.dsp.common import Role
from connector.views.agreements import UsagePart
from connector.views.sheet import write_sheet
from connector.web.frame.forms import FormFault
from connector.web.frame.visit import Visit, make_link, name_party, read_query, render
from connector.web.showing.bars import draw_bars
from connector.web.typed import read_day

PATH = "/nutzung"
PAGE = 50
PARTS = {
    "monat": UsagePart.MONTH,
    "angebot": UsagePart.DATASET,
    "partner": UsagePart.COUNTERPARTY,
    "zweck": UsagePart.PURPOSES,
}
"""The words of the address for the parts of a row."""

COUNTS = {"vertraege": "agreements", "lieferungen": "deliveries", "bytes": "bytes_moved", "abgelehnt": "denied"}
"""The words of the address for the counts of a row."""

_LONGEST = 1600
_EMPTY = MonthlyUsage(owner="", month="", providing=True, dataset="", counterparty="")


class AskedUsage(msgspec.Struct, frozen=True, kw_only=True):
    """What the address of the page asks for, under its words; what is empty is not in an address."""

    von: str
    bis: str
    rolle: str = ""
    angebot: str = ""
    partner: str = ""
    zweck: str = ""
    gruppe: str = ""
    sortierung: str = ""

    def link(self, **changed: str) -> str:
        """Return the address of the page with other words."""
        return make_link(PATH, **self._words(**changed))

    def link_sheet(self) -> str:
        """Return the address of the sheet."""
        return make_link(f"{PATH}/tabelle", **self._words())

    def link_sorted(self, name: str) -> str:
        """Return the address that sorts by a column, the other way round if it is sorted by it; numbers downwards."""
        natural = f"-{name}" if name in COUNTS or name == "monat" else name
        return self.link(sortierung=natural if self.sortierung != natural else _turn(natural))

    def find_direction(self, name: str) -> str | None:
        """Return how the table is sorted by a column (WAI-ARIA 1.2, `aria-sort`); None if it is not."""
        if self.sortierung.removeprefix("-") != name:
            return None
        return "descending" if self.sortierung.startswith("-") else "ascending"

    def ask(self) -> UsageQuestion:
        """Return the question of the address. Raises Invalid."""
        known = {**PARTS, **COUNTS}
        name = self.sortierung.removeprefix("-")
        if name not in known or (self.gruppe and self.gruppe not in PARTS):
            raise Invalid("sort", f"Rows are not sorted by {name[:40]!r}: sort by one of {', '.join(known)}.")
        return UsageQuestion(
            first=self.von,
            last=self.bis,
            role=Role.CONSUMER if self.rolle == "bezieher" else Role.PROVIDER,
            dataset=self.angebot or None,
            counterparty=self.partner or None,
            purpose=self.zweck or None,
            by=(PARTS[self.gruppe],) if self.gruppe else tuple(UsagePart),
            sort=self.sortierung.replace(name, known[name]),
        )

    def _words(self, **changed: str) -> dict[str, str]:
        return {name: text for name, text in {**msgspec.structs.asdict(self), **changed}.items() if text}


async def show_usage(visit: Visit) -> Response:
    """Show the usage that the address asks for."""
    asked = _read_asked(visit)
    question = asked.ask()
    sums = await usage.read_sums(visit.desk.context, question)
    rows = await _sort(visit, sums, question)
    page = _read_page(visit)
    shown = await usage.describe(visit.desk.evaluator, rows[(page - 1) * PAGE : page * PAGE])
    months = {row.month: row for row in usage.sum_up(sums, (UsagePart.MONTH,))}
    by_month = [(month, months.get(month, _EMPTY)) for month in usage.list_months(asked.von, asked.bis)]
    return render(
        visit,
        "usage.html",
        asked=asked,
        columns=[name for name in PARTS if not asked.gruppe or name == asked.gruppe],
        counts=COUNTS,
        rows=[(row, _name_purposes(visit, row.sums.purposes)) for row in shown],
        chosen=await _name_chosen(visit, asked),
        total=reduce(usage.add, sums, _EMPTY),
        by_month=by_month,
        bars=draw_bars([(month, row.deliveries) for month, row in by_month]),
        page=page,
        pages=-(-len(rows) // PAGE),
    )


async def export_usage(visit: Visit) -> Response:
    """Answer with all rows as CSV, in the form that the spreadsheet of the reader opens."""
    asked = _read_asked(visit)
    question = asked.ask()
    rows = await _sort(visit, await usage.read_sums(visit.desk.context, question), question)
    described = await usage.describe(visit.desk.evaluator, rows)
    words, out = visit.words, io.StringIO(newline="")
    heads = [words.say(f"proving.column-{name}") for name in (*PARTS, *COUNTS)]
    ids = [words.say(f"proving.column-{name}-id") for name in ("angebot", "partner", "zweck")]
    delimiter = words.say("cli.sheet-delimiter")
    write_sheet(out, [*heads, *ids], (_write(visit, row) for row in described), delimiter=delimiter, marked=True)
    name = f"{words.say('proving.usage-file')}-{asked.von}-{asked.bis}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _write(visit: Visit, row: DescribedUsage) -> tuple[str, ...]:
    sums = row.sums
    named = (
        visit.words.pick(row.title, sums.dataset),
        row.counterparty_name or sums.counterparty,
        ", ".join(_name_purposes(visit, sums.purposes)),
    )
    counts = (str(getattr(sums, name)) for name in COUNTS.values())
    return (sums.month, *named, *counts, sums.dataset, sums.counterparty, " ".join(sums.purposes))


async def _sort(visit: Visit, sums: list[MonthlyUsage], question: UsageQuestion) -> list[MonthlyUsage]:
    return await usage.sort(visit.desk.evaluator, usage.sum_up(sums, question.by), question.sort, visit.words.language)


def _read_asked(visit: Visit) -> AskedUsage:
    first, last = usage.find_period(visit.now, visit.desk.evaluator)
    given = {name: (read_query(visit, name) or "")[:_LONGEST] for name in AskedUsage.__struct_fields__}
    group = given["gruppe"]
    usual = "-lieferungen" if group and group != "monat" else "-monat"
    plain = {
        "von": read_day(given["von"]) or first,
        "bis": read_day(given["bis"]) or last,
        "sortierung": given["sortierung"] or usual,
    }
    return AskedUsage(**{**given, **plain})


def _read_page(visit: Visit) -> int:
    text = read_query(visit, "seite") or "1"
    if not (text.isascii() and text.isdecimal() and int(text[:9]) > 0 and len(text) < 7):
        raise FormFault("cursor-unknown")
    return int(text)


async def _name_chosen(visit: Visit, asked: AskedUsage) -> list[tuple[str, str]]:
    """Return what the view is narrowed to: the word of the address, and the name of its value."""
    chosen = []
    if asked.angebot:
        titles = await usage.find_titles(visit.desk.evaluator, [asked.angebot])
        chosen.append(("angebot", visit.words.pick(titles.get(asked.angebot), asked.angebot)))
    if asked.partner:
        chosen.append(("partner", name_party(visit, asked.partner)))
    if asked.zweck:
        chosen += [("zweck", name) for name in _name_purposes(visit, (asked.zweck,))]
    return chosen


def _name_purposes(visit: Visit, purposes: tuple[str, ...]) -> list[str]:
    registry = visit.desk.evaluator.library.operands
    operand = registry.operands[ODRL + "purpose"]
    return [name_value(purpose, operand, registry, visit.words.language) for purpose in purposes]


def _turn(order: str) -> str:
    return order[1:] if order.startswith("-") else f"-{order}"
