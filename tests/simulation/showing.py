"""What callers show while a side verifies them: it fails, hangs, is away, or is taken back and given again later.

The mechanism `dcp` asks the caller before it answers, so this can happen to every message of a process that runs.
"""

import asyncio
import random
from collections import Counter

from connector.identity.dcp.mechanism import DEADLINE_S
from connector.ports.identity import AuthenticationUnavailable, Unauthenticated

# How long a member that has changed its mind shows nothing, in seconds at most.
GONE_S = 40.0
FAILS, HANGS, AWAY, CHANGES = "fails", "hangs", "is away", "changes its mind"
ALL = (FAILS, HANGS, AWAY, CHANGES)


class Showing:
    """What one side is shown by its callers, from one seed; `often` is the chance that something is wrong with it."""

    def __init__(self, rng: random.Random, often: float, seen: Counter[str]) -> None:
        self._rng, self._often, self._seen = rng, often, seen
        self._gone_until: dict[str, float] = {}

    async def look(self, caller: str) -> None:
        """Let a caller show its membership. Raises Unauthenticated and AuthenticationUnavailable, as the mechanism."""
        now = asyncio.get_running_loop().time()
        if now < self._gone_until.get(caller, 0.0):
            raise Unauthenticated("the caller shows no membership any more")
        if self._rng.random() >= self._often:
            return
        happens = self._rng.choice(ALL)
        self._seen[f"rule a presentation that {happens}"] += 1
        if happens == CHANGES:
            self._gone_until[caller] = now + self._rng.random() * GONE_S
        if happens == HANGS:
            await asyncio.sleep(self._rng.random() * DEADLINE_S)
        if happens in {HANGS, AWAY}:
            raise AuthenticationUnavailable("the Credential Service of the caller does not answer in time")
        raise Unauthenticated("the presentation does not verify")
