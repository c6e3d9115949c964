"""A subscription that follows a stream: one transfer stays open, and its messages go to a place as they arrive.

What is missed while this side is away or the subscription is paused is caught up from the stored position. A transfer
that ends is a run that failed: another one begins, and the failure is told once.
"""

import logging
from typing import Any

import msgspec

from connector.controlplane.core.context import Context
from connector.controlplane.core.errors import UseCaseError
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.controlplane.processes.loading import load_transfer
from connector.controlplane.usecases import transfer
from connector.controlplane.usecases.subscribing.subscriptions import CHANGED, follow_into
from connector.ports.changes import PutSubscription
from connector.ports.entities import Subscription
from connector.ports.store_errors import Conflict
from connector.protocol.dsp.machines.transfer_machine import TRANSFER, Transfer, TransferState
from connector.views.subscriptions import SubscriptionRhythm, SubscriptionState

log = logging.getLogger(__name__)

_PAUSED = "The subscription is paused."
_REMOVED = "The subscription was removed."


def is_stream(found: Subscription) -> bool:
    """Return whether a subscription follows a stream."""
    return found.every is SubscriptionRhythm.STREAM


def choose_place(found: Subscription) -> dict[str, Any] | None:
    """Return the place for the data of a delivery; that of a stream takes its messages as they arrive."""
    if not is_stream(found):
        return found.sink
    return follow_into(found.sink or {"kind": "file", "path": f"{found.id.rpartition(':')[2]}/"})


async def keep_going(enforcer: Enforcer, found: Subscription, process: Transfer) -> None:
    """Let the open transfer of a subscription move or rest as the subscription does, and note that it moves again."""
    if process.state == TransferState.STARTED and found.state is SubscriptionState.PAUSED:
        await _try(transfer.suspend(enforcer, process.id, _PAUSED))
    own = process.suspended_by in {None, process.role}
    if process.state == TransferState.SUSPENDED and found.state is SubscriptionState.ACTIVE and own:
        await _try(transfer.resume(enforcer, process.id))
    if process.state == TransferState.STARTED and found.failures:
        await _note_success(enforcer.context, found)


async def end_removed(enforcer: Enforcer, pid: str) -> None:
    """End the transfer of a stream whose subscription was removed: nobody else would."""
    process = await load_transfer(enforcer.context, pid)
    if process is not None and process.state not in TRANSFER.terminal:
        await _try(transfer.terminate(enforcer, pid, _REMOVED))


async def _note_success(context: Context, found: Subscription) -> None:
    after = msgspec.structs.replace(found, failures=0, failing_since=None, reason={}, version=found.version + 1)
    await context.store.commit([PutSubscription(after, found.version)])
    context.watch.notify(CHANGED)


async def _try(step: Any) -> None:
    """Take a step that a change of the transfer may have made needless meanwhile: it is looked at again then."""
    try:
        await step
    except (UseCaseError, Conflict) as error:
        log.info("the stream of a subscription is left as it is: %s", error)
