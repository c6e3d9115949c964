"""The graph follows the record: whatever was listed, changed, removed or lost, both say the same."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from connector.broker import graphing
from connector.broker.graphing import catch_up, follow, name_graph, name_layout, open_position
from connector.ports.broker_store import CrawlSource, Delta
from connector.ports.graph import GraphAnswer, GraphDamaged, GraphPart, GraphQuestion
from connector.store.memory.record import MemoryBrokerStore
from tests.broker.crawling import until
from tests.broker.describing.published import SITE, subject_of
from tests.broker.world import CITY, titled
from tests.contract.test_record import A

SOURCE = CrawlSource(participant=CITY + "umweltamt", name="Umweltamt", address="https://umweltamt.example")


class MemoryGraph:
    """A graph as a table: what was put, and what was published with its number."""

    def __init__(self) -> None:
        self.put_now: dict[tuple[str, str], GraphPart] = {}
        self.published: dict[tuple[str, str], GraphPart] = {}
        self.position = 0
        self.failing: Exception | None = None

    async def read_position(self) -> int:
        return self.position

    async def clear(self) -> None:
        self.put_now, self.published, self.position = {}, {}, 0

    async def put(self, parts: Sequence[GraphPart]) -> None:
        if self.failing:
            fault, self.failing = self.failing, None
            raise fault
        for part in parts:
            self.put_now.pop((part.graph, part.name), None)
            if part.statements:
                self.put_now[part.graph, part.name] = part

    async def publish(self, position: int) -> None:
        self.published, self.position = dict(self.put_now), position

    async def ask(self, question: GraphQuestion) -> GraphAnswer:
        raise AssertionError("nobody asks")

    async def close(self) -> None:
        """Nothing is open."""


async def list_(record: MemoryBrokerStore, *titles: str, removed: tuple[str, ...] = ()) -> None:
    upserts = tuple(subject_of(titled(f"urn:{title[0]}", title)).entry for title in titles)
    await record.apply(Delta(source=SOURCE, upserts=upserts, removed=removed), 1)


async def read_expected(record: MemoryBrokerStore) -> dict[tuple[str, str], GraphPart]:
    """Return the graph that is built at once."""
    anew = MemoryGraph()
    await catch_up(record, anew, SITE, 0)
    return anew.published


async def test_each_visibility_class_has_its_graph() -> None:
    record, graph = MemoryBrokerStore(), MemoryGraph()
    await list_(record, "a 1")
    hidden = replace(subject_of(titled("urn:a", "a 2")).entry, audience=A, teaser=True)
    await record.apply(Delta(source=SOURCE, upserts=(hidden,)), 1)
    await catch_up(record, graph, SITE, 0)
    keys = [known.key for known in await record.classes()]
    assert [name for name, _ in graph.published] == [name_graph(SITE, key) for key in keys]
    whole, teaser = graph.published.values()
    assert len(whole.statements) > len(teaser.statements)


STEPS = st.lists(st.tuples(st.sampled_from(["list", "remove", "follow", "lose", "forget"]), st.sampled_from("abc")))


@settings(deadline=None, max_examples=60)
@given(STEPS)
async def test_after_any_history_the_graph_is_the_one_that_is_built_at_once(steps: list[tuple[str, str]]) -> None:
    record, graph = MemoryBrokerStore(), MemoryGraph()
    for number, (step, name) in enumerate(steps):
        if step == "list":
            await list_(record, f"{name} {number}")
        elif step == "remove":
            await list_(record, removed=(f"urn:{name}",))
        elif step == "follow":
            await catch_up(record, graph, SITE, await open_position(graph, await record.last_change()))
        elif step == "lose":
            # A crash: what was put and not published may be there or not.
            graph.put_now = dict(graph.published)
        else:
            record = MemoryBrokerStore()
            await open_position(graph, await record.last_change())
    await catch_up(record, graph, SITE, await open_position(graph, await record.last_change()))
    assert graph.published == await read_expected(record)


async def test_a_graph_that_is_ahead_of_its_record_is_cleared() -> None:
    record, graph = MemoryBrokerStore(), MemoryGraph()
    await list_(record, "a", "b")
    await catch_up(record, graph, SITE, 0)
    other = MemoryBrokerStore()
    await list_(other, "c")
    await catch_up(other, graph, SITE, await open_position(graph, await other.last_change()))
    assert graph.published == await read_expected(other)


@pytest.mark.parametrize("fault", [OSError("full"), GraphDamaged("broken"), ValueError("unforeseen")])
async def test_a_fault_is_logged_and_tried_again(
    fault: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(graphing, "APART_S", 0)
    monkeypatch.setattr(graphing, "RETRY_S", 0)
    record, graph = MemoryBrokerStore(), MemoryGraph()
    await list_(record, "a")
    graph.failing = fault
    changed = asyncio.Event()
    following = asyncio.create_task(follow(record, graph, SITE, changed))
    await until(lambda: graph.position == 1)
    await list_(record, "b")
    changed.set()
    await until(lambda: graph.position == 2)
    following.cancel()
    assert "was not brought up to date" in caplog.text


def test_another_address_of_the_broker_is_another_layout() -> None:
    moved = type(SITE)(base="https://other.example", participant=SITE.participant, name=SITE.name)
    assert name_layout(moved) != name_layout(SITE)
