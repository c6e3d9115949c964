"""Records treated without a network, in MB for each CPU second: many at a time against one by one, in the same run.

Wall time says little on a machine that does other things too; the ratio of two ways in turn does.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import msgspec

from connector.dataplane.control.register import Register
from connector.dataplane.treating.consents import DeliveryConsents
from connector.dataplane.treating.delivery import TreatedDelivery
from connector.dataplane.treating.reader import LARGE
from connector.policy.deciding.consent import GIVEN
from connector.policy.model.decision import RowFilter
from connector.policy.model.policy import DK, AtomicConstraint
from connector.policy.model.values import Iri
from connector.ports.treatment import Records, TransformStep, Treatment
from connector.store.memory.store import MemoryStore
from tests.benchmarks.figures import Figure, figure
from tests.dataplane.records import CONSENTING, START, TREATING, consented, flow

_ROWS, _PERSONS, _ROUNDS = 60_000, 5_000, 3
_REGION = DK + "recordRegion"
_AGREED = AtomicConstraint(left=DK + "consentStatus", operator="eq", right=(Iri(GIVEN),))
_NEAR = AtomicConstraint(
    left=_REGION, operator="isAnyOf", right=tuple(Iri(f"Bezirk {number:02d}") for number in range(30))
)


def _step(name: str, *fields: str, precision: str = "", measures: tuple[str, ...] = ()) -> TransformStep:
    return TransformStep(
        name=name, fields=fields, precision=precision, measures=measures, decimal=".", smallest_group=5
    )


def _cases(form: Literal["csv", "json", "ndjson"]) -> Sequence[tuple[str, Treatment]]:
    plain = Records(format=form, decimal=".")
    people = msgspec.structs.replace(plain, subject="person")
    regions = msgspec.structs.replace(plain, facts={_REGION: "region"})
    coarser = (_step("generalise", "amount", precision="10"), _step("generalise", "born", precision="month"))
    return [
        ("drop", Treatment(records=plain, steps=(_step("drop", "name", "note"),))),
        ("filter", Treatment(records=regions, rows=RowFilter(keep=(_NEAR,)))),
        ("consent", Treatment(records=people, rows=RowFilter(keep=(_AGREED,)), consent=CONSENTING)),
        ("generalise", Treatment(records=plain, steps=coarser)),
        ("pseudonymise", Treatment(records=plain, steps=(_step("pseudonymise", "person"),))),
        ("aggregate", Treatment(records=plain, steps=(_step("aggregate", "region", "state", measures=("amount",)),))),
    ]


def _make_rows() -> list[dict[str, object]]:
    """Return records as a city has them, of some 150 bytes in a CSV."""
    source = random.Random(1)
    day = datetime(1940, 1, 1, tzinfo=UTC)
    return [
        {
            "id": number,
            "person": f"P{source.randrange(_PERSONS):06d}",
            "name": f"Name Surname {source.randrange(9999)}",
            "note": 'said "hello", left' if number % 10 == 0 else "a note of some length here",
            "region": f"Bezirk {source.randrange(60):02d}",
            "state": source.choice(["open", "pending", "closed"]),
            "amount": source.randrange(1_000_000) / 100,
            "lat": 51 + source.randrange(1_000_000) / 1_000_000,
            "born": (day + timedelta(days=source.randrange(25_000))).date().isoformat(),
            "seen": (day + timedelta(seconds=source.randrange(2_000_000_000))).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        for number in range(_ROWS)
    ]


def _write_csv(rows: list[dict[str, object]]) -> bytes:
    lines = [",".join(rows[0])]
    lines += [
        ",".join(
            f'"{text.replace(chr(34), 2 * chr(34))}"' if "," in (text := str(value)) else text for value in row.values()
        )
        for row in rows
    ]
    return "\n".join(lines).encode() + b"\n"


async def _treat(data: bytes, treatment: Treatment, store: MemoryStore, large: int | None) -> float:
    """Return MB for each CPU second."""

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(data), 64 * 1024):
            yield data[at : at + 64 * 1024]

    async def tell(_remark: str | None) -> None:
        return

    consents = DeliveryConsents("city", treatment.consent, Register(store, lambda: START))
    treating = replace(TREATING, large=large)
    begun = time.process_time()
    delivery = TreatedDelivery(flow(), treatment, treating, consents, tell, turn=asyncio.Lock())
    async for _ in delivery.chunks(pieces()):
        pass
    return len(data) / 1e6 / (time.process_time() - begun)


async def _measure() -> list[Figure]:
    rows, store = _make_rows(), MemoryStore()
    await consented(store, *(f"P{number:06d}" for number in range(0, _PERSONS, 2)))
    table = _write_csv(rows)
    few = table[: table.rfind(b"\n", 0, len(table) // 4) + 1]
    found = []
    for name, treatment in _cases("csv"):
        await _treat(few, treatment, store, LARGE)  # what is loaded once
        quick, slow = 0.0, 0.0
        for _ in range(_ROUNDS):
            slow = max(slow, await _treat(few, treatment, store, None))
            quick = max(quick, await _treat(table, treatment, store, LARGE))
        found.append(figure(f"rows csv {name}", quick, "MB/CPU s", slow))
    array = msgspec.json.encode(rows)
    lines = msgspec.json.Encoder().encode_lines(rows)
    for form, data in (("json", array), ("ndjson", lines)):
        for name, treatment in _cases(form):  # type: ignore[arg-type]  # the two words of this list
            found.append(
                figure(
                    f"rows {form} {name}",
                    max([await _treat(data, treatment, store, None) for _ in range(_ROUNDS)]),
                    "MB/CPU s",
                )
            )
    return found


def measure(_folder: Path) -> list[Figure]:
    """Return MB of input for each CPU second, for each treatment and format."""
    return asyncio.run(_measure())
