"""Every step of the way has a sentence in every language, and the reasons of the code are told in German."""

from msgspec.structs import replace

from connector.broker.operating.why import explain
from connector.broker.schedule import RETIRED
from connector.language.catalogue import LANGUAGES
from connector.ports.broker_store import Delta, Liveness
from connector.store.memory.record import MemoryBrokerStore
from tests.broker.searching import make_searching
from tests.contract.test_record import CITY, NOW, entry, source


async def test_a_step_is_told_in_every_language_with_the_reason_of_the_crawl() -> None:
    record = MemoryBrokerStore()
    await record.apply(Delta(source=replace(source(), verified_at=NOW), upserts=(entry("a"),)), NOW)
    searching = await make_searching(record)
    steps = await explain(record, searching.index, participant=CITY, dataset="a", now=NOW)
    assert steps[-1].code == "indexed"
    assert all(set(step.texts) == set(LANGUAGES) for step in steps)
    await record.put_source(source(liveness=Liveness.DEAD, verified_at=NOW, error=RETIRED))
    dead = (await explain(record, searching.index, participant=CITY, dataset="a", now=NOW))[-1]
    assert dead.code == "dead"
    assert dead.texts["de"].startswith("Die Quelle ist nicht mehr verfügbar. Der Teilnehmer steht nicht mehr")
    await searching.index.close()


async def test_what_the_index_does_not_have_yet_is_told() -> None:
    record = MemoryBrokerStore()
    searching = await make_searching(record)
    await record.apply(Delta(source=replace(source(), verified_at=NOW), upserts=(entry("a"),)), NOW)
    steps = await explain(record, searching.index, participant=CITY, dataset="a", now=NOW)
    assert (steps[-1].code, steps[-1].passed) == ("not-indexed", False)
    await searching.index.close()
