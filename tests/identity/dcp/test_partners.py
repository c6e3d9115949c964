"""Members of another data space: met by name, address and key; nothing else of their list counts."""

from collections.abc import Callable
from errno import ENOSPC
from os import strerror
from typing import Any

import pytest
from msgspec.structs import replace

from connector.identity.dcp.partners import PartnerLists, describe
from connector.identity.keys import public_jwk
from connector.identity.listing.partner import Partner
from connector.identity.listing.sources import RosterRejected, RosterSource
from connector.identity.roster import LOOK_AGAIN_MS, AcceptedRoster
from tests.identity.lists import CITY, NOW_MS, OPERATOR, OTHER_KEY, UTILITY, document, member, signed

AUTHORITY = document().issuer
PARTNER = Partner(authority=AUTHORITY, list="https://other.example/members", roots=(public_jwk(OPERATOR.verification),))


class Other:
    """The other authority: what it publishes, and what is remembered of it here."""

    def __init__(self) -> None:
        self.content: bytes | None = signed(document())
        self.now_ms = NOW_MS
        self.kept: dict[str, AcceptedRoster] = {}
        self.texts: dict[str, bytes] = {}

    def fetch(self, url: str) -> RosterSource:
        async def get() -> bytes:
            if self.content is None:
                raise RosterRejected(f"{url} does not answer.")
            return self.content

        return get

    def lists(self) -> PartnerLists:
        return PartnerLists(
            self.fetch, lambda: self.now_ms, self.kept, self.kept.update, self.texts.__setitem__, self.texts.get
        )


async def test_a_member_of_a_partner_is_known_without_its_roles_and_claims() -> None:
    lists = Other().lists()
    assert await lists.refresh([PARTNER])
    found = lists.find(UTILITY)
    assert found is not None
    assert found[0] == AUTHORITY
    shown = describe(*found)
    assert (shown.roles, shown.claims, shown.partner) == (("participant",), {}, AUTHORITY)
    assert {each.id for each in lists.participants()} == {CITY, UTILITY}
    assert not await lists.refresh([PARTNER])


async def test_a_list_of_another_authority_is_none_of_the_partner_although_its_root_has_signed_it() -> None:
    other = Other()
    other.content = signed(replace(document(), issuer="did:web:third.example"))
    lists = other.lists()
    assert not await lists.refresh([PARTNER])
    assert lists.find(UTILITY) is None
    assert "another authority" in (lists.warning() or "")


async def test_a_list_that_was_out_of_reach_is_looked_for_again_and_not_at_once() -> None:
    other = Other()
    lists, content, other.content = other.lists(), other.content, None
    await lists.refresh([PARTNER])
    assert not await lists.look_again([PARTNER])
    other.content = content
    assert not await lists.look_again([PARTNER])
    other.now_ms += LOOK_AGAIN_MS
    assert await lists.look_again([PARTNER])
    assert (lists.find(CITY) is not None, AUTHORITY in other.kept) == (True, True)
    other.now_ms += LOOK_AGAIN_MS
    assert not await lists.look_again([PARTNER])


async def test_a_list_that_cannot_be_stored_counts_and_is_stored_once_there_is_room() -> None:
    other, full = Other(), {"text", "seen"}

    def write(what: str, store: Callable[[], None]) -> None:
        if what in full:
            raise OSError(ENOSPC, strerror(ENOSPC), f"store.{what}")
        store()

    lists = PartnerLists(
        other.fetch,
        lambda: other.now_ms,
        {},
        lambda seen: write("seen", lambda: other.kept.update(seen)),
        lambda name, text: write("text", lambda: other.texts.update({name: text})),
    )
    assert await lists.refresh([PARTNER])
    assert lists.find(CITY)
    assert "cannot be written (No space left on device)" in str(lists.warning())
    full.discard("text")
    assert not await lists.refresh([PARTNER])
    assert (set(other.texts), other.kept) == ({AUTHORITY}, {})
    full.clear()
    assert not await lists.refresh([PARTNER])
    assert (set(other.kept), lists.warning()) == ({AUTHORITY}, None)
    full.add("text")
    other.content = signed(document(2))
    await lists.refresh([PARTNER])
    assert lists.warning()
    await lists.refresh([])
    assert lists.warning() is None


