"""Judge whether what many callers saw of one process has an order in which a single process could have answered.

The search is that of Wing and Gong, with the memory of Lowe: an operation may come next if no other one that is left
ended before it began. The model is that of a negotiation seen by the management API of a consumer: it goes forward by
itself, and it ends only if somebody asked for it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

ORDER = (None, "REQUESTED", "AGREED", "VERIFIED", "FINALIZED")
"""The states of a request that is agreed to, as they follow on each other; None before the first acknowledgement."""
_ENDED = "TERMINATED"
_MOST = 1_000_000


class Act(Enum):
    """What a caller did."""

    SHOW = "show"
    TERMINATE = "terminate"


@dataclass(frozen=True)
class Operation:
    """One call: when it began and ended (seconds), and its outcome.

    `seen` is the state in the answer. `taken` says whether a termination was accepted; None: no answer came, and it may
    have been taken at any later time or never, so that `ended` is infinite.
    """

    act: Act
    begun: float
    ended: float
    seen: str | None = None
    taken: bool | None = True


@dataclass(frozen=True)
class _Seen:
    """The process of the model."""

    state: str | None = None
    asked: bool = False


def has_order(history: Sequence[Operation]) -> bool:
    """Return whether the operations can be put in an order that keeps time and that the model can answer."""
    everything = frozenset(range(len(history)))
    reached = [(everything, _Seen())]
    known = set(reached)
    while reached:
        left, seen = reached.pop()
        if all(history[at].taken is None for at in left):
            return True
        bound = min(history[at].ended for at in left)
        for at in left:
            if history[at].begun > bound:
                continue
            for then in _answer(history[at], seen):
                step = (left - {at}, then)
                if step not in known:
                    known.add(step)
                    reached.append(step)
        assert len(known) < _MOST, "the history is too long to be judged"
    return False


def _answer(operation: Operation, before: _Seen) -> Iterator[_Seen]:
    """Yield the processes after an operation, for each way by which the process could have moved before it."""
    for seen in _move(before):
        if operation.act is Act.SHOW:
            if seen.state == operation.seen:
                yield seen
        elif operation.taken is None:
            yield _Seen(seen.state, True)
        elif operation.taken:
            if not _is_final(seen):
                # The answer is read after the commit: the process may have moved in between.
                yield from (then for then in _move(_Seen(seen.state, True)) if then.state == operation.seen)
        elif _is_final(seen) or seen.asked or seen.state == "VERIFIED":
            # Of a verified one, only the provider may say that it ends (DSP 2025-1, state machine of negotiations).
            yield seen


def _move(seen: _Seen) -> Iterator[_Seen]:
    """Yield where the process can be without any caller: here, further, or at its end if one was asked for."""
    yield seen
    if _is_final(seen):
        return
    for state in ORDER[ORDER.index(seen.state) + 1 :]:
        yield _Seen(state, seen.asked)
    if seen.asked:
        yield _Seen(_ENDED, True)


def _is_final(seen: _Seen) -> bool:
    return seen.state in {_ENDED, ORDER[-1]}
