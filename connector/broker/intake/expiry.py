"""Self-descriptions end: at their time, with their key, and with their participant.

A task sleeps until the earliest end, or until it is woken by a description that may end before it, or by another
participant list; it never polls.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable

from connector.ports.credentials import CredentialKeys
from connector.ports.descriptions import DescribingKey, DescriptionStore

log = logging.getLogger(__name__)

BATCH = 100
RETRY_S = 30.0
LONGEST_S = 3600.0
"""The longest sleep: the clock of a machine may be set meanwhile."""


class DescriptionExpiry:
    """Removes self-descriptions when they end. `now` returns ms since the Unix epoch.

    `changed(participant)` is called after entries of a participant were removed.
    """

    def __init__(
        self,
        store: DescriptionStore,
        keys: CredentialKeys,
        *,
        now: Callable[[], int],
        changed: Callable[[str], None],
    ) -> None:
        self._store = store
        self._keys = keys
        self._now = now
        self._changed = changed
        self._wake = asyncio.Event()
        self._relisted = True

    def wake(self) -> None:
        """Look again which description ends first."""
        self._wake.set()

    def relist(self) -> None:
        """Compare the keys of all descriptions with the participant list, after it was renewed."""
        self._relisted = True
        self._wake.set()

    async def run(self) -> None:
        """Remove what ends, until cancelled; an error is logged and the turn repeated later."""
        while True:
            self._wake.clear()
            try:
                pause = await self.take_turn()
            except Exception:
                # The loop of a task: a record that is unavailable must not end all expiry.
                log.exception("the end of self-descriptions was not looked at")
                self._relisted, pause = True, RETRY_S
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()

    async def take_turn(self) -> float | None:
        """Remove what has ended; return the seconds until the next end, None without a description."""
        if self._relisted:
            self._relisted = False
            await self._drop_unlisted()
        while rows := await self._store.expiring_descriptions(BATCH):
            ended = [row for row in rows if row.expires_at <= self._now()]
            if not ended:
                return min((rows[0].expires_at - self._now()) / 1000, LONGEST_S)
            if await self._store.drop_descriptions([row.name for row in ended], self._now()):
                for participant in sorted({row.participant for row in ended}):
                    self._changed(participant)
        return None

    async def _drop_unlisted(self) -> None:
        """Remove what is signed by a key that its participant does not have any more: nobody could verify it."""
        after: DescribingKey | None = None
        while signers := await self._store.describing_keys(after):
            for signer in signers:
                listed = self._keys.list_keys(signer.participant)
                if listed is not None and signer.key not in listed:
                    await self._drop_signed(signer)
            after = signers[-1]

    async def _drop_signed(self, signer: DescribingKey) -> None:
        log.info(
            "self-descriptions removed: their key is not on the participant list", extra={"peer": signer.participant}
        )
        while names := await self._store.signed_descriptions(signer, BATCH):
            if await self._store.drop_descriptions(names, self._now()):
                self._changed(signer.participant)
