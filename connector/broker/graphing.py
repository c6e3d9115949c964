"""Keeps the graphs for SPARQL equal to the record: they follow the change numbers, and are built anew if they must.

Each visibility class has a graph. A query sees those of the classes that its caller sees.
"""

import asyncio
import logging
from collections.abc import Mapping

from connector.broker.describing.catalog import describe_listed
from connector.broker.describing.subject import PublicSite, Subject
from connector.broker.publishing import gather_subjects
from connector.net.aside import work_aside
from connector.ports.broker_store import EVERYBODY, BrokerStore
from connector.ports.graph import GraphDamaged, GraphPart, GraphStore
from connector.ports.store_errors import StoreError

LAYOUT = "3"
"""The version of the statements; another one builds every graph anew."""
APART_S = 5.0
RETRY_S = 60.0
_SMALL = 2048
# The entries that are described at once. Each has up to a quarter of a megabyte.
_BATCH = 50

log = logging.getLogger(__name__)


def name_layout(site: PublicSite) -> str:
    """Return what every statement of a graph depends on: its version, and the addresses of the broker."""
    return f"{LAYOUT} {site.base} {site.participant} {site.name}"


async def follow(record: BrokerStore, graph: GraphStore, site: PublicSite, changed: asyncio.Event) -> None:
    """Follow the record until cancelled, a while after each time that `changed` is set, so that many crawls share one.

    A fault is logged and tried again after a minute.
    """
    # Before anything is crawled: a record that is younger than the graph is another one.
    last = await record.last_change()
    while True:
        changed.clear()
        try:
            last = await catch_up(record, graph, site, await open_position(graph, last))
        except (OSError, StoreError, GraphDamaged) as error:
            log.warning("the graph for SPARQL was not brought up to date: %s", error)
            await asyncio.sleep(RETRY_S)
            continue
        except Exception:
            # The loop of a task: what nobody foresaw in one dataset must not end following for ever.
            log.exception("the graph for SPARQL was not brought up to date")
            await asyncio.sleep(RETRY_S)
            continue
        await changed.wait()
        await asyncio.sleep(APART_S)


async def open_position(graph: GraphStore, last: int) -> int:
    """Return the change number up to which the graph is right; one that is ahead of its record's `last` is cleared."""
    position = await graph.read_position()
    if position > last:
        log.warning("the graph for SPARQL is of another record, and is built anew")
        await graph.clear()
        return 0
    return position


async def catch_up(record: BrokerStore, graph: GraphStore, site: PublicSite, position: int) -> int:
    """Put all changes after a change number into the graph and publish it; return the last one."""
    begun = position
    while entries := await record.changes(position, _BATCH):
        subjects = await gather_subjects(record.view(), site, entries)
        keys = {EVERYBODY: ""} | {known.number: known.key for known in await record.classes()}

        def describe(subjects: list[Subject] = subjects, keys: Mapping[int, str] = keys) -> list[GraphPart]:
            known = [subject for subject in subjects if subject.entry.visibility in keys]
            return [_describe(site, subject, keys[subject.entry.visibility]) for subject in known]

        parts = await work_aside(sum(len(entry.document) for entry in entries), describe, small=_SMALL)
        await graph.put(parts)
        position = entries[-1].seq
    # An empty record has an empty graph, which is published too.
    if position != begun or begun == 0:
        await graph.publish(position)
    return position


def name_graph(site: PublicSite, key: str) -> str:
    """Return the IRI of the graph of a visibility class; an empty key is that of everybody."""
    return f"{site.base}/visibility/{key or 'everybody'}"


def _describe(site: PublicSite, subject: Subject, key: str) -> GraphPart:
    present = subject.entry.removed_at is None
    statements = tuple(dict.fromkeys(describe_listed(site, subject))) if present else ()
    return GraphPart(name_graph(site, key), subject.record, statements)
