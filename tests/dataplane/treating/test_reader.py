"""Tables on the engine against records one by one: over hostile data, all transforms and any cut, the result is one."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.dataplane.columns.csv import TableCsv
from connector.dataplane.control.register import Register
from connector.dataplane.formats.json_pieces import JsonPieces
from connector.dataplane.treating.consents import DeliveryConsents
from connector.dataplane.treating.delivery import TreatedDelivery
from connector.dataplane.treating.reader import LARGE, PlainReader, make_reader
from connector.policy.deciding.consent import GIVEN
from connector.policy.model.decision import RowFilter
from connector.policy.model.policy import DK, AtomicConstraint
from connector.policy.model.values import Iri
from connector.ports.flow import Untreatable
from connector.ports.treatment import Records, TransformStep, Treatment
from connector.store.memory.store import MemoryStore
from tests.dataplane.records import CONSENTING, START, TREATING, consented, flow

BY_NIGHT = int(os.environ.get("EXAMPLES", "50000"))
Outcome = tuple[Any, ...]
"""What leaves, and what the operator is told; or the sentence of the refusal."""


async def _treat(data: Sequence[bytes], treatment: Treatment, large: int | None) -> Outcome:
    store, told = MemoryStore(), list[str | None]()
    await consented(store, "Anna", "Bert", "a")
    register = Register(store, lambda: START)

    async def pieces() -> AsyncIterator[bytes]:
        for piece in data:
            yield piece

    async def tell(remark: str | None) -> None:
        told.append(remark)

    consents = DeliveryConsents("city", treatment.consent, register)
    try:
        treating = replace(TREATING, large=large)
        delivery = TreatedDelivery(flow(), treatment, treating, consents, tell, turn=asyncio.Lock())
        left = b"".join([chunk async for chunk in delivery.chunks(pieces())])
    except Untreatable as error:
        return (str(error),)
    return left, told, delivery.tell_unread()


def outcome(data: bytes, treatment: Treatment, large: int | None) -> Outcome:
    return asyncio.run(_treat([data], treatment, large))


# What a cell may be: names, numbers and dates as data writes them, words without a value, and what breaks tables.
PLAIN = st.sampled_from(
    [
        *(
            "",
            "-",
            " ",
            "a",
            "b",
            "Anna",
            "Bert",
            "k. A.",
            "Null",
            "DE-NW",
            "NRW",
            "de-nw",
            "0",
            "7",
            "-0",
            "-0.0",
            "12",
        ),
        *(
            "1.5",
            "1,5",
            "1.234",
            "1,234",
            "12.50",
            "007",
            "+3",
            "1e3",
            ".5",
            "5.",
            "\u0661",
            "12345678",
            "1234567.123456",
        ),
        *(
            "2026-05-04",
            "2026-02-30",
            "4.5.2026",
            "2026-05-04T13:47:00Z",
            "2026-05",
            "\u00e4",
            "\ufeff",
            "\0",
            "\0unread",
        ),
        *(" x ", "*", "^a$", "x" * 50),
    ]
)
QUOTED = st.text('ab",;\n\r \u00e4', max_size=5).map(lambda text: '"' + text.replace('"', '""') + '"')
CELLS = PLAIN | PLAIN | PLAIN | QUOTED
HEADS = st.sampled_from([("a", "b", "c"), ("a", "b"), ("a", "*"), ("a", "^.*$"), ("a", ""), ("0", "a", "1"), ("a",)])
STEPS: Sequence[Sequence[TransformStep | None]] = [
    [None, TransformStep(name="drop", fields=("b",)), TransformStep(name="drop", fields=("a", "b", "c"))],
    [
        None,
        *(
            TransformStep(name="convert", fields=("a",), conversion=conversion, decimal=sign)
            for conversion in ("number", "date", "km/h-to-m/s")
            for sign in ("", ",")
        ),
    ],
    [
        None,
        *(
            TransformStep(name="generalise", fields=fields, precision=precision, decimal=sign, certain=certain)
            for fields in (("a",), ("a", "c"))
            for precision, sign in [
                ("10", ""),
                ("0.5", "."),
                ("decimals-1", ","),
                ("month", ""),
                ("prefix-1", ""),
                ("week", ""),
                ("at-most-7", ""),
            ]
            for certain in ((), ("c",))
        ),
        TransformStep(name="generalise", fields=("a",), precision="prefix-0"),
        TransformStep(name="generalise", fields=("a",), precision="level-x", places={"a": {"Anna": "b", "b": "b"}}),
    ],
    [None, TransformStep(name="pseudonymise", fields=("a",))],
    [
        None,
        *(
            TransformStep(
                name=name, fields=fields, measures=measures, smallest_group=least, decimal=sign, certain=certain
            )
            for name, measures in (("aggregate", ("c",)), ("aggregate", ()), ("cohorts", ("c",)), ("suppress", ()))
            for fields in (("a",), ("a", "b"))
            for least in (1, 2)
            for sign, certain in (("", ()), (".", ("a",)), (",", ()))
        ),
        TransformStep(name="aggregate", fields=("c",), measures=("c",)),
    ],
]
REGION, CONSENT = DK + "recordRegion", DK + "consentStatus"
NORTH_RHINE = AtomicConstraint(
    left=REGION, operator="eq", right=(Iri("https://www.iso.org/obp/ui/#iso:code:3166:DE-NW"),)
)
AGREED = AtomicConstraint(left=CONSENT, operator="eq", right=(Iri(GIVEN),))


@st.composite
def treatments(draw: st.DrawFn) -> Treatment:
    keep = draw(st.sampled_from([(), (NORTH_RHINE,), (AGREED,), (NORTH_RHINE, AGREED)]))
    records = Records(
        format="csv",
        delimiter=draw(st.sampled_from([",", ";", "\t", " ", ""])),
        encoding=draw(st.sampled_from(["", "windows-1252"])),
        facts={REGION: draw(st.sampled_from("ab"))} if NORTH_RHINE in keep else {},
        subject=draw(st.sampled_from(["a", ""])) if AGREED not in keep else "a",
        fields=draw(st.sampled_from([(), (), ("a", "b", "c")])),
    )
    steps = tuple(step for kind in STEPS if (step := draw(st.sampled_from(kind))) is not None)
    return Treatment(
        records=records,
        steps=steps,
        rows=RowFilter(keep=keep) if keep else None,
        consent=CONSENTING if AGREED in keep else None,
    )


@st.composite
def tables(draw: st.DrawFn, delimiter: str) -> bytes:
    head = draw(HEADS)
    ends = draw(st.sampled_from([("\n",), ("\r\n",), ("\n", "\r\n"), ("\n", "\r"), ("\r",), ("\n", "\n\n")]))
    rows = draw(st.lists(st.lists(CELLS, min_size=len(head), max_size=len(head)), max_size=8))
    odd = draw(st.lists(st.lists(CELLS, max_size=4), max_size=1))
    lines = [head, *rows, *odd] if draw(st.booleans()) else [head, *odd, *rows]
    text = "".join(delimiter.join(line) + draw(st.sampled_from(ends)) for line in lines)
    text += draw(st.sampled_from(["", "", "a", 'a,"', '"', "x,y,z", "\n"]))
    mark = draw(st.sampled_from(["", "", "\ufeff", "sep=;\n"]))
    return (mark + text).encode("utf-8")


@st.composite
def cases(draw: st.DrawFn) -> tuple[bytes, Treatment, int]:
    treatment = draw(treatments())
    data = draw(tables(treatment.records.delimiter or ","))
    return data, treatment, draw(st.integers(0, len(data)))


def _compare(case: tuple[bytes, Treatment, int]) -> None:
    data, treatment, cut = case
    quick, slow = outcome(data, treatment, cut), outcome(data, treatment, None)
    if cut == len(data):
        assert quick == slow
    else:  # of two faults, the one in the first piece is told
        assert (quick == slow) or len(quick) == len(slow) == 1


@given(case=cases())
@settings(max_examples=150, deadline=None)
def test_tables_give_what_records_give(case: tuple[bytes, Treatment, int]) -> None:
    _compare(case)


@pytest.mark.nightly
@given(case=cases())
@settings(max_examples=BY_NIGHT, deadline=None)
def test_tables_give_what_records_give_by_night(case: tuple[bytes, Treatment, int]) -> None:
    _compare(case)


def test_small_data_and_any_without_the_engine_is_read_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    csv, json = Records(format="csv"), Records(format="json")
    assert isinstance(make_reader(csv, LARGE, LARGE), TableCsv)
    assert isinstance(make_reader(json, LARGE, LARGE), JsonPieces)
    assert isinstance(make_reader(csv, LARGE - 1, LARGE), PlainReader)
    monkeypatch.setattr("connector.dataplane.treating.reader.find_spec", lambda _name: None)
    assert isinstance(make_reader(csv, LARGE, LARGE), PlainReader)


@pytest.mark.parametrize("large", [None, 1])
def test_the_operator_is_told_which_values_a_table_of_levels_lacks(large: int | None) -> None:
    step = TransformStep(name="generalise", fields=("a",), precision="level-x", places={"a": {"Crange": "Herne"}})
    data = b"a,b\n" + b"".join(b"%d,1\n" % at for at in range(20, 0, -1)) + b"Crange,1\n"
    _, told, said = outcome(data, Treatment(records=Records(format="csv"), steps=(step,)), large)
    assert "The table of levels lacks values, such as '1', '10', '11', '12', '13': add them." in told[-1]
    assert said == "20"  # the receiver is told how many, never which
