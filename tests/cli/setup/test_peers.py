"""Every wrong answer of a peer has its sentence, in time, and in both languages."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from connector.cli.setup import peers
from connector.cli.setup.folder import write_folder
from connector.cli.setup.plan import SETTINGS
from connector.identity.roster import Member
from connector.language.catalogue import LANGUAGES, say
from connector.net.client import GuardedClient, Response
from connector.net.tls import server_context
from connector.settings import Settings, load
from tests.cli.setup.test_folder import plan
from tests.net.test_tls import Authority

PEER = "urn:participant:peer"
WELL_KNOWN = "/.well-known/dspace-version"


def entry(path: str = "/dsp", **others: Any) -> dict[str, Any]:
    return {"version": "2025-1", "path": path, "binding": "HTTPS", **others}


def document(*entries: dict[str, Any]) -> bytes:
    return json.dumps({"protocolVersions": list(entries)}).encode()


@contextmanager
def served(answers: dict[str, bytes], tls: tuple[Path, Path] | None = None, behind_s: float = 0.0) -> Iterator[str]:
    """A peer that answers some paths, and every other one with 404; yields its origin. Its clock is `behind_s` late."""

    class PeerHandler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = answers.get(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def date_time_string(self, timestamp: float | None = None) -> str:
            return super().date_time_string(time.time() - behind_s)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), PeerHandler)
    if tls:
        server.socket = server_context(*tls).wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    write_folder(plan(tmp_path / "a"))
    return load(tmp_path / "a" / SETTINGS, {})


def ask(settings: Settings, address: str, *, id: str = PEER, others: tuple[Member, ...] = ()) -> peers.PeerFinding:
    member = Member(id=id, name="Peer", address=address)
    [found] = peers.check_peers(settings, [member, *others], id, partial(say, "en"))
    return found


def test_a_peer_that_speaks_our_version_at_its_listed_address_is_well(settings: Settings) -> None:
    with served({WELL_KNOWN: document({"version": "0.8", "path": "/old"}, entry())}) as origin:
        found = ask(settings, f"{origin}/dsp/")
    assert (found.ok, found.name) == (True, f"peer {PEER}")


@pytest.mark.parametrize(("behind_s", "told"), [(7200.0, "ahead of"), (-7200.0, "behind")])
def test_a_clock_that_is_another_is_a_remark(settings: Settings, behind_s: float, told: str) -> None:
    with served({WELL_KNOWN: document(entry())}, behind_s=behind_s) as origin:
        found = ask(settings, f"{origin}/dsp")
    assert (found.ok, f"{told} that at {origin}" in found.sentence, "NTP" in found.advice) == (None, True, True)


def test_the_default_port_is_the_same_place_whether_it_is_stated_or_not(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answer(_: GuardedClient, url: str) -> Response:
        there = url == f"https://peer.example:443{WELL_KNOWN}"
        return Response(200, {}, document(entry())) if there else Response(404, {}, b"")

    monkeypatch.setattr(peers, "_fetch", answer)
    for address in ("https://peer.example/dsp", "https://PEER.example:443/dsp/"):
        assert ask(settings, address).ok is True


@pytest.mark.parametrize("place", ["", "/api", "/api/dsp"])
def test_the_document_may_be_at_the_host_at_the_address_or_above_it(settings: Settings, place: str) -> None:
    path = "/api/dsp".removeprefix(place) or "/"
    with served({place + WELL_KNOWN: document(entry(path))}) as origin:
        assert ask(settings, f"{origin}/api/dsp").ok is True


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({}, "has no version document (status 404)"),
        ({WELL_KNOWN: b"<html>"}, "has another form"),
        ({WELL_KNOWN: b"[" * 60_000}, "has another form"),
        ({WELL_KNOWN: b"\xff" * 100}, "has another form"),
        ({WELL_KNOWN: document()}, "does not speak version 2025-1, but –"),
        ({WELL_KNOWN: document({"version": "2024/1\x1b[31m", "path": "/"})}, "but 2024/1 [31m."),
        ({WELL_KNOWN: document(entry(binding="MQTT"))}, "does not speak version 2025-1"),
        ({WELL_KNOWN: document(entry("/dsp/2025-1"))}, "but version 2025-1 of this peer is at http://127.0.0.1"),
        ({WELL_KNOWN: document(entry(serviceId="urn:other#connector"))}, f"answers urn:other, and not {PEER}"),
        ({WELL_KNOWN: document(entry(serviceId="urn:third"))}, f"answers urn:third, and not {PEER}"),
        ({WELL_KNOWN: b" " * 70_000}, "cannot be reached"),
    ],
)
def test_what_is_wrong_with_a_peer_is_a_remark_that_names_it(
    settings: Settings, answers: dict[str, bytes], said: str
) -> None:
    third = Member(id="urn:third", name="Third")
    with served(answers) as origin:
        found = ask(settings, f"{origin}/dsp", others=(third,))
    assert found.ok is None
    assert said in found.sentence
    assert found.advice
    assert (found.sentence + found.advice).isprintable()


def test_an_identifier_of_a_service_that_is_none_of_a_participant_is_no_fault(settings: Settings) -> None:
    with served({WELL_KNOWN: document(entry(serviceId="edc-7f"))}) as origin:
        assert ask(settings, f"{origin}/dsp").ok is True


def test_an_address_where_nobody_answers_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "TIMEOUT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        assert "did not answer" in ask(settings, f"http://127.0.0.1:{port}/dsp").sentence
    assert "cannot be reached" in ask(settings, f"http://127.0.0.1:{port}/dsp").sentence


@pytest.mark.parametrize(
    "address", ["http://192.0.2.1/dsp", "https://10.0.0.1/dsp", "ftp://x", "https://127.0.0.1:99999"]
)
def test_an_address_that_the_settings_do_not_allow_is_named(settings: Settings, address: str) -> None:
    found = ask(settings, address)
    assert "does not connect to" in found.sentence
    assert found.ok is None


def test_a_certificate_that_is_not_trusted_is_named(settings: Settings, tmp_path: Path) -> None:
    with served({}, Authority(tmp_path, "ca").issue("other.example")) as origin:
        found = ask(settings, f"{origin}/dsp")
    assert "The certificate of" in found.sentence
    assert found.ok is None


def test_at_most_twenty_are_asked_unless_all_or_one_is_wanted(settings: Settings) -> None:
    # Nothing connects there, so nobody waits.
    members = [Member(id=f"urn:{count}", name=f"Peer {count}", address="https://192.0.2.1/dsp") for count in range(25)]
    own = Member(id=settings.participant.id, name="Own", address="https://192.0.2.1/dsp")
    whole = [own, *members, Member(id="urn:none", name="No address")]

    def names(wanted: str | None) -> list[str]:
        return [found.name for found in peers.check_peers(settings, whole, wanted, partial(say, "en"))]

    assert names(None) == [*(f"peer urn:{count}" for count in range(20)), "peers"]
    assert names("all") == [f"peer urn:{count}" for count in range(25)]
    assert names("none") == []
    assert names("Peer 24") == names("urn:24") == ["peer urn:24"]
    assert names("nobody") == ["peers"]


def test_every_fault_has_its_advice_in_every_language() -> None:
    clocks = ("clock-ahead", "clock-behind")
    faults = ("silent", "unreachable", "blocked", "tls", "no-document", "unreadable", "version", "path", "id", *clocks)
    values = {
        "by": "1:00:00",
        "address": "a",
        "id": "i",
        "reason": "r.",
        "seconds": 3.0,
        "status": 404,
        "spoken": "s",
        "stated": "t",
    }
    for language in LANGUAGES:
        for fault in faults:
            assert say(language, f"peers.{fault}", version="2025-1", **values)
            assert say(language, f"peers.{fault}-advice")
