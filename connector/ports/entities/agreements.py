"""Agreements, and the usage under them."""

import msgspec

from connector.protocol.dsp.agreement_keys import make_agreement_key
from connector.protocol.dsp.common import Role


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """An agreement: the ODRL Agreement, byte for byte the same on both sides, and its evidence.

    `id` is the identifier of the Agreement, which its provider chose; `key` is the one of this side. `role` is the role
    of this participant, `counterparty` the other participant, `address` the base URL of its DSP endpoints. `evidence`
    is the JSON of the consumer's claims that were verified for the agreement. `withdrawn_at` is the time when its
    provider withdrew from it, or when the consumer learned it; `withdrawn_because` is the reason for the consumer.
    `title` are the titles of the dataset by language, as they were when it was requested; `purposes` are those that
    the permissions of the document name.
    """

    owner: str
    id: str
    role: Role
    counterparty: str
    address: str
    dataset: str
    negotiation_id: str
    document: bytes
    evidence: bytes
    agreed_at: int
    title: dict[str, str] = {}
    purposes: tuple[str, ...] = ()
    finalized_at: int | None = None
    withdrawn_at: int | None = None
    withdrawn_because: str = ""

    @property
    def key(self) -> str:
        """What this side calls it: unique here, whatever identifiers other participants choose."""
        return make_agreement_key(self.role, self.counterparty, self.id)


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """The usage under an agreement: delivered bytes and begun accesses. `agreement_id` is its key at this side."""

    owner: str
    agreement_id: str
    bytes_moved: int
    uses: int


class Recent(msgspec.Struct, frozen=True, kw_only=True):
    """The uses under an agreement that began within the last hour, to the second and never too few.

    `frees_at` is the first instant (ms) at which one of them no longer counts; None without uses.
    """

    uses: int
    frees_at: int | None = None
