"""The assessment of quality: it walks through all entries that are shown, in batches on a thread of its own.

One assessment runs at a time, when somebody asks for it. The record keeps what it finds of each source: sums, and
findings by kind with an example. So memory has the sources of one batch, and a result outlives the process.
With each batch it keeps how far it is: one that was cut short goes on there, if it is asked for again within a day.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec

from connector.broker.describing.dataset import describe_dataset
from connector.broker.describing.subject import PublicSite, Subject
from connector.broker.operating.quality import (
    DatasetQuality,
    Tally,
    add_quality,
    add_tally,
    rate_dataset,
    read_tally,
    write_tally,
)
from connector.broker.publishing import gather_subjects, list_page
from connector.ports.assessments import ALL_SOURCES, PROGRESS
from connector.ports.moderated_store import ModeratedStore
from connector.semantic.shapes import ShapeFault, find_shape_faults
from connector.semantic.statements import BlankTerm, IriTerm, Statement

BATCH = 100
"""The datasets of one graph: shapes cost least per dataset from a hundred on."""

GOES_ON_MS = 86_400_000
"""The age from which an assessment that was cut short begins anew: what it had seen may have changed."""


class _Progress(msgspec.Struct, frozen=True):
    """How far an assessment is: the cursor after its last batch, and the sums of all so far."""

    after: str | None = None
    whole: bytes | None = None


class Assessor:
    """Assesses the quality of a record. `now` returns ms since the Unix epoch."""

    def __init__(self, record: ModeratedStore, site: PublicSite, now: Callable[[], int]) -> None:
        self._record = record
        self._site = site
        self._now = now
        self._running: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        """Whether an assessment is under way."""
        return self._running is not None and not self._running.done()

    def start(self) -> asyncio.Task[None]:
        """Start an assessment, unless one runs; return its task. It raises StoreError."""
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._assess(), name="quality")
        return self._running

    async def stop(self) -> None:
        """Cancel the assessment that runs; the batch that was begun ends."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def _assess(self) -> None:
        at, noted = await self._begin()
        loop = asyncio.get_running_loop()
        # All that is shown to anybody; a teaser is no offer of its own.
        view = self._record.view(known.number for known in await self._record.classes() if not known.reduced)
        with ThreadPoolExecutor(1, thread_name_prefix="quality") as pool:
            while True:
                try:
                    entries, after = await list_page(view, noted.after, BATCH)
                except ValueError:
                    # The entry of the cursor is gone: nothing tells what came after it.
                    await self._record.keep_assessment(await self._record.last_assessment())
                    noted = _Progress()
                    continue
                subjects = await gather_subjects(view, self._site, entries)
                rated = await loop.run_in_executor(pool, rate_batch, subjects, at)
                if await self._find_progress(at) != noted:
                    return  # another process goes on with it, and no dataset counts twice
                noted = await self._add(at, noted, subjects, rated, after)
                if after is None:
                    break
        await self._record.keep_assessment(at)

    async def _begin(self) -> tuple[int, _Progress]:
        """Return when the assessment begins, or has begun that is not complete, and how far it is."""
        last, begun = await self._record.last_assessment(), await self._record.begun_assessment()
        if begun is not None and abs(self._now() - begun) < GOES_ON_MS:
            return begun, await self._find_progress(begun)
        await self._record.keep_assessment(last)
        # It begins after the last one, whatever the clock says.
        return max(self._now(), 0 if last is None else last + 1), _Progress()

    async def _find_progress(self, at: int) -> _Progress:
        kept = (await self._record.assessed(at, [PROGRESS])).get(PROGRESS)
        return msgspec.msgpack.decode(kept, type=_Progress) if kept else _Progress()

    async def _add(
        self,
        at: int,
        noted: _Progress,
        subjects: Sequence[Subject],
        rated: Sequence[DatasetQuality],
        after: str | None,
    ) -> _Progress:
        """Add a batch to what is kept of its sources and to the sums of all; return how far the assessment is."""
        tallies, whole = defaultdict[str, Tally](Tally), read_tally(noted.whole)
        for subject, one in zip(subjects, rated, strict=True):
            add_quality(tallies[subject.entry.participant], one)
        kept = await self._record.assessed(at, [*tallies])
        for participant, tally in tallies.items():
            before = read_tally(kept.get(participant))
            add_tally(before, tally)
            tallies[participant] = before
            add_tally(whole, tally)
        found = {name: write_tally(tally) for name, tally in tallies.items()}
        progress = _Progress(after, write_tally(whole))
        found[PROGRESS] = msgspec.msgpack.encode(progress)
        if after is None:
            found[ALL_SOURCES] = write_tally(whole)
        await self._record.put_assessed(at, found)
        return progress


def rate_batch(subjects: Sequence[Subject], now: int) -> list[DatasetQuality]:
    """Rate datasets whose statements are checked in one graph; a fault belongs to the dataset that states its node."""
    described = [describe_dataset(subject) for subject in subjects]
    owners: dict[str, int] = {}
    for number, statements in enumerate(described):
        for statement in statements:
            owners.setdefault(_name_node(statement), number)
    faults: list[list[ShapeFault]] = [[] for _ in subjects]
    for fault in find_shape_faults(statement for statements in described for statement in statements):
        faults[owners[fault.node]].append(fault)
    return [
        rate_dataset(subject.entry, statements, found, now)
        for subject, statements, found in zip(subjects, described, faults, strict=True)
    ]


def _name_node(statement: Statement) -> str:
    node = statement.subject
    assert isinstance(node, IriTerm | BlankTerm)
    return node.iri if isinstance(node, IriTerm) else node.label
