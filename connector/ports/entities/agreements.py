"""Agreements, and the usage under them."""

import msgspec

from connector.protocol.dsp.common import Role


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """A usage contract: the ODRL Agreement byte for byte as both sides hold it, and the evidence it was made on.

    `id` is the Agreement's identifier, `role` ours in it, `counterparty` the other participant and `address` where its
    DSP endpoints lie. `evidence` are the claims of the consumer as verified when it was made (JSON). `withdrawn_at` is
    when we as the provider withdrew from it, and `withdrawn_because` what the consumer is told of that.
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
    finalized_at: int | None = None
    withdrawn_at: int | None = None
    withdrawn_because: str = ""


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """What has been used under an agreement: bytes delivered and accesses begun."""

    owner: str
    agreement_id: str
    bytes_moved: int
    uses: int


class Recent(msgspec.Struct, frozen=True, kw_only=True):
    """The uses under an agreement that were begun within the last hour, to the second and never too few.

    `frees_at` is the first instant (ms) at which one of them no longer counts; None if there is none.
    """

    uses: int
    frees_at: int | None = None
