"""A step that repeats without progress is counted, waits longer each time, and ends its process with the reason."""

import msgspec

from connector.controlplane.core import commits
from connector.controlplane.processes.loading import find_table
from connector.controlplane.processes.sending import settling
from connector.controlplane.processes.sending.driver import ProcessDriver
from connector.ports.store import AnyProcess
from connector.protocol.dsp.machines.machine import Ended, Stalled


async def stall(driver: ProcessDriver, process: AnyProcess, why: str, patience: int) -> AnyProcess:
    """Count a step without progress, and store when the next one is; end the process after `patience` milliseconds.

    A process that has ended stays as it is: its remaining work is tried again for ever, at the longest pause.
    """
    now, table = driver.context.now(), find_table(process)
    known = process.stalled
    stalled = known if known and known.version == process.version else Stalled(0, now, 0)
    if now - stalled.since >= patience and process.state not in table.terminal:
        reason = f"The next step failed {stalled.steps} times: {why}"
        ended = settling.end(process, table, Ended("stuck", reason, driver.context.participant), now)
        return await commits.commit(driver.context, process, ended, event="ended stuck", fields={"reason": reason})
    counted = Stalled(stalled.steps + 1, stalled.since, process.version + 1)
    due_at = now + driver.backoff.find_pause(stalled.steps)
    return await commits.commit(
        driver.context, process, msgspec.structs.replace(process, stalled=counted, due_at=due_at)
    )
