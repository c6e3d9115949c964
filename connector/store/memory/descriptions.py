"""The in-memory twin of the pushed self-descriptions, beside a record in memory."""

from collections.abc import Sequence

from connector.ports.broker_store import Delta, Entry
from connector.ports.descriptions import DescribingKey, NamedList, PushedDescription
from connector.ports.store_errors import LimitReached, Unavailable
from connector.protocol.credential import DescriptionKind
from connector.protocol.dcp.claims import StatusEntry
from connector.store.memory.record import MemoryBrokerStore
from connector.store.rules import check_pushed, is_same_entry


class MemoryDescriptionStore:
    """A `DescriptionStore` whose data is lost when the process ends."""

    def __init__(self, record: MemoryBrokerStore) -> None:
        self._record = record
        self._kept: dict[str, PushedDescription] = {}

    async def description(self, name: str) -> PushedDescription | None:
        """Return one description."""
        return self._kept.get(name)

    async def put_description(self, description: PushedDescription, entry: Entry | None, now: int) -> bool:
        """Store a description and the entry of its dataset; return whether the entry has changed."""
        before = dict(self._kept)
        self._kept[description.name] = description
        try:
            held = [one for one in self._kept.values() if one.participant == description.participant]
            lists = {status.list_url for one in held for status in one.statuses}
            check_pushed(len(held), sum(len(one.secured) for one in held), len(lists))
            return entry is not None and await self._put_entry(entry, now)
        except (LimitReached, Unavailable):
            self._kept = before
            raise
        finally:
            self._note(description.participant)

    async def _put_entry(self, entry: Entry, now: int) -> bool:
        present = await self._record.stored(entry.participant, entry.id)
        source = await self._record.source(entry.participant)
        if source is None:
            raise Unavailable("The participant is not a source of this record yet: try again in a moment.")
        if present and present.removed_at is None and is_same_entry(present, entry):
            self._record.apply_delta(Delta(source=source, verified=(entry.id,)), now)
            return False
        self._record.apply_delta(Delta(source=source, upserts=(entry,)), now)
        return True

    async def drop_descriptions(self, names: Sequence[str], now: int) -> int:
        """Remove descriptions, with the entries of their datasets; return how many entries were removed."""
        removed = 0
        for dropped in [self._kept.pop(name) for name in names if name in self._kept]:
            self._note(dropped.participant)
            source = await self._record.source(dropped.participant)
            if dropped.kind is DescriptionKind.DATASET and source:
                self._record.apply_delta(Delta(source=source, removed=(dropped.subject,)), now)
                removed += 1
        return removed

    async def descriptions_of(self, participant: str, after: str, limit: int) -> Sequence[PushedDescription]:
        """Return descriptions of a participant with a subject after `after`, in that order."""
        rows = [one for one in self._kept.values() if one.participant == participant and one.subject > after]
        return sorted(rows, key=lambda one: one.subject)[: max(limit, 0)]

    async def expiring_descriptions(self, limit: int) -> Sequence[PushedDescription]:
        """Return the descriptions that expire first."""
        return sorted(self._kept.values(), key=lambda one: one.expires_at)[: max(limit, 0)]

    async def describing_keys(self, after: DescribingKey | None = None) -> Sequence[DescribingKey]:
        """Return the keys with which the present descriptions are signed, in the order of participants."""
        found = sorted({DescribingKey(one.participant, one.key) for one in self._kept.values()})
        return [signer for signer in found if after is None or signer > after]

    async def signed_descriptions(self, signer: DescribingKey, limit: int) -> Sequence[str]:
        """Return names of descriptions that a key of a participant signed."""
        rows = [one.name for one in self._kept.values() if DescribingKey(one.participant, one.key) == signer]
        return rows[: max(limit, 0)]

    async def named_lists(self, issuer: str | None = None) -> Sequence[NamedList]:
        """Return the status lists on which the present descriptions stand, of all issuers or of one, in order."""
        found = [one for each in self._kept.values() for one in each.stands_on if issuer in {None, one.issuer}]
        return sorted({NamedList(one.issuer, one.entry.list_url) for one in found})

    async def named_on(self, named: NamedList) -> Sequence[tuple[str, StatusEntry]]:
        """Return the names of the descriptions on a status list, each with its bit."""
        found = {(each.name, one) for each in self._kept.values() for one in each.stands_on}
        return sorted(
            (name, one.entry) for name, one in found if (one.issuer, one.entry.list_url) == (named.issuer, named.url)
        )

    def _note(self, participant: str) -> None:
        rows = (one for one in self._kept.values() if one.kind is DescriptionKind.DATASET)
        self._record.pushed[participant] = frozenset(one.subject for one in rows if one.participant == participant)
