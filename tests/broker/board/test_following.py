"""Followers of saved searches are woken by what they may find: what they are told is the difference of two searches."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.broker.board.following import Followers
from connector.broker.board.telling import Teller
from connector.ports.moderation import MarkKind, ModerationChange, invert_act
from connector.ports.search_index import Query
from connector.store.memory.record import MemoryBrokerStore
from connector.store.sqlite.board.board import open_board
from tests.broker.board.test_saved import ASKED, CHANGES, Change, Follower
from tests.broker.searching import make_searching
from tests.contract.test_record import CITY, NOW

MARKS = st.tuples(st.sampled_from(["", *"abc"]), st.sampled_from([MarkKind.HIDDEN, MarkKind.TEST]), st.booleans())
Mark = tuple[str, MarkKind, bool]
STEPS = st.lists(st.one_of(CHANGES, CHANGES, MARKS, st.sampled_from(["remove", "undo", "wake"])), max_size=24)


class Woken(Follower):
    """Somebody who looks only when woken, at a broker whose operator sets marks."""

    async def take(self, step: str | Change | Mark) -> None:
        assert isinstance(self.record, MemoryBrokerStore)
        if isinstance(step, tuple) and len(step) == 3:
            dataset, kind, wanted = step
            change = ModerationChange(participant=CITY, dataset=dataset, kind=kind, wanted=wanted, by="admin")
            await self.record.moderate(change, NOW)
        elif step == "undo":
            for act in (await self.record.acts(None, None, 1))[0]:
                await self.record.moderate(invert_act(act, "admin"), NOW)
        elif not isinstance(step, tuple) or len(step) == 5:
            await super().take(step)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(before=STEPS, steps=STEPS)
async def test_who_looks_when_woken_is_told_the_difference_of_two_searches(
    before: list[str | Change | Mark], steps: list[str | Change | Mark]
) -> None:
    with TemporaryDirectory() as folder:
        world = Woken(Path(folder), stored=False, blind=False)
        await world.open()
        board = await open_board(Path(folder) / "board.db")
        teller = Teller(world.record, world.searching.index, board, now=lambda: NOW)
        for step in before:
            if step != "wake":
                await world.take(step)
        await world.begin()
        with teller.followers.follow(ASKED.query) as changed:
            for step in [*steps, "wake"]:
                if step != "wake":
                    await world.take(step)
                    continue
                await world.searching.follow()
                await teller.follow()
                if changed.is_set():
                    changed.clear()
                    await world.look()
        told = world.told
        assert len(told) == len(set(told))
        present = {one.id: one for one in (await world.record.view().changes(None, 100))[0] if not one.removed_at}
        still = {(name, seq) for name, seq in told if name in present and present[name].seq == seq}
        assert still == await world.search() - world.before
        assert teller.followers.present() == ()
        await board.close()
        await world.close()


async def test_nobody_is_woken_by_what_the_search_does_not_find(tmp_path: Path) -> None:
    world = Woken(tmp_path, stored=False, blind=False)
    await world.open()
    board = await open_board(tmp_path / "board.db")
    teller = Teller(world.record, world.searching.index, board, now=lambda: NOW)
    with teller.followers.follow(ASKED.query) as one, teller.followers.follow(Query(text="wiese")) as other:
        await world.take(("a", "Wiese", (), b"", False))
        await world.searching.follow()
        await teller.follow()
        assert (one.is_set(), other.is_set()) == (False, True)
    await board.close()
    await world.close()


async def test_a_thousand_searches_are_compared_with_a_thousand_changes_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    searching = await make_searching(MemoryBrokerStore(), now=NOW)
    board = await open_board(tmp_path / "board.db")
    world = Woken(tmp_path, stored=False, blind=False)
    world.record, world.searching = searching.record, searching
    teller = Teller(searching.record, searching.index, board, now=lambda: NOW)
    asked: list[tuple[int, int]] = []
    percolate = searching.index.percolate

    async def note(entries: list[object], queries: list[object]) -> object:
        asked.append((len(entries), len(queries)))
        return await percolate(entries, queries)

    monkeypatch.setattr(searching.index, "percolate", note)
    for number in range(120):
        await world.take((f"d{number}", "Wald", ("Umwelt",), b"", False))
    await searching.follow()
    with teller.followers.follow(ASKED.query) as changed:
        await teller.follow()
        assert changed.is_set()
    # One comparison, although the changes are read from the record in pages.
    assert asked == [(120, 1)]
    await board.close()
    await searching.index.close()


def test_followers_end() -> None:
    followers = Followers()
    with followers.follow(Query(text="a")), followers.follow(Query(text="a")):
        assert len(followers.present()) == 2
    assert followers.present() == ()
