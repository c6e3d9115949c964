"""Real processes, and callers that break the wire itself: TCP, TLS and the frames of HTTP, from many addresses.

After each, the listener serves others, and the process has given back its memory and its files.
"""

import contextlib
import random
import socket
import ssl
import struct
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.live import environment, until
from tests.hostile.pulse import felt
from tests.hostile.test_heartbeat import BASE, MIB
from tests.hostile.test_processes import Stand
from tests.support.certificates import write_certificates

pytestmark = pytest.mark.e2e

GET = b"GET /.well-known/dspace-version HTTP/1.1\r\nHost: city\r\n\r\n"
POST = f"POST {BASE}/negotiations/request HTTP/1.1\r\nHost: city\r\nContent-Type: application/json\r\n".encode()
LISTENERS = (
    ("city", "protocol"),
    ("city", "data"),
    ("city", "management"),
    ("broker", "broker"),
    ("broker", "protocol"),
)
GROWTH_MOST = 80 * MIB
DROP = struct.pack("ii", 1, 0)


class Wire:
    """A listener of a process and how it is called: from which of many addresses, with or without TLS."""

    def __init__(self, port: int, anchor: Path | None, folder: Path) -> None:
        self.port = port
        self.anchor = anchor
        self.folder = folder
        self._sources = 0

    @property
    def source(self) -> str:
        """The next of many addresses."""
        self._sources += 1
        return f"127.1.{self._sources // 250 % 250}.{self._sources % 250 + 1}"

    def connect(self, source: str | None = None) -> socket.socket:
        """Open a connection without TLS."""
        made = socket.create_connection(("127.0.0.1", self.port), timeout=10, source_address=(source or self.source, 0))
        made.settimeout(10)
        return made

    def context(self) -> ssl.SSLContext:
        made = ssl.create_default_context(cafile=self.anchor)
        made.check_hostname = False
        return made

    def speak(self, source: str | None = None, context: ssl.SSLContext | None = None) -> socket.socket:
        """Open a connection as an honest caller does."""
        plain = self.connect(source)
        if self.anchor is None:
            return plain
        try:
            return (context or self.context()).wrap_socket(plain)
        except OSError:
            plain.close()
            raise

    def ask(self, request: bytes = GET, **how: object) -> bytes:
        """Return the beginning of an answer, or nothing."""
        try:
            with self.speak(**how) as caller:  # type: ignore[arg-type]  # a source or a context
                caller.sendall(request)
                return caller.recv(1000)
        except OSError:
            return b""


def drop(caller: socket.socket) -> None:
    """Reset a connection."""
    caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, DROP)
    caller.close()


def flood_of_connections(wire: Wire) -> None:
    with contextlib.ExitStack() as held:
        for _ in range(700):
            with contextlib.suppress(OSError):
                held.enter_context(wire.connect())
        assert wire.ask()


def storm_of_resets(wire: Wire) -> None:
    for number in range(400):
        with contextlib.suppress(OSError):
            caller = wire.speak() if number % 10 == 0 else wire.connect()
            caller.sendall(GET[: number % len(GET)])
            drop(caller)


def resets_in_the_middle_of_a_body(wire: Wire) -> None:
    for number in range(60):
        with contextlib.suppress(OSError):
            caller = wire.speak()
            caller.sendall(POST + b"Content-Length: 900000\r\n\r\n" + b"[" * (number * 4000))
            drop(caller)


def halves_of_heads(wire: Wire) -> None:
    with contextlib.ExitStack() as held:
        callers = []
        for _ in range(300):
            with contextlib.suppress(OSError):
                callers.append(held.enter_context(wire.speak() if len(callers) < 60 else wire.connect()))
        for at in range(3):
            for caller in callers:
                with contextlib.suppress(OSError):
                    caller.sendall(GET[at : at + 1])
        assert wire.ask()


def heads_as_large_as_allowed(wire: Wire) -> None:
    padding = b"".join(b"X-%d: %s\r\n" % (number, b"y" * 300) for number in range(90))
    with contextlib.ExitStack() as held:
        for _ in range(100):
            with contextlib.suppress(OSError):
                caller = held.enter_context(wire.speak())
                caller.sendall(GET[:-2] + padding)
        assert wire.ask()


