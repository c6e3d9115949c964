"""Records treated on their way, against the same bytes as they lie there, through the real listener."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

import aiohttp

from connector.policy.model.decision import RowFilter
from connector.policy.model.policy import DK, AtomicConstraint
from connector.policy.model.values import Iri
from connector.ports.treatment import Records, TransformStep, Treatment
from tests.benchmarks import rows
from tests.benchmarks.figures import Figure, figure
from tests.dataplane.records import CONSENTING, TREATING, consented, encoded, treat
from tests.dataplane.world import lease, side, url_and_token

ROWS = 100_000
_AGREED = AtomicConstraint(left=DK + "consentStatus", operator="eq", right=(Iri("https://w3id.org/dpv#ConsentGiven"),))
_PEOPLE = Records(format="csv", subject="person")
CASES: Sequence[tuple[str, Treatment]] = [
    ("treated drop", treat(_PEOPLE, TransformStep(name="drop", fields=("plate",)))),
    ("treated pseudonymise", treat(_PEOPLE, TransformStep(name="pseudonymise", fields=("plate",)))),
    ("treated suppress", treat(_PEOPLE, TransformStep(name="suppress", fields=("district",), smallest_group=5))),
    ("treated aggregate", treat(_PEOPLE, TransformStep(name="aggregate", fields=("district",), measures=("count",)))),
    ("treated consent", treat(_PEOPLE, rows=RowFilter(keep=(_AGREED,)), consent=CONSENTING)),
]


def measure(folder: Path) -> list[Figure]:
    """Return MB/s of what is read, with the untreated file as the baseline, and what a CPU second treats (`rows`)."""
    return asyncio.run(_measure(folder)) + rows.measure(folder)


async def _measure(folder: Path) -> list[Figure]:
    lines = [b"%d,%d,BI-XY %d,%d\n" % (at % 5_000, at % 90, at, at % 17) for at in range(ROWS)]
    data = b"person,district,plate,count\n" + b"".join(lines)
    async with side(folder, treating=TREATING) as made, aiohttp.ClientSession() as http:
        await consented(made.store, *(str(number) for number in range(5_000)))
        source = made.give("rides.csv", data)

        async def speed(treatment: bytes, epoch: int) -> float:
            url, headers = url_and_token(await made.serve(source, lease(epoch, treatment=treatment)))
            best = 0.0
            for _ in range(2):
                begun = time.perf_counter()
                async with http.get(url, headers=headers) as answer:
                    assert answer.status == 200, await answer.text()
                    await answer.read()
                best = max(best, len(data) / 1e6 / (time.perf_counter() - begun))
            return best

        raw = await speed(b"", 1)
        found = [figure("untreated file", raw, "MB/s")]
        for epoch, (name, treatment) in enumerate(CASES, 2):
            found.append(figure(name, await speed(encoded(treatment), epoch), "MB/s", raw))
        return found
