"""The HTTP of an authority: what everybody may read, who may join, and the news that there is a newer list."""

import asyncio
from collections.abc import Awaitable, Callable
from email.utils import parsedate_to_datetime
from pathlib import Path

import msgspec
import pytest

from connector.authority import issuing, keeping, roster
from connector.authority.asking import MAX_REQUEST
from connector.authority.inviting import invite, parse_link
from connector.authority.joining import Joined
from connector.authority.keeping import Authority
from connector.binding.authority import LOCKED_WAIT_S, NEWS_MS, JoinRefusal, news_routes, routes
from connector.binding.dsp.listener import make_refusals
from connector.binding.dsp.routing import dispatcher
from connector.dataplane.files.space import measure_disk
from connector.identity.keys import load_private
from connector.net.serving.messages import Application, PeerRequest, Reply, read_nothing
from connector.net.serving.rates import CallerRates
from tests.authority.folders import DID, NOW, NOW_MS, Applicant, found
from tests.support.disk import small_disk


class Door:
    """The routes of an authority, and how often it has said that the list has changed."""

    def __init__(self, authority: Authority, applicant: Applicant) -> None:
        self.now_ms, self.changes = NOW_MS, 0
        rates = CallerRates(failures_per_s=1, per_peer_s=10, now_ms=lambda: self.now_ms)
        made = routes(authority, applicant.resolve, rates, lambda: self.now_ms, self._note)
        self.app: Application = dispatcher(made, make_refusals("/dsp"))

    def _note(self) -> None:
        self.changes += 1

    async def ask(
        self, method: str, path: str, read: Callable[[], Awaitable[bytes]] = read_nothing, **headers: str
    ) -> Reply:
        request = PeerRequest(method=method, path=path, headers=headers, address="192.0.2.1", read=read)
        answer = await self.app.answer(request)
        if answer.after:
            answer.after()
        return answer

    async def post(self, body: bytes) -> Reply:
        async def read() -> bytes:
            return body

        return await self.ask("POST", "/authority/join", read)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    made = found(tmp_path)
    issuing.publish(made, now=NOW)
    return made


async def test_what_the_authority_publishes_is_served_as_it_is_now(authority: Authority) -> None:
    door = Door(authority, Applicant())
    for path, content in (("members", authority.signed.read_bytes()), ("roots", None), ("status", None)):
        answer = await door.ask("GET", f"/authority/{path}")
        assert (answer.status, bool(answer.body)) == (200, True)
        assert content in (None, answer.body)
        assert path == "status" or parsedate_to_datetime(answer.headers["Date"]) == NOW
    document = msgspec.json.decode((await door.ask("GET", "/authority/did.json")).body)
    assert document["id"] == DID
    issuing.publish(authority, now=NOW)
    assert (await door.ask("GET", "/authority/members")).body == authority.signed.read_bytes()


async def test_the_status_list_is_signed_again_when_something_was_revoked_or_an_hour_is_over(
    authority: Authority,
) -> None:
    door = Door(authority, Applicant())
    answer = await door.ask("GET", "/authority/status")
    first = answer.body
    assert answer.headers["Vary"] == "Accept"
    assert (await door.ask("GET", "/authority/status")).body == first
    keeping.change(authority, lambda record: issuing.place_credential(record, "did:web:x.example", ["M"], NOW_MS))
    second = (await door.ask("GET", "/authority/status")).body
    assert second != first
    unsigned = await door.ask("GET", "/authority/status", accept="application/json")
    assert (unsigned.media_type, unsigned.headers["Vary"]) == ("application/json", "Accept")
    assert msgspec.json.decode(unsigned.body)["issuer"] == DID
    door.now_ms += 3_600_000
    assert (await door.ask("GET", "/authority/status")).body != second


