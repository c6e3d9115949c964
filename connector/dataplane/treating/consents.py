"""What the consent register says of the people of one delivery, as it leaves.

Whoever is in a piece is asked about just before it leaves. What was made whole before is asked about again whenever the
register has changed or a consent in it may have ended, and does not leave where anybody stands otherwise than then.
"""

from collections.abc import AsyncIterator, Iterable, Sequence

from connector.dataplane.control.gate import SUPERSEDED, LeaseEnded
from connector.dataplane.control.register import Register
from connector.policy.deciding.consent import PurposeConsent, find_consent_state
from connector.ports.treatment import Consenting

_BATCH = 1_000


class People:
    """The people of one delivery. `seen` are those in what was made whole before it leaves; None where nothing is."""

    def __init__(self, owner: str, consenting: Consenting | None, register: Register) -> None:
        self._owner = owner
        self._consenting = consenting
        self._register = register
        self._revision = -1
        self._ends: int | None = None
        self.seen: dict[str, str | None] | None = {}

    async def states(self, people: Sequence[str]) -> dict[str, str | None]:
        """Return where the consent of each person stands now, None for unknown."""
        wanted = self._consenting
        if wanted is None or not people:
            return {}
        # The revision first: what is entered while we read is noticed the next time.
        revision = await self._register.store.consent_revision(self._owner)
        found: dict[str, str | None] = {}
        for at in range(0, len(people), _BATCH):
            batch = people[at : at + _BATCH]
            for person, entries in (await self._register.store.consents_of(self._owner, batch, wanted.dataset)).items():
                stands = [PurposeConsent(entry.purpose, entry.state, entry.until) for entry in entries]
                state = find_consent_state(stands, wanted.covering, wanted.touching, self._register.now())
                found[person] = state[0] if state else None
                if state and state[1] is not None:
                    self._ends = min(self._ends or state[1], state[1])
        if self.seen is not None:
            self._revision = self._revision if self._revision >= 0 else revision
            self.seen |= {person: found.get(person) for person in people}
        return found

    async def check_same(self) -> None:
        """Raise LeaseEnded where the consent of somebody in the delivery stands otherwise than when it was made."""
        if not self.seen:
            return
        revision = await self._register.store.consent_revision(self._owner)
        if revision == self._revision and (self._ends is None or self._register.now() < self._ends):
            return
        before, self.seen, self._ends = self.seen, None, None
        found = await self.states(list(before))
        if any(found.get(person) != state for person, state in before.items()):
            raise LeaseEnded(SUPERSEDED)
        self.seen, self._revision = before, revision

    async def guard(self, pieces: Iterable[bytes]) -> AsyncIterator[bytes]:
        """Yield what was made before, each piece only while everybody in it still stands as then."""
        for piece in pieces:
            await self.check_same()
            yield piece

    async def stop_watching(self) -> AsyncIterator[bytes]:
        """Yield nothing, and remember no longer who is in the delivery: what follows is asked about as it leaves."""
        self.seen = None
        for piece in tuple[bytes, ...]():
            yield piece
