"""Changes of entities at a context broker, as a source of streams: `{"kind": "ngsi-ld-subscription", "type": …}`.

The broker tells each change at a place of our listener. A notification is stored before it is answered, but a broker
does not send it again. So all entities are looked at in between, and after each new beginning: those that were modified
since the look before, and were not told as they are now, are messages too. Each look renews the subscription, which
expires at the broker if this process does not come back.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from connector.dataplane.address.secrets import SecretReader
from connector.dataplane.backends.notices import NoticePlace, Notices, ToldEntity, ToldTogether
from connector.dataplane.backends.reading import BackendReader
from connector.dataplane.backends.walking import open_walk
from connector.dataplane.portals.ngsi_ld import NGSI_LD
from connector.dataplane.portals.portal import append_path
from connector.dataplane.portals.subscribing import (
    ChangedEntity,
    EntitySubscription,
    make_expiry,
    make_id,
    make_look_url,
    read_look,
    read_notification,
    read_subscription,
    read_time,
    write_subscription,
)
from connector.net.client import GuardedClient
from connector.net.errors import Blocked, NetError
from connector.ports.flow import Cause, SourceError
from connector.ports.streams import Arrived, ArrivedBatch, Lost

_NEVER = "1970-01-01T00:00:00Z"
_OVERLAP = timedelta(seconds=10)
"""An entity may show only after another one that was modified later."""
_MOST_KNOWN = 50_000
_MOST_MARKED = 256
_PIECE = 200

_Pairs = list[tuple[bytes, bytes]]
_log = logging.getLogger(__name__)


class _SeenMark(msgspec.Struct, frozen=True, array_like=True):
    """Up to when all entities were seen, and the newest messages: the key of an entity with its digest."""

    since: str
    newest: _Pairs


class NgsiLdStream:
    """Subscribes at context brokers. `now` and `pause` (seconds) are those of the process."""

    def __init__(
        self,
        client: GuardedClient,
        secrets: SecretReader,
        notices: Notices | None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client = client
        self._reader = BackendReader(client, secrets)
        self._notices = notices
        self._now = now
        self._pause = pause

    def check(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the address is incomplete, its secret is not known, or there is no listener."""
        read_subscription(address)
        self._reader.asker.check(address)
        self._find_notices()

    async def probe(self, address: dict[str, Any]) -> None:
        """Ask for one entity: a subscription would leave something at the broker."""
        self.check(address)
        await self._make_broker({**address, "size": 1}).open_pages()

    @asynccontextmanager
    async def open(self, address: dict[str, Any], name: str, mark: bytes) -> AsyncIterator["NgsiLdInlet"]:
        """Subscribe anew under the name, with a new token; then look at what was missed."""
        self.check(address)
        broker = self._make_broker(address)
        seen = msgspec.msgpack.decode(mark, type=_SeenMark) if mark else _SeenMark("", [])
        known = KnownEntities(seen.newest)
        read = partial(read_notification, broker.asked, name)
        with self._find_notices().open(name, read, known.note_told, broker.asked.notify) as place:
            await broker.subscribe(name, place, self._now())
            keeper = asyncio.create_task(self._keep(broker, name, place, known, seen.since))
            try:
                yield NgsiLdInlet(place, seen)
            finally:
                keeper.cancel()
                with suppress(asyncio.CancelledError):
                    await keeper

    async def forget(self, address: dict[str, Any], name: str) -> None:
        """Remove the subscription."""
        await self._make_broker(address).remove(name)

    async def _keep(
        self, broker: "_ContextBroker", name: str, place: NoticePlace, known: "KnownEntities", since: str
    ) -> None:
        """Look, and renew the subscription, again and again; what fails breaks the place off."""
        try:
            while True:
                since = await _look(broker, place, known, since)
                await self._pause(broker.asked.look_seconds)
                await broker.renew(name, self._now())
        except SourceError as error:
            place.break_off(error)
        except Exception:  # noqa: BLE001 - who waits at the place must learn of any defect
            _log.exception("the looks of %s failed unexpectedly", name)
            place.break_off(SourceError("The looks at the broker failed unexpectedly.", Cause.UNAVAILABLE))

    def _make_broker(self, address: dict[str, Any]) -> "_ContextBroker":
        return _ContextBroker(self._client, self._reader, address, read_subscription(address))

    def _find_notices(self) -> Notices:
        if self._notices is None:
            raise SourceError("This data plane has no listener at which a broker could tell changes.")
        return self._notices


async def _look(broker: "_ContextBroker", place: NoticePlace, known: "KnownEntities", since: str) -> str:
    """Put what was modified since a time and is not known into the place; return up to when all was seen.

    The first look, without a time, finds nothing: a stream begins with what changes from now on.
    """
    first = read_time(since or _NEVER)
    newest, is_certain, found = first, True, list[ToldEntity]()
    known.begin_look()
    async for page in await broker.open_pages():
        for entity in page:
            newest = max(newest, entity.modified_at)
            if not since:
                known.add(entity.told)
            elif entity.modified_at < first - _OVERLAP or known.has(entity.told):
                continue
            elif known.was_told_meanwhile(entity.told):
                # Nobody knows which of the two is newer: the next look begins where this one did.
                is_certain = False
            else:
                known.add(entity.told)
                found.append(entity.told)
        while len(found) >= _PIECE:
            await place.put(ToldTogether(tuple(found[:_PIECE])))
            del found[:_PIECE]
    until = (newest if is_certain else first).isoformat()
    await place.put(ToldTogether(tuple(found), since=until))
    return until


