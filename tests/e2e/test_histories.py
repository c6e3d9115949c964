"""Two replicas answer as one process would: what callers saw of a thousand negotiations has an order."""

import asyncio
import contextlib
import itertools
import math
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.benchmarks.outside import ApiCaller, ApiRefused, call_actor, offer_file
from tests.e2e.histories import ORDER, Act, Operation, has_order
from tests.e2e.live import Live, environment
from tests.e2e.replicas import FIRST, SECOND, add_replica, use_database
from tests.store.postgres.server import make_database_now

HISTORIES, AT_ONCE, READERS, READS = 1_000, 16, 3, 3
PAUSE_S, LONGEST_S = 0.02, 30.0
AWAY = (OSError, asyncio.IncompleteReadError)
SHOW, TERMINATE = Act.SHOW, Act.TERMINATE


# The judge itself.


@given(steps=st.lists(st.sampled_from(range(len(ORDER))), max_size=8), wide=st.randoms(use_true_random=False))
def test_reads_that_only_go_forward_have_an_order_however_they_overlap(steps: list[int], wide: random.Random) -> None:
    history = [
        Operation(SHOW, at - wide.random() * 3, at + wide.random() * 3, seen=ORDER[step])
        for at, step in enumerate(sorted(steps))
    ]
    wide.shuffle(history)
    assert has_order(history)


@pytest.mark.parametrize(
    "history",
    [
        # A replica answers with what was true before the answer of the other.
        (Operation(SHOW, 0, 1, seen="AGREED"), Operation(SHOW, 2, 3, seen="REQUESTED")),
        # What is final changes.
        (Operation(SHOW, 0, 1, seen="FINALIZED"), Operation(TERMINATE, 2, 3, seen="TERMINATED")),
        # It ends although nobody asked.
        (Operation(SHOW, 0, 1, seen="TERMINATED"),),
        # It ends before it was asked to.
        (Operation(SHOW, 0, 1, seen="TERMINATED"), Operation(TERMINATE, 2, 3, seen="TERMINATED")),
        # A refusal that has no ground.
        (Operation(TERMINATE, 0, 1, taken=False), Operation(SHOW, 2, 3, seen="REQUESTED")),
        # Both replicas take the same end.
        (Operation(TERMINATE, 0, 1, seen="TERMINATED"), Operation(TERMINATE, 2, 3, seen="TERMINATED")),
    ],
)
def test_a_history_that_one_process_cannot_have_made_has_no_order(history: Sequence[Operation]) -> None:
    assert not has_order(history)


def test_a_termination_without_an_answer_may_have_been_taken_or_not() -> None:
    unknown = Operation(TERMINATE, 0, math.inf, taken=None)
    assert has_order([unknown, Operation(SHOW, 5, 6, seen="TERMINATED")])
    assert has_order([unknown, Operation(SHOW, 5, 6, seen="FINALIZED")])


# The histories of two replicas, one of which is killed.


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    made = Live(tmp_path)
    use_database(made.stage.actors[FIRST].settings, make_database_now())
    with environment(DATENKONTOR_LIMITS__RETRY_MOST_SECONDS="0.5"):
        made.start(FIRST, "firm")
        assert made.end(FIRST, 15) == 0
        balancer = add_replica(made)
        made.start(FIRST, SECOND)
        yield made
        balancer.close()
        made.close()


@pytest.mark.postgres
def test_a_thousand_histories_of_two_replicas_have_an_order(live: Live) -> None:
    histories = asyncio.run(_record(live, offer_file(live.stage.actors["firm"])))
    ends = Counter(history[-1].seen for history in histories)
    assert len(histories) == HISTORIES
    assert set(ends) == {"FINALIZED", "TERMINATED"}, ends
    without = [_show(history) for history in histories if not has_order(history)]
    assert not without, "\n\n".join(without)


def _show(history: Sequence[Operation]) -> str:
    """Return the operations in the order of their beginnings, with their times in ms."""
    first = min(one.begun for one in history)
    return "\n".join(
        f"{(one.begun - first) * 1000:7.1f} {(one.ended - first) * 1000:7.1f} {one.act.value} {one.seen} {one.taken}"
        for one in sorted(history, key=lambda one: one.begun)
    )


async def _record(live: Live, dataset: str) -> list[list[Operation]]:
    first, second = live.stage.actors[FIRST], live.stage.actors[SECOND]
    async with call_actor(first) as one, call_actor(second) as other:
        return await _Recorder(live, dataset, (one, other)).record()


class _Recorder:
    """Follows negotiations at both replicas at once, from outside."""

    def __init__(self, live: Live, dataset: str, callers: Sequence[ApiCaller]) -> None:
        self._live, self._dataset, self._callers = live, dataset, callers
        self._provider = live.stage.actors["firm"].id
        self._chance = random.Random(1)

    async def record(self) -> list[list[Operation]]:
        """Return histories. A third of the way, a replica is killed; it is started again while the others go on."""
        done: list[list[Operation]] = []
        left = iter(range(HISTORIES))
        killing: list[asyncio.Task[None]] = []

        async def go_on() -> None:
            for number in left:
                if number == HISTORIES // 3:
                    killing.append(asyncio.create_task(asyncio.to_thread(self._kill)))
                done.append(await self._follow())

        await asyncio.gather(*(go_on() for _ in range(AT_ONCE)))
        await asyncio.gather(*killing)
        return done

    def _kill(self) -> None:
        self._live.kill(SECOND)
        self._live.start(SECOND)

    async def _follow(self) -> list[Operation]:
        """Begin one negotiation; let some read it and, for half of them, somebody end it; wait for its end."""
        path = f"/v1/negotiations/{quote((await self._insist('POST', '/v1/negotiations', self._order))['id'])}"
        enders = [self._end(path)] if self._chance.random() < 0.5 else []
        done = await asyncio.gather(*(self._read(path) for _ in range(READERS)), *enders)
        begun = time.monotonic()
        last = await self._insist("GET", f"{path}/wait?timeout={LONGEST_S}")
        return [*itertools.chain(*done), Operation(SHOW, begun, time.monotonic(), seen=last["state"])]

    @property
    def _order(self) -> dict[str, str]:
        return {"participant": self._provider, "dataset": self._dataset}

    async def _read(self, path: str) -> list[Operation]:
        found = []
        for _ in range(READS):
            await asyncio.sleep(self._chance.random() * PAUSE_S)
            begun = time.monotonic()
            with contextlib.suppress(*AWAY):
                seen = await self._choose().call("GET", path)
                found.append(Operation(SHOW, begun, time.monotonic(), seen=seen["state"]))
        return found

    async def _end(self, path: str) -> list[Operation]:
        await asyncio.sleep(self._chance.random() * PAUSE_S * READS)
        begun = time.monotonic()
        try:
            seen = await self._choose().call("POST", f"{path}/terminate", {"reason": "enough"})
        except AWAY:
            return [Operation(TERMINATE, begun, math.inf, taken=None)]
        except ApiRefused as refusal:
            if "wrong-state" not in str(refusal):
                raise
            return [Operation(TERMINATE, begun, time.monotonic(), taken=False)]
        return [Operation(TERMINATE, begun, time.monotonic(), seen=seen["state"])]

    async def _insist(self, method: str, path: str, body: object = None) -> Any:
        """Call one replica or, if it is away, the other."""
        deadline = time.monotonic() + LONGEST_S
        while True:
            try:
                return await self._choose().call(method, path, body)
            except AWAY:
                assert time.monotonic() < deadline, "both replicas are away"

    def _choose(self) -> ApiCaller:
        return self._chance.choice(self._callers)
