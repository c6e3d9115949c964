"""The members of other data spaces whose authorities the own authority lists: one meets them, and trusts nothing else.

Of a partner's list count the identifiers, names, addresses and keys of its members. Its roles, its claims, its profile
and its own partners do not. An identifier of an own member, also of a suspended one, is never that of a partner.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from connector.identity.keys import KeyFault, VerificationKey, from_jwk
from connector.identity.listing.partner import Partner
from connector.identity.listing.sources import RosterRejected, RosterSource
from connector.identity.roster import LOOK_AGAIN_MS, AcceptedRoster, Member, Roster, read_roster
from connector.ports.identity import Participant

log = logging.getLogger(__name__)

ROLES: Final = ("participant",)


class PartnerLists:
    """The lists of the partners, as they were last good. One for a process."""

    def __init__(
        self,
        fetch: Callable[[str], RosterSource],
        clock: Callable[[], int],
        seen: Mapping[str, AcceptedRoster],
        remember: Callable[[Mapping[str, AcceptedRoster]], None],
    ) -> None:
        """`fetch` makes the source of an address, and `clock` returns ms since the epoch.

        `seen` are the newest lists by authority, which `remember` stores whenever one is used.
        """
        self._fetch = fetch
        self._clock = clock
        self._seen = dict(seen)
        self._remember = remember
        self._lists: dict[str, Roster] = {}
        self._looked_at: int | None = None

    async def refresh(self, partners: Sequence[Partner]) -> bool:
        """Fetch the lists of `partners`, forget those of others, and return whether anything changed.

        A list that is refused or out of reach changes nothing: the last good one counts until its end.
        """
        before, listed = dict(self._lists), {partner.authority for partner in partners}
        self._lists = {name: roster for name, roster in before.items() if name in listed}
        await asyncio.gather(*map(self._renew, partners))
        if changed := before != self._lists:
            self._remember(self._seen)
        return changed

    async def look_again(self, partners: Sequence[Partner]) -> bool:
        """Fetch the lists that are still missing, for a caller that nobody knows; return whether one came.

        Anybody can cause this, so it happens at most once in `LOOK_AGAIN_MS`.
        """
        now, missing = self._clock(), [each for each in partners if each.authority not in self._lists]
        if not missing or (self._looked_at is not None and 0 <= now - self._looked_at < LOOK_AGAIN_MS):
            return False
        self._looked_at, before = now, len(self._lists)
        await asyncio.gather(*map(self._renew, missing))
        if changed := len(self._lists) > before:
            self._remember(self._seen)
        return changed

    async def _renew(self, partner: Partner) -> None:
        try:
            roster = await self._read(partner)
        except (KeyFault, RosterRejected) as fault:
            log.warning("the participant list of %s was not renewed: %s", partner.authority, fault)
            return
        self._lists[partner.authority] = roster
        self._seen[partner.authority] = roster.seen

    async def _read(self, partner: Partner) -> Roster:
        roots = [from_jwk(jwk) for jwk in partner.roots]
        signed = await self._fetch(partner.list)()
        roster = read_roster(signed, operator=roots, now_ms=self._clock(), seen=self._seen.get(partner.authority))
        if roster.document.issuer != partner.authority:
            raise RosterRejected("The list is that of another authority.")
        return roster

    def find(self, id: str) -> tuple[str, Member] | None:
        """Return a member of a partner that takes part, with the authority that lists it; None if its list is over."""
        now = self._clock()
        for name, roster in self._lists.items():
            member = roster.entries.get(id)
            if member is not None and not member.suspended and not roster.is_expired(now):
                return name, member
        return None

    def list_keys(self, id: str) -> Sequence[VerificationKey]:
        """Return the keys that the list of a partner has of a member that `find` returns."""
        found = self.find(id)
        return self._lists[found[0]].keys.get(id, ()) if found else ()

    def participants(self) -> Sequence[Participant]:
        """Return the members of all partners that take part, without roles and claims of theirs."""
        now = self._clock()
        return tuple(
            describe(name, member)
            for name, roster in self._lists.items()
            if not roster.is_expired(now)
            for member in roster.document.members
            if not member.suspended
        )


def describe(partner: str, member: Member) -> Participant:
    """Return what counts of a member of a partner."""
    return Participant(
        id=member.key, name=member.name, address=member.address, data=member.data, roles=ROLES, partner=partner
    )
