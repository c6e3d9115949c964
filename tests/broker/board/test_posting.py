"""What is new is posted to a real listener: signed, in order, once or with the same identifier, and not anywhere."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from msgspec.structs import replace

from connector.broker.board.posting import PUBLIC, PostOffice, WebhookPoster, choose_client
from connector.broker.board.telling import Teller
from connector.broker.board.webhooks import HITS, STOPPED_AFTER_MS
from connector.broker.query import make_query
from connector.net.addresses import net_policy
from connector.net.client import GuardedClient
from connector.net.dial import SocketTransport
from connector.net.errors import Blocked
from connector.ports.broker_store import Delta
from connector.ports.identity import Participant
from connector.ports.moderation import MarkKind, ModerationChange
from connector.ports.webhooks import Webhook
from connector.protocol.webhooks import sign
from connector.store.memory.record import MemoryBrokerStore
from connector.store.sqlite.board.board import open_board
from connector.store.sqlite.board.webhooks import SqliteWebhooks
from tests.broker.board.test_webhooks import SAVED, webhook
from tests.broker.searching import make_searching
from tests.broker.world import titled
from tests.contract.test_record import CITY, NOW, A, entry, source
from tests.net.servers import served


class Members:
    """A participant list with the city, whose connector is at one address."""

    def __init__(self, address: str | None) -> None:
        self.listed = [Participant(id=CITY, name="City", address=address, data=("not a url",))]

    def participant(self, id: str) -> Participant | None:
        return next((one for one in self.listed if one.id == id), None)

    def participants(self) -> list[Participant]:
        return self.listed


class Receiver:
    """A listener that notes each message, and answers with the statuses it is given; the last one stays."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.messages: list[tuple[dict[str, str], bytes]] = []
        self.arrived = asyncio.Condition()

    async def answer(self, request: web.Request) -> web.Response:
        async with self.arrived:
            self.messages.append((dict(request.headers), await request.read()))
            self.arrived.notify_all()
        return web.Response(status=self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0])

    async def wait(self, count: int) -> None:
        async with asyncio.timeout(20), self.arrived:
            await self.arrived.wait_for(lambda: len(self.messages) >= count)

    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.messages]

    def told(self) -> list[list[str]]:
        return [[item["id"] for item in json.loads(body)["data"]["items"]] for _, body in self.messages]


class World:
    """A record with its index, a board with a saved search, and the poster."""

    def __init__(self, record: MemoryBrokerStore, searching: Any, board: Any, address: str) -> None:
        policy = net_policy(hosts=["127.0.0.1:*"], plain_http=["127.0.0.1:*"])
        self.transport, self.strict = SocketTransport(policy), SocketTransport(PUBLIC)
        self.record, self.searching, self.board = record, searching, board
        self.hooks, self.now = SqliteWebhooks(board), NOW
        self.teller = Teller(record, searching.index, board, now=lambda: self.now)
        self.members = Members(f"{address}/dsp/2025-1")
        numbers = iter(range(1, 1000))
        self.office = PostOffice(
            directory=self.members,
            policy=policy,
            listed=GuardedClient(policy, self.transport),
            public=GuardedClient(PUBLIC, self.strict),
            now=lambda: self.now,
            new_id=lambda: f"event-{next(numbers)}",
        )
        self.poster = self.make_poster()

    def make_poster(self) -> WebhookPoster:
        return WebhookPoster(
            self.record, self.searching.index, self.board, self.hooks, self.office, self.teller.followers
        )

    async def offer(self, *names: str, title: str = "Wald", **stated: Any) -> None:
        documents = {name: json.dumps(titled(name, title)).encode() for name in names}
        entries = tuple(replace(entry(name, title, **stated), document=documents[name]) for name in names)
        await self.record.apply(Delta(source=source(), upserts=entries), NOW)
        await self.searching.follow()
        await self.teller.follow()

    async def tell(self) -> Webhook:
        """Send what is new until there is no more, or until the webhook has to wait."""
        while True:
            before = await self.hooks.webhook("s")
            assert before
            if before.next_at > self.now or before.stopped_at is not None:
                return before
            if await self.poster.tell(before, SAVED, make_query()) is not None:
                return before

    async def close(self) -> None:
        await self.transport.close()
        await self.strict.close()


@pytest.fixture
def receiver() -> Receiver:
    return Receiver(204)


@pytest.fixture
async def world(tmp_path: Path, receiver: Receiver) -> AsyncIterator[World]:
    record = MemoryBrokerStore()
    searching, board = await make_searching(record, now=NOW), await open_board(tmp_path / "board.db")
    async with served(receiver.answer) as port:
        made = World(record, searching, board, f"http://127.0.0.1:{port}")
        await board.put_search(SAVED, most=9)
        hook = webhook(url=f"http://127.0.0.1:{port}/hooks/wald", after=0, event="", until=0)
        await made.hooks.put_webhook(hook, most_of_one=2, most=3)
        yield made
        await made.close()
    await board.close()
    await searching.index.close()


async def test_new_hits_are_posted_as_they_come_and_signed(world: World, receiver: Receiver) -> None:
    running = asyncio.create_task(world.poster.run())
    await world.offer("a")
    await receiver.wait(1)
    await world.offer("b", "c")
    await receiver.wait(2)
    assert receiver.told() == [["a"], ["b", "c"]]
    assert len(set(receiver.ids())) == 2
    secret = webhook().secret
    for headers, body in receiver.messages:
        signed = sign(secret, headers["webhook-id"], headers["webhook-timestamp"], body)
        assert headers["webhook-signature"] == signed
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_many_hits_are_several_messages(world: World, receiver: Receiver) -> None:
    names = [f"d{number:02}" for number in range(HITS + 3)]
    await world.offer(*names)
    await world.tell()
    assert receiver.told() == [names[:HITS], names[HITS:]]


