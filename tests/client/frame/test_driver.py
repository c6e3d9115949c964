"""Both drivers run a flow alike, and every error of the network becomes one of the client."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from connector.client import Connector
from connector.client.frame.driver import AsyncDriver, Driver, options
from connector.client.frame.errors import ClientError, Damaged, InvalidRequest, NotFound, NotReachable
from connector.client.frame.flow import ApiCall, ClientFlow, Fetch
from connector.views.participants import SelfView
from tests.support.plane import ME, Blocked, Desk

SELF: ApiCall[SelfView] = ApiCall(method="GET", path="/v1/self", answer=SelfView)
NOWHERE: ApiCall[SelfView] = ApiCall(method="GET", path="/v1/assets/none", answer=SelfView)


def _recover() -> ClientFlow[str]:
    """Go on after an error: a flow receives the errors of its requests."""
    try:
        yield NOWHERE
    except NotFound as error:
        found = yield SELF
        return f"{error.code} {found.participant}"
    return "found"


def test_a_flow_receives_results_and_errors_of_its_requests(desk: Desk) -> None:
    driver = Driver(httpx.Client(**options("http://connector", "reader", None, Blocked(desk.app))))
    assert driver.run(_recover()) == f"no-asset {ME}"
    driver.close()


async def test_the_asynchronous_driver_runs_the_same_flow(desk: Desk) -> None:
    driver = AsyncDriver(
        httpx.AsyncClient(**options("http://connector", "reader", None, httpx.ASGITransport(desk.app)))
    )
    assert await driver.run(_recover()) == f"no-asset {ME}"
    await driver.close()


@pytest.mark.parametrize(
    ("fault", "kind", "code", "exit_code"),
    [
        (httpx.ConnectError("refused"), NotReachable, "not-reachable", 5),
        (httpx.ReadError("gone"), NotReachable, "not-reachable", 5),
        (httpx.ReadTimeout("slow"), NotReachable, "timeout", 5),
        (httpx.UnsupportedProtocol("ftp"), InvalidRequest, "url", 2),
    ],
)
def test_an_error_of_the_network_is_told_in_a_sentence(
    fault: Exception, kind: type[ClientError], code: str, exit_code: int
) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise fault

    with pytest.raises(kind, match=r"\.$") as caught:
        Connector("http://connector", "key", transport=httpx.MockTransport(fail)).oneself()
    assert (caught.value.code, caught.value.exit_code) == (code, exit_code)


def test_an_address_of_another_form_is_told_in_a_sentence() -> None:
    with pytest.raises(ClientError, match="http://host:port"):
        Connector("not an address", "key").oneself()


def test_trust_anchors_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    with pytest.raises(ClientError, match="cannot be read") as caught:
        Connector("https://connector", "key", ca=tmp_path / "none.pem")
    assert caught.value.code == "ca"


@pytest.mark.parametrize(
    ("status", "offset", "content", "sizes"), [(206, 3, b"oldnew", [6]), (200, 3, b"new", [3]), (200, 0, b"new", [3])]
)
def test_bytes_are_appended_to_a_part_or_replace_it(
    tmp_path: Path, status: int, offset: int, content: bytes, sizes: list[int]
) -> None:
    asked: list[str | None] = []

    def give(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers.get("range"))
        return httpx.Response(status, stream=httpx.ByteStream(b"new"))

    (tmp_path / "part").write_bytes(b"old"[:offset])
    moved: list[int] = []
    _fetch(give, tmp_path / "part", offset, moved)
    assert (tmp_path / "part").read_bytes() == content
    assert (asked, moved) == ([f"bytes={offset}-" if offset else None], sizes)


def test_a_part_that_cannot_be_written_and_a_refused_download_are_told(tmp_path: Path) -> None:
    with pytest.raises(Damaged, match="cannot be written"):
        _fetch(lambda _: httpx.Response(200, content=b"new"), tmp_path / "none" / "part", 0, [])
    with pytest.raises(NotFound, match="Nothing yet"):
        _fetch(lambda _: httpx.Response(404, json=_problem()), tmp_path / "part", 0, [])
    assert not (tmp_path / "part").exists()


def _problem() -> dict[str, Any]:
    return {"error": {"code": "nothing-yet", "reason": "Nothing yet."}}


def _fetch(serve: Any, part: Path, offset: int, moved: list[int]) -> None:
    def flow() -> ClientFlow[None]:
        yield Fetch(path="/v1/transfers/t/content", query={}, part=part, offset=offset, moved=moved.append)

    driver = Driver(httpx.Client(**options("http://connector", "key", None, httpx.MockTransport(serve))))
    driver.run(flow())
    driver.close()
