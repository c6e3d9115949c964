"""Self-descriptions at the broker over HTTP: pushed, served byte for byte, listed, withdrawn, and what is refused."""

from collections.abc import AsyncIterator

import pytest

from connector.api.self_descriptions import add_self_descriptions
from connector.broker.intake.accepting import DescriptionRefused
from connector.protocol.credential import MEDIA_TYPE, SECURED_LIMIT, name_description
from tests.broker.crawling import A
from tests.broker.intake.pushing import B, Pushing, plain
from tests.broker.test_api import Desk
from tests.broker.world import Catalogue

TYPE = {"Content-Type": MEDIA_TYPE}


class PushedDesk:
    """A broker's API with its intake, asked by member `a` unless said otherwise."""

    def __init__(self) -> None:
        self.world = Pushing()
        self.desk = Desk(a=Catalogue())
        self.desk.space.members = self.world.space.members
        app = self.desk.http._transport.app  # type: ignore[attr-defined]
        add_self_descriptions(app, self.world.intake)
        self.http = self.desk.http
        self.http.headers["Authorization"] = f"Bearer {A}"
        self.path = f"/v1/self-descriptions/{name_description(A, 'urn:air')}"

    def tick(self) -> None:
        """Let the bucket of the caller fill again."""
        self.desk.space.now += 10_000


@pytest.fixture
async def pushed() -> AsyncIterator[PushedDesk]:
    made = PushedDesk()
    await made.world.crawl()
    yield made
    await made.http.aclose()
    await made.desk.searching.index.close()


async def test_what_is_pushed_is_served_byte_for_byte_and_withdrawn(pushed: PushedDesk) -> None:
    secured = pushed.world.secure(pushed.world.state(plain("urn:air")))
    first = await pushed.http.put(pushed.path, content=secured, headers=TYPE)
    again = await pushed.http.put(pushed.path, content=secured, headers=TYPE)
    assert (first.status_code, again.status_code) == (201, 200), first.text
    assert (first.json()["changed"], again.json()["changed"]) == (True, False)
    assert (first.json()["kind"], first.json()["subject"]) == ("dataset", "urn:air")
    assert "does not state" in first.json()["findings"][0]
    other = {"Authorization": f"Bearer {B}"}
    read = await pushed.http.get(pushed.path, headers=other)
    assert (read.status_code, read.headers["content-type"], read.content) == (200, MEDIA_TYPE, secured)
    kept = await pushed.http.get(pushed.path, headers=other | {"If-None-Match": read.headers["etag"]})
    assert (kept.status_code, kept.content) == (304, b"")
    listed = (await pushed.http.get("/v1/self-descriptions")).json()
    assert ([item["subject"] for item in listed["items"]], listed["next"]) == (["urn:air"], None)
    pushed.tick()
    assert (await pushed.http.get("/v1/self-descriptions", headers=other)).json()["items"] == []
    assert (await pushed.http.delete(pushed.path, headers=other)).status_code == 404
    assert (await pushed.http.delete(pushed.path)).status_code == 204
    assert (await pushed.http.get(pushed.path)).status_code == 404


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        ({}, b"a.b.c", 415),
        ({"Content-Type": "application/json"}, b"{}", 415),
        (TYPE | {"Content-Encoding": "gzip"}, b"a.b.c", 415),
        (TYPE, b"a" * (SECURED_LIMIT + 1), 413),
        (TYPE, b"a.b.c", 422),
        (TYPE, b"", 422),
        (TYPE | {"Authorization": "Bearer nobody"}, b"a.b.c", 401),
    ],
)
async def test_a_body_that_is_no_credential_is_refused(
    pushed: PushedDesk, headers: dict[str, str], content: bytes, status: int
) -> None:
    answer = await pushed.http.put(pushed.path, content=content, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["reason"].endswith(".")


async def test_a_name_is_of_43_letters_and_a_refusal_has_the_status_of_its_reason(
    pushed: PushedDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("short", "a" * 44, "%2e%2e%2f" + "a" * 40):
        assert (await pushed.http.get(f"/v1/self-descriptions/{name}")).status_code in {404, 422}
        pushed.tick()
    for code, status in (("not-yours", 403), ("no-source", 404), ("too-many", 409), ("not-yet", 503)):

        async def refuse(*_: object, code: str = code) -> None:
            raise DescriptionRefused(code, "No: for a reason.")

        monkeypatch.setattr(pushed.world.intake, "put", refuse)
        answer = await pushed.http.put(pushed.path, content=b"a.b.c", headers=TYPE)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
        assert ("retry-after" in answer.headers) is (status == 503)
