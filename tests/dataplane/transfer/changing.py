"""A source over HTTP whose data changes between two answers, as a backend that is written at any time."""

from dataclasses import dataclass, field

from aiohttp import web
from hypothesis import strategies as st

from connector.dataplane.wire.fields import repr_digest
from tests.dataplane.world import Side, blob, sha256

SIZE = 400_000


@dataclass
class Backend:
    """Answers the n-th request with the n-th turn, and every further one with the last.

    A turn is the version, whether a range is answered as such, and whether `If-Range` is heeded. `etag` and `digest`
    are whether the answers state them. Versions of odd number are shorter.
    """

    turns: list[tuple[int, bool, bool]]
    etag: bool
    digest: bool
    versions: list[bytes] = field(
        default_factory=lambda: [blob(SIZE - 1000 * (number % 2), number) for number in range(4)]
    )
    asked: int = 0

    async def answer(self, request: web.Request) -> web.Response:
        """Answer with the data as it is now."""
        number, ranges, heeds = self.turns[min(self.asked, len(self.turns) - 1)]
        self.asked += 1
        data, tag = self.versions[number], f'"{number}"'
        headers = {"ETag": tag} if self.etag else {}
        if self.digest:
            headers["Repr-Digest"] = repr_digest(sha256(data))
        first = int((request.headers.get("Range") or "bytes=0-")[6:-1])
        same = not heeds or request.headers.get("If-Range") in {None, tag}
        if not first or not ranges or not same:
            return web.Response(body=data, headers=headers)
        if first >= len(data):
            return web.Response(status=416, headers=headers | {"Content-Range": f"bytes */{len(data)}"})
        headers["Content-Range"] = f"bytes {first}-{len(data) - 1}/{len(data)}"
        return web.Response(status=206, body=data[first:], headers=headers)

    def holds(self, receiver: Side) -> bool:
        """Return whether everything that a receiver has stored under a name is one whole version."""
        stored = [path for path in (receiver.folder / "in").rglob("*") if path.is_file()]
        return all(path.read_bytes() in self.versions for path in stored if path.parent.name != ".partial")


def backends() -> st.SearchStrategy[Backend]:
    """Draw backends that change at any request, with and without entity tags and digests."""
    turns = st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.booleans()), min_size=1, max_size=8)
    return st.builds(Backend, turns, st.booleans(), st.booleans())
