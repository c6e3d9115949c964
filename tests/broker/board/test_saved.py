"""What is new in a search: each change once, in all what a search finds, and nothing of what not everybody sees."""

from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from connector.broker import projector
from connector.broker.board.saved import find_new
from connector.broker.projector import Projector
from connector.broker.query import make_query
from connector.ports.broker_store import PORTALS, Delta, Entry, Portal
from connector.ports.moderated_store import ModeratedStore
from connector.ports.moderation import WHOLE_SOURCE, MarkKind, ModerationChange
from connector.ports.search_index import Facet
from connector.store.memory.record import MemoryBrokerStore
from connector.store.sqlite.record.record import open_record
from connector.views.portals import PortalKind
from tests.broker.searching import Searching, make_searching
from tests.contract.test_record import CITY, NOW, A, B, entry, source

ASKED = make_query("wald", filters={Facet.KEYWORD: ["Umwelt"]})
TITLES = st.sampled_from(["Wald", "Wiese", "Stadtwald im Norden", "Wälder"])
AUDIENCES = st.sampled_from([b"", b"", A, B])
# A change of an offer: its identifier, title, keywords and audience, and whether it has a teaser.
Change = tuple[str, str, tuple[str, ...], bytes, bool]
CHANGES = st.tuples(st.sampled_from("abcde"), TITLES, st.sampled_from([(), ("Umwelt",)]), AUDIENCES, st.booleans())
# What the operator does with an offer or the whole source, and takes back.
MARKS = st.builds(
    ModerationChange,
    participant=st.just(CITY),
    dataset=st.sampled_from(["a", "b", WHOLE_SOURCE]),
    kind=st.sampled_from([MarkKind.HIDDEN, MarkKind.TEST]),
    wanted=st.booleans(),
    by=st.just("admin"),
)
STEPS = st.lists(
    st.one_of(CHANGES, CHANGES, MARKS, st.sampled_from(["remove", "index", "look", "lose", "restart", "begin"])),
    max_size=24,
)


class Follower:
    """Somebody who asks what is new, again and again, also after an end that lost an answer.

    In the world of a `blind` one, there is nothing but what everybody sees.
    """

    def __init__(self, folder: Path, *, stored: bool, blind: bool) -> None:
        self.folder = folder
        self.stored = stored
        self.blind = blind
        self.after = 0
        self.told: list[tuple[str, int]] = []
        self.before: set[tuple[str, int]] = set()

    async def open(self) -> None:
        """Open the record and the index; what is not stored begins anew with the process."""
        self.record: ModeratedStore = (
            await open_record(self.folder / "record.db") if self.stored else MemoryBrokerStore()
        )
        self.searching: Searching = await make_searching(self.record, self.folder / "index", now=NOW)

    async def close(self) -> None:
        await self.searching.index.close()
        await self.record.close()

    async def change(self, *entries: Entry, removed: tuple[str, ...] = ()) -> None:
        await self.record.apply(Delta(source=source(), upserts=entries, removed=removed), NOW)

    async def take(self, step: str | Change | ModerationChange) -> None:
        if isinstance(step, ModerationChange):
            await self.record.moderate(step, NOW)
        elif isinstance(step, tuple):
            name, title, keywords, audience, teaser = step
            if audience and self.blind:
                await self.change(removed=(name,))
            else:
                await self.change(entry(name, title, keywords=keywords, audience=audience, teaser=teaser))
        elif step == "remove":
            await self.change(removed=("a", "b"))
        elif step == "index":
            await self.searching.follow()
        elif step == "look":
            await self.look()
        elif step == "lose":
            await find_new(self.record.view(), self.searching.index, ASKED, self.after, NOW)
        elif step == "begin":
            await self.begin()
        elif self.stored:
            await self.close()
            await self.open()

    async def begin(self) -> None:
        """Save the search: what it finds now counts as seen."""
        await self.searching.follow()
        self.after, self.told, self.before = self.searching.index.progress().shown, [], await self.search()

    async def look(self, limit: int = 2) -> None:
        """Take over all pages that there are."""
        more = True
        while more:
            new = await find_new(self.record.view(), self.searching.index, ASKED, self.after, NOW, limit=limit)
            assert all(not hit.entry.audience for hit in new.hits)
            self.told += [(hit.entry.id, hit.entry.seq) for hit in new.hits]
            self.after, more = new.following, new.more

    async def search(self) -> set[tuple[str, int]]:
        hits = (await self.searching.find("wald", keyword="Umwelt")).hits
        return {(hit.entry.id, hit.entry.seq) for hit in hits}


