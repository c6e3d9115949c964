"""The intake of self-descriptions, with what removes them when they end or when their issuers say so."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from connector.app.parts import Parts
from connector.broker.crawler import Crawler
from connector.broker.intake.expiry import DescriptionExpiry
from connector.broker.intake.intake import DescriptionIntake
from connector.broker.intake.standing import StatusWatch
from connector.identity.dcp.statuses import StatusLists, verify_by_keys
from connector.store.sqlite.record.descriptions import SqliteDescriptionStore
from connector.store.sqlite.record.record import SqliteBrokerStore

FETCHES = 4
"""The status lists that are fetched at a time."""


class PushedIntake(NamedTuple):
    """The intake, and its two tasks."""

    intake: DescriptionIntake
    expiry: DescriptionExpiry
    watch: StatusWatch


def build_intake(
    parts: Parts,
    record: SqliteBrokerStore,
    crawler: Crawler,
    now: Callable[[], int],
    note_change: Callable[[], None],
) -> PushedIntake | None:
    """Return the intake of self-descriptions; None without keys of participants."""
    keys = parts.identity.credentials
    if keys is None:
        return None
    store = SqliteDescriptionStore(record)
    statuses = StatusLists(parts.client, verify_by_keys(keys), now, asyncio.Semaphore(FETCHES))

    def note_end(participant: str) -> None:
        note_change()
        # The catalogue may still offer it to everybody.
        crawler.nudge(participant)

    def note_kept() -> None:
        expiry.wake()
        watch.wake()

    expiry = DescriptionExpiry(store, keys, now=now, changed=note_end)
    watch = StatusWatch(store, statuses, now=now, changed=note_end)
    intake = DescriptionIntake(
        record,
        store,
        keys,
        parts.identity,
        statuses,
        now=now,
        address_problem=parts.address_problem,
        changed=note_change,
        expiring=note_kept,
        crawl=crawler.nudge,
    )
    return PushedIntake(intake, expiry, watch)
