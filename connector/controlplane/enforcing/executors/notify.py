"""`odrl:inform`: a webhook is told of each access before it is granted.

The address is the duty's parameter `dk:notifyAddress`; a duty without one is a person's to perform. The call goes
through the guarded client, so that no policy can make us talk to our own network; it is bounded in time and size and
carries an `Idempotency-Key`, so that a repeat tells nobody twice.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec

from connector.net.client import GuardedClient
from connector.net.errors import NetError
from connector.ports.actions import Awaited, Failed, Performed, Task

ADDRESS = "notifyAddress"
ATTEMPTS = 2
TIMEOUT_S = 5.0
LARGEST_ANSWER = 64 * 1024


class Notify:
    """Implements `ports.actions.Executor`."""

    def __init__(self, client: GuardedClient | None) -> None:
        self._client = client

    def performs(self, parameters: Mapping[str, tuple[str, ...]]) -> bool:
        """A duty with an address is performed here."""
        return ADDRESS in parameters

    def begin(self, task: Task) -> Awaited:
        """Nobody is told before an access."""
        return Awaited({"told": "before each access" if ADDRESS in task.parameters else "by a person"})

    async def perform(self, task: Task) -> Performed | Awaited | Failed:
        """Tell the address; any answer of success (2xx) counts."""
        address = next(iter(task.parameters.get(ADDRESS, ())), None)
        if address is None:
            return Awaited({"asked": "a person: the duty names no address"})
        if self._client is None:
            return Failed("The notification was not sent: this process has no network client.")
        told = {"agreement": task.agreement_id, "dataset": task.dataset, "duty": task.duty, "transfer": task.occasion}
        body = msgspec.json.encode({**told, "counterparty": task.counterparty, "at": task.at})
        headers = {"Content-Type": "application/json", "Idempotency-Key": task.key}
        problem = ""
        for _ in range(ATTEMPTS):
            try:
                answer = await self._client.request(
                    "POST", address, headers=headers, body=body, timeout_s=TIMEOUT_S, max_bytes=LARGEST_ANSWER
                )
            except NetError as error:
                problem = str(error)
                continue
            if 200 <= answer.status < 300:
                # The host alone: an address of a webhook is often a secret.
                return Performed({"notified": urlsplit(address).hostname or "", "status": str(answer.status)})
            problem = f"The address answered {answer.status}."
        return Failed(f"The notification that the agreement demands could not be delivered. {problem}")
