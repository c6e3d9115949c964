"""The visibility classes that a caller sees: decided once for a caller and a class, and remembered for a while."""

from collections import OrderedDict
from collections.abc import Callable, Sequence

import msgspec

from connector.broker.visibility.audience import Admission, decide_member, decide_nobody
from connector.net.aside import work_aside
from connector.ports.broker_store import BrokerStore, RecordView, VisibilityClass
from connector.ports.identity import Caller

REMEMBERED = 1000
"""The callers whose decisions are remembered."""

LONGEST_MS = 300_000
"""The longest time for which a decision is remembered, if the caller's token lives longer or there is none."""

# A policy is decided in some 50 µs, and compiled at its first use in some 500 µs.
_SMALL = 1024

_CallerKey = tuple[str, tuple[tuple[str, tuple[str, ...]], ...]]


class _Decided(msgspec.Struct, frozen=True):
    """What was decided for one caller: until when (ms), and for each audience whether it admits the caller."""

    until: int
    admitted: dict[bytes, bool]


class Visibility:
    """Opens views of a record for callers. `now` returns ms since the Unix epoch.

    A decision is remembered at most as long as the token of the caller lives, and no longer than its policy says. What
    cannot be decided is not visible.
    """

    def __init__(self, record: BrokerStore, now: Callable[[], int]) -> None:
        self._record = record
        self._now = now
        self._known: OrderedDict[_CallerKey | None, _Decided] = OrderedDict()

    async def open_view(self, caller: Caller | None, *, tests: bool = False) -> RecordView:
        """Return what a caller sees of the record; None is a reader of an open broker without a token.

        With `tests`, it is what the operator has marked as tests too.
        """
        classes = await self._record.classes()
        if not classes:
            return self._record.view(tests=tests)
        admitted = await self._decide(caller, classes)
        visible = [known.number for known in classes if admitted[known.audience] is not known.reduced]
        return self._record.view(visible, tests=tests)

    async def _decide(self, caller: Caller | None, classes: Sequence[VisibilityClass]) -> dict[bytes, bool]:
        """Return for each audience whether it admits a caller."""
        now, key = self._now(), _name(caller)
        known = self._known.get(key)
        if known is None or known.until <= now:
            known = _Decided(_find_end(caller, now), {})
        audiences = {found.audience for found in classes}
        wanted = audiences - known.admitted.keys()

        def decide() -> dict[bytes, Admission]:
            return {audience: _decide_one(audience, caller, now) for audience in wanted}

        found = await work_aside(sum(map(len, wanted)), decide, small=_SMALL)
        ends = [one.until for one in found.values() if one.until is not None]
        admitted = {audience: known.admitted[audience] for audience in audiences - wanted}
        admitted |= {audience: one.admitted for audience, one in found.items()}
        self._remember(key, _Decided(min([known.until, *ends]), admitted))
        return admitted

    def _remember(self, key: _CallerKey | None, known: _Decided) -> None:
        self._known[key] = known
        self._known.move_to_end(key)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)


def _decide_one(audience: bytes, caller: Caller | None, now: int) -> Admission:
    if caller is None:
        return decide_nobody(audience, now)
    return decide_member(audience, caller.participant, caller.claims, now)


def _name(caller: Caller | None) -> _CallerKey | None:
    if caller is None:
        return None
    return caller.participant, tuple(sorted((name, tuple(values)) for name, values in caller.claims.items()))


def _find_end(caller: Caller | None, now: int) -> int:
    """Return until when (ms) a decision may be remembered: at most until the token of the caller ends."""
    token = caller.replay_key if caller else None
    return min(now + LONGEST_MS, token.expires_at if token else now + LONGEST_MS)