async def test_a_partner_that_is_listed_no_more_is_forgotten() -> None:
    lists = Other().lists()
    await lists.refresh([PARTNER])
    assert await lists.refresh([])
    assert lists.find(CITY) is None


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        signed(document(), OTHER_KEY),
        signed(replace(document(), issuer="did:web:x.example")),
        signed(document(1)),
    ],
)
async def test_a_list_that_cannot_be_used_changes_nothing(content: Any) -> None:
    other = Other()
    other.content = signed(document(2, [member(CITY)]))
    lists = other.lists()
    await lists.refresh([PARTNER])
    other.content = content
    assert not await lists.refresh([PARTNER])
    assert lists.find(CITY) is not None
    again = other.lists()
    await again.refresh([PARTNER])
    assert again.find(UTILITY) is None, "after a restart, an older list is refused too"


async def test_nobody_is_met_by_an_expired_list_or_while_suspended() -> None:
    other = Other()
    lists = other.lists()
    await lists.refresh([PARTNER])
    other.now_ms += 2 * 86_400_000
    assert (lists.find(CITY), lists.participants()) == (None, ())
    other.now_ms = NOW_MS
    other.content = signed(document(2, [member(CITY, suspended=True)]))
    await lists.refresh([PARTNER])
    assert (lists.find(CITY), lists.participants()) == (None, ())


async def test_a_partner_that_claims_the_member_of_another_leads_nothing_to_itself() -> None:
    """Else tokens for that member would go to an address of its choice, and could be used at the member."""
    thief, other = "did:web:dieb.example", Other()
    claimed = replace(member(CITY), address="https://dieb.example/dsp")
    lists = other.lists()
    await lists.refresh([PARTNER])
    assert lists.find(CITY) is not None
    roots = (public_jwk(OTHER_KEY.verification),)

    def fetch(url: str) -> RosterSource:
        async def get() -> bytes:
            return signed(replace(document(1, [claimed]), issuer=thief), OTHER_KEY)

        return get if "dieb" in url else other.fetch(url)

    lists._fetch = fetch
    await lists.refresh([PARTNER, Partner(authority=thief, list="https://dieb.example/members", roots=roots)])
    assert (lists.find(CITY), lists.list_keys(CITY)) == (None, ())
    assert lists.find(UTILITY) is not None
    assert f"{CITY} is on the lists of {AUTHORITY} and of {thief}" in (lists.warning() or "")
    await lists.refresh([PARTNER])
    assert (lists.find(CITY) is not None, lists.warning()) == (True, None)


async def test_a_process_that_begins_while_a_partner_is_away_knows_its_members_by_the_list_it_kept() -> None:
    other = Other()
    await other.lists().refresh([PARTNER])
    other.content = None
    again = other.lists()
    assert await again.refresh([PARTNER])
    assert again.find(UTILITY) is not None
    assert "does not answer" in (again.warning() or "")
    other.texts[AUTHORITY] = signed(document(), OTHER_KEY)
    spoilt = other.lists()
    await spoilt.refresh([PARTNER])
    assert spoilt.find(UTILITY) is None


async def test_a_list_by_roots_that_were_replaced_counts_no_more() -> None:
    other = Other()
    lists = other.lists()
    await lists.refresh([PARTNER])
    assert await lists.refresh([replace(PARTNER, roots=(public_jwk(OTHER_KEY.verification),))])
    assert lists.find(CITY) is None


async def test_a_member_is_found_for_a_time_after_the_end_of_its_list_by_who_asks_so() -> None:
    other = Other()
    lists = other.lists()
    await lists.refresh([PARTNER])
    other.now_ms += 86_400_000
    assert lists.find(CITY) is None
    assert lists.find(CITY, late_ms=1_000) is not None
    other.now_ms += 1_000
    assert lists.find(CITY, late_ms=1_000) is None
