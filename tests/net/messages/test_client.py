"""The client for messages, alone and compared with the general client over a corpus of odd HTTP."""

import pytest

from connector.net.addresses import parse_url
from connector.net.errors import NetError
from connector.net.messages.client import Fields, write_request
from connector.net.transport import HttpCall
from tests.net.odd import ODD
from tests.net.servers import NAME, dial, spoken

# What the general client takes although RFC 9112 calls it malformed; the end of the answer is clear all the same.
LAX = {
    "another protocol",
    "another stream",
    "bare LF",
    "bare LF in a field",
    "chunk with a blank",
    "control character in a field",
    "endless extension",
    "folded field",
    "folded first line",
    "folded from the start",
    "interim with a length",
    "lines before",
}


def call(method: str, url: str, body: bytes | None = None, **headers: str) -> HttpCall:
    return HttpCall(method, parse_url(url, query=True), headers, body, 1.0, 1.0, 65536, 100)


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (call("GET", "https://peer.example"), b"GET / HTTP/1.1\r\nHost: peer.example\r\n\r\n"),
        (call("GET", "http://peer.example:80/a?b=c"), b"GET /a?b=c HTTP/1.1\r\nHost: peer.example\r\n\r\n"),
        (call("GET", "https://peer.example:80/%2F?"), b"GET /%2F? HTTP/1.1\r\nHost: peer.example:80\r\n\r\n"),
        (call("GET", "https://[2001:db8::1]:8443/"), b"GET / HTTP/1.1\r\nHost: [2001:db8::1]:8443\r\n\r\n"),
        (
            call("POST", "https://peer.example/x", b"{}", Accept="a"),
            b"POST /x HTTP/1.1\r\nHost: peer.example\r\nAccept: a\r\nContent-Length: 2\r\n\r\n{}",
        ),
        (call("POST", "https://a.example/"), b"POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 0\r\n\r\n"),
        (call("DELETE", "https://a.example/"), b"DELETE / HTTP/1.1\r\nHost: a.example\r\n\r\n"),
    ],
)
def test_a_request_is_written_in_one_piece(given, sent):
    assert write_request(given) == sent


def test_fields_are_read_without_case_and_all_links_are_one():
    fields = Fields([(b"link", b"<a>"), (b"etag", b"1"), (b"link", b"<b>"), (b"etag", b"2"), (b"x", "ü".encode())])
    assert dict(fields) == {"link": "<a>, <b>", "etag": "1", "x": "ü"}
    assert (fields["LINK"], fields.get("Absent"), len(fields)) == ("<a>, <b>", None, 3)


@pytest.mark.parametrize("name", ODD)
async def test_odd_http_has_the_same_answer_in_both_clients(name):
    answer, expected = ODD[name]

    async def talk(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)

    found = []
    async with spoken(talk) as port:
        for messages in (True, False):
            async with dial(messages=messages)() as net:
                try:
                    response = await net.request("GET", f"http://{NAME}:{port}/")
                    found.append((response.status, response.body))
                except NetError:
                    found.append(None)
    assert found == [expected, (200, b"ab") if name in LAX else expected]
