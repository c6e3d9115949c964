"""The uses of one flow: which access begins a use, and which continues one that has begun.

A delivery (a file, or each member of a folder once) is one use, however often its connection breaks: an access
continues it as long as the data is the same and the peer does not have its last byte. Two bounds keep a peer from
reading for nothing: the bytes of all attempts, and their number for data without a size, or of which nothing shows that
it is the same. A folder is delivered as it was when the use began: what came later, or changed, is another use. A use
that an earlier release has stored goes on with the data that is there.
"""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import msgspec

from connector.dataplane.control.folders import has_member, mark_members
from connector.ports.entities import EARLIER, FOLDER, UsePart
from connector.ports.flow import Content, Members, MemberState

RESTS_MS = 3_600_000
"""How long a delivered use stays in use for the peer, who has to check and complete it."""
_SMALL = 1024 * 1024
_ATTEMPTS = 20
_UNCERTAIN_STARTS = 3
_LOOKS = 20


@dataclass(frozen=True)
class Attempt:
    """One access: the part, its first byte, and the entity tag, size and SHA-256 of the data as it is now, if known.

    `members` and `state` are those of the content, of which a source knows more than a peer.
    """

    part: str = ""
    offset: int = 0
    version: str = ""
    size: int | None = None
    sha256: str | None = None
    members: Members | None = None
    state: str = ""

    @property
    def is_shown(self) -> bool:
        """True if a later access can show that it reads the same data."""
        return bool(self.version or self.sha256)


def make_attempt(part: str, offset: int, content: Content) -> Attempt:
    """Return the access to a content of the own source."""
    facts = content.etag or "", content.size, content.sha256, content.members, content.state
    return Attempt(part, offset, *facts)


class ActiveStream(Protocol):
    """A stream that sends a part."""

    def count_confirmed(self) -> int:
        """Return about how many bytes the peer has confirmed."""

    def count_left(self) -> int:
        """Return how many of its bytes are not counted as sent yet."""

    def abort(self) -> None:
        """End the stream."""


