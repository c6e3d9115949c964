"""The intake of self-descriptions: pushed, read and withdrawn by the participants that they describe."""

from collections.abc import Callable
from enum import Enum
from functools import partial

import msgspec

from connector.broker.crawl import AddressProblem
from connector.broker.intake.accepting import DescriptionRefused, accept
from connector.broker.schedule import NEVER
from connector.broker.visibility.audience import Admission, decide_member, decide_nobody
from connector.net.aside import work_aside
from connector.ports.broker_store import BrokerStore, CrawlSource
from connector.ports.credentials import CredentialKeys, CredentialStatuses
from connector.ports.descriptions import DescriptionStore, PushedDescription
from connector.ports.identity import AuthenticationUnavailable, Caller, Directory, ShownStatus, Unauthenticated
from connector.ports.store_errors import LimitReached

PAGE = 50


class Kept(Enum):
    """What became of a pushed self-description."""

    NEW = "new"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"


class Taken(msgspec.Struct, frozen=True):
    """A pushed self-description as it is kept now."""

    kept: Kept
    description: PushedDescription


class DescriptionIntake:
    """Takes self-descriptions of the members of a data space.

    `now` returns ms since the Unix epoch. `changed` is called after each change of an entry, `expiring` when another
    description may be the next to expire or is on a status list, and `crawl(participant)` asks for a crawl of a
    participant.
    """

    def __init__(
        self,
        record: BrokerStore,
        store: DescriptionStore,
        keys: CredentialKeys,
        directory: Directory,
        statuses: CredentialStatuses,
        *,
        now: Callable[[], int],
        address_problem: AddressProblem,
        changed: Callable[[], None],
        expiring: Callable[[], None],
        crawl: Callable[[str], bool],
    ) -> None:
        self._record = record
        self._store = store
        self._keys = keys
        self._directory = directory
        self._statuses = statuses
        self._now = now
        self._address_problem = address_problem
        self._changed = changed
        self._expiring = expiring
        self._crawl = crawl

    async def put(self, participant: str, name: str, secured: bytes, shown: tuple[ShownStatus, ...] = ()) -> Taken:
        """Take a secured credential from a participant under a name. The same bytes again change nothing.

        `shown` are the statuses of the credentials that the participant shows now: if one of these ends, so does what
        was pushed. Raises DescriptionRefused, and Unavailable if the record cannot take it now.
        """
        source = await self._find_source(participant)
        present = await self.find(name)
        same = present is not None and (present.participant, present.secured) == (participant, secured)
        if present is not None and same and present.shown == shown:
            return Taken(Kept.UNCHANGED, present)
        accepting = partial(
            accept,
            secured,
            source,
            self._keys,
            now=self._now(),
            is_listed=lambda name: self._directory.participant(name) is not None,
            address_problem=self._address_problem,
            shown=shown,
        )
        accepted = await work_aside(len(secured), accepting)
        description, entry = accepted.description, accepted.entry
        if description.name != name:
            reason = f"The address does not name this credential: put it at /v1/self-descriptions/{description.name}."
            raise DescriptionRefused("name", reason)
        if present is not None and present.kind is not description.kind:
            raise DescriptionRefused("credential", "The subject was described as another kind: withdraw that first.")
        if entry is not None:
            await self._require_unclaimed(participant, entry.id)
        await self._require_lasting(description)
        try:
            changed = await self._store.put_description(description, entry, self._now())
        except LimitReached as limit:
            raise DescriptionRefused("too-many", str(limit)) from None
        if changed:
            self._changed()
        self._expiring()
        return Taken(Kept.NEW if present is None else Kept.UNCHANGED if same else Kept.REPLACED, description)

    async def withdraw(self, participant: str, name: str) -> bool:
        """Remove a self-description of a participant, and its entry at once; return False if there is none."""
        present = await self._store.description(name)
        if present is None or present.participant != participant:
            return False
        if await self._store.drop_descriptions([name], self._now()):
            self._changed()
            # The catalogue may still offer it to everybody.
            self._crawl(participant)
        return True

    async def find(self, name: str) -> PushedDescription | None:
        """Return a self-description that is valid now."""
        found = await self._store.description(name)
        return found if found is not None and found.expires_at > self._now() else None

    async def find_for(self, caller: Caller | None, name: str) -> PushedDescription | None:
        """Return a self-description that a caller may see; None is a reader of an open broker without a token."""
        found = await self.find(name)
        if found is None or not found.audience or (caller and caller.participant == found.participant):
            return found
        audience, now = found.audience, self._now()

        def decide() -> Admission:
            if caller is None:
                return decide_nobody(audience, now)
            return decide_member(audience, caller.participant, caller.claims, now)

        admission = await work_aside(len(audience), decide, small=0)
        return found if admission.admitted else None

    async def list_own(self, participant: str, after: str) -> tuple[list[PushedDescription], str | None]:
        """Return a page of the self-descriptions of a participant, and the subject after which the next one begins."""
        rows = list(await self._store.descriptions_of(participant, after, PAGE + 1))
        return rows[:PAGE], rows[PAGE - 1].subject if len(rows) > PAGE else None

    async def _find_source(self, participant: str) -> CrawlSource:
        """Return the source of a listed participant. Raises DescriptionRefused without one."""
        source = await self._record.source(participant)
        if source is not None and source.next_at < NEVER:
            return source
        if not self._crawl(participant):
            reason = "The participant list has no address for you: ask the data-space operator to add it."
            raise DescriptionRefused("no-source", reason)
        raise DescriptionRefused("not-yet", "You are new on the participant list: send it again in a few seconds.")

    async def _require_lasting(self, description: PushedDescription) -> None:
        """Check that the issuer has not ended a description. Raises DescriptionRefused."""
        try:
            ended = await self._statuses.find_ended(description.participant, description.statuses)
        except AuthenticationUnavailable as fault:
            raise DescriptionRefused("status-unknown", f"{fault} Send the credential again later.") from None
        except Unauthenticated as fault:
            raise DescriptionRefused("status", f"The status list says nothing about the credential: {fault}") from None
        if ended:
            raise DescriptionRefused("status", f"Its issuer has ended the credential ({ended}): issue a new one.")

    async def _require_unclaimed(self, participant: str, dataset: str) -> None:
        owner = (await self._record.view().claimants([dataset])).get(dataset, participant)
        if owner != participant:
            reason = "The identifier of the dataset is another participant's, which listed it first: use one of yours."
            raise DescriptionRefused("not-yours", reason)
