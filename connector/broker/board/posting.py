"""Posts what is new in saved searches to their webhooks: a task for each, one message at a time of a participant.

A message has an identifier and a last hit, which are stored before it is sent; how far the webhook is, is stored after
it was taken. A process that ends in between sends the message of the same identifier again. So nothing is lost, and
who receives a message twice knows it by its identifier.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator
from weakref import WeakValueDictionary

import msgspec
from msgspec.structs import replace

from connector.broker.board.following import Followers
from connector.broker.board.saved import NewHits, find_new, read_parameters, render_new
from connector.broker.board.webhooks import GONE, HITS, LONGEST_WAIT_MS, make_message, note_failure, note_told
from connector.broker.query import Asked, QueryRefused
from connector.net.addresses import NetPolicy, check_url, net_policy, parse_url
from connector.net.client import GuardedClient
from connector.net.errors import Blocked, NameUnknown, NetError
from connector.ports.board import Board, SavedSearch
from connector.ports.broker_store import BrokerStore
from connector.ports.identity import Directory
from connector.ports.search_index import SearchIndex
from connector.ports.store_errors import StoreError
from connector.ports.webhooks import Webhook, WebhookStore

log = logging.getLogger(__name__)

PUBLIC = net_policy()
"""What an address may be that the participant list does not have: https at port 443 of a public address."""

AT_ONCE = 16
"""The messages that are on their way at once, of all participants."""

_TIMEOUT_S = 10.0
_ANSWER_BYTES = 16 * 1024
_RETRY_S = 5.0


class PostOffice(msgspec.Struct, frozen=True, kw_only=True):
    """What messages are sent with. `listed` reaches what the operator allows, `public` only what is public.

    `now` returns the ms since the Unix epoch, `new_id` a new identifier, `jitter` a number from -1 to 1.
    """

    directory: Directory
    policy: NetPolicy
    listed: GuardedClient
    public: GuardedClient
    now: Callable[[], int]
    new_id: Callable[[], str]
    jitter: Callable[[], float] = lambda: 0.0


def choose_client(office: PostOffice, owner: str, url: str) -> GuardedClient:
    """Return the client for an address of a participant: at its origins by the participant list, or a public one.

    Else a participant could make the broker post to what only the operator of the broker reaches. Raises Blocked.
    """
    known = office.directory.participant(owner)
    if known is None:
        raise Blocked("The participant list does not contain the owner of the webhook: nothing is sent.")
    origin = parse_url(url, query=True).origin
    if origin in set(_list_origins(known.address, *known.data)):
        check_url(url, office.policy, query=True)
        return office.listed
    with _say_not_public():
        check_url(url, PUBLIC, query=True)
    return office.public


@contextlib.contextmanager
def _say_not_public() -> Iterator[None]:
    """Refuse what is not public in one sentence.

    What a name means here is not for the participant that chose it: it could ask for the names of the operator's
    network, one after the other.
    """
    try:
        yield
    except (Blocked, NameUnknown):
        raise Blocked(
            "The address is not found at port 443 (https) of a public host, and is at no origin of yours in the "
            "participant list: use another one."
        ) from None


def _list_origins(*urls: str | None) -> Iterable[str]:
    for url in urls:
        with contextlib.suppress(Blocked):
            yield parse_url(url or "", query=True).origin


class WebhookPoster:
    """Posts to all webhooks, from `run` until it is cancelled."""

    def __init__(
        self,
        record: BrokerStore,
        index: SearchIndex,
        board: Board,
        webhooks: WebhookStore,
        office: PostOffice,
        followers: Followers,
    ) -> None:
        self.office = office
        self._record = record
        self._index = index
        self._board = board
        self._webhooks = webhooks
        self._followers = followers
        self._running = False
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._of_one: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def run(self) -> None:
        """Post until cancelled."""
        self._running = True
        try:
            await self.refresh()
            await asyncio.Event().wait()
        finally:
            self._running = False
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)
            self._tasks.clear()

    async def refresh(self) -> None:
        """Begin to post for the webhooks that another process has set. Raises StoreError."""
        for webhook in await self._webhooks.webhooks():
            if webhook.search not in self._tasks:
                self.begin(webhook.search)

    def begin(self, search: str) -> None:
        """Begin to post what is new in a saved search, if this process posts."""
        if not self._running:
            return
        self._tasks[search] = asyncio.create_task(self._follow(search), name="webhook")

    async def end(self, search: str) -> None:
        """End posting what is new in a saved search: after that, nobody else changes its webhook."""
        task = self._tasks.pop(search, None)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _follow(self, search: str) -> None:
        """Post each new hit of a saved search until its webhook ends."""
        while True:
            try:
                await self._follow_on(search)
            except StoreError as fault:
                log.info("a webhook waits for the board or the search index: %s", fault)
                await asyncio.sleep(_RETRY_S)
            except Exception:
                # The loop of a worker: an error of one message must not end those that follow.
                log.exception("a webhook was not told")
                await asyncio.sleep(_RETRY_S)
            else:
                return

    async def _follow_on(self, search: str) -> None:
        webhook, saved = await self._webhooks.webhook(search), await self._board.saved_search(search)
        if webhook is None or saved is None:
            return
        try:
            asked = read_parameters(saved.parameters)
        except QueryRefused as refusal:
            await self._webhooks.note_webhook(note_failure(webhook, str(refusal), self.office.now(), gone=True))
            return
        # What is no hit moves the position too. It is not stored: after a restart it is passed over again.
        position: int | None = None
        with self._followers.follow(asked.query) as changed:
            while True:
                changed.clear()
                webhook = await self._webhooks.webhook(search)
                if webhook is None or webhook.stopped_at is not None:
                    return
                if (wait := webhook.next_at - self.office.now()) > 0:
                    await asyncio.sleep(min(wait, LONGEST_WAIT_MS) / 1000)
                webhook = webhook if position is None else replace(webhook, after=position)
                position = await self.tell(webhook, saved, asked)
                if position is not None:
                    await changed.wait()

    async def tell(self, webhook: Webhook, saved: SavedSearch, asked: Asked) -> int | None:
        """Send one message, if there is anything new in a search, and note what became of it.

        Returns the change number to go on after once there is more, or None to go on at once. Raises StoreError.
        """
        new = await find_new(self._record.view(), self._index, asked, webhook.after, self.office.now(), limit=HITS)
        if webhook.event and webhook.until <= self._index.progress().shown:
            new = _keep_told(new, webhook.until)
            webhook = replace(webhook, until=new.following)
        elif new.hits:
            webhook = replace(webhook, event=self.office.new_id(), until=new.following)
            await self._webhooks.note_webhook(webhook)
        else:
            return new.following
        # A message is empty if all of its hits have changed since: they are told with their new change.
        empty = replace(webhook, event="", after=webhook.until)
        told = await self._post(webhook, saved, asked, new) if new.hits else empty
        await self._webhooks.note_webhook(told)
        return None

    async def _post(self, webhook: Webhook, saved: SavedSearch, asked: Asked, new: NewHits) -> Webhook:
        """Send the message of a webhook about new hits; return the webhook after that."""
        office = self.office
        of_one = self._of_one.setdefault(webhook.owner, asyncio.Semaphore(1))
        async with of_one, self._at_once:
            items = await render_new(self._index, asked, new, None, office.now())
            message = make_message(webhook, saved, items, office.now())
            status = 0
            try:
                client = choose_client(office, webhook.owner, webhook.url)
                with _say_not_public() if client is office.public else contextlib.nullcontext():
                    answer = await client.request(
                        "POST",
                        webhook.url,
                        headers=message.headers,
                        body=message.body,
                        timeout_s=_TIMEOUT_S,
                        max_bytes=_ANSWER_BYTES,
                    )
                status, problem = answer.status, f"The address answered with status {answer.status}."
            except Blocked as fault:
                problem = f"Nothing was sent: {fault.reason}"
            except NetError as fault:
                problem = f"The address did not answer: {fault}"
        if 200 <= status < 300:
            return note_told(webhook, office.now())
        failed = note_failure(webhook, problem, office.now(), gone=status == GONE, jitter=office.jitter())
        if failed.stopped_at is not None:
            log.warning("a webhook is switched off: %s", problem, extra={"peer": webhook.owner})
        return failed


def _keep_told(new: NewHits, until: int) -> NewHits:
    """Return of new hits those of a message that was made before; what has changed since is in a later one."""
    hits = tuple(hit for hit in new.hits if hit.entry.seq <= until)
    # More than one message has room for: they are found again after these.
    cut = new.more and len(hits) == len(new.hits)
    return NewHits(hits=hits, following=min(until, new.following) if cut else until, more=True)
