"""A request that offers another protocol arrives whole, in any pieces, and the connection goes on."""

from random import Random

import pytest

from connector.net.serving.steady import SteadyParser

OFFER = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAM\r\n"
SIZED, CHUNKED = b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n"
BODIES = {SIZED: b"GET /", CHUNKED: b"3\r\nGET\r\n2\r\n /\r\n0\r\nAfter: z\r\n\r\n", b"": b""}
PLAIN = b"PUT /plain HTTP/1.1\r\nHost: city\r\nContent-Length: 2\r\n\r\nok"


class Target:
    def __init__(self) -> None:
        self.seen: list[str] = []
        self.fields: dict[str, str] = {}
        self.parser = SteadyParser(self, self.fields.get)
        self.body = self.url = b""

    def on_message_begin(self) -> None:
        self.fields.clear()
        self.body = self.url = b""

    def on_url(self, part: bytes) -> None:
        self.url += part

    def on_header(self, name: bytes, value: bytes) -> None:
        self.fields[name.decode().lower()] = value.decode()

    def on_headers_complete(self) -> None:
        self.seen.append(f"{self.parser.get_method().decode()} {self.url.decode()} {len(self.fields)}")

    def on_body(self, part: bytes) -> None:
        self.body += part

    def on_message_complete(self) -> None:
        kept = "kept" if self.parser.should_keep_alive() else "last"
        self.seen.append(f"{self.body.decode()} {self.parser.get_http_version()} {kept}")


@pytest.mark.parametrize("framing", BODIES)
@pytest.mark.parametrize("protocol", [b"h2c", b"websocket"])
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_an_offer_takes_no_body_away(framing: bytes, protocol: bytes, size: int) -> None:
    head = b"POST /x HTTP/1.1\r\nHost: city\r\n" + OFFER.replace(b"h2c", protocol) + framing + b"\r\n"
    wire, target = (head + BODIES[framing] + PLAIN) * 2, Target()
    for at in range(0, len(wire), size):
        target.parser.feed_data(wire[at : at + size])
    told = "GET / 1.1 kept" if framing else " 1.1 kept"
    fields = 5 if framing else 4
    assert target.seen == [f"POST /x {fields}", told, "PUT /plain 2", "ok 1.1 kept"] * 2


@pytest.mark.parametrize(("version", "field", "kept"), [("1.1", "close", "last"), ("1.0", "keep-alive", "kept")])
def test_whether_the_connection_is_kept_is_what_its_caller_said(version: str, field: str, kept: str) -> None:
    target = Target()
    offer = OFFER.replace(b"Upgrade, ", f"Upgrade, {field}, ".encode())
    target.parser.feed_data(f"POST /x HTTP/{version}\r\n".encode() + offer + SIZED + b"\r\nGET /")
    assert target.seen[-1] == f"GET / {version} {kept}"


def test_thousands_of_offers_in_one_piece_are_read_one_after_the_other() -> None:
    target, random = Target(), Random(1)
    wire = b"".join(b"GET /%d HTTP/1.1\r\n" % random.randrange(9) + OFFER + b"\r\n" for _ in range(3000))
    target.parser.feed_data(memoryview(wire))
    assert len(target.seen) == 6000