def heads_larger_than_allowed(wire: Wire) -> None:
    for piece in (b"X: y\r\n", b"y", b"\r\n", b"\x00", b" "):
        for _ in range(5):
            with contextlib.suppress(OSError), wire.speak() as caller:
                caller.sendall(GET[:-2] + piece * (4 * MIB // len(piece)))
                caller.recv(100)


def pipelines(wire: Wire) -> None:
    for request in (
        GET,
        POST + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n",
        POST + b"Content-Length: 2\r\n\r\n{}",
    ):
        for _ in range(20):
            with contextlib.suppress(OSError), wire.speak() as caller:
                caller.sendall(request * 500)
                caller.recv(100)


def waits_for_100_continue(wire: Wire) -> None:
    with contextlib.ExitStack() as held:
        for _ in range(80):
            with contextlib.suppress(OSError):
                caller = held.enter_context(wire.speak())
                caller.sendall(POST + b"Expect: 100-continue\r\nContent-Length: 1000000\r\n\r\n")
        assert wire.ask()


def answers_that_nobody_reads(wire: Wire) -> None:
    with contextlib.ExitStack() as held:
        for _ in range(40):
            with contextlib.suppress(OSError):
                caller = held.enter_context(wire.speak())
                caller.settimeout(0.2)
                caller.sendall(GET * 3000)
        assert wire.ask()


def noise(wire: Wire) -> None:
    chance = random.Random(5)
    for number in range(300):
        with contextlib.suppress(OSError), wire.connect() as caller:
            start = (b"", b"\x16\x03\x01", b"GET ", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x80\x2e\x01")[number % 5]
            caller.sendall(start + chance.randbytes(chance.randrange(2000)))
            caller.shutdown(socket.SHUT_WR)
            caller.recv(100)


def records_of_one_byte(wire: Wire) -> None:
    for _ in range(10):
        with contextlib.suppress(OSError), wire.speak() as caller:
            caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for at in range(len(GET)):
                caller.sendall(GET[at : at + 1])
            assert b"HTTP/1.1" in caller.recv(100)


def handshakes_without_requests(wire: Wire) -> None:
    for _ in range(150):
        with contextlib.suppress(OSError):
            drop(wire.speak())


def other_protocols_of_tls(wire: Wire) -> None:
    if wire.anchor is None:
        return
    for protocols in (["h2"], ["h2", "http/1.1"], ["x" * 200] * 100):
        context = wire.context()
        context.set_alpn_protocols(protocols)
        assert b"HTTP/1.1" in wire.ask(context=context)
    line = ["openssl", "s_client", "-connect", f"127.0.0.1:{wire.port}", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]
    old = subprocess.run(line, input=b"", capture_output=True, timeout=30, check=False)
    assert b"BEGIN CERTIFICATE" not in old.stdout


def renegotiations(wire: Wire) -> None:
    """Ask for a second handshake on a connection, as OpenSSL's own client does with `R`."""
    if wire.anchor is None:
        return
    line = ["openssl", "s_client", "-connect", f"127.0.0.1:{wire.port}", "-tls1_2", "-msg"]
    asked = subprocess.run(line, input=b"R\n", capture_output=True, timeout=30, check=False)
    assert asked.stdout.count(b"ServerHelloDone") == 1


ATTACKS: tuple[Callable[[Wire], None], ...] = (
    flood_of_connections,
    storm_of_resets,
    resets_in_the_middle_of_a_body,
    halves_of_heads,
    heads_as_large_as_allowed,
    heads_larger_than_allowed,
    pipelines,
    waits_for_100_continue,
    answers_that_nobody_reads,
    noise,
    records_of_one_byte,
    handshakes_without_requests,
    other_protocols_of_tls,
    renegotiations,
)


@pytest.fixture(scope="module", params=["http", "https"])
def attacked(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Stand, Path | None]]:
    folder = tmp_path_factory.mktemp(request.param)
    secure = request.param == "https"
    variables = write_certificates(folder) if secure else {}
    made = Stand(folder, scheme=request.param)
    with environment(DATENKONTOR_NET__PROXIES='["192.0.2.0/24"]', **variables):
        made.start("city", "firm")
        made.stage.start("broker")
        made.stage.await_ready("broker")
    yield made, folder / "ca.pem" if secure else None
    made.close()
    made.stage.stop()


@pytest.mark.parametrize("attack", ATTACKS)
def test_after_an_attack_on_the_wire_others_are_served_and_nothing_stays(
    attacked: tuple[Stand, Path | None], attack: Callable[[Wire], None], tmp_path: Path
) -> None:
    stand, anchor = attacked
    before = {word: (stand.memory(word), stand.files(word)) for word in ("city", "broker")}
    with felt(stand.port("city"), stand.port("firm")) as pulse:
        for word, name in LISTENERS:
            port = stand.stage.actors[word].ports[name]
            wire = Wire(port, None if name == "management" else anchor, tmp_path)
            attack(wire)
            assert b"HTTP/1.1 " in wire.ask(source="127.2.0.1"), (word, name)
    assert not pulse.unanswered(stand.port("city"))
    for word, (memory, files) in before.items():
        until(lambda word=word, files=files: stand.files(word) <= files + 10)  # type: ignore[misc]
        assert stand.memory(word) - memory <= GROWTH_MOST, (stand.memory(word) - memory) / MIB
        assert "Traceback" not in (stand.stage.actors[word].directory / "log.txt").read_text()
