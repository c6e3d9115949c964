"""Uses that were dated by a clock that was ahead: their periods begin when the clock is right again.

Until then they count as now. They are dated anew only after the clock has gone on for a while without going back: one
that is behind for a moment, as after a start without a network, must not change what was right.
"""

from connector.controlplane.core.context import Context
from connector.ports.changes import SetUsesBack

STEADY_S = 600.0


class ClockWatch:
    """Watches the clock of a participant context; `look` is called about once a minute."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._seen: int | None = None
        # When the clock began to go on, by a clock that nobody sets; None after the uses were dated anew.
        self._began: float | None = None

    async def look(self, lived: float) -> None:
        """Date uses of the future anew if the clock has gone on for a while. Raises StoreError.

        `lived` are the seconds of a clock that nobody sets.
        """
        now = self._context.now()
        if self._seen is None or now < self._seen:
            self._began = lived
        self._seen = now
        if self._began is not None and lived - self._began >= STEADY_S:
            since = now - int((lived - self._began) * 1000)
            await self._context.store.commit([SetUsesBack(self._context.owner, now, since)])
            self._began = None
