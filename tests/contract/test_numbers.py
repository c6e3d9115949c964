"""Sums of tables in German and English spelling: right, refused when the asset is added, or told at the delivery."""

import asyncio
import csv
import io
from decimal import Decimal

from hypothesis import event, given, settings
from hypothesis import strategies as st

from connector.controlplane.core.errors import Invalid
from connector.controlplane.usecases.offering.looking import check_numbers, complete_records
from connector.dataplane.formats.looking import NOTATIONS, look
from connector.ports.treatment import Records, TransformStep
from connector.views.assets import AssetOrder
from tests.dataplane.records import treat, treated

NAMES = ("a", "b", "c")
GERMAN, ENGLISH = (",", "."), (".", ",")
SPELLINGS = st.sampled_from([GERMAN, GERMAN, ENGLISH, ENGLISH, *NOTATIONS])
# Whole numbers, whole numbers with a group, decimals that look like a group, and other decimals.
KINDS = st.sampled_from(
    [(0, 999, 0), (1_000, 999_999, 0), (1_000, 999_999, 3), (-9_999_999, 9_999_999, 2), (1, 10**6, 4)]
)


def write(number: Decimal, decimal: str, thousands: str) -> str:
    text = f"{number:,f}" if thousands else f"{number:f}"
    return text.replace(",", "\0").replace(".", decimal).replace("\0", thousands)


@st.composite
def columns(draw: st.DrawFn) -> list[tuple[tuple[str, str], list[Decimal | None]]]:
    """Columns of six numbers, each in a spelling of its own; the last three can be of another kind than the first."""
    made = []
    for _ in NAMES:
        kinds = [draw(KINDS)] * 3 + [draw(KINDS)] * 3
        numbers = [
            None if draw(st.integers(0, 9)) == 9 else Decimal(draw(st.integers(least, most))).scaleb(-places)
            for least, most, places in kinds
        ]
        made.append((draw(SPELLINGS), numbers))
    return made


@given(columns(), st.sets(st.sampled_from(NAMES), min_size=1), st.sampled_from([1, 3, 6]))
@settings(max_examples=400, deadline=None)
def test_a_sum_is_right_or_it_is_refused_or_told(
    table: list[tuple[tuple[str, str], list[Decimal | None]]], wanted: set[str], shown: int
) -> None:
    texts = [["-" if number is None else write(number, *way) for number in numbers] for way, numbers in table]
    measures = tuple(sorted(wanted))

    def encode(rows: int) -> bytes:
        lines = io.StringIO(newline="")
        csv.writer(lines, delimiter=";").writerows([NAMES, *list(zip(*texts, strict=True))[:rows]])
        return lines.getvalue().encode()

    stated = Records(format="csv", measures=measures)
    draft = AssetOrder(title={"de": "x"}, source={"kind": "file"}, media_type="text/csv", records=stated)
    seen = look(encode(shown), True, stated, "text/csv")
    records = complete_records(draft, seen, measures)
    assert records is not None
    try:
        check_numbers(measures, records, seen)
    except Invalid:
        event("refused")
        return
    step = TransformStep(
        name="aggregate",
        measures=measures,
        decimal=records.decimal,
        thousands=records.thousands,
        certain=records.certain,
    )

    async def transfer() -> tuple[list[str], str]:
        async with treated([encode(len(texts[0]))], treat(records, step)).open({}) as found:
            body = b"".join([chunk async for chunk in found.chunks]).decode()
            return list(csv.reader(io.StringIO(body), delimiter=";"))[1], found.unread

    (_, *sums), unread = asyncio.run(transfer())
    if unread:
        event("told")
        return
    event("right")
    for name, total in zip(measures, sums[::2], strict=True):
        numbers = [number for number in table[NAMES.index(name)][1] if number is not None]
        assert (Decimal(total.replace(records.decimal or ".", ".")) if total else None) == (
            sum(numbers) if numbers else None
        )
