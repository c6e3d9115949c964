"""The classes that a caller sees: decided once, remembered for as long as it may be, and bounded."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from connector.broker.visibility import callers
from connector.broker.visibility.callers import LONGEST_MS, Visibility
from connector.ports.broker_store import Delta
from connector.ports.entities import ReplayKey
from connector.ports.identity import Caller
from connector.store.memory.record import MemoryBrokerStore
from tests.contract.test_record import NOW, entry, source


def for_role(role: str) -> bytes:
    constraint = {"leftOperand": "dk:role", "operator": "eq", "rightOperand": role}
    return json.dumps({"@type": "Offer", "permission": [{"action": "use", "constraint": [constraint]}]}).encode()


def caller(*roles: str, name: str = "urn:a", until: int = NOW + 60_000) -> Caller:
    token = ReplayKey(owner="o", issuer=name, jti="j", expires_at=until)
    return Caller(participant=name, claims={"role": roles}, evidence={}, replay_key=token)


class World:
    """A record with two classes, a teaser in one of them, and a clock."""

    def __init__(self) -> None:
        self.now = NOW
        self.record = MemoryBrokerStore()
        self.visibility = Visibility(self.record, lambda: self.now)

    async def offer(self, *upserts: Any) -> None:
        await self.record.apply(Delta(source=source(), upserts=upserts), self.now)


async def list_seen(visibility: Visibility, reader: Caller | None) -> str:
    entries, _ = await (await visibility.open_view(reader)).entries(None, 50)
    return " ".join(f"{found.id}{'*' * found.reduced}" for found in entries)


@pytest.fixture
async def world() -> World:
    made = World()
    plan, audit = for_role("planner"), for_role("auditor")
    await made.offer(entry("a", audience=plan, teaser=True), entry("b", audience=audit), entry("c"))
    return made


async def test_each_caller_sees_its_classes_and_the_teasers_of_others(world: World) -> None:
    for reader, seen in (
        (caller("planner"), "a c"),
        (caller("auditor"), "a* b c"),
        (caller("planner", "auditor"), "a b c"),
        (caller("clerk"), "a* c"),
        (None, "a* c"),
    ):
        assert await list_seen(world.visibility, reader) == seen


async def test_a_class_is_decided_once_for_a_caller(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []
    decide = callers.decide_member

    def counting(audience: bytes, *known: Any) -> Any:
        asked.append(audience)
        return decide(audience, *known)

    monkeypatch.setattr(callers, "decide_member", counting)
    for _ in range(3):
        await list_seen(world.visibility, caller("planner"))
    assert len(asked) == 2
    await world.offer(entry("d", audience=for_role("clerk")))
    await list_seen(world.visibility, caller("planner"))
    assert asked[2:] == [for_role("clerk")]
    await list_seen(world.visibility, caller("clerk"))
    assert len(asked) == 6


@pytest.mark.parametrize(("lives", "forgotten"), [(60_000, 60_000), (10 * LONGEST_MS, LONGEST_MS)])
async def test_a_decision_is_remembered_as_long_as_the_token_lives(
    world: World, monkeypatch: pytest.MonkeyPatch, lives: int, forgotten: int
) -> None:
    await list_seen(world.visibility, caller("planner", until=NOW + lives))
    monkeypatch.setattr(callers, "decide_member", lambda *_: callers.Admission(admitted=False))
    world.now = NOW + forgotten - 1
    assert await list_seen(world.visibility, caller("planner")) == "a c"
    world.now += 1
    assert await list_seen(world.visibility, caller("planner")) == "a* c"


async def test_a_decision_ends_when_its_policy_says(world: World) -> None:
    limit = {"leftOperand": "dateTime", "operator": "lt"}
    end = {"rightOperand": {"@value": "2027-01-15T08:00:05Z", "@type": "xsd:dateTime"}}
    rule = {"action": "use", "constraint": [limit | end]}
    await world.offer(entry("d", audience=json.dumps({"@type": "Offer", "permission": [rule]}).encode()))
    for later, seen in ((4_999, "a* c d"), (5_000, "a* c")):
        world.now = NOW + later
        assert await list_seen(world.visibility, caller("clerk")) == await list_seen(world.visibility, None) == seen


async def test_what_cannot_be_decided_is_not_visible(world: World) -> None:
    await world.offer(entry("d", audience=b'{"@type":"Offer","permission":[{"action":"fly"}]}'))
    assert await list_seen(world.visibility, caller("planner", "auditor")) == "a b c"


async def test_few_callers_are_remembered(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callers, "REMEMBERED", 3)

    async def see(names: Iterable[int]) -> None:
        for number in names:
            await list_seen(world.visibility, caller("planner", name=f"urn:{number}"))

    await see(range(20))
    assert len(world.visibility._known) == 3
