"""One peer that begins negotiations without end and never goes on with any: it meets its quota, and others do not.

The answer beyond the quota is 503 with `Retry-After`: peers take every 4xx, a 429 too, as the end of the process.
`HALF_OPEN` in the environment sets how many are begun by night.
"""

import asyncio
import os

import httpx
import pytest

from connector.controlplane.core.limits import ControlLimits
from connector.ports.identity import Participant
from connector.views.assets import DataClass
from tests.hostile.memory import resident
from tests.interop.deployed import CTX
from tests.interop.ours import DATASET, HOME, ME, PEER_HOME, TERMS, Ours, call, play, token_of
from tests.support.transport import InProcess

HONEST, HONEST_HOME = "honest", "https://honest.example/dsp"
MEMORY_MOST = 16 * 1024 * 1024


async def space(open_per_peer: int) -> tuple[Ours, str]:
    """Return a connector with a quota and what it offers; the worker rests, so that all stays half open."""
    us = Ours(InProcess(), limits=ControlLimits(open_per_peer=open_per_peer))
    us.identity.known[HONEST] = Participant(id=HONEST, name="Honest", address=HONEST_HOME)
    return us, await us.offers()


async def begin(
    us: Ours, offer: str, pid: str, *, who: str = "deployed", home: str = PEER_HOME, target: str = DATASET
) -> httpx.Response:
    body = {
        "@context": CTX,
        "@type": "ContractRequestMessage",
        "consumerPid": pid,
        "callbackAddress": home,
        "offer": {"@id": offer, "@type": "Offer", **TERMS, "target": target, "assigner": ME},
    }
    return await call(us.app, "POST", f"{HOME}/negotiations/request", body, Authorization=token_of(who, HOME))


def beyond(answer: httpx.Response) -> None:
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json()["code"] == "quota"


async def flood(us: Ours, offer: str, count: int, quota: int) -> None:
    """Begin `count` negotiations of one peer and look at each answer."""
    for number in range(count):
        answer = await begin(us, offer, f"flood-{number}")
        if number < quota:
            assert answer.status_code == 201, answer.text
        else:
            beyond(answer)


async def stands(us: Ours, offer: str, quota: int) -> None:
    """What is open is as much as the quota; a repeated request gets its process; another peer is served."""
    assert await us.store.open_processes("default", "deployed", quota + 1) == quota
    assert (await begin(us, offer, "flood-0")).status_code < 300
    other = await begin(us, offer, "mine", who=HONEST, home=HONEST_HOME)
    assert other.status_code == 201, other.text
    pid = other.json()["providerPid"]
    ends = {
        "@context": CTX,
        "@type": "ContractNegotiationTerminationMessage",
        "providerPid": pid,
        "consumerPid": "mine",
    }
    path = f"{HOME}/negotiations/{pid}/termination"
    answer = await call(us.app, "POST", path, ends, Authorization=token_of(HONEST, HOME))
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("quota", [3, 150])
def test_half_open_negotiations_beyond_the_quota_are_put_off_and_leave_nothing(quota: int) -> None:
    async def scenario() -> None:
        us, offer = await space(quota)
        await flood(us, offer, 200, quota)
        await stands(us, offer, quota)

    play(scenario())


def test_room_in_the_quota_is_given_again_when_something_ends() -> None:
    async def scenario() -> None:
        us, offer = await space(1)
        first = (await begin(us, offer, "first")).json()["providerPid"]
        beyond(await begin(us, offer, "second"))
        ends = {"@context": CTX, "@type": "ContractNegotiationTerminationMessage"}
        ends |= {"providerPid": first, "consumerPid": "first"}
        assert (await call(us.app, "POST", f"{HOME}/negotiations/{first}/termination", ends)).status_code == 200
        assert (await begin(us, offer, "second")).status_code == 201

    play(scenario())


def test_one_peer_gives_a_person_no_more_to_decide_than_its_share_and_others_are_served() -> None:
    async def scenario() -> None:
        us = Ours(InProcess(), limits=ControlLimits(held_per_peer=5), deciding=True)
        us.identity.known[HONEST] = Participant(id=HONEST, name="Honest", address=HONEST_HOME)
        offer = await us.offers(data_class=DataClass.CONFIDENTIAL)  # a person decides on each request
        answers = await asyncio.gather(*(begin(us, offer, f"flood-{number}") for number in range(40)))
        statuses = [answer.status_code for answer in answers]
        assert (statuses.count(201), statuses.count(503)) == (5, 35)
        beyond(next(answer for answer in answers if answer.status_code == 503))
        assert await us.store.open_holds("default", "deployed", 40) == 5
        plain = await us.offers("urn:dataset:plain")
        answer = await begin(us, plain, "plain", target="urn:dataset:plain")
        assert answer.status_code == 201, "what needs no person is not put off"
        other = await begin(us, offer, "mine", who=HONEST, home=HONEST_HOME)
        assert other.status_code == 201, other.text

    play(scenario())


@pytest.mark.nightly
@pytest.mark.parametrize("quota", [100, 1000])
def test_ten_thousand_half_open_negotiations_of_one_peer_take_no_more_memory_than_its_quota(quota: int) -> None:
    count = int(os.environ.get("HALF_OPEN", "10000"))

    async def scenario() -> None:
        us, offer = await space(quota)
        await flood(us, offer, quota + 100, quota)
        before = resident()
        for number in range(quota + 100, count):
            beyond(await begin(us, offer, f"flood-{number}"))
        assert resident() - before <= MEMORY_MOST
        await stands(us, offer, quota)

    play(scenario())
