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
from connector.protocol.dcp.claims import PresentedCredential

MAX_RELIED = 4_096
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
        self._ended: set[str] = set()
        self._unread: dict[str, int] = {}

    def note(self, participant: str, credentials: Sequence[PresentedCredential]) -> None:
        """Keep what a participant has shown just now, whose status was good."""
        self._relied[participant] = tuple(credentials)
        self._relied.move_to_end(participant)
        self._ended.discard(participant)
        self._unread.pop(participant, None)
        if len(self._relied) > MAX_RELIED:
            oldest, _ = self._relied.popitem(last=False)
            self._ended.discard(oldest)
            self._unread.pop(oldest, None)

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
                self._ended.discard(participant)

    async def _look_at(
        self, issuer: str, relied: Mapping[str, Sequence[PresentedCredential]], participants: Sequence[str]
    ) -> tuple[set[str], set[str]]:
        """Read the status of what one issuer vouches for: whose credentials have ended, and for whom nobody knows."""
        ended, unread = set[str](), set(participants)
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_S):
                for participant in participants:
                    statuses = [
                        entry for each in relied[participant] if each.issuer == issuer for entry in each.statuses
                    ]
                    try:
                        found = await self._statuses.find_ended(issuer, statuses)
                    except (AuthenticationUnavailable, Rejected):
                        continue
                    unread.discard(participant)
                    if found and self._relied.get(participant) is relied[participant]:
                        ended.add(participant)
                        self._ended.add(participant)
                        self._unread.pop(participant, None)
        return ended, unread

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
