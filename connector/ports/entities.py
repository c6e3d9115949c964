"""The values that are kept: assets, agreements, holds, leases, flows, usage. Frozen; times are ms since the Unix epoch.

A process (`ContractNegotiation`, `TransferProcess`) is kept too; it is defined beside its state table in
`protocol.dsp`. Every value names its `owner`, the participant context, so that several departments in one runtime are
rows, not a migration.
"""

from enum import StrEnum
from typing import Any

import msgspec

from connector.protocol.dsp.common import Role
from connector.views.agreements import DutyState as DutyState
from connector.views.assets import AssetDescription
from connector.views.assets import AssetStatement as AssetStatement
from connector.views.assets import AssetStatus as AssetStatus
from connector.views.assets import DataClass as DataClass
from connector.views.assets import Marking as Marking
from connector.views.payments import PaymentState as PaymentState


class Asset(AssetDescription, frozen=True, kw_only=True):
    """What a participant offers: a dcat:Dataset, where its bytes come from, and the policy it is offered under.

    It extends what its owner states (`AssetDescription`). `id` is the Dataset's identifier, `source` the address of a
    `Source` (`{"kind": "file", …}`; peers never see it), `policy` the ODRL Offer as JSON (no target), `offer_id` its
    identifier. `access` and `reservation` are policies too (JSON); no peer sees the reservation. `document` is the
    Dataset of the catalogue, rendered once after a change of the asset.
    """

    owner: str
    id: str
    status: AssetStatus
    source: dict[str, Any]
    policy: bytes
    offer_id: str
    document: bytes
    access: bytes | None = None
    reservation: bytes | None = None
    created_at: int = 0
    updated_at: int = 0
    version: int = 0


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


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """A process that waits for somebody: why, for whom, and until when at the latest. One per process.

    `reasons` says why in `de` and `en`, where it is known in both.
    """

    owner: str
    process_id: str
    process_kind: str
    reason: str
    who: str
    created_at: int
    until: int | None = None
    reasons: dict[str, str] = {}


class Backoff(msgspec.Struct, frozen=True, kw_only=True):
    """How long a peer is left alone after failures; kept, so that a restart does not storm it."""

    owner: str
    peer: str
    failures: int
    until: int


class ReplayKey(msgspec.Struct, frozen=True, kw_only=True):
    """A single-use token's identity: (issuer, jti). Kept until the token has expired anyway."""

    owner: str
    issuer: str
    jti: str
    expires_at: int


class FlowDirection(StrEnum):
    """What this side's data plane does: serve pulls, push out, fetch in, or receive a push."""

    SERVE = "serve"
    PUSH = "push"
    FETCH = "fetch"
    RECEIVE = "receive"


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """One data flow of the data plane; `id` is the transfer process it belongs to (Data Plane Signaling: processId).

    `source` and `sink` are addresses of ours (`{"kind": …}`), `endpoint` the peer's (JSON of a DataAddress).
    `token_hash` is the SHA-256 (hex) of the access token given out, never the token. `state` is a FlowState.
    `bytes_moved` counts what left or arrived, `size` what is expected, `sha256` the digest (hex) once known.
    """

    owner: str
    id: str
    direction: FlowDirection
    agreement_id: str
    dataset: str
    peer: str
    state: str
    live: bool = False
    media_type: str = "application/octet-stream"
    source: dict[str, Any] | None = None
    sink: dict[str, Any] | None = None
    endpoint: bytes | None = None
    token_hash: str | None = None
    bytes_moved: int = 0
    size: int | None = None
    sha256: str | None = None
    error: str | None = None
    updated_at: int = 0


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """The control plane's leave to move bytes of one flow: no lease, no byte.

    It carries the decision it stands on (`decision`, JSON for the record), its end (`valid_until`, None: open) and
    limits of the agreement in all: `max_bytes`, `max_uses`, and `max_per_hour`, the uses begun within any hour.
    `epoch` grows with every renewal; a data plane never goes back to an older one. `treatment` (JSON of
    `ports.records.Treatment`) is what is done to the data on the way, empty for nothing.
    """

    owner: str
    flow_id: str
    agreement_id: str
    epoch: int
    valid_until: int | None
    max_bytes: int | None = None
    max_uses: int | None = None
    max_per_hour: int | None = None
    decision: bytes = b"{}"
    treatment: bytes = b""


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """What has been used under an agreement: bytes delivered and accesses begun."""

    owner: str
    agreement_id: str
    bytes_moved: int
    uses: int


class Recent(msgspec.Struct, frozen=True, kw_only=True):
    """The uses under an agreement that were begun within the last hour, to the second and never too few.

    `frees_at` is the first instant (ms) at which one of them no longer counts; None where there is none.
    """

    uses: int
    frees_at: int | None = None


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the payments of an agreement, as the accounts say; it is never changed or removed.

    `amount` is a decimal number as text in `currency` (ISO 4217), `until` (ms) the first instant at which the state is
    over: what was paid for a time is due again then, what was due is overdue. `by` names the key that recorded it.
    """

    owner: str
    agreement_id: str
    state: PaymentState
    at: int
    by: str
    amount: str | None = None
    currency: str = ""
    until: int | None = None


class EventEntry(msgspec.Struct, frozen=True, kw_only=True):
    """That an event (an emergency, a fair) has begun or is over, as our people declare it; never changed or removed.

    `name` is its full IRI, `by` the name of the key that declared it.
    """

    owner: str
    name: str
    begun: bool
    at: int
    by: str


class DutyEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the duty ledger: a duty of an agreement came into a state; it is never changed or removed.

    `duty` is the uid of the duty in the agreement, `occasion` the transfer it was performed for, empty where the entry
    is about the agreement as a whole. `deadline` (ms) goes with `active`: the first instant at which it is too late.
    `evidence` (JSON) says what the entry stands on: who confirmed it, which address was notified, what failed.
    """

    owner: str
    agreement_id: str
    duty: str
    state: DutyState
    at: int
    occasion: str = ""
    deadline: int | None = None
    evidence: bytes = b"{}"


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the consent register: where a person stands on a purpose from now on; never changed or removed.

    `subject` is the keyed reference of the person (`ports.secret`), never a name. `dataset` is an asset's identifier,
    empty for all; `purpose` and `state` are IRIs (dpv:Purpose, dpv:ConsentStatus). `until` (ms) is when a consent ends
    by itself.
    """

    owner: str
    subject: str
    dataset: str
    purpose: str
    state: str
    at: int
    until: int | None = None


class Leaf(msgspec.Struct, frozen=True, kw_only=True):
    """One salted leaf of the audit log, as `audit.leaves` makes it: canonical JSON `body`, its hash, sealed later."""

    owner: str
    id: str
    at: int
    kind: str
    process_id: str
    body: bytes
    salt: bytes
    hash: bytes
    position: int | None = None


class PageBounds(msgspec.Struct, frozen=True, kw_only=True):
    """A bound on a listing: at most `limit` rows after the row that `after` names (an opaque cursor)."""

    limit: int = 50
    after: str | None = None
