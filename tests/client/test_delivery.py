"""Downloads that break, go on, are checked and never do damage; against a transport that plays tricks."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from connector.client import Connector
from connector.client.delivery import name_part
from connector.client.frame.claim import claim
from connector.client.frame.errors import Damaged, InUse, InvalidRequest, NotReachable
from connector.client.frame.flow import Progress

CONTENT = bytes(range(256)) * 40
TRANSFER = {
    **dict.fromkeys(("peer_pid", "suspended_by", "progress", "pending", "hold", "ended"), None),
    "id": "t",
    "role": "consumer",
    "state": "COMPLETED",
    "peer": "p",
    "agreement_id": "a",
    "dataset": "d",
    "format": "HttpData-PULL",
    "keep": False,
    "flow_wanted": "COMPLETED",
    "flow_reported": "COMPLETED",
    **dict.fromkeys(("created_at", "updated_at"), "2026-01-01T00:00:00Z"),
}


class Breaking(httpx.SyncByteStream):
    """Some bytes, and then the connection is gone."""

    def __init__(self, content: bytes, whole: bool) -> None:
        self._content = content
        self._whole = whole

    def __iter__(self) -> Iterator[bytes]:
        yield self._content
        if not self._whole:
            raise httpx.ReadError("gone")


class Server:
    """Lists `files` and gives them out, `piece` bytes a connection; `announced` is the content the digests are of."""

    def __init__(self, files: dict[str, bytes], *, piece: int = 1 << 30, announced: bytes | None = None) -> None:
        self.files = files
        self.piece = piece
        self.announced = announced
        self.asked: list[str | None] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/files"):
            items = [self._listed(name, content) for name, content in self.files.items()]
            return httpx.Response(200, content=msgspec.json.encode({"items": items, "next": None}))
        asked = request.headers.get("range")
        self.asked.append(asked)
        content = self.files[request.url.params["file"]]
        rest = content[int(asked[6:-1]) :] if asked else content
        whole = len(rest) <= self.piece
        return httpx.Response(206 if asked else 200, stream=Breaking(rest[: self.piece], whole))

    def _listed(self, name: str, content: bytes) -> dict[str, object]:
        digest = hashlib.sha256(self.announced or content).hexdigest()
        return {"path": name, "size": len(content), "sha256": digest}


def connector(server: Callable[[httpx.Request], httpx.Response]) -> Connector:
    return Connector("http://connector", "key", transport=httpx.MockTransport(server))


def test_a_download_that_breaks_goes_on_where_it_was(tmp_path: Path) -> None:
    server, told = Server({"air.csv": CONTENT}, piece=4000), list[Progress]()
    saved = connector(server).transfers.download("t", tmp_path / "a.csv", progress=told.append)
    assert (tmp_path / "a.csv").read_bytes() == CONTENT
    assert server.asked == [None, "bytes=4000-", "bytes=8000-"]
    assert [entry.bytes_done for entry in told] == [4000, 8000, len(CONTENT)]
    assert saved.path == str(tmp_path / "a.csv")
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.csv"]


def test_a_download_of_an_earlier_run_is_gone_on_from(tmp_path: Path) -> None:
    name_part(tmp_path / "a.csv", "t").write_bytes(CONTENT[:5000])
    server = Server({"air.csv": CONTENT})
    connector(server).transfers.download("t", tmp_path / "a.csv")
    assert ((tmp_path / "a.csv").read_bytes(), server.asked) == (CONTENT, ["bytes=5000-"])


@pytest.mark.parametrize("stale", [b"something else", b"x" * (len(CONTENT) + 1), b"x" * len(CONTENT)])
def test_a_part_of_other_content_is_thrown_away(tmp_path: Path, stale: bytes) -> None:
    name_part(tmp_path / "a.csv", "t").write_bytes(stale)
    connector(Server({"air.csv": CONTENT})).transfers.download("t", tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes() == CONTENT


def test_a_file_of_the_user_that_ends_like_a_part_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.csv.part").write_bytes(b"mine")
    connector(Server({"air.csv": CONTENT})).transfers.download("t", tmp_path / "a.csv")
    assert (tmp_path / "a.csv.part").read_bytes() == b"mine"


def test_a_file_that_another_process_is_saving_is_left_to_it(tmp_path: Path) -> None:
    server = Server({"air.csv": CONTENT})
    with claim(tmp_path, "save\na.csv", "a.csv"), pytest.raises(InUse):
        connector(server).transfers.download("t", tmp_path / "a.csv")
    assert (list(tmp_path.iterdir()), server.asked) == ([], [])


def test_content_of_another_digest_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(Damaged, match="does not match its digest"):
        connector(Server({"air.csv": CONTENT}, announced=b"x")).transfers.download("t", tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []


def test_a_connector_that_is_gone_is_told_after_some_tries(tmp_path: Path) -> None:
    server = Server({"air.csv": CONTENT}, piece=0)
    with pytest.raises(NotReachable):
        connector(server).transfers.download("t", tmp_path / "a.csv")
    assert len(server.asked) == 5


def test_a_file_of_other_content_is_replaced_only_on_demand(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"mine")
    one = connector(Server({"air.csv": CONTENT}))
    with pytest.raises(InvalidRequest, match="already exists"):
        one.transfers.download("t", tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes() == b"mine"
    one.transfers.download("t", tmp_path / "a.csv", overwrite=True)
    assert (tmp_path / "a.csv").read_bytes() == CONTENT


def test_what_is_there_already_is_not_fetched_again(tmp_path: Path) -> None:
    (tmp_path / "air.csv").write_bytes(CONTENT)
    server = Server({"air.csv": CONTENT})
    saved = connector(server).transfers.download("t", tmp_path)
    assert (saved.path, server.asked) == (str(tmp_path / "air.csv"), [])


def test_a_folder_is_saved_with_the_folders_in_it(tmp_path: Path) -> None:
    server = Server({"2026/air.csv": CONTENT, "empty.csv": b""})
    connector(server).transfers.download("t", tmp_path / "new")
    assert (tmp_path / "new/2026/air.csv").read_bytes() == CONTENT
    assert (tmp_path / "new/empty.csv").read_bytes() == b""


@pytest.mark.parametrize("name", ["../out", "/etc/out", "a/../../out", "a\\out", ""])
def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Damaged, match="outside"):
        connector(Server({name: CONTENT})).transfers.download("t", f"{tmp_path}/in/")
    assert not (tmp_path / "out").exists()


def beside(server: Server, received: Path, sink: str) -> Connector:
    """A connector on this machine, whose delivery is below its folder of received data."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/transfers/t"):
            body = msgspec.json.encode({**TRANSFER, "sink": {"kind": "file", "path": sink}})
            return httpx.Response(200, content=body)
        return server(request)

    for name, content in server.files.items():
        place = received / sink / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return connector(answer)


