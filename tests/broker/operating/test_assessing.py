"""An assessment walks through what is shown, in graphs of a hundred datasets."""

import asyncio
from collections import Counter
from collections.abc import Mapping

import pytest

from connector.broker.operating.assessing import BATCH, GOES_ON_MS, Assessor, rate_batch
from connector.broker.operating.quality import QualityFinding, Tally, read_tally, write_tally
from connector.broker.publishing import gather_subjects
from connector.ports.assessments import ALL_SOURCES, PROGRESS
from connector.ports.broker_store import Delta
from connector.ports.moderation import MarkKind, ModerationChange
from connector.store.memory.record import MemoryBrokerStore
from tests.broker.crawling import World, many
from tests.broker.describing.published import SITE
from tests.broker.world import Catalogue, titled
from tests.contract.test_record import CITY, NOW, source

# pyshacl still uses a name that rdflib deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:Dataset.default_context:DeprecationWarning")

ACCESS = "http://purl.org/dc/terms/accessRights"


async def test_every_shown_dataset_is_assessed_once_and_hidden_ones_are_not() -> None:
    world = World(a=Catalogue(*many(BATCH + 3)))
    await world.crawl()
    participant = (await world.source()).participant
    change = ModerationChange(participant=participant, dataset="d0001", kind=MarkKind.HIDDEN, wanted=True, by="admin")
    await world.record.moderate(change, NOW)
    assessor = Assessor(world.record, SITE, lambda: NOW)
    task = assessor.start()
    assert assessor.start() is task
    await task
    assert await world.record.last_assessment() == NOW
    kept = await world.record.assessed(NOW, [participant, ALL_SOURCES])
    tally = read_tally(kept[participant])
    assert tally == read_tally(kept[ALL_SOURCES])
    assert tally.datasets == BATCH + 2
    assert tally.findings[QualityFinding("MinCount", ACCESS)] == BATCH + 2
    assert not assessor.is_running
    await assessor.stop()


async def test_a_fault_belongs_to_the_dataset_that_states_its_node() -> None:
    good = titled(
        "good",
        "Gut",
        **{"dct:accessRights": {"@id": "http://publications.europa.eu/resource/authority/access-right/PUBLIC"}},
    )
    world = World(a=Catalogue(good, titled("bad", "Schlecht")))
    await world.crawl()
    entries = await world.record.changes(0, 9)
    subjects = await gather_subjects(world.record.view(), SITE, entries)
    rated = {one.dataset: one for one in rate_batch(subjects, NOW)}
    lacking = {name for name, one in rated.items() if QualityFinding("MinCount", ACCESS) in one.findings}
    assert lacking == {"bad"}
    assert QualityFinding("MinCount", "http://purl.org/dc/terms/license") in rated["good"].findings


async def test_an_empty_record_has_an_empty_assessment() -> None:
    record = MemoryBrokerStore()
    await record.apply(Delta(source=source()), NOW)
    assessor = Assessor(record, SITE, lambda: NOW)
    await assessor.start()
    kept = await record.assessed(NOW, [CITY, ALL_SOURCES])
    assert (await record.last_assessment(), [*kept], read_tally(kept[ALL_SOURCES])) == (NOW, [ALL_SOURCES], Tally())


async def test_the_last_assessment_is_told_until_the_next_one_is_complete() -> None:
    world = World(a=Catalogue(*many(3)))
    await world.crawl()
    times = iter([NOW, NOW - 5, NOW + 9])
    assessor = Assessor(world.record, SITE, lambda: next(times))
    await assessor.start()
    await assessor.start()
    assert await world.record.last_assessment() == NOW + 1, "the clock went back"
    participant = (await world.source()).participant
    await world.record.put_assessed(NOW + 9, {participant: b"begun"})
    assert await world.record.last_assessment() == NOW + 1
    assert await world.record.assessed(NOW, [participant]) == {}
    await assessor.start()
    kept = await world.record.assessed(NOW + 9, [participant])
    assert read_tally(kept[participant]).datasets == 3