async def test_strangers_who_come_together_cause_one_look_at_the_record_and_the_key(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    door, looked = Door(authority, Applicant()), list[str]()

    def count(name: str) -> None:
        original = getattr(keeping, name)

        def counted(*given: object) -> object:
            looked.append(name)
            return original(*given)

        monkeypatch.setattr(keeping, name, counted)

    count("show")
    count("load_certified")
    for path in ("did.json", "status"):
        looked.clear()
        answers = await asyncio.gather(*(door.ask("GET", f"/authority/{path}") for _ in range(50)))
        assert len({answer.body for answer in answers}) == 1
        assert sorted(looked) == ["load_certified", "show"]
    keeping.rotate(authority, [load_private(authority.folder / keeping.ROOT)], now=NOW)
    (method,) = msgspec.json.decode((await door.ask("GET", "/authority/did.json")).body)["verificationMethod"]
    assert method["id"] == f"{DID}#{keeping.load_issuer(authority).kid}"


async def test_a_list_that_was_never_published_is_not_there(tmp_path: Path) -> None:
    door = Door(found(tmp_path), Applicant())
    assert (await door.ask("GET", "/authority/members")).status == 404


async def test_who_joins_is_answered_and_the_process_reads_its_list_again(authority: Authority) -> None:
    firm = Applicant()
    door = Door(authority, firm)
    link = parse_link(invite(authority, "Firma", now=NOW))
    answer = await door.post(firm.asks(link))
    assert msgspec.json.decode(answer.body, type=Joined).participant == firm.did
    assert door.changes == 1


async def test_a_refusal_says_one_sentence_and_counts_against_the_address(authority: Authority) -> None:
    firm = Applicant()
    door = Door(authority, firm)
    link = parse_link(invite(authority, "Firma", now=NOW))
    for _ in range(2):
        answer = await door.post(firm.asks(link, "guess"))
        assert answer.status == 403
        assert "no such invitation" in msgspec.json.decode(answer.body, type=JoinRefusal).reason
    assert (await door.post(firm.asks(link))).status == 429
    assert (await door.post(b"x" * (MAX_REQUEST + 1))).status == 429
    door.now_ms += 10_000
    assert (await door.post(b"x" * (MAX_REQUEST + 1))).status == 413
    assert (firm.fetched, door.changes) == ([], 0)


async def test_who_joins_while_a_process_keeps_the_files_locked_comes_again_and_learns_nothing_of_them(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roster, "LOCKED_S", 0.05)
    firm = Applicant()
    door, link = Door(authority, firm), parse_link(invite(authority, "Firma", now=NOW))
    with keeping.hold(authority):
        answer = await door.post(firm.asks(link))
    assert (answer.status, answer.body) == (503, b"")
    assert (await door.post(firm.asks(link))).status == 200


async def test_who_joins_while_the_disk_of_the_authority_is_full_comes_again_and_learns_nothing_of_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with small_disk(tmp_path / "small") as disk:
        authority = found(disk)
        issuing.publish(authority, now=NOW)
        firm = Applicant()
        door, link = Door(authority, firm), parse_link(invite(authority, "Firma", now=NOW))
        ballast, before = disk / "ballast", keeping.show(authority)
        ballast.write_bytes(bytes(measure_disk(disk)[0]))
        answer = await door.post(firm.asks(link))
        assert (answer.status, answer.body, answer.headers.get("Retry-After")) == (503, b"", str(LOCKED_WAIT_S))
        assert "make room" in caplog.text
        assert "Traceback" not in caplog.text
        assert (keeping.show(authority), door.changes) == (before, 0)
        ballast.unlink()
        assert (await door.post(firm.asks(link))).status == 200


async def test_news_wake_the_look_at_the_list_every_few_seconds_at_most_and_the_last_is_not_lost() -> None:
    woken, now, put_off = asyncio.Event(), [0], list[tuple[float, Callable[[], None]]]()
    routes_of_news = news_routes(woken.set, lambda: now[0], lambda seconds, look: put_off.append((seconds, look)))
    app = dispatcher(routes_of_news, make_refusals("/dsp"))

    async def tell() -> bool:
        woken.clear()
        answer = await app.answer(PeerRequest(method="POST", path="/participant-list/news"))
        assert answer.status == 204
        return woken.is_set()

    assert await tell()
    now[0] = NEWS_MS - 2_000
    assert [await tell() for _ in range(3)] == [False, False, False]
    ((seconds, look),) = put_off
    assert seconds == 2.0
    now[0] = NEWS_MS
    look()
    assert woken.is_set(), "what was told in between is looked at when the time is over"
    assert not await tell(), "the look that was put off counts as one"
    now[0] = 2 * NEWS_MS
    assert await tell()
