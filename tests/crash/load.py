"""Many at once, while one side is killed again and again: whatever was acknowledged ends the same on both sides."""

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec

from connector.client import Connector
from connector.client.frame.errors import ClientError
from tests.crash.space import DIGEST, POLL_S, Side, Space, Stuck

LOAD_S = 150.0


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a run under load came to; `told` are transfers that ended otherwise and say why."""

    name: str
    begun: int
    kills: int
    finished: int
    told: int
    lost: int
    duplicated: int
    stuck: int
    seconds: float
    recovery_s: float
    why: list[str]


class Killer(threading.Thread):
    """Kills a side, starts it again, and so on: `times` over, at moments from a seed; `victims` in turn."""

    def __init__(self, victims: list[Side], times: int, pause_s: float) -> None:
        super().__init__(daemon=True)
        self._victims, self._times, self._pause_s = victims, times, pause_s
        self._rng = random.Random(times)
        self.enough = threading.Event()
        self.kills = 0
        self.last = 0.0

    def run(self) -> None:
        while self.kills < self._times and not self.enough.is_set():
            time.sleep(self._pause_s * (0.5 + self._rng.random()))
            victim = self._victims[self.kills % len(self._victims)]
            victim.kill()
            time.sleep(self._rng.random() * 0.2)
            victim.start()
            self.kills += 1
            self.last = time.monotonic()


def negotiations(space: Space, in_flight: int, victim: Side, kills: int = 5) -> Found:
    """Keep so many negotiations in flight until one side has been killed so many times."""
    killer = Killer([victim], kills, pause_s=0.4)

    def keep_on(number: int) -> list[tuple[str, str]]:
        with space.firm.actor.client() as firm:
            outcomes = [_guarded(_negotiation, firm, space)]
            while killer.kills < kills and outcomes[-1][0] == "finished":
                outcomes.append(_guarded(_negotiation, firm, space))
        return outcomes

    return _run(space, f"{in_flight} negotiations in flight, {victim.name} killed", killer, in_flight, keep_on)


def transfers(space: Space, count: int, at_once: int, kills: int, agreement: str) -> Found:
    """Move a file `count` times, some at once, while both sides are killed in turn."""

    def one(firm: Connector, space: Space) -> tuple[str, str]:
        return _transfer(firm, agreement)

    def share(number: int) -> list[tuple[str, str]]:
        with space.firm.actor.client() as firm:
            return [_guarded(one, firm, space) for _ in range(number, count, at_once)]

    name = f"{count} transfers, {at_once} at a time, both killed in turn"
    return _run(space, name, Killer([space.city, space.firm], kills, pause_s=0.3), at_once, share)


def _run(space: Space, name: str, killer: Killer, at_once: int, work: Callable[[int], list[tuple[str, str]]]) -> Found:
    began = time.monotonic()
    killer.start()
    with ThreadPoolExecutor(at_once) as pool:
        outcomes = [outcome for share in pool.map(work, range(at_once)) for outcome in share]
    killer.enough.set()
    killer.join()
    apart = _settled(space)
    ended = time.monotonic()
    twice = space.duplicated()
    kinds = [kind for kind, _ in outcomes]
    return Found(
        name=name,
        begun=len(outcomes),
        kills=killer.kills,
        finished=kinds.count("finished"),
        told=kinds.count("told"),
        lost=kinds.count("lost") + len(apart),
        duplicated=len(twice),
        stuck=kinds.count("stuck"),
        seconds=round(ended - began, 2),
        recovery_s=round(max(ended - killer.last, 0.0), 2),
        why=[text for kind, text in outcomes if kind != "finished" and text] + apart + twice,
    )


def _guarded(one: Any, firm: Connector, space: Space) -> tuple[str, str]:
    try:
        outcome: tuple[str, str] = one(firm, space)
    except Stuck as error:
        return "stuck", str(error)
    except AssertionError as error:
        return "lost", str(error)
    return outcome


def _negotiation(firm: Connector, space: Space) -> tuple[str, str]:
    begun = _until(lambda: firm.negotiations.start(space.city.actor.id, space.dataset), "a beginning")
    ended = _until(lambda: _if_ended(firm.negotiations.show(begun.id), {"FINALIZED", "TERMINATED"}), begun.id)
    assert ended.state == "FINALIZED", f"{ended.id} ended otherwise: {ended.ended}"
    return "finished", ""


def _transfer(firm: Connector, agreement: str) -> tuple[str, str]:
    begun = _until(lambda: firm.transfers.start(agreement), "a beginning")
    ended = _until(lambda: _if_ended(firm.transfers.show(begun.id), {"COMPLETED", "TERMINATED"}), begun.id)
    if ended.state == "TERMINATED":
        assert ended.ended, f"{ended.id} is terminated and does not say why"
        return "told", f"{ended.id}: {ended.ended.reason}"
    files = _until(lambda: firm.transfers.files(ended.id), f"the files of {ended.id}").items
    assert [file.sha256 for file in files] == [DIGEST], f"{ended.id} is COMPLETED and its file did not arrive"
    return "finished", ""


def _if_ended(row: Any, states: set[str]) -> Any:
    return row if row.state in states else None


def _until(step: Any, what: str) -> Any:
    """Repeat a step until it answers, whatever is killed meanwhile. Raises Stuck."""
    deadline = time.monotonic() + LOAD_S
    while time.monotonic() < deadline:
        try:
            found = step()
        except ClientError:
            found = None
        if found is not None:
            return found
        time.sleep(POLL_S * 5)
    raise Stuck(f"{what} did not come to an end in {LOAD_S:.0f} s")


def _settled(space: Space) -> list[str]:
    """Wait until both sides are equal and everything has ended; return what is not."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and (space.unequal() or space.unended()):
        time.sleep(POLL_S)
    return space.unequal() + space.unended()
