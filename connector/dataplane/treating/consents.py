"""The consents of the persons in one delivery, looked up in the consent register while the data leaves.

Records that leave one after the other are looked up just before they leave: a state that was looked up before is still
that of the register as long as its revision is the same and none has expired. For data that was completed before it
leaves, the lookup is repeated whenever the register has changed or a consent may have expired. The delivery stops if
the consent of any person in it has changed since.
"""

from collections.abc import AsyncIterator, Iterable, Sequence

from connector.dataplane.control.gate import SUPERSEDED, LeaseEnded
from connector.dataplane.control.register import Register
from connector.policy.deciding.consent import PurposeConsent, find_consent_state
from connector.ports.treatment import Consenting

_BATCH, _REMEMBERED = 1_000, 50_000


class DeliveryConsents:
    """The consents of the persons in one delivery.

    `persons` are the persons in the data that is completed and has not left, with the state of their consent; None
    after `forget_persons`.
    """

    def __init__(self, owner: str, consenting: Consenting | None, register: Register) -> None:
        self._owner = owner
        self._consenting = consenting
        self._register = register
        self._revision = -1
        self._expires_at: int | None = None
        self._known: dict[str, str | None] = {}
        self._known_at = -1
        self._lapse_at: int | None = None
        self.persons: dict[str, str | None] | None = {}

    async def find_states(self, persons: Sequence[str]) -> dict[str, str | None]:
        """Return the current state of the consent of each person; None if unknown."""
        use = self._consenting
        if use is None or not persons:
            return {}
        # The revision is read first: an entry that is recorded during the lookup is then noticed by the next check.
        revision = await self._register.store.consent_revision(self._owner)
        self._forget_lapsed(revision)
        missing = [person for person in persons if person not in self._known]
        for at in range(0, len(missing), _BATCH):
            batch = missing[at : at + _BATCH]
            self._known.update(dict.fromkeys(batch))
            for person, entries in (await self._register.store.consents_of(self._owner, batch, use.dataset)).items():
                consents = [PurposeConsent(entry.purpose, entry.state, entry.until) for entry in entries]
                state = find_consent_state(consents, use.covering, use.touching, self._register.now())
                self._known[person] = state[0] if state else None
                if state and state[1] is not None:
                    self._expires_at = min(self._expires_at or state[1], state[1])
                    self._lapse_at = min(self._lapse_at or state[1], state[1])
        states = {person: self._known[person] for person in persons}
        if self.persons is not None:
            self._revision = self._revision if self._revision >= 0 else revision
            self.persons |= states
        return states

    def _forget_lapsed(self, revision: int) -> None:
        """Forget the states that were looked up before the register changed or one of them expired."""
        lapsed = self._lapse_at is not None and self._register.now() >= self._lapse_at
        if revision != self._known_at or lapsed or len(self._known) > _REMEMBERED:
            self._known, self._known_at, self._lapse_at = {}, revision, None

    async def check_unchanged(self) -> None:
        """Raise LeaseEnded if the consent of a person in the delivery has changed since the data was completed."""
        if not self.persons:
            return
        revision = await self._register.store.consent_revision(self._owner)
        if revision == self._revision and (self._expires_at is None or self._register.now() < self._expires_at):
            return
        before, self.persons, self._expires_at = self.persons, None, None
        self._known.clear()
        states = await self.find_states(list(before))
        if any(states.get(person) != state for person, state in before.items()):
            raise LeaseEnded(SUPERSEDED)
        self.persons, self._revision = before, revision

    async def guard(self, pieces: Iterable[bytes]) -> AsyncIterator[bytes]:
        """Yield completed data, each piece only if all consents are unchanged. Raises LeaseEnded."""
        for piece in pieces:
            await self.check_unchanged()
            yield piece

    async def forget_persons(self) -> AsyncIterator[bytes]:
        """Yield nothing and forget the persons: the records that follow are looked up just before they leave."""
        self.persons = None
        for piece in tuple[bytes, ...]():
            yield piece
