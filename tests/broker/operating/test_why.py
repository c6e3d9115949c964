"""Every step of the way has a sentence in every language, and the reasons of the code are told in German."""

from msgspec.structs import replace

from connector.broker.operating.why import explain
from connector.broker.schedule import RETIRED
from connector.language.catalogue import LANGUAGES
from connector.ports.broker_store import Delta, Liveness
from connector.ports.moderation import MarkKind, ModerationChange
from connector.store.memory.record import MemoryBrokerStore
from tests.broker.searching import make_searching
from tests.contract.test_record import CITY, NOW, WORKS, entry, source


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


async def test_what_a_marked_broker_relays_is_explained_by_the_mark_of_the_broker() -> None:
    record = MemoryBrokerStore()
    relayed = source(WORKS, verified_at=NOW, brokers=(CITY,))
    await record.apply(Delta(source=relayed, upserts=(entry("a", participant=WORKS),)), NOW)
    searching = await make_searching(record)
    for kind, code in ((MarkKind.SUSPENDED, "broker-withheld"), (MarkKind.TEST, "broker-test")):
        change = ModerationChange(participant=CITY, kind=kind, wanted=True, reason="Falsch.", by="admin")
        await record.moderate(change, NOW)
        last = (await explain(record, searching.index, participant=WORKS, dataset="a", now=NOW))[-1]
        assert (last.code, last.passed) == (code, False)
        assert all(CITY in text and "Falsch." in text and "admin" not in text for text in last.texts.values())
        await record.moderate(replace(change, wanted=False, reason=""), NOW)
    await record.put_source(replace(source(), name="Broker der Stadt"))
    hidden = ModerationChange(participant=CITY, kind=MarkKind.HIDDEN, wanted=True, reason="Falsch.", by="admin")
    await record.moderate(hidden, NOW)
    named = (await explain(record, searching.index, participant=WORKS, dataset="a", now=NOW))[-1]
    assert all("Broker der Stadt" in text and CITY not in text for text in named.texts.values())
    await searching.index.close()
