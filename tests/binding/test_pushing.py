"""What is pushed to the broker, when, and what is done with each answer."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connector.binding import pushing
from connector.binding.pushing import DescriptionClient, DescriptionPusher
from connector.controlplane.core.errors import PeerFailed
from connector.controlplane.usecases.offering import asset_changes, assets
from connector.controlplane.usecases.offering.publisher import Publisher
from connector.controlplane.usecases.offering.self_descriptions import ANEW_MS
from connector.identity.credentials import ListedCredentialKeys
from connector.identity.keys import generate
from connector.net.addresses import net_policy
from connector.net.client import GuardedClient
from connector.net.errors import Unreachable
from connector.net.transport import HttpCall
from connector.ports.entities import Push, PushState
from connector.protocol.credential import MEDIA_TYPE, name_description, read_credential
from connector.views.assets import AssetOrder, BrokerListing
from tests.binding.test_broker import BROKER, Answer, Firm
from tests.broker.crawling import until
from tests.support.plane import KEY, ME, NOW, OWNER, Desk

SOURCE = {"kind": "file", "path": "air.csv"}
NOBODY = {"leftOperand": "dk:participant", "operator": "eq", "rightOperand": "x"}
ONLY = {"permission": [{"action": "use", "constraint": [NOBODY]}]}


class Shelf:
    """A broker as a transport: what lies there by name, and the statuses of the next answers (None: no answer)."""

    def __init__(self) -> None:
        self.there: dict[str, bytes] = {}
        self.calls: list[tuple[str, str]] = []
        self.next: list[int | None] = []
        self.error: dict[str, Any] | None = None
        self.findings: list[str] = []
        self.lost = False

    async def send(self, call: HttpCall) -> Answer:
        name = call.endpoint.path.removeprefix("/v1/self-descriptions/")
        self.calls.append((call.method, name))
        status = self.next.pop(0) if self.next else 200
        if status is None:
            raise Unreachable("search.example cannot be reached.")
        if status >= 300:
            return Answer(status, json.dumps({"error": self.error} if self.error else {}).encode())
        if call.method == "PUT":
            assert call.headers["Content-Type"] == MEDIA_TYPE
            assert isinstance(call.body, bytes)
            self.there[name] = call.body
            if self.lost:
                raise Unreachable("search.example has closed the connection.")
            return Answer(201, json.dumps({"findings": self.findings}).encode())
        return Answer(204 if self.there.pop(name, None) else 404, b"")


class Pushed:
    """A connector with its pusher, and the clock of both."""

    def __init__(self, folder: Path) -> None:
        self.desk = Desk(folder)
        self.now = NOW
        self.shelf = Shelf()
        self.notices: list[str] = []
        rooms = self.desk.rooms
        self.publisher: Publisher = replace(
            rooms.publisher,
            context=replace(rooms.context, now=lambda: self.now),
            announce=lambda subject: self.pusher.note(subject),
        )
        self.pusher = self.make_pusher()

    def make_pusher(self, **more: Any) -> DescriptionPusher:
        assert self.publisher.keys is not None
        client = DescriptionClient(GuardedClient(net_policy(), self.shelf), Firm(), BROKER, "https://search.example/")  # type: ignore[arg-type]
        return DescriptionPusher(
            self.publisher, self.publisher.keys, client, announce=lambda: self.notices.append("crawl"), **more
        )

    async def offer(self, id: str, **more: Any) -> None:
        await assets.add(self.publisher, AssetOrder(id=id, title={"de": "Luft"}, source=SOURCE, **more))
        await assets.publish(self.publisher, id)

    async def last(self, subject: str) -> Push | None:
        return await self.desk.store.push(OWNER, subject)

    def lies(self, subject: str) -> bool:
        return name_description(ME, subject) in self.shelf.there


@pytest.fixture
def pushed(tmp_path: Path) -> Pushed:
    return Pushed(tmp_path)


async def test_what_is_published_changed_and_withdrawn_is_pushed_and_withdrawn(pushed: Pushed) -> None:
    await pushed.offer("urn:air")
    await pushed.pusher.take_turn()
    assert pushed.lies("urn:air")
    first = pushed.shelf.there[name_description(ME, "urn:air")]
    await asset_changes.edit(pushed.publisher, "urn:air", {"keywords": ["air"]})
    await pushed.pusher.take_turn()
    assert pushed.shelf.there[name_description(ME, "urn:air")] != first
    await assets.withdraw(pushed.publisher, "urn:air")
    await pushed.pusher.take_turn()
    assert (pushed.lies("urn:air"), pushed.notices, await pushed.last("urn:air")) == (False, ["crawl"], None)
    assert [method for method, _ in pushed.shelf.calls] == ["PUT", "PUT", "DELETE"]


async def test_drafts_and_what_not_everybody_may_see_are_never_pushed(pushed: Pushed) -> None:
    await assets.add(pushed.publisher, AssetOrder(id="urn:draft", title={"de": "Luft"}, source=SOURCE))
    await pushed.offer("urn:hidden", access=ONLY)
    pushed.pusher.note("urn:draft")
    await pushed.pusher.take_turn()
    assert pushed.shelf.calls == []
    await pushed.offer("urn:air")
    await pushed.pusher.take_turn()
    await asset_changes.edit(pushed.publisher, "urn:air", {"access": ONLY})
    await pushed.pusher.take_turn()
    assert not pushed.lies("urn:air")


@pytest.mark.parametrize("listing", [BrokerListing.TEASER, BrokerListing.RESTRICTED])
async def test_what_its_owner_wants_the_broker_to_know_is_pushed_with_its_audience(
    pushed: Pushed, listing: BrokerListing
) -> None:
    await pushed.offer("urn:hidden", access=ONLY, at_broker=listing)
    await pushed.pusher.take_turn()
    assert pushed.publisher.keys is not None
    secured = pushed.shelf.there[name_description(ME, "urn:hidden")]
    stated = read_credential(pushed.publisher.keys.verify_credential(secured, ME).payload)
    assert json.loads(stated.audience)["permission"][0]["constraint"][0]["rightOperand"] == "x"
    assert stated.teaser is (listing is BrokerListing.TEASER)
    await asset_changes.edit(pushed.publisher, "urn:hidden", {"at_broker": "no"})
    await pushed.pusher.take_turn()
    assert not pushed.lies("urn:hidden")


async def test_an_offer_for_everybody_has_no_audience_whatever_the_broker_shows(pushed: Pushed) -> None:
    await pushed.offer("urn:air", at_broker=BrokerListing.RESTRICTED)
    await pushed.pusher.take_turn()
    assert pushed.publisher.keys is not None
    secured = pushed.shelf.there[name_description(ME, "urn:air")]
    stated = read_credential(pushed.publisher.keys.verify_credential(secured, ME).payload)
    assert (stated.audience, stated.teaser) == (b"", False)


async def test_a_start_pushes_what_is_missing_and_nothing_twice(pushed: Pushed) -> None:
    for subject in ("urn:1", "urn:2", "urn:3"):
        await pushed.offer(subject)
    await pushed.make_pusher().take_turn()
    assert pushed.shelf.calls == []
    first = pushed.make_pusher()
    await first.look_through()
    await first.take_turn()
    assert len(pushed.shelf.there) == 4
    assert pushed.lies(ME)
    count = len(pushed.shelf.calls)
    again = pushed.make_pusher()
    await again.look_through()
    await again.take_turn()
    assert len(pushed.shelf.calls) == count


async def test_a_start_after_a_crash_withdraws_what_was_withdrawn_meanwhile(pushed: Pushed) -> None:
    await pushed.offer("urn:air")
    await pushed.pusher.take_turn()
    silent = replace(pushed.publisher, announce=lambda _: None)
    await assets.withdraw(silent, "urn:air")
    await asset_changes.remove(silent, "urn:air")
    fresh = pushed.make_pusher()
    await fresh.look_through()
    await fresh.take_turn()
    assert not pushed.lies("urn:air")


async def test_what_was_pushed_without_an_answer_is_withdrawn_too(pushed: Pushed) -> None:
    await pushed.offer("urn:air")
    pushed.shelf.lost = True
    with pytest.raises(PeerFailed):
        await pushed.pusher.take_turn()
    assert pushed.lies("urn:air")
    pushed.shelf.lost = False
    await assets.withdraw(replace(pushed.publisher, announce=lambda _: None), "urn:air")
    fresh = pushed.make_pusher()
    await fresh.look_through()
    await fresh.take_turn()
    assert (pushed.lies("urn:air"), await pushed.last("urn:air")) == (False, None)


async def test_a_new_key_or_another_broker_has_everything_pushed_again(pushed: Pushed) -> None:
    await pushed.offer("urn:air")
    await pushed.pusher.take_turn()
    key = generate()
    pushed.publisher = replace(
        pushed.publisher, keys=ListedCredentialKeys(key, lambda: {ME: (KEY.verification, key.verification)})
    )
    fresh = pushed.make_pusher()
    await fresh.look_through()
    await fresh.take_turn()
    last = await pushed.last("urn:air")
    assert last is not None
    assert last.key == key.kid


async def test_a_description_is_renewed_before_it_ends(pushed: Pushed) -> None:
    await pushed.offer("urn:air")
    pause = await pushed.pusher.take_turn()
    assert 0 < pause <= pushing.LONGEST_S
    before = pushed.shelf.there[name_description(ME, "urn:air")]
    last = await pushed.last("urn:air")
    assert last is not None
    assert NOW < last.renew_at <= NOW + ANEW_MS
    pushed.now = last.renew_at
    await pushed.pusher.take_turn()
    assert pushed.shelf.there[name_description(ME, "urn:air")] != before


async def test_what_the_broker_says_is_kept_for_the_operator(pushed: Pushed) -> None:
    pushed.shelf.findings = ["The description does not state: theme."]
    await pushed.offer("urn:air")
    await pushed.pusher.take_turn()
    last = await pushed.last("urn:air")
    assert last is not None
    assert (last.state, last.findings) == (PushState.ACCEPTED, ("The description does not state: theme.",))
    pushed.shelf.next, pushed.shelf.error = [422], {"code": "dataset", "reason": "No\u0000 title."}
    await asset_changes.edit(pushed.publisher, "urn:air", {"keywords": ["a"]})
    await pushed.pusher.take_turn()
    last = await pushed.last("urn:air")
    assert last is not None
    assert (last.state, last.reason) == (PushState.REFUSED, "No title.")
    count = len(pushed.shelf.calls)
    pushed.pusher.note("urn:air")
    await pushed.pusher.take_turn()
    assert len(pushed.shelf.calls) == count
    pushed.now += pushing.DAY_MS
    await pushed.pusher.take_turn()
    assert (await pushed.last("urn:air")) != last


async def test_a_broker_without_these_endpoints_is_told_apart(pushed: Pushed) -> None:
    pushed.shelf.next = [404]
    await pushed.offer("urn:air")
    await pushed.pusher.take_turn()
    last = await pushed.last("urn:air")
    assert last is not None
    assert "takes no self-descriptions" in last.reason


@pytest.mark.parametrize("status", [None, 503, 429, 401])
async def test_a_broker_that_is_away_is_tried_again_and_nothing_is_lost(pushed: Pushed, status: int | None) -> None:
    await pushed.offer("urn:air")
    pushed.shelf.next = [status]
    with pytest.raises(PeerFailed):
        await pushed.pusher.take_turn()
    begun = await pushed.last("urn:air")
    assert begun is not None
    assert begun.state is PushState.BEGUN
    await pushed.pusher.take_turn()
    assert pushed.lies("urn:air")


async def test_a_description_that_the_broker_cannot_take_holds_up_no_other_one(pushed: Pushed) -> None:
    await pushed.offer("urn:1")
    await pushed.offer("urn:2")
    pushed.shelf.next = [500]
    with pytest.raises(PeerFailed):
        await pushed.pusher.take_turn()
    pushed.shelf.next = [200, 500]
    with pytest.raises(PeerFailed):
        await pushed.pusher.take_turn()
    assert (pushed.lies("urn:1"), pushed.lies("urn:2")) == (False, True)


async def test_a_change_while_it_is_pushed_is_pushed_too(pushed: Pushed) -> None:
    await pushed.offer("urn:air")
    send, changed = pushed.shelf.send, False

    async def change_meanwhile(call: HttpCall) -> Answer:
        nonlocal changed
        answer = await send(call)
        if not changed:
            changed = True
            await asset_changes.edit(pushed.publisher, "urn:air", {"keywords": ["new"]})
        return answer

    pushed.shelf.send = change_meanwhile  # type: ignore[method-assign]
    await pushed.pusher.take_turn()
    assert pushed.publisher.keys is not None
    secured = pushed.shelf.there[name_description(ME, "urn:air")]
    stated = json.loads(read_credential(pushed.publisher.keys.verify_credential(secured, ME).payload).document)
    assert stated["dcat:keyword"] == ["new"]


async def test_the_task_retries_a_bounded_number_of_times_and_says_what_failed(pushed: Pushed) -> None:
    await pushed.offer("urn:air")
    pusher = pushed.make_pusher(retry_s=(0.0, 0.0))
    pushed.shelf.next = [None] * 3
    task = asyncio.create_task(pusher.run())
    try:
        await until(lambda: len(pushed.shelf.calls) >= 3)
        async with asyncio.timeout(5):
            while (last := await pushed.last("urn:air")) is None:  # noqa: ASYNC110 - a store says nothing
                await asyncio.sleep(0)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert (last.state, "cannot be reached" in last.reason) == (PushState.FAILED, True)
    assert len(pushed.shelf.calls) == 3


async def test_an_answer_that_is_no_json_is_a_refusal_with_its_status(pushed: Pushed) -> None:
    pushed.shelf.next = [418]
    await pushed.offer("urn:air")
    await pushed.pusher.take_turn()
    last = await pushed.last("urn:air")
    assert last is not None
    assert last.reason == "HTTP status 418."
