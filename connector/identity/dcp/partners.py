"""The members of other data spaces whose authorities the own authority lists: one meets them, and trusts nothing else.

Of a partner's list count the identifiers, names, addresses and keys of its members. Its roles, its claims, its profile
and its own partners do not. An identifier of an own member, also of a suspended one, is never that of a partner.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Final

from connector.identity.files import try_to_write
from connector.identity.keys import KeyFault, VerificationKey, from_jwk
from connector.identity.listing.partner import Partner
from connector.identity.listing.sources import RosterRejected, RosterSource
from connector.identity.roster import LOOK_AGAIN_MS, AcceptedRoster, Member, Roster, read_roster
from connector.net.aside import work_aside
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
        keep: Callable[[str, bytes], None] = lambda _, __: None,
        find_kept: Callable[[str], bytes | None] = lambda _: None,
    ) -> None:
        """`fetch` makes the source of an address, and `clock` returns ms since the epoch.

        `seen` are the newest lists by authority, which `remember` stores whenever one is used. `keep` stores the text
        of each list that comes into use, by its authority; `find_kept` returns it, for a process that begins while the
        partner is away.
        """
        self._fetch = fetch
        self._clock = clock
        self._seen = dict(seen)
        self._remember = remember
        self._keep = keep
        self._find_kept = find_kept
        self._lists: dict[str, Roster] = {}
        self._roots: dict[str, tuple[dict[str, str], ...]] = {}
        self._faults: dict[str, str] = {}
        self._unwritten: dict[str | None, str] = {}
        """Why something cannot be stored: the text of the list of an authority, or what is remembered of all (None)."""
        self._twice: str | None = None
        self._looked_at: int | None = None

    async def refresh(self, partners: Sequence[Partner]) -> bool:
        """Fetch the lists of `partners`, forget those of others, and return whether anything changed.

        A list that is refused or out of reach changes nothing: the last good one counts until its end, unless the
        roots of the partner are others now.
        """
        before, listed = dict(self._lists), {partner.authority: partner.roots for partner in partners}
        self._lists = {name: roster for name, roster in before.items() if listed.get(name) == self._roots[name]}
        self._faults = {name: fault for name, fault in self._faults.items() if name in listed}
        await asyncio.gather(*map(self._renew, partners))
        self._unwritten = {name: fault for name, fault in self._unwritten.items() if name is None or name in listed}
        if changed := before != self._lists:
            self._twice = self._find_twice()
        if changed or None in self._unwritten:
            self._write(None, partial(self._remember, self._seen))
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
            self._twice = self._find_twice()
            self._write(None, partial(self._remember, self._seen))
        return changed

    def _write(self, authority: str | None, write: Callable[[], None]) -> None:
        """Store something. What fails is tried again with the next `refresh`: the lists count all the same."""
        if fault := try_to_write(write):
            self._unwritten[authority] = fault
        else:
            self._unwritten.pop(authority, None)

    async def _renew(self, partner: Partner) -> None:
        try:
            signed = await self._fetch(partner.list)()
            # One of thousands of members takes a second; what is newer by then counts.
            await work_aside(len(signed), partial(self._read, partner, signed))
            self._use(partner, self._read(partner, signed), signed)
        except (KeyFault, RosterRejected) as fault:
            log.warning("the participant list of %s was not renewed: %s", partner.authority, fault)
            self._faults[partner.authority] = str(fault)
            self._use_kept(partner)
        else:
            self._faults.pop(partner.authority, None)

    def _use_kept(self, partner: Partner) -> None:
        """Use the list that was kept last, if there is none in use: what runs with its members goes on."""
        kept = self._find_kept(partner.authority) if partner.authority not in self._lists else None
        with suppress(KeyFault, RosterRejected):
            if kept is not None:
                self._use(partner, self._read(partner, kept, take_expired=True))

    def _use(self, partner: Partner, roster: Roster, signed: bytes | None = None) -> None:
        name, used = partner.authority, self._lists.get(partner.authority)
        if signed is not None and (used is None or roster.seen != used.seen or name in self._unwritten):
            self._write(name, partial(self._keep, name, signed))
        self._lists[name], self._roots[name], self._seen[name] = roster, partner.roots, roster.seen

    def _read(self, partner: Partner, signed: bytes, *, take_expired: bool = False) -> Roster:
        roots, seen = [from_jwk(jwk) for jwk in partner.roots], self._seen.get(partner.authority)
        roster = read_roster(signed, operator=roots, now_ms=self._clock(), seen=seen, take_expired=take_expired)
        if roster.document.issuer != partner.authority:
            raise RosterRejected("The list is that of another authority.")
        return roster

    def find(self, id: str, *, late_ms: int = 0) -> tuple[str, Member] | None:
        """Return a member of a partner that takes part, with the authority that lists it.

        None if its list is over, `late_ms` after its end, or if several partners list the identifier: one of them
        speaks of a member of the other, and would lead what is sent to it to another address.
        """
        moment = self._clock() - late_ms
        found = [
            (name, roster.entries[id])
            for name, roster in self._lists.items()
            if id in roster.entries and not roster.is_expired(moment)
        ]
        return found[0] if len(found) == 1 and not found[0][1].suspended else None

    def warning(self) -> str | None:
        """Return whose list cannot be renewed, or who is on the lists of two partners, in a sentence for people."""
        for authority, fault in self._faults.items():
            return f"The participant list of the partner {authority} was not renewed: {fault}"
        return self._twice or next(iter(self._unwritten.values()), None)

    def _find_twice(self) -> str | None:
        owners: dict[str, str] = {}
        for authority, roster in self._lists.items():
            for name in roster.entries:
                if owners.setdefault(name, authority) != authority:
                    return (
                        f"{name} is on the lists of {owners[name]} and of {authority}, so it is met as a member of "
                        "neither: ask both operators."
                    )
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