def test_a_file_on_the_same_disk_is_linked_and_not_copied(tmp_path: Path) -> None:
    server = Server({"air.csv": CONTENT, "inner/b.csv": b"b"})
    one = beside(server, tmp_path / "received", "x")
    one.transfers.download("t", tmp_path / "out", received=tmp_path / "received")
    assert server.asked == []
    for name in server.files:
        assert (tmp_path / "out" / name).stat().st_ino == (tmp_path / "received/x" / name).stat().st_ino


def test_a_file_of_another_machine_with_the_same_path_is_downloaded(tmp_path: Path) -> None:
    server = Server({"air.csv": CONTENT})
    one = beside(server, tmp_path / "received", "x")
    (tmp_path / "received/x/air.csv").write_bytes(b"other")
    one.transfers.download("t", tmp_path / "a.csv", received=tmp_path / "received")
    assert (tmp_path / "a.csv").read_bytes() == CONTENT
    assert (tmp_path / "received/x/air.csv").read_bytes() == b"other"


def test_a_link_in_the_folder_is_not_followed_and_a_path_that_climbs_is_not_used(tmp_path: Path) -> None:
    server = Server({"air.csv": CONTENT})
    one = beside(server, tmp_path / "received", "x")
    (tmp_path / "other").write_bytes(CONTENT)
    (tmp_path / "received/x/air.csv").unlink()
    (tmp_path / "received/x/air.csv").symlink_to(tmp_path / "other")
    one.transfers.download("t", tmp_path / "a.csv", received=tmp_path / "received")
    assert (tmp_path / "a.csv").stat().st_ino != (tmp_path / "other").stat().st_ino
    with pytest.raises(Damaged):
        beside(server, tmp_path / "received", "../x").transfers.download(
            "t", tmp_path / "b.csv", received=tmp_path / "received"
        )


def test_the_longest_name_has_a_part_too(tmp_path: Path) -> None:
    name = "ü" * 125 + ".csv"
    connector(Server({name: CONTENT}, piece=4000)).transfers.download("t", tmp_path / name)
    assert [entry.name for entry in tmp_path.iterdir()] == [name]
