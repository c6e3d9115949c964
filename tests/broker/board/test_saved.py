"""What is new in a search: each change once, and in all what a search finds."""

from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.broker.board.saved import find_new
from connector.broker.query import Asked, make_query
from connector.ports.broker_store import BrokerStore, Delta, Entry
from connector.ports.search_index import Facet
from connector.store.memory.record import MemoryBrokerStore
from tests.broker.searching import Searching, make_searching
from tests.contract.test_record import NOW, entry, source

ASKED = make_query("wald", filters={Facet.KEYWORD: ["Umwelt"]})
TITLES = st.sampled_from(["Wald", "Wiese", "Stadtwald im Norden", "Wälder"])
CHANGES = st.tuples(st.sampled_from("abcdefg"), TITLES, st.sampled_from([(), ("Umwelt",)]))
STEPS = st.lists(st.one_of(CHANGES, st.sampled_from(["remove", "index", "look", "restart"])), max_size=24)


class Follower:
    """Somebody who asks what is new, again and again, also after an end that lost an answer."""

    def __init__(self, searching: Searching, asked: Asked) -> None:
        self.searching = searching
        self.asked = asked
        self.after = 0
        self.told: list[tuple[str, int]] = []

    async def look(self, limit: int = 2) -> None:
        """Take over all pages that there are."""
        more = True
        while more:
            new = await find_new(self.searching.record, self.searching.index, self.asked, self.after, NOW, limit=limit)
            self.told += [(hit.entry.id, hit.entry.seq) for hit in new.hits]
            self.after, more = new.following, new.more

    async def lose(self) -> None:
        """Ask, and end before the answer is taken over."""
        await find_new(self.searching.record, self.searching.index, self.asked, self.after, NOW)


async def change(record: BrokerStore, entries: Sequence[Entry] = (), removed: Sequence[str] = ()) -> None:
    await record.apply(Delta(source=source(), upserts=tuple(entries), removed=tuple(removed)), NOW)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
async def test_what_was_told_is_what_a_search_finds_each_change_once(
    steps: list[str | tuple[str, str, tuple[str, ...]]],
) -> None:
    record = MemoryBrokerStore()
    searching = await make_searching(record, now=NOW)
    follower = Follower(searching, ASKED)
    for step in steps:
        if isinstance(step, tuple):
            await change(record, [entry(step[0], step[1], keywords=step[2])])
        elif step == "remove":
            await change(record, removed=["a", "b"])
        elif step == "index":
            await searching.follow()
        elif step == "look":
            await follower.look()
        else:
            await follower.lose()
    await searching.follow()
    await follower.look()
    await follower.look()
    assert len(follower.told) == len(set(follower.told))
    assert [seq for _, seq in follower.told] == sorted(seq for _, seq in follower.told)
    found = {(hit.entry.id, hit.entry.seq) for hit in (await searching.find("wald", keyword="Umwelt")).hits}
    assert found <= set(follower.told)
    newest = dict(follower.told)
    present = {one.id: one for one in await record.changes(0, 100) if one.removed_at is None}
    still = {(name, seq) for name, seq in newest.items() if name in present and present[name].seq == seq}
    assert still == found
    await searching.index.close()


async def test_what_is_not_found_yet_is_left_to_the_next_time() -> None:
    record = MemoryBrokerStore()
    searching = await make_searching(record, now=NOW)
    await change(record, [entry("a", "Wald", keywords=("Umwelt",))])
    first = await find_new(record, searching.index, ASKED, 0, NOW)
    assert (first.hits, first.following, first.more) == ((), 0, False)
    await searching.follow()
    second = await find_new(record, searching.index, ASKED, first.following, NOW)
    assert ([hit.entry.id for hit in second.hits], second.following) == (["a"], 1)
    await change(record, [entry("a", "Wald", keywords=("Umwelt", "neu"))])
    third = await find_new(record, searching.index, ASKED, 0, NOW)
    assert third.hits == ()  # it has changed since, and is found by its new number soon
    await searching.index.close()
