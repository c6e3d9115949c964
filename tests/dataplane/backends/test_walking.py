"""The way from page to page ends, whatever a backend says."""

from hypothesis import given
from hypothesis import strategies as st

from connector.dataplane.backends.walking import WalkedPage, open_walk, resolve_link
from connector.net.client import Response
from connector.ports.flow import SourceError

URL = "http://a.example/0"
TARGET = st.sampled_from(["/1", "/2", "/0", "http://b.example/", "https://a.example/3", "?x", "#x"]) | st.text(
    max_size=9
)


@given(st.lists(TARGET | st.none(), min_size=1, max_size=8))
async def test_a_walk_never_leaves_its_server_and_never_comes_back(targets: list[str | None]) -> None:
    asked: list[str] = []

    async def fetch(url: str) -> Response:
        asked.append(url)
        return Response(200, {}, b"")

    def read(_: Response, at: str, count: int) -> WalkedPage[int]:
        target = targets[min(count, len(targets) - 1)]
        return WalkedPage([count], resolve_link(at, target) if target else None)

    try:
        _, pages = await open_walk(URL, fetch, read, most_pages=5)
        found = [item async for items in pages for item in items]
        assert found == list(range(len(asked)))
    except SourceError:
        pass
    assert len(asked) == len(set(asked)) <= 5
    assert all(url.startswith("http://a.example/") for url in asked)