class _ContextBroker:
    """The broker of one address: its subscriptions and its entities."""

    def __init__(
        self, client: GuardedClient, reader: BackendReader, address: dict[str, Any], asked: EntitySubscription
    ) -> None:
        self._client = client
        self._reader = reader
        self._address = address
        self._headers = NGSI_LD.headers(asked.entities)
        self.asked = asked

    async def open_pages(self) -> AsyncIterator[Sequence[ChangedEntity]]:
        """Return the pages of all entities. Raises SourceError."""
        fetch = self._reader.make_fetch({**self._address, "headers": self._headers})
        read = partial(read_look, self.asked)
        return (await open_walk(make_look_url(self.asked), fetch, read, self.asked.entities.most_pages))[1]

    async def subscribe(self, name: str, place: NoticePlace, now: datetime) -> None:
        """Make the subscription, in place of the one that an earlier process may have left. Raises SourceError."""
        document = write_subscription(self.asked, name, place.url, place.token, now)
        status = await self._ask("POST", "", document)
        if status == 409:
            await self.remove(name)
            status = await self._ask("POST", "", document)
        _expect(status, {201})

    async def renew(self, name: str, now: datetime) -> None:
        """Move the end of the subscription on. Raises SourceError if it is gone."""
        renewal = msgspec.json.encode({"expiresAt": make_expiry(self.asked, now)})
        _expect(await self._ask("PATCH", make_id(name), renewal), {200, 204})

    async def remove(self, name: str) -> None:
        """Remove the subscription, if there is one. Raises SourceError."""
        _expect(await self._ask("DELETE", make_id(name)), {200, 204, 404})

    async def _ask(self, method: str, identifier: str, body: bytes | None = None) -> int:
        """Return the status of a request; a token that the broker refuses is renewed once. Raises SourceError."""
        url = append_path(self.asked.entities.url, f"subscriptions/{identifier}" if identifier else "subscriptions")
        status, headers = await self._send(method, url, body)
        if status == 401 and self._reader.asker.forget_token(self._address, headers):
            status, _ = await self._send(method, url, body)
        if status in {401, 403}:
            raise SourceError("The broker refuses to be subscribed to: correct the `auth`.", Cause.NOT_ALLOWED)
        return status

    async def _send(self, method: str, url: str, body: bytes | None) -> tuple[int, dict[str, str]]:
        typed = {"Content-Type": "application/json"} if body is not None else {}
        asker = self._reader.asker
        headers = await asker.make_headers({**self._address, "headers": self._headers | typed})
        try:
            url = asker.add_key(self._address, url)
            return (await self._client.request(method, url, headers=headers, body=body)).status, headers
        except Blocked as error:
            raise SourceError(f"The broker may not be used: {error}", Cause.NOT_ALLOWED) from error
        except NetError as error:
            raise SourceError(f"The broker cannot be reached: {error}", Cause.UNAVAILABLE) from error


class KnownEntities:
    """The content of the entities that were told last, and those that the broker tells while a look goes on."""

    def __init__(self, newest: _Pairs) -> None:
        self._digests = OrderedDict(newest)
        self._meanwhile = set[bytes]()

    def begin_look(self) -> None:
        """Forget what was told before this look."""
        self._meanwhile.clear()

    def note_told(self, entities: Sequence[ToldEntity]) -> None:
        """Note what the broker has told."""
        for entity in entities:
            self.add(entity)
            self._meanwhile.add(entity.key)

    def add(self, entity: ToldEntity) -> None:
        """Note an entity as it is now."""
        _note_newest(self._digests, entity, _MOST_KNOWN)

    def has(self, entity: ToldEntity) -> bool:
        """Return whether an entity was told as it is now."""
        return self._digests.get(entity.key) == entity.digest

    def was_told_meanwhile(self, entity: ToldEntity) -> bool:
        """Return whether the broker has told an entity since the look began."""
        return entity.key in self._meanwhile


class NgsiLdInlet:
    """The subscription: what was told or found, in order."""

    def __init__(self, place: NoticePlace, seen: _SeenMark) -> None:
        self._place = place
        self._since = seen.since
        self._newest = OrderedDict(seen.newest)
        self._taken: list[ToldTogether] = []

    async def take(self) -> ArrivedBatch:
        """Wait for what is told or found; a look that has found nothing is a batch without messages."""
        taken = await self._place.take()
        self._taken += taken
        found = list[Arrived]()
        for told in taken:
            self._since = told.since or self._since
            for entity in told.entities:
                found.append(Arrived(lost=Lost.TOO_LARGE) if entity.data is None else Arrived(entity.data))
                _note_newest(self._newest, entity, _MOST_MARKED)
        return ArrivedBatch(tuple(found), msgspec.msgpack.encode(_SeenMark(self._since, [*self._newest.items()])))

    async def acknowledge(self) -> None:
        """Let the notifications be answered that are stored now."""
        taken, self._taken = self._taken, []
        for told in taken:
            told.stored.set()


def _note_newest(noted: OrderedDict[bytes, bytes], entity: ToldEntity, most: int) -> None:
    """Note an entity as the newest one; at most `most` stay."""
    noted[entity.key] = entity.digest
    noted.move_to_end(entity.key)
    while len(noted) > most:
        noted.popitem(last=False)


def _expect(status: int, statuses: set[int]) -> None:
    """Raise SourceError for another status."""
    if status not in statuses:
        raise SourceError(
            f"The broker does not keep the subscription (status {status}): check `url`, `type` and `q`.",
            Cause.UNAVAILABLE,
        )
