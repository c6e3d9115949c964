"""The command line with cached tokens, for one variant of the benchmark: `python -m tests.benchmarks.cached serve …`.

A token is presented to a peer for a minute, and one that was verified is remembered until it expires. The product
never does either: there a token is good for one message.
"""

from typing import Any

import msgspec

from connector.cli.main import run
from connector.identity.roster import RosterIdentity

KEPT_MS = 50_000


def remember_tokens() -> None:
    """Let every identity of this process present and take tokens again."""
    issue, verify = RosterIdentity.issue_token, RosterIdentity.authenticate
    issued: dict[str, tuple[int, str]] = {}
    verified: dict[str | None, Any] = {}

    async def issue_token(self: Any, audience: str, intent: Any) -> str:
        until, token = issued.get(audience, (0, ""))
        if until < self._clock():
            token = await issue(self, audience, intent)
            issued[audience] = (self._clock() + KEPT_MS, token)
        return token

    async def authenticate(self: Any, authorization: str | None, intent: Any, head: Any = None) -> Any:
        caller = verified.get(authorization)
        if caller is None or caller.replay_key.expires_at < self._clock():
            caller = verified[authorization] = await verify(self, authorization, intent, head)
        # The seal is that of the message with which the token came first.
        return msgspec.structs.replace(caller, replay_key=None, seal=None)

    RosterIdentity.issue_token, RosterIdentity.authenticate = issue_token, authenticate  # type: ignore[method-assign]


if __name__ == "__main__":
    remember_tokens()
    run()
