"""The intake of self-descriptions that participants push, with what ends them."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from connector.app.identities import find_list_verifier, find_seen_lists
from connector.app.parts import Parts
from connector.broker.intake.expiry import DescriptionExpiry
from connector.broker.intake.intake import DescriptionIntake
from connector.broker.intake.standing import StatusWatch
from connector.identity.dcp.statuses import StatusLists
from connector.ports.broker_store import BrokerStore
from connector.ports.descriptions import DescriptionStore

# The status lists that are fetched at a time.
_FETCHES = 4


class PushedIntake(NamedTuple):
    """The intake of self-descriptions, and its two tasks: what ends by itself, and what its issuers end."""

    intake: DescriptionIntake
    expiry: DescriptionExpiry
    watch: StatusWatch


def build_intake(
    parts: Parts,
    record: BrokerStore,
    store: DescriptionStore,
    crawl: Callable[[str], bool],
    now: Callable[[], int],
    note_change: Callable[[], None],
) -> PushedIntake | None:
    """Return the intake of self-descriptions; None without keys of participants."""
    keys = parts.identity.credentials
    if keys is None:
        return None
    verify, seen = find_list_verifier(parts.identity, keys), find_seen_lists(parts.identity, parts.settings)
    statuses = StatusLists(parts.client, verify, now, asyncio.Semaphore(_FETCHES), seen)

    def note_end(participant: str) -> None:
        note_change()
        # The catalogue may still offer it to everybody.
        crawl(participant)

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
        crawl=crawl,
    )
    return PushedIntake(intake, expiry, watch)
