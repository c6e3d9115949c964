"""The newest status lists: how many are remembered, and for whom."""

from errno import ENOSPC
from os import strerror

from connector.identity.listing.seen import MAX_SEEN, MAX_SEEN_ISSUERS, SeenList, SeenLists


def test_what_is_remembered_of_lists_has_an_end_and_no_issuer_pushes_out_another() -> None:
    seen = SeenLists()
    newest = SeenList(10, "a")
    seen.note("did:web:own", "https://own.example", newest, 10)
    for number in range(MAX_SEEN + 5):
        seen.note("did:web:other", f"https://other.example/{number}", newest, 10)
    assert seen.is_undone("did:web:own", "https://own.example", SeenList(9, "b"), 10)
    assert not seen.is_undone("did:web:other", "https://other.example/0", SeenList(9, "b"), 10)
    assert seen.is_undone("did:web:other", f"https://other.example/{MAX_SEEN}", SeenList(9, "b"), 10)
    for number in range(MAX_SEEN_ISSUERS):
        seen.note(f"did:web:issuer-{number}", "https://x.example", newest, 10)
    assert not seen.is_undone("did:web:own", "https://own.example", SeenList(9, "b"), 10)


def test_a_list_that_cannot_be_stored_counts_and_the_next_look_is_the_next_attempt() -> None:
    full, stored = [True], []

    def remember(_: object) -> None:
        if full:
            raise OSError(ENOSPC, strerror(ENOSPC), "store.statuses.json")
        stored.append(1)

    seen, place = SeenLists(remember=remember), ("did:web:own", "https://own.example")
    seen.note(*place, SeenList(10, "a"), 10)
    assert seen.is_undone(*place, SeenList(9, "b"), 10)
    full.clear()
    seen.note(*place, SeenList(11, "a"), 11)
    seen.note(*place, SeenList(12, "a"), 12)
    assert stored == [1]