class Uses:
    """The newest use of one flow, from its stored `parts` on.

    `refuse` notes that the peer asked for a further use in vain: then a delivered use is over at once. `beginning` is
    held while it is found out whether an access begins a use: several first accesses at once begin one.
    """

    def __init__(self, parts: Iterable[UsePart] = ()) -> None:
        self._parts = {part.part: part for part in parts}
        self._folder = self._parts.pop(FOLDER, None)
        self.beginning = asyncio.Lock()
        self._streams: dict[str, list[ActiveStream]] = {}
        self._as_asked: dict[str, int] = {}
        self._counting = 0
        self._refused = False

    def is_new(self, attempt: Attempt) -> bool:
        """Return whether an access begins a new use."""
        known = self._parts.get(attempt.part)
        if known is None:
            return not self._parts or attempt.part == "" or "" in self._parts or not self._was_there(attempt)
        if attempt.offset == 0 and (attempt.part in self._as_asked or self._streams.get(attempt.part)):
            return True
        return not _is_continued(known, attempt, self._count_begun(attempt.part))

    def is_crowded(self, attempt: Attempt) -> bool:
        """Return whether only active streams keep an access from a later byte from continuing the use."""
        known = self._parts.get(attempt.part)
        return known is not None and attempt.offset > 0 and self.is_new(attempt) and _is_continued(known, attempt)

    def _count_begun(self, part: str) -> int:
        """Return the bytes that active streams of a part have begun and that are not counted as sent yet."""
        return sum(stream.count_left() for stream in self._streams.get(part, ()))

    def _was_there(self, attempt: Attempt) -> bool:
        """Return whether a member was in the folder when the use began, as it is now.

        Where nobody knows what was there, every member was: a receiver sees none but those that it is sent, and what a
        use without a limit delivers costs nothing.
        """
        if self._folder is None or self._folder.members is None:
            return True
        return has_member(self._folder.members, attempt.part, MemberState(attempt.state, attempt.sha256))

    async def take_over(self, attempt: Attempt, stalled_s: float) -> bool:
        """Take the place of an active stream of the same data and return True, if its peer has gone silent.

        A connection can be lost for the peer alone. The stream must not move for `stalled_s` seconds, of three times as
        many.
        """
        streams = tuple(self._streams.get(attempt.part, ()))
        before, silent = [stream.count_confirmed() for stream in streams], 0
        for _ in range(3 * _LOOKS):
            known = self._parts.get(attempt.part)
            if known is None or not streams or not _is_continued(known, attempt):
                return False
            if silent == _LOOKS:
                for stream in streams:
                    stream.abort()
                return True
            await asyncio.sleep(stalled_s / _LOOKS)
            now = [stream.count_confirmed() for stream in streams]
            before, silent = now, silent + 1 if now == before else 0
            streams = streams if tuple(self._streams.get(attempt.part, ())) == streams else ()
        return False

    def is_open(self) -> bool:
        """Return whether a delivery has begun and can be continued, or a use is being stored."""
        unfinished = (part for part, known in self._parts.items() if known.finished_at is None)
        return self._counting > 0 or any(part not in self._as_asked for part in unfinished)

    def is_resting(self, now: int) -> bool:
        """Return whether a delivery ended so short ago that the peer may still check and complete it.

        One that ended further in the future was dated by a clock that was ahead.
        """
        ends = [*self._as_asked.values(), *(known.finished_at for known in self._parts.values())]
        return not self._refused and any(end is not None and abs(now - end) < RESTS_MS for end in ends)

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Mark a use as open while it is being stored, so that it does not look finished before it began."""
        self._counting += 1
        try:
            yield
        finally:
            self._counting -= 1

    @contextmanager
    def streaming(self, part: str, stream: ActiveStream) -> Iterator[None]:
        """Mark a part as being sent."""
        self._streams.setdefault(part, []).append(stream)
        try:
            yield
        finally:
            self._streams[part].remove(stream)

    def draft(self, flow: tuple[str, str], attempt: Attempt, *, new: bool) -> UsePart:
        """Return the part as it is after an access has begun."""
        known = None if new else self._parts.get(attempt.part)
        if known is None:
            owner, flow_id = flow
            known = UsePart(
                owner=owner,
                flow_id=flow_id,
                part=attempt.part,
                version=attempt.version,
                size=attempt.size,
                sha256=attempt.sha256,
                state=attempt.state,
            )
        if known.version == EARLIER:
            facts = {"version": attempt.version, "sha256": attempt.sha256, "state": attempt.state}
            known = msgspec.structs.replace(known, **facts)
        # A later byte of data that may be other data is a start of its own.
        starts = known.starts + (attempt.offset == 0 or not _is_shown_same(known, attempt))
        return msgspec.structs.replace(known, starts=starts)

    async def draft_folder(self, flow: tuple[str, str], attempt: Attempt, *, new: bool) -> UsePart | None:
        """Return the folder of a member as it is now; None for other data, or if the use has one. Raises SourceError.

        A use that was begun without a limit, or that an earlier release has stored, has none yet.
        """
        if attempt.members is None or (self._folder is not None and not new):
            return None
        owner, flow_id = flow
        marks = mark_members(await attempt.members())
        return UsePart(owner=owner, flow_id=flow_id, part=FOLDER, members=marks)

    def begin(self, part: UsePart, *, new: bool, folder: UsePart | None = None) -> None:
        """Record that an access has begun, as the first of a new use or within the current one, and a new `folder`."""
        if new:
            self._parts.clear()
            self._folder = None
            self._as_asked.clear()
            self._refused = False
        self._folder = folder or self._folder
        self._as_asked.pop(part.part, None)
        self._parts[part.part] = part

    def add_sent(self, part: str, count: int) -> UsePart | None:
        """Count bytes of a part that the peer has received, and return the part."""
        known = self._parts.get(part)
        if known is None:
            return None
        self._parts[part] = msgspec.structs.replace(known, sent=max(0, known.sent + count))
        return self._parts[part]

    def finish(self, part: str, now: int, *, last: bool = True) -> UsePart | None:
        """Record that the peer has everything that it asked for, with the `last` byte of the data or without it."""
        known = self._parts.get(part)
        if known is None:
            return None
        if not last:
            self._as_asked[part] = now
            return known
        self._parts[part] = msgspec.structs.replace(known, finished_at=now)
        return self._parts[part]

    def refuse(self) -> None:
        """Record that a further use was refused."""
        self._refused = True


def _is_continued(known: UsePart, attempt: Attempt, begun: int = 0) -> bool:
    """Return whether an access continues a delivery: the same data, and within the bounds.

    `begun` are the bytes that may be sent beside those that were.
    """
    if attempt.size != known.size or not _may_be_same(known, attempt):
        return False
    if known.size is None or not _is_shown_same(known, attempt):
        over = known.finished_at is not None or known.starts >= _UNCERTAIN_STARTS
        if over or known.size is None:
            return not over
    if known.finished_at is not None:
        return attempt.offset > 0 and known.sent + begun + known.size - attempt.offset <= 2 * known.size
    return known.sent + begun <= 2 * known.size + _ATTEMPTS * min(known.size, _SMALL)


def _may_be_same(known: UsePart, attempt: Attempt) -> bool:
    """Return whether nothing shows that an access reads other data; two digests show more than two entity tags."""
    if known.version == EARLIER:
        return True
    if known.sha256 and attempt.sha256:
        return known.sha256 == attempt.sha256
    # The entity tag of a file also changes with what touches no byte.
    return known.version == attempt.version or (known.state != "" and known.state == attempt.state)


def _is_shown_same(known: UsePart, attempt: Attempt) -> bool:
    """Return whether a digest, an entity tag or the state shows that an access reads the same data."""
    return bool((known.sha256 and attempt.sha256) or known.version) and _may_be_same(known, attempt)
