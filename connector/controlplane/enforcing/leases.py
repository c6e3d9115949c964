"""Leases: the policy decides before a lease is granted, and again before it ends.

No byte moves without a lease. A lease ends at the latest when the verdict of the policy can change.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from connector.controlplane.core.context import Context
from connector.controlplane.enforcing import performing
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.controlplane.judging import situations
from connector.controlplane.judging.judgement import choose_code
from connector.ports.changes import Change, CountDenial
from connector.ports.decider import Terminate
from connector.ports.entities import Lease
from connector.ports.store import AnyProcess
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.transfer_machine import (
    FlowState,
    Transfer,
)


class Denied(msgspec.Struct, frozen=True):
    """No lease is granted: the step that ends the transfer, and the decision for the audit log."""

    end: Terminate
    record: dict[str, Any]


def find_renewal(process: AnyProcess) -> int | None:
    """Return the time (ms) at which the lease of a transfer is renewed; None if its flow is not to be started."""
    if isinstance(process, Transfer) and process.flow_wanted is FlowState.STARTED:
        return process.lease_until
    return None


def is_to_renew(enforcer: Enforcer, process: Transfer) -> bool:
    """Return whether the lease of a transfer has to be decided again now.

    One that lasts longer than any may was granted while the clock was ahead.
    """
    if process.lease_until is None or _is_moving_on(process):
        return False
    left = process.lease_until - enforcer.context.now()
    return left <= 0 or left > enforcer.limits.lease


def _is_moving_on(process: Transfer) -> bool:
    """Return whether a message is pending that changes the state."""
    return process.pending is not None and not process.pending.echo


def make_due(context: Context, process: Transfer) -> Transfer:
    """Return the transfer with a lease that is decided again immediately."""
    return msgspec.structs.replace(process, lease_until=context.now(), due_at=context.now())


def find_next_decision(enforcer: Enforcer, lease: Lease) -> int | None:
    """Return when the lease is decided again: early, so that no permitted stream is interrupted.

    A lease that was decided early and ends nevertheless, because the verdict changes then, is due at its end.
    """
    if lease.valid_until is None:
        return None
    early = lease.valid_until - enforcer.limits.lease // 4
    return early if early > enforcer.context.now() else lease.valid_until


def record_judged(process: Transfer, lease: Lease) -> dict[str, object]:
    """Return the decision on a provider's lease as the audit leaf contains it."""
    return {} if process.role is Role.CONSUMER else {"judged": msgspec.json.decode(lease.decision)}


def count_denial(context: Context, process: Transfer, judged: Mapping[str, object] | None) -> list[Change]:
    """Return the change that counts a provider's transfer that ends because its policy denies it; none for another."""
    if process.role is not Role.PROVIDER or not process.agreement_key or (judged or {}).get("verdict") != "deny":
        return []
    return [CountDenial(process.owner, process.agreement_key, context.now())]


async def counts_others(enforcer: Enforcer, process: Transfer) -> bool:
    """Return whether the decision on a transfer depends on the other ones that are active under its agreement."""
    return process.role is Role.PROVIDER and await situations.counts_others(enforcer.evaluator, process)


async def grant_lease(enforcer: Enforcer, process: Transfer) -> Lease | Denied:
    """Return a lease: the provider's after a decision by policy, the consumer's without one."""
    now = enforcer.context.now()
    valid_until: int | None = None
    max_uses: int | None = None
    max_per_hour: int | None = None
    max_bytes: int | None = None
    max_within: dict[str, int] = {}
    decision: dict[str, Any] = {"by": "consumer"}
    treatment = b""
    if process.role is Role.PROVIDER:
        verdict = await performing.permit_transfer(enforcer, process)
        if verdict.denied and await _is_in_use(enforcer, process):
            # No further use may begin, but the present one is finished: the peer still reads, checks or completes it.
            verdict = await performing.permit_transfer(enforcer, process, in_use=True)
        if verdict.denied:
            return Denied(Terminate(choose_code(verdict), verdict.reason, verdict.reasons), verdict.record)
        valid_until = now + enforcer.limits.lease
        if verdict.valid_until is not None:
            valid_until = min(valid_until, verdict.valid_until)
        max_uses, max_bytes = verdict.max_uses, verdict.max_bytes
        max_per_hour, max_within = verdict.max_per_hour, verdict.max_within
        decision, treatment = verdict.record, verdict.treatment
    known = await enforcer.context.store.lease(process.owner, process.id)
    return Lease(
        owner=process.owner,
        flow_id=process.id,
        agreement_id=process.agreement_key,
        epoch=known.epoch + 1 if known else now,
        valid_until=valid_until,
        max_uses=max_uses,
        max_per_hour=max_per_hour,
        max_bytes=max_bytes,
        max_within=max_within,
        decision=msgspec.json.encode(decision),
        treatment=treatment,
    )


async def _is_in_use(enforcer: Enforcer, process: Transfer) -> bool:
    report = await enforcer.dataplane.report(process.owner, process.id)
    return report is not None and report.in_use