class EndingRecord(MemoryBrokerStore):
    """A record whose process is killed once so many batches of an assessment are kept."""

    def __init__(self) -> None:
        super().__init__()
        self.left = 10

    async def put_assessed(self, at: int, found: Mapping[str, bytes]) -> None:
        if not self.left:
            raise ConnectionError
        self.left -= 1
        await super().put_assessed(at, found)


async def _cut_short(world: World, batches: int) -> EndingRecord:
    record = world.record
    assert isinstance(record, EndingRecord)
    record.left = batches
    with pytest.raises(ConnectionError):
        await Assessor(record, SITE, lambda: NOW).start()
    record.left = 10
    return record


@pytest.mark.parametrize("batches", [0, 1, 2])
async def test_an_assessment_that_was_cut_short_goes_on_where_it_was(batches: int) -> None:
    world = World(EndingRecord(), a=Catalogue(*many(2 * BATCH + 3)))
    await world.crawl()
    record = await _cut_short(world, batches)
    assert await record.last_assessment() is None
    assert await record.begun_assessment() == (NOW if batches else None)
    await Assessor(record, SITE, lambda: NOW + 5).start()
    # So many batches are left, and each of them is kept once.
    assert 10 - record.left == 3 - batches
    at = NOW if batches else NOW + 5
    assert (await record.last_assessment(), await record.begun_assessment()) == (at, None)
    participant = (await world.source()).participant
    kept = await record.assessed(at, [participant, ALL_SOURCES])
    tally = read_tally(kept[participant])
    assert tally == read_tally(kept[ALL_SOURCES])
    assert tally.datasets == tally.findings[QualityFinding("MinCount", ACCESS)] == 2 * BATCH + 3


async def test_an_assessment_that_was_cut_short_a_day_ago_begins_anew() -> None:
    world = World(EndingRecord(), a=Catalogue(*many(BATCH + 3)))
    await world.crawl()
    record = await _cut_short(world, 1)
    await Assessor(record, SITE, lambda: NOW + GOES_ON_MS).start()
    assert await record.last_assessment() == NOW + GOES_ON_MS
    kept = await record.assessed(NOW + GOES_ON_MS, [ALL_SOURCES])
    assert read_tally(kept[ALL_SOURCES]).datasets == BATCH + 3
    assert await record.assessed(NOW, [PROGRESS]) == {}


@pytest.mark.parametrize("datasets", [3, 2 * BATCH + 3])
async def test_of_two_processes_that_assess_one_goes_on_and_counts_nothing_twice(datasets: int) -> None:
    world = World(a=Catalogue(*many(datasets)))
    await world.crawl()
    both = [Assessor(world.record, SITE, lambda: NOW) for _ in range(2)]
    await asyncio.gather(*(assessor.start() for assessor in both))
    kept = await world.record.assessed(NOW, [ALL_SOURCES, (await world.source()).participant])
    assert [read_tally(body).datasets for body in kept.values()] == [datasets, datasets]


async def test_an_assessment_begins_anew_if_the_record_no_longer_knows_where_it_was() -> None:
    world = World(EndingRecord(), a=Catalogue(*many(BATCH + 3)))
    await world.crawl()
    record = await _cut_short(world, 1)
    other = World(a=Catalogue(*many(3)))
    await other.crawl()
    progress = await record.assessed(NOW, [PROGRESS])
    await other.record.put_assessed(NOW, progress)
    await Assessor(other.record, SITE, lambda: NOW).start()
    kept = await other.record.assessed(NOW, [ALL_SOURCES])
    assert read_tally(kept[ALL_SOURCES]).datasets == 3


async def test_kept_sums_are_read_as_they_were() -> None:
    finding = QualityFinding("MinCount", ACCESS)
    tally = Tally(datasets=2, promised=1, findings=Counter({finding: 2}), examples={finding: "urn:x"})
    assert read_tally(write_tally(tally)) == tally
