"""Who used what for which purpose, by month: the kept sums of a period, narrowed, summed up and sorted."""

import asyncio
import re
from collections.abc import Iterator, Sequence
from functools import partial

import msgspec

from connector.controlplane.core.context import Context
from connector.controlplane.core.errors import Invalid
from connector.controlplane.core.pages import ROWS, walk
from connector.controlplane.judging.evaluator import Evaluator
from connector.ports.entities import MonthlyUsage, PageBounds
from connector.protocol.dsp.common import Role
from connector.views.agreements import UsagePart
from connector.views.conversion import in_zone, moment

MOST_MONTHS, MOST_SUMS = 60, 20_000
COUNTED = ("agreements", "deliveries", "bytes_moved", "denied")
SORTED_BY = (*UsagePart, *COUNTED)
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)
_USUAL_MONTHS = 12


class UsageQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked: the months from `first` to `last` (`2026-11`), what is left out, and the parts of a row.

    `sort` is a part or a count, with a minus sign before it from the greatest to the least.
    """

    first: str
    last: str
    role: Role = Role.PROVIDER
    dataset: str | None = None
    counterparty: str | None = None
    purpose: str | None = None
    by: tuple[UsagePart, ...] = tuple(UsagePart)
    sort: str = "-month"


class DescribedUsage(msgspec.Struct, frozen=True, kw_only=True):
    """Sums with the titles of the dataset by language, and the name of the counterparty."""

    sums: MonthlyUsage
    title: dict[str, str]
    counterparty_name: str


def find_period(now: int, evaluator: Evaluator) -> tuple[str, str]:
    """Return the months of a question that names none: the present one (at `now`, ms) and the eleven before."""
    local = in_zone(moment(now), evaluator.library.operands.zone)
    number = local.year * 12 + local.month - 1
    return _write_month(max(number - _USUAL_MONTHS + 1, 12)), _write_month(number)


def list_months(first: str, last: str) -> tuple[str, ...]:
    """Return the months from `first` to `last`. Raises Invalid.

    >>> list_months("2026-11", "2027-01")
    ('2026-11', '2026-12', '2027-01')
    """
    begin, end = _read_month(first), _read_month(last)
    if not 0 <= end - begin < MOST_MONTHS:
        reason = f"The months {first} to {last} are no period of 1 to {MOST_MONTHS} months: change one of them."
        raise Invalid("period", reason)
    return tuple(_write_month(number) for number in range(begin, end + 1))


async def read_sums(context: Context, question: UsageQuestion) -> list[MonthlyUsage]:
    """Return the sums of the period that the question does not leave out, month by month. Raises Invalid."""
    found: list[MonthlyUsage] = []
    providing = question.role is Role.PROVIDER
    for month in list_months(question.first, question.last):
        read = partial(context.store.usage_in, context.owner, month=month, providing=providing)
        found += [sums async for sums in walk(read) if _is_wanted(sums, question)]
        if len(found) > MOST_SUMS:
            raise Invalid("period", f"The period has more than {MOST_SUMS} sums: ask for fewer months, or narrow it.")
    return found


def sum_up(rows: Sequence[MonthlyUsage], by: Sequence[UsagePart]) -> list[MonthlyUsage]:
    """Return one row for each combination of the parts `by`; the other parts of a row are empty."""
    blank = {part.value: "" for part in UsagePart if part not in by and part is not UsagePart.PURPOSES}
    if UsagePart.PURPOSES not in by:
        blank["purposes"] = ()  # type: ignore[assignment]  # the one part that is a list
    found: dict[object, MonthlyUsage] = {}
    for row in rows:
        key = tuple(getattr(row, part) for part in by)
        found[key] = add(found[key], row) if key in found else msgspec.structs.replace(row, **blank)
    return list(found.values())


def add(left: MonthlyUsage, right: MonthlyUsage) -> MonthlyUsage:
    """Return the first row with the counts of both."""
    return msgspec.structs.replace(left, **{name: getattr(left, name) + getattr(right, name) for name in COUNTED})


async def sort(evaluator: Evaluator, rows: Sequence[MonthlyUsage], order: str, language: str) -> list[MonthlyUsage]:
    """Return rows in an order: texts as a reader of a language sees them, equal ones from the newest month.

    Raises Invalid for an unknown order.
    """
    name = order.removeprefix("-")
    if name not in SORTED_BY:
        raise Invalid("sort", f"Rows are not sorted by {name[:40]!r}: sort by one of {', '.join(SORTED_BY)}.")
    named: dict[str, str] = {}
    if name == UsagePart.DATASET:
        titles = await find_titles(evaluator, [row.dataset for row in rows])
        named = {dataset: texts.get(language) or next(iter(texts.values()), "") for dataset, texts in titles.items()}
    elif name == UsagePart.COUNTERPARTY:
        named = {row.counterparty: evaluator.context.find_name(row.counterparty) for row in rows}

    def read_key(row: MonthlyUsage) -> object:
        value = getattr(row, name)
        return (named.get(value) or value).casefold() if isinstance(value, str) else value

    newest = sorted(rows, key=lambda row: (row.month, row.deliveries, row.dataset, row.counterparty), reverse=True)
    return sorted(newest, key=read_key, reverse=order.startswith("-"))  # type: ignore[arg-type]  # of one kind each


async def describe(evaluator: Evaluator, rows: Sequence[MonthlyUsage]) -> list[DescribedUsage]:
    """Return rows with the titles and names that people know."""
    titles = await find_titles(evaluator, [row.dataset for row in rows])
    return [
        DescribedUsage(
            sums=row,
            title=titles.get(row.dataset, {}),
            counterparty_name=evaluator.context.find_name(row.counterparty) if row.counterparty else "",
        )
        for row in rows
    ]


async def find_titles(evaluator: Evaluator, datasets: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the titles of datasets by language: of the own assets, else of the newest agreement on each."""
    context, found = evaluator.context, dict[str, dict[str, str]]()
    for some in _split(sorted({dataset for dataset in datasets if dataset})):
        assets = await context.store.assets_of(context.owner, some)
        found |= {dataset: asset.title for dataset, asset in assets.items()}
        for dataset in (one for one in some if one not in assets):
            rows, _ = await context.store.agreements(context.owner, PageBounds(limit=1), dataset=dataset)
            found |= {row.dataset: row.title for row in rows}
        await asyncio.sleep(0)  # Reads do not wait, so nothing else would run meanwhile.
    return found


def _split(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for at in range(0, len(values), ROWS):
        yield values[at : at + ROWS]


def _is_wanted(sums: MonthlyUsage, question: UsageQuestion) -> bool:
    return (
        question.dataset in {None, sums.dataset}
        and question.counterparty in {None, sums.counterparty}
        and (question.purpose is None or question.purpose in sums.purposes)
        and any(getattr(sums, name) for name in COUNTED)
    )


def _read_month(text: str) -> int:
    found = _MONTH.fullmatch(text)
    if found is None or int(found[1]) < 1:
        raise Invalid("period", f"The text {text[:40]!r} is no month: write a month as 2026-11.")
    return int(found[1]) * 12 + int(found[2]) - 1


def _write_month(number: int) -> str:
    return f"{number // 12:04}-{number % 12 + 1:02}"
