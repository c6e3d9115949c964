"""The checks of a process: whether its store accepts writes, and what each check says within bounded time."""

import asyncio
from weakref import WeakKeyDictionary

from connector.controlplane.core.context import Context
from connector.desk.values import ReadinessCheck
from connector.ports.changes import PutBackoff
from connector.ports.entities import Backoff
from connector.ports.store_errors import StoreDamaged, StoreError, StoreMoved

_PATIENCE_S = 2.0
_TRUST_MS = 5_000
_NO_PEER = {False: "", True: " "}
_proven: WeakKeyDictionary[Context, int] = WeakKeyDictionary()
"""When the store of a participant context accepted a write last."""


def make_store_check(context: Context) -> ReadinessCheck:
    """Return the check that the store accepts writes: it writes the time into a row of its own, one that no peer has.

    Only a write shows that the disk has space and is writable. One that succeeded counts for `_TRUST_MS`: more frequent
    probes commit a change of nothing.
    """

    async def check() -> str | None:
        now = context.now()
        trusted = 0 <= now - _proven.get(context, -_TRUST_MS) < _TRUST_MS
        row = Backoff(owner=context.owner, peer=_NO_PEER[trusted], failures=0 if trusted else 1, until=now)
        try:
            await context.store.commit([PutBackoff(row)])
        except StoreDamaged:
            return "The database is damaged: stop the process, and restore a backup."
        except StoreMoved as fault:
            return str(fault)
        except StoreError:
            _proven.pop(context, None)
            return "The store does not accept writes: check its disk and permissions, or its database server."
        _proven[context] = _proven[context] if trusted else now
        return None

    return check


async def run_check(check: ReadinessCheck) -> str | None:
    """Return what a check finds: a sentence, or None; one without an answer in time is told."""
    try:
        async with asyncio.timeout(_PATIENCE_S):
            return await check()
    except StoreError:
        return None  # the check of the store itself says so
    except TimeoutError:
        return f"No answer within {_PATIENCE_S:g} seconds."
