"""What is no message of the protocol gets the specification's error and changes nothing."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from connector.app.listeners import Listeners
from connector.binding.dsp.body import VALUES_LIMIT
from connector.net.serving.bounds import ServingBounds
from connector.protocol.dsp.common import CONTEXT
from tests.binding.door import BASE, UNKNOWN, Door, refused

REQUEST = "/negotiations/request"
TOO_LARGE = 1024 * 1024 + 1
FIRST = ("/catalog/request", REQUEST, "/negotiations/offers", "/transfers/request")
LATER = tuple(
    f"/{chapter}/{UNKNOWN}/{verb}"
    for chapter, verbs in (
        ("negotiations", ("request", "offers", "agreement", "agreement/verification", "events", "termination")),
        ("transfers", ("start", "suspension", "completion", "termination")),
    )
    for verb in verbs
)


async def pieces(size: int) -> AsyncIterator[bytes]:
    for _ in range(0, size, 65536):
        yield b" " * 65536


async def test_an_oversized_body_that_is_announced_is_not_read(door: Door) -> None:
    before = door.kept()
    for path in FIRST:
        headers = {"Content-Length": str(TOO_LARGE)}
        refused(await door.post(path, b"{}", headers=headers), 413, "too-large")
    assert door.kept() == before


async def test_an_oversized_body_that_is_streamed_is_cut_off(door: Door) -> None:
    before = door.kept()
    many = b"[" + b"0," * VALUES_LIMIT + b"0]"
    for path in FIRST:
        refused(await door.post(path, pieces(TOO_LARGE)), 413, "too-large")
        refused(await door.post(path, many), 413, "too-large")
    assert door.kept() == before


async def test_a_body_that_never_ends_is_not_waited_for(door: Door) -> None:
    listeners = Listeners(bounds=ServingBounds(body_s=0.02))
    await listeners.open_peers("protocol", door.app, "127.0.0.1", 0)
    headers = {"Content-Type": "application/json", "Content-Length": "9", "Authorization": door.token()}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    at = urlsplit(listeners.addresses["protocol"])
    reader, writer = await asyncio.open_connection(at.hostname, at.port)
    writer.write(f"POST {BASE}{REQUEST} HTTP/1.1\r\nHost: city\r\n{head}\r\n{{".encode())
    answer = await reader.read()
    writer.close()
    await listeners.close()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["@type"] == "ContractNegotiationError"


@pytest.mark.parametrize(
    "nest", ["[" * 4_900 + "]" * 4_900, '{"a":' * 2_400 + "1" + "}" * 2_400, '{"offer":' + "[" * 100 + "]" * 100 + "}"]
)
async def test_deep_nesting_is_refused(door: Door, nest: str) -> None:
    before = door.kept()
    for path in FIRST:
        (reason,) = refused(await door.post(path, nest.encode()), 400, "malformed")["reason"]
        assert "nested too deeply" in reason
    assert door.kept() == before


WRONG: tuple[dict[str, Any], ...] = (
    {"consumerPid": 7},
    {"consumerPid": ["a"]},
    {"consumerPid": ""},
    {"consumerPid": ".."},
    {"consumerPid": "a" * 1025},
    {"consumerPid": None},
    {"offer": None},
    {"offer": "urn:offer"},
    {"offer": []},
    {"offer": {"@type": "Offer"}},
    {"offer": {"@type": "Offer", "@id": 5, "permission": [{"action": "use"}]}},
    {"callbackAddress": {"url": "https://firm.example"}},
    {"callbackAddress": None},
    {"@context": "https://example.org/another"},
    {"@context": [{"@vocab": "https://example.org/"}]},
    {"@type": "ContractOfferMessage"},
    {"@type": "dspace:Unheard"},
    {"@type": ["ContractRequestMessage"]},
    {"@type": 5},
    {"@type": None},
)


@pytest.mark.parametrize("absent", [True, False], ids=["absent", "null"])
async def test_wrong_types_and_missing_members_are_refused(door: Door, absent: bool) -> None:
    before = door.kept()
    for changed in WRONG:
        body = {**door.request(), **changed}
        sent = {name: value for name, value in body.items() if value is not None} if absent else body
        refused(await door.post(REQUEST, sent), 400, "malformed")
        assert door.kept() == before, changed


async def test_what_is_no_json_object_is_refused(door: Door) -> None:
    before = door.kept()
    for body in (b"", b"[]", b"null", b"7", b'"text"', b"{", b"\xff\xfe{}", b'{"a":NaN}', b'{"a":1e999}'):
        for path in FIRST:
            refused(await door.post(path, body), 400, "malformed")
    assert door.kept() == before


async def test_a_member_that_stands_twice_is_refused(door: Door) -> None:
    before = door.kept()
    text = json.dumps(door.request())
    for once, twice in (("{", '{"consumerPid":"urn:uuid:first",'), ('"Offer",', '"Offer","@id":"urn:other",')):
        assert once in text
        refused(await door.post(REQUEST, text.replace(once, twice, 1).encode()), 400, "malformed")
    assert door.kept() == before


async def test_another_media_type_is_refused(door: Door) -> None:
    before = door.kept()
    for media_type in ("text/plain", "text/html", "application/xml", "multipart/form-data", "json", ""):
        for path in FIRST:
            refused(await door.post(path, door.request(), headers={"Content-Type": media_type}), 415, "media-type")
    assert door.kept() == before


async def test_a_compressed_body_is_refused(door: Door) -> None:
    before = door.kept()
    body = gzip.compress(json.dumps(door.request()).encode())
    for encoding in ("gzip", "deflate", "br", "identity, gzip", "unknown"):
        refused(await door.post(REQUEST, body, headers={"Content-Encoding": encoding}), 415, "encoding")
    # Without the header it is no JSON.
    refused(await door.post(REQUEST, body), 400, "malformed")
    assert door.kept() == before


async def test_an_unknown_event_is_refused(door: Door) -> None:
    consumer, provider = await door.negotiation()
    before = door.kept()
    for event in ("REQUESTED", "accepted", "", 1, None):
        body = door.message("ContractNegotiationEventMessage", consumer, provider, eventType=event)
        refused(await door.post(f"/negotiations/{provider}/events", body), 400, "malformed")
    after = door.kept()
    # The negotiation has the note of the refusal, and nothing else has changed.
    assert {name for name in before if after[name] != before[name]} == {"processes"}


async def test_a_message_that_the_state_does_not_allow_is_refused_with_both_pids(door: Door) -> None:
    consumer, provider = await door.negotiation()
    before = door.kept()
    for path, kind, more in (
        ("agreement/verification", "ContractAgreementVerificationMessage", {}),
        ("events", "ContractNegotiationEventMessage", {"eventType": "ACCEPTED"}),
        ("events", "ContractNegotiationEventMessage", {"eventType": "FINALIZED"}),
    ):
        answer = await door.post(f"/negotiations/{provider}/{path}", door.message(kind, consumer, provider, **more))
        body = refused(answer, 400, "wrong-state")
        assert (body["consumerPid"], body["providerPid"]) == (consumer, provider)
    assert door.kept() == before


async def test_an_empty_message_is_refused_at_every_endpoint(door: Door) -> None:
    before = door.kept()
    for path in (*FIRST, *LATER):
        refused(await door.post(path, {"@context": [CONTEXT]}), 400, "malformed")
    assert door.kept() == before


async def test_a_filter_that_is_not_understood_is_refused(door: Door) -> None:
    condition = {"operandLeft": "id", "operator": "=", "operandRight": "x"}
    query = {"@type": "QuerySpec", "filterExpression": [condition]}
    odd: tuple[Any, ...] = ([{"unheard": "of"}], ["text"], [{"theme": 5}], [query], [{}] * 1000, {"theme": "TRAN"})
    for wanted in odd:
        body = {"@context": [CONTEXT], "@type": "CatalogRequestMessage", "filter": wanted}
        refused(await door.post("/catalog/request", body), 400)


async def test_a_limit_that_is_none_is_refused(door: Door) -> None:
    body = {"@context": [CONTEXT], "@type": "CatalogRequestMessage"}
    for limit in ("0", "-1", "many", "1e3", "100001", "", "9" * 40):
        refused(await door.post(f"/catalog/request?limit={limit}", body), 400, "limit")


async def test_a_cursor_that_was_not_given_out_is_refused(door: Door) -> None:
    body = {"@context": [CONTEXT], "@type": "CatalogRequestMessage"}
    for cursor in ("x", "-1", "0x1", "f" * 40, "%00", "1%20"):
        refused(await door.post(f"/catalog/request?after={cursor}", body), 400, "cursor")
