"""The port of the self-descriptions that participants pushed to the broker: the evidence, and the entries made of it.

They are in the broker's record. A dataset that is pushed and in the catalogue is one entry: while its description is
kept, the pushed one counts, and no crawl changes or removes it.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from connector.ports.broker_store import Entry
from connector.ports.identity import ShownStatus
from connector.protocol.credential import DescriptionKind
from connector.protocol.dcp.claims import StatusEntry

MOST_OF_ONE = 5_000
"""The most self-descriptions of one participant that are kept."""
MOST_BYTES = 64 * 1024 * 1024
"""The most bytes of them, as much as of a catalogue."""
LISTS_OF_ONE = 8
"""The most status lists that the self-descriptions of one participant name: each is fetched again and again."""


class PushedDescription(msgspec.Struct, frozen=True, kw_only=True):
    """A self-description that a participant pushed. Times in ms since the Unix epoch.

    `name` is that of `name_description`; `secured` is the credential byte for byte, and `key` the name of the key that
    signed it. `audience` is that of `Entry`. `findings` tell the operator what the description lacks, `statuses` where
    its issuer says that it has ended, and `shown` where the issuers of those credentials say so that its participant
    showed with it.
    """

    name: str
    participant: str
    kind: DescriptionKind
    subject: str
    secured: bytes
    key: str
    pushed_at: int
    expires_at: int
    audience: bytes = b""
    findings: tuple[str, ...] = ()
    statuses: tuple[StatusEntry, ...] = ()
    shown: tuple[ShownStatus, ...] = ()

    @property
    def stands_on(self) -> tuple[ShownStatus, ...]:
        """All entries of status lists that can end this description."""
        return (*(ShownStatus(self.participant, entry) for entry in self.statuses), *self.shown)


class DescribingKey(msgspec.Struct, frozen=True, order=True):
    """A participant, and the name of a key with which descriptions of it are signed."""

    participant: str
    key: str


class NamedList(msgspec.Struct, frozen=True, order=True):
    """A status list on which descriptions stand, and its issuer: their participant, or who issued its credentials."""

    issuer: str
    url: str


class DescriptionStore(Protocol):
    """The pushed self-descriptions of the broker. Implementations: SQLite, in memory."""

    async def description(self, name: str) -> PushedDescription | None:
        """Return one description."""

    async def put_description(self, description: PushedDescription, entry: Entry | None, now: int) -> bool:
        """Store a description, instead of an earlier one of its name, and the entry of its dataset, both or none.

        Returns whether the entry has changed. Raises LimitReached if the participant would have too many, or too many
        status lists.
        """

    async def drop_descriptions(self, names: Sequence[str], now: int) -> int:
        """Remove descriptions, with the entries of their datasets; return how many entries were removed."""

    async def descriptions_of(self, participant: str, after: str, limit: int) -> Sequence[PushedDescription]:
        """Return descriptions of a participant with a subject after `after`, in that order."""

    async def expiring_descriptions(self, limit: int) -> Sequence[PushedDescription]:
        """Return the descriptions that expire first."""

    async def describing_keys(self, after: DescribingKey | None = None) -> Sequence[DescribingKey]:
        """Return a page of the keys with which the present descriptions are signed, in the order of participants."""

    async def signed_descriptions(self, signer: DescribingKey, limit: int) -> Sequence[str]:
        """Return names of descriptions that a key of a participant signed."""

    async def named_lists(self, issuer: str | None = None) -> Sequence[NamedList]:
        """Return the status lists on which the present descriptions stand, of all issuers or of one, in order."""

    async def named_on(self, named: NamedList) -> Sequence[tuple[str, StatusEntry]]:
        """Return the names of the descriptions on a status list, each with its bit."""
