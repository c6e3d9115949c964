"""An assessment walks through what is shown, in graphs of a hundred datasets."""

from collections import Counter

import pytest

from connector.broker.operating.assessing import BATCH, Assessor, rate_batch
from connector.broker.operating.quality import QualityFinding, Tally, read_tally, write_tally
from connector.broker.publishing import gather_subjects
from connector.ports.assessments import ALL_SOURCES
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


async def test_kept_sums_are_read_as_they_were() -> None:
    finding = QualityFinding("MinCount", ACCESS)
    tally = Tally(datasets=2, promised=1, findings=Counter({finding: 2}), examples={finding: "urn:x"})
    assert read_tally(write_tally(tally)) == tally