@pytest.mark.parametrize("stored", [False, True], ids=["memory", "sqlite"])
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
async def test_what_was_told_is_the_difference_of_two_searches_and_tells_of_nothing_hidden(
    stored: bool, steps: list[str | Change | ModerationChange]
) -> None:
    with TemporaryDirectory() as whole, TemporaryDirectory() as part:
        follower, blind = (
            Follower(Path(whole), stored=stored, blind=False),
            Follower(Path(part), stored=stored, blind=True),
        )
        for one in (follower, blind):
            await one.open()
        for step in [*steps, "index", "look", "look"]:
            for one in (follower, blind):
                await one.take(step)
            assert (follower.told, follower.after) == (blind.told, blind.after)
        told = follower.told
        assert len(told) == len(set(told))
        assert [seq for _, seq in told] == sorted(seq for _, seq in told)
        present = {one.id: one for one in (await follower.record.view().changes(None, 100))[0] if not one.removed_at}
        still = {(name, seq) for name, seq in told if name in present and present[name].seq == seq}
        assert still == await follower.search() - follower.before
        for one in (follower, blind):
            await one.close()


async def test_what_is_not_found_yet_is_left_to_the_next_time(tmp_path: Path) -> None:
    world = Follower(tmp_path, stored=False, blind=False)
    await world.open()
    index, everybody = world.searching.index, world.record.view()
    await world.change(entry("a", "Wald", keywords=("Umwelt",)))
    first = await find_new(everybody, index, ASKED, 0, NOW)
    assert (first.hits, first.following, first.more) == ((), 0, False)
    await world.searching.follow()
    second = await find_new(everybody, index, ASKED, first.following, NOW)
    assert ([hit.entry.id for hit in second.hits], second.following) == (["a"], 1)
    await world.change(entry("a", "Wald", keywords=("Umwelt", "neu")))
    third = await find_new(everybody, index, ASKED, 0, NOW)
    assert third.hits == ()  # it has changed since, and is found by its new number soon
    await world.close()


async def test_an_offer_that_is_shown_to_everybody_is_new_and_hidden_ones_move_no_position(tmp_path: Path) -> None:
    world = Follower(tmp_path, stored=True, blind=False)
    await world.open()
    for audience in (A, B, b"", A, b""):
        for name in "ab":
            await world.change(entry(name, "Wald", keywords=("Umwelt",), audience=audience if name == "a" else A))
        await world.searching.follow()
        await world.look()
    assert (world.told, world.after) == ([("a", 1), ("a", 3)], 3)
    await world.close()


async def test_a_position_of_another_record_is_followed_by_everything(tmp_path: Path) -> None:
    world = Follower(tmp_path, stored=False, blind=False)
    await world.open()
    await world.change(entry("a", "Wald", keywords=("Umwelt",)))
    await world.searching.follow()
    world.after = 10**30
    await world.look()
    assert (world.told, world.after) == ([("a", 1)], 1)
    await world.look()
    assert len(world.told) == 1
    await world.close()


async def test_a_reference_that_is_put_again_moves_no_position(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = Follower(tmp_path, stored=True, blind=False)
    await world.open()
    portal = source(PORTALS + "land", portal=Portal(kind=PortalKind.CKAN))
    reference = entry("x", "Wald", portal.participant, via="https://portal.example")
    await world.change(entry("x", "Wald", audience=A))
    await world.change(entry("a", "Wald", keywords=("Umwelt",)))
    await world.record.apply(Delta(source=portal, upserts=(reference,)), NOW)
    reached: list[tuple[int, int]] = []

    def note() -> None:
        found = world.searching.index.progress()
        reached.append((found.found, found.shown))

    # A turn and a commit for each change.
    monkeypatch.setattr(projector, "_BATCH", 1)
    clock = count()
    await Projector(world.record, world.searching.index, clock=lambda: next(clock), followed=note).follow()
    assert list(dict.fromkeys(reached)) == [(1, 0), (2, 1), (3, 2)]
    await world.close()


async def test_a_hidden_offer_is_not_told_and_one_that_is_shown_again_is_told_anew() -> None:
    record = MemoryBrokerStore()
    searching = await make_searching(record, now=NOW)
    hide = ModerationChange(participant=CITY, dataset="a", kind=MarkKind.HIDDEN, wanted=True, by="admin")
    await record.apply(Delta(source=source(), upserts=(entry("a", "Wald"),)), NOW)
    await record.moderate(hide, NOW)
    await searching.follow()
    new = await find_new(record.view(), searching.index, make_query("wald"), 0, NOW)
    assert new.hits == ()
    await record.moderate(replace(hide, wanted=False), NOW)
    await searching.follow()
    new = await find_new(record.view(), searching.index, make_query("wald"), new.following, NOW)
    assert [hit.entry.id for hit in new.hits] == ["a"]
    await searching.index.close()
