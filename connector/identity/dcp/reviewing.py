"""The credentials that participants have shown are looked at again: what was revoked since ends what runs.

A status that cannot be read ends nothing at once: what runs goes on for a time of grace, and the operator is told.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from connector.identity.dcp.statuses import StatusLists
from connector.identity.jws import Rejected
from connector.ports.identity import AuthenticationUnavailable, Exclusion
from connector.protocol.dcp.claims import PresentedCredential, StatusEntry

MAX_RELIED = 4_096
_CredentialName = tuple[str, str, tuple[StatusEntry, ...]]
LOOK_S = 20.0
"""How long the lists of one issuer may take, in s; what is not read then is unknown until the next look."""


class CredentialReview:
    """What participants have shown last, and what is known of its status. One for a process."""

    def __init__(self, statuses: StatusLists, clock: Callable[[], int], grace_ms: int) -> None:
        """`clock` returns ms since the epoch; `grace_ms` is how long an unknown status ends nothing."""
        self._statuses = statuses
        self._clock = clock
        self._grace_ms = grace_ms
        self._relied: OrderedDict[str, tuple[PresentedCredential, ...]] = OrderedDict()
        self._ended: dict[str, set[_CredentialName]] = {}
        self._unread: dict[str, int] = {}

    def note(self, participant: str, credentials: Sequence[PresentedCredential]) -> None:
        """Keep what a participant has shown just now, whose status was good.

        It takes the place of what was shown of the same types. The rest stays: what runs relies on it, and nobody makes
        that forgotten by showing less for another purpose.
        """
        types = {name for each in credentials for name in each.types}
        left = tuple(each for each in self._relied.get(participant, ()) if not types.issuperset(each.types))
        self._relied[participant] = (*left, *credentials)
        self._relied.move_to_end(participant)
        self._set_ended(participant, self._ended.get(participant, set()) & set(map(_name, left)))
        if not left:
            self._unread.pop(participant, None)
        if len(self._relied) > MAX_RELIED:
            oldest, _ = self._relied.popitem(last=False)
            self._ended.pop(oldest, None)
            self._unread.pop(oldest, None)

    def _set_ended(self, participant: str, names: set[_CredentialName]) -> None:
        if names:
            self._ended[participant] = names
        else:
            self._ended.pop(participant, None)

    async def look(self) -> None:
        """Read the status of all that is relied on; each list is fetched once at most.

        A revocation counts at once. An issuer whose lists are slow delays nobody but those for whom it vouches.
        """
        relied, vouched = dict(self._relied), dict[str, list[str]]()
        for participant, credentials in relied.items():
            for issuer in dict.fromkeys(each.issuer for each in credentials):
                vouched.setdefault(issuer, []).append(participant)
        looks = await asyncio.gather(*(self._look_at(issuer, relied, names) for issuer, names in vouched.items()))
        good = set(relied).difference(*(bad for bad, _ in looks), *(unread for _, unread in looks))
        for participant in set().union(*(unread for _, unread in looks)):
            self._unread.setdefault(participant, self._clock())
        for participant in good:
            if self._relied.get(participant) is relied[participant]:
                self._unread.pop(participant, None)
                self._ended.pop(participant, None)

    async def _look_at(
        self, issuer: str, relied: Mapping[str, Sequence[PresentedCredential]], participants: Sequence[str]
    ) -> tuple[set[str], set[str]]:
        """Read the status of what one issuer vouches for: whose credentials have ended, and for whom nobody knows."""
        ended, unread = set[str](), set(participants)
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_S):
                for participant in participants:
                    shown = [each for each in relied[participant] if each.issuer == issuer]
                    over, is_read = await self._find_over(shown)
                    if is_read:
                        unread.discard(participant)
                    if over and self._relied.get(participant) is relied[participant]:
                        ended.add(participant)
                        others = {each for each in self._ended.get(participant, ()) if each[0] != issuer}
                        self._set_ended(participant, others | over)
                        self._unread.pop(participant, None)
        return ended, unread

    async def _find_over(self, credentials: Sequence[PresentedCredential]) -> tuple[set[_CredentialName], bool]:
        """Return which credentials have ended, and whether the status of all is known."""
        over, is_read = set[_CredentialName](), True
        for each in credentials:
            try:
                if await self._statuses.find_ended(each.issuer, each.statuses):
                    over.add(_name(each))
            except (AuthenticationUnavailable, Rejected):
                is_read = False
        return over, is_read

    def exclude(self, participant: str) -> Exclusion | None:
        """Return why nothing may be delivered to a participant any more, or None."""
        credentials = self._relied.get(participant, ())
        if participant in self._ended or any(self._is_over(each) for each in credentials):
            return Exclusion.CREDENTIAL_ENDED
        since = self._unread.get(participant)
        return Exclusion.STATUS_UNKNOWN if since is not None and since + self._grace_ms <= self._clock() else None

    def _is_over(self, credential: PresentedCredential) -> bool:
        return credential.valid_until is not None and credential.valid_until <= self._clock()

    def warning(self) -> str | None:
        """Return that a status cannot be read, from the first time on."""
        if not self._unread:
            return None
        hours = max(0, min(self._unread.values()) + self._grace_ms - self._clock()) / 3_600_000
        return (
            f"The status of the credentials of {len(self._unread)} participants cannot be read: nothing new is agreed "
            f"with them, and what runs ends in {hours:.1f} hours. Ask their issuer for a status list that is reachable."
        )


def _name(credential: PresentedCredential) -> _CredentialName:
    """Return what tells a credential from others: an identifier is none that its issuer has to give."""
    return credential.issuer, credential.id, credential.statuses
