"""`make test-flat`: the memory that treatments take does not grow with the data. Fails if it does.

A stream is made while it is treated, in a process of its own, which tells the most memory that it had.
"""

import argparse
import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from connector.dataplane.control.register import Register
from connector.dataplane.treating.consents import DeliveryConsents
from connector.dataplane.treating.delivery import TreatedDelivery
from connector.policy.deciding.consent import GIVEN
from connector.policy.model.decision import RowFilter
from connector.policy.model.policy import DK, AtomicConstraint
from connector.policy.model.values import Iri
from connector.ports.treatment import Records, TransformStep, Treatment
from connector.store.memory.store import MemoryStore
from tests.dataplane.records import CONSENTING, START, TREATING, consented, flow

MIB, MOST_GROWTH = 1024 * 1024, 48
"""`MOST_GROWTH` is in MiB: what the heap of a process differs by from one run to another."""
_AGREED = AtomicConstraint(left=DK + "consentStatus", operator="eq", right=(Iri(GIVEN),))
_PEOPLE = Records(format="csv", decimal=".", subject="person")
_NUMBERS = Records(format="csv", decimal=".")


def _step(name: str, *fields: str, **rest: str) -> TransformStep:
    return TransformStep(name=name, fields=fields, decimal=".", **rest)


CASES = {
    "each": Treatment(
        records=_NUMBERS,
        steps=(
            _step("drop", "note"),
            _step("convert", "speed", conversion="km/h-to-m/s"),
            _step("generalise", "amount", precision="10"),
            _step("generalise", "seen", precision="month"),
            _step("pseudonymise", "person"),
        ),
    ),
    "consent": Treatment(records=_PEOPLE, rows=RowFilter(keep=(_AGREED,)), consent=CONSENTING),
    "groups": Treatment(
        records=_NUMBERS, steps=(TransformStep(name="aggregate", fields=("region",), measures=("amount",)),)
    ),
}
"""`groups` is bounded to a GiB of data, whatever memory it takes."""


async def _make_stream(size: int) -> AsyncIterator[bytes]:
    head, block, made = b"person,region,speed,amount,seen,note\n", 0, 0
    yield head
    while made < size:
        block += 1
        lines = [
            f"P{block * 1000 + at},Bezirk {at % 90},{at % 130}.{block % 10},{block % 997}.{at:03d},"
            f"2026-0{at % 9 + 1}-12,said\n"
            for at in range(1000)
        ]
        data = "".join(lines).encode()
        made += len(data)
        yield data


async def _treat(name: str, size: int) -> None:
    store, treatment = MemoryStore(), CASES[name]
    await consented(store, *(f"P{number}" for number in range(1000, 3000)))
    consents = DeliveryConsents("city", treatment.consent, Register(store, lambda: START))
    consents.persons = None  # as after the first MiB of a delivery, which leaves as it is made

    async def tell(_remark: str | None) -> None:
        return

    delivery = TreatedDelivery(flow(), treatment, TREATING, consents, tell, turn=asyncio.Lock())
    async for _ in delivery.chunks(_make_stream(size)):
        pass


def measure_peak(name: str, mib: int) -> int:
    """Return the most memory in MiB that a process takes which treats a stream of so many MiB."""
    command = [sys.executable, "-m", "tests.benchmarks.flat", "--one", name, "--mib", str(mib)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    """Treat a small and a large stream and compare; `--one` is the process that treats."""
    parser = argparse.ArgumentParser(description="Compare the memory that a small and a large stream take.")
    parser.add_argument("--gib", type=int, default=20, help="size of the large stream")
    parser.add_argument("--one", choices=list(CASES), help=argparse.SUPPRESS)
    parser.add_argument("--mib", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        asyncio.run(_treat(given.one, given.mib * MIB))
        status = Path("/proc/self/status").read_text()
        print(int(status.partition("VmHWM:")[2].split()[0]) // 1024)
        return
    grown = []
    for name in ("each", "consent"):
        small, large = measure_peak(name, 1024), measure_peak(name, given.gib * 1024)
        print(f"{name}: {small} MiB of memory for 1 GiB, {large} MiB for {given.gib} GiB", flush=True)
        if large - small > MOST_GROWTH:
            grown.append(name)
    if grown:
        sys.exit(f"The memory grows with the data: {', '.join(grown)}.")


if __name__ == "__main__":
    main()
