"""Collects the situation of a decision from the store, the participant list, the data plane and the operator's entries.

Only facts that the policy reads are collected. Facts of the present, such as payments, events and active transfers, are
collected only for a transfer, so that an agreement can be made before its period begins.
"""

from collections.abc import Iterator, Mapping

import msgspec

from connector.controlplane.core.context import Context
from connector.controlplane.core.lookup import find_agreement_of
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.judging.facts import PERIOD_OF, Situation
from connector.controlplane.judging.performed import find_performed
from connector.controlplane.judging.treating import known_data
from connector.policy.compiling.compiled import Compiled
from connector.policy.model.errors import PolicyError
from connector.ports.entities import Agreement, Asset, PageBounds, Recent
from connector.ports.identity import SHOWN_CLAIMS, join_claims
from connector.protocol.dsp.machines.transfer_machine import FlowState, Transfer, TransferState
from connector.protocol.dsp.version import VERSION

_CONCURRENT = "concurrentTransfers"
_PAGE = 500


def build_for_peer(
    participant: str, claims: Mapping[str, tuple[str, ...]], asset: Asset | None, agreed_at: int | None = None
) -> Situation:
    """Return the situation of an authenticated participant that reads or negotiates an offer of an asset."""
    return Situation(
        participant=participant,
        claims=claims,
        agreed_at=agreed_at,
        media_type=asset.media_type if asset else None,
        stated=asset.stated if asset else None,
        protocol=VERSION,
        data=known_data.to_data(asset) if asset else known_data.ANY,
    )


async def build_for_transfer(
    evaluator: Evaluator, process: Transfer, agreement: Agreement, asset: Asset | None
) -> Situation:
    """Return the situation of a transfer; present claims take precedence over older ones.

    The participant list states its claims at any time. Those of credentials are those that were shown last.
    """
    claims = parse_claims(process.evidence) or parse_claims(agreement.evidence)
    known = evaluator.directory.participant(agreement.counterparty)
    if known is not None:
        claims = join_claims(known.claims, _parse_shown(process.evidence, agreement.evidence))
    situation = build_for_peer(agreement.counterparty, claims, asset, agreement.agreed_at)
    owner, compiled = agreement.owner, await evaluator.library.prepare(agreement.document)
    read = frozenset[str]() if isinstance(compiled, PolicyError) else _facts(compiled)
    store, now = evaluator.context.store, evaluator.context.now()
    return msgspec.structs.replace(
        situation,
        now=now,
        usage=await store.usage(owner, agreement.key),
        recent=await store.recent(owner, agreement.key, now) if "requestsPerHour" in read else None,
        within=await find_within(evaluator, agreement, read),
        format=process.format,
        running=await _count_running(evaluator.context, process) if _CONCURRENT in read else None,
        performed=find_performed(await store.duties(owner, agreement.key, occasions=[process.id]), process.id),
        payments=await store.payments(owner, agreement.key) if read & {"paymentState", "payAmount"} else None,
        events=await store.events(owner) if "event" in read else None,
        data=known_data.to_data(asset),
        changed_at=await evaluator.changed_at(asset.source) if asset and "dataAge" in read else None,
    )


async def counts_others(evaluator: Evaluator, process: Transfer) -> bool:
    """Return whether the policy of a transfer limits how many are active at a time."""
    agreement = await find_agreement_of(evaluator.context, process)
    compiled = await evaluator.library.prepare(agreement.document) if agreement else None
    return isinstance(compiled, Compiled) and _CONCURRENT in _facts(compiled)


async def find_within(evaluator: Evaluator, agreement: Agreement, read: frozenset[str]) -> dict[str, Recent]:
    """Return the uses of the dataset by the counterparty under all agreements, by the periods that a policy reads."""
    store, now, key = evaluator.context.store, evaluator.context.now(), (agreement.owner, agreement.counterparty)
    periods = [period for fact, period in PERIOD_OF.items() if fact in read]
    return {period: await store.within(*key, agreement.dataset, period, now) for period in periods}


def parse_claims(evidence: bytes) -> dict[str, tuple[str, ...]]:
    """Return the verified claims from the evidence of a process or an agreement."""
    document = msgspec.json.decode(evidence)
    claims = document.get("claims") or {}
    return {name: tuple(values) for name, values in claims.items()}


def _parse_shown(*evidences: bytes) -> dict[str, list[str]]:
    """Return what credentials state, from the first evidence with shown credentials."""
    found: Iterator[dict[str, list[str]] | None] = (msgspec.json.decode(each).get(SHOWN_CLAIMS) for each in evidences)
    return next((shown for shown in found if shown is not None), {})


def _facts(compiled: Compiled) -> frozenset[str]:
    """Return the names of the facts that a policy reads, counters without their rule."""
    return frozenset(name.partition(":")[0] for name in compiled.facts)


async def _count_running(context: Context, process: Transfer) -> int:
    """Return the number of active transfers under the agreement, including this one.

    A transfer that is started counts those whose flow is started: it asks for a lease, and they have one. One that is
    requested also counts those that wait for their lease.
    """
    waits, count, after = process.state != TransferState.STARTED, 1, None
    while True:
        rows, after = await context.store.transfers(
            process.owner,
            PageBounds(limit=_PAGE, after=after),
            state=TransferState.STARTED,
            agreement_key=process.agreement_key,
        )
        count += sum(row.id != process.id and (waits or row.flow_reported is FlowState.STARTED) for row in rows)
        if after is None:
            return count