async def test_what_was_not_taken_is_sent_again_under_its_identifier_by_another_process(
    world: World, receiver: Receiver
) -> None:
    receiver.statuses = [500, 204]
    await world.offer("a", "b")
    failed = await world.tell()
    assert (failed.failures, failed.problem) == (1, "The address answered with status 500.")
    await world.offer("c")
    world.now, world.poster = failed.next_at, world.make_poster()
    told = await world.tell()
    assert receiver.told() == [["a", "b"], ["a", "b"], ["c"]]
    assert receiver.ids()[0] == receiver.ids()[1] != receiver.ids()[2]
    assert (told.failures, told.problem, told.event) == (0, "", "")


async def test_what_changes_before_it_is_sent_again_is_told_with_its_change(world: World, receiver: Receiver) -> None:
    receiver.statuses = [500, 204]
    await world.offer("a", "b")
    failed = await world.tell()
    await world.offer("a", title="Wald und Wiese")
    world.now = failed.next_at
    await world.tell()
    assert receiver.told() == [["a", "b"], ["b"], ["a"]]
    receiver.statuses = [500, 204]
    await world.offer("c")
    failed = await world.tell()
    await world.offer("c", title="Wald und See")
    world.now = failed.next_at
    await world.tell()
    assert receiver.told()[-2:] == [["c"], ["c"]]
    assert receiver.ids()[-2] != receiver.ids()[-1]


async def test_an_event_of_another_record_is_given_up(world: World, receiver: Receiver) -> None:
    await world.hooks.note_webhook(webhook(url=(await world.tell()).url, after=90, event="old", until=99))
    await world.offer("a")
    await world.tell()
    assert receiver.told() == [["a"]]
    assert receiver.ids() != ["old"]


async def test_days_of_failures_switch_it_off_and_it_goes_on_where_it_was(world: World, receiver: Receiver) -> None:
    receiver.statuses = [503]
    await world.offer("a")
    hook = await world.tell()
    while hook.stopped_at is None:
        world.now = hook.next_at
        hook = await world.tell()
    assert world.now - NOW >= STOPPED_AFTER_MS
    assert len(receiver.messages) < 40
    assert len(set(receiver.ids())) == 1
    running = asyncio.create_task(world.poster.run())
    await world.offer("b")
    receiver.statuses = [204]
    await world.poster.end("s")
    await world.hooks.note_webhook(webhook(url=hook.url, after=hook.after, event=hook.event, until=hook.until))
    sent = len(receiver.messages)
    world.poster.begin("s")
    await receiver.wait(sent + 2)
    assert receiver.told()[-2:] == [["a"], ["b"]]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_an_address_that_is_gone_is_switched_off_at_once(world: World, receiver: Receiver) -> None:
    receiver.statuses = [410]
    await world.offer("a")
    hook = await world.tell()
    assert (hook.stopped_at, hook.failures) == (world.now, 1)


async def test_nothing_is_told_of_what_is_hidden_or_for_some_only(world: World, receiver: Receiver) -> None:
    await world.offer("a", audience=A)
    await world.offer("b")
    hide = ModerationChange(participant=CITY, dataset="b", kind=MarkKind.HIDDEN, wanted=True, by="admin")
    await world.record.moderate(hide, NOW)
    await world.searching.follow()
    await world.offer("c")
    await world.tell()
    assert receiver.told() == [["c"]]


async def test_a_participant_posts_to_its_own_origin_or_to_a_public_address(world: World) -> None:
    own = world.members.listed[0].address or ""
    assert choose_client(world.office, CITY, own.replace("/dsp/2025-1", "/hooks?a=b")) is world.office.listed
    assert choose_client(world.office, CITY, "https://hooks.example/x") is world.office.public
    refused = (
        "http://127.0.0.1:1/x",
        "https://127.0.0.1/x",
        "https://10.0.0.1/x",
        "https://[::1]/x",
        "http://hooks.example/x",
        "https://hooks.example:8443/x",
        "https://user@hooks.example/x",
        "file:///etc/passwd",
        "",
    )
    for url in refused:
        with pytest.raises(Blocked):
            choose_client(world.office, CITY, url)
    with pytest.raises(Blocked, match="does not contain the owner"):
        choose_client(world.office, "urn:somebody", "https://hooks.example/x")


async def test_a_participant_that_leaves_the_list_is_told_nothing_more(world: World, receiver: Receiver) -> None:
    world.members.listed = []
    await world.offer("a")
    hook = await world.tell()
    assert hook.problem.startswith("Nothing was sent: The participant list does not contain")
    assert receiver.messages == []


@pytest.mark.parametrize("host", ["localhost", "no-such-name.invalid", "127.0.0.1"])
async def test_an_address_inside_tells_nothing_of_the_network_of_the_operator(world: World, host: str) -> None:
    inside = webhook(url=f"https://{host}/", after=0, event="", until=0)
    await world.hooks.put_webhook(inside, most_of_one=2, most=3)
    await world.offer("a")
    assert (await world.tell()).problem == (
        "Nothing was sent: The address is not found at port 443 (https) of a public host, and is at no origin of yours "
        "in the participant list: use another one."
    )


async def test_a_search_that_cannot_be_read_any_more_says_why(world: World) -> None:
    await world.board.put_search(replace(SAVED, parameters=b'{"bbox":"x"}'), most=9)
    running = asyncio.create_task(world.poster.run())
    stopped = await world.hooks.webhook("s")
    async with asyncio.timeout(20):
        while stopped is None or stopped.stopped_at is None:
            await asyncio.sleep(0)
            stopped = await world.hooks.webhook("s")
    assert stopped.problem.startswith("bbox is x")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
