"""When a process is due, also after the clock was wrong.

Times are stored by the wall clock. One that was set while the clock was ahead lies too far in the future once the clock
is right: further than anything that is waited for. It counts as now, and the step that follows sets a right one.
"""

from connector.controlplane.core.limits import ControlLimits
from connector.controlplane.enforcing.leases import find_renewal
from connector.ports.store import AnyProcess

LONGEST_LOOK_MS = 86_400_000
SLACK_MS = 60_000


def find_due(process: AnyProcess, limits: ControlLimits, now: int) -> int | None:
    """Return when a process is due (ms); None if it is not. A Hold may wait for a person as long as it says."""
    if process.due_at is None or process.held:
        return process.due_at
    if process.pending:
        longest = limits.retry_most
    else:
        longest = LONGEST_LOOK_MS if find_renewal(process) is None else limits.lease
    return now if process.due_at - now > longest + SLACK_MS else process.due_at
