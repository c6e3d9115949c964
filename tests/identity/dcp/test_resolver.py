"""Documents of identifiers: fetched at their place alone, kept for minutes, and asked for again in bounds."""

import asyncio
from contextlib import suppress

import pytest

from connector.identity.dcp.resolver import FRESH_MS, KEPT_MS, LOOK_AGAIN_MS, DidResolver
from connector.net.addresses import net_policy
from connector.net.client import GuardedClient
from connector.ports.identity import AuthenticationUnavailable
from connector.protocol.dcp.document import MAX_DOCUMENT
from connector.protocol.dcp.errors import ClaimFault
from tests.identity.dcp.places import BUDGET, FIRM, KEYS, Places, jwk_of, key_of

PLACE = "https://firma.example/.well-known/did.json"


async def test_a_document_is_fetched_without_tls_only_where_the_operator_allows_it() -> None:
    places = Places()
    client = GuardedClient(net_policy(plain_http=["localhost:*"]), places)
    resolver = DidResolver(client, lambda: places.now_ms, asyncio.Semaphore(1))
    for did in (FIRM, "did:web:localhost%3A7080"):
        with suppress(AuthenticationUnavailable, ClaimFault):
            await resolver.resolve(did)
    assert places.fetched == [PLACE, "http://localhost:7080/.well-known/did.json"]
    places.fetched.clear()
    with pytest.raises(ClaimFault):
        await places.resolve("did:web:localhost%3A7080")
    assert places.fetched == []


async def test_callers_that_come_together_share_one_fetch() -> None:
    places = Places()
    await asyncio.gather(*(places.resolve(FIRM) for _ in range(50)))
    places.now_ms += FRESH_MS - 1
    await places.resolve(FIRM)
    assert places.fetched == [PLACE]


async def test_documents_of_many_are_fetched_a_bounded_number_at_a_time() -> None:
    places = Places()
    members = [f"did:web:m{number}.example" for number in range(4 * BUDGET)]
    for did in members:
        places.publish(did, KEYS[FIRM])
    await asyncio.gather(*map(places.resolve, members))
    assert (len(places.fetched), places.most) == (4 * BUDGET, BUDGET)


async def test_a_new_key_is_seen_when_it_is_first_used() -> None:
    places = Places()
    await places.resolve(FIRM)
    new = key_of(FIRM, fragment="k2")
    places.publish(FIRM, KEYS[FIRM], new)
    assert new.kid in (await places.resolve(FIRM, new.kid)).keys


async def test_a_key_that_its_owner_has_marked_as_revoked_does_not_count() -> None:
    places, key = Places(), KEYS[FIRM]
    method = {"id": key.kid, "type": "JsonWebKey", "controller": FIRM, "publicKeyJwk": jwk_of(key)}
    places.publish(FIRM, verificationMethod=[{**method, "revoked": "2020-01-01T00:00:00Z"}])
    assert key.kid not in (await places.resolve(FIRM, key.kid)).keys


async def test_keys_that_do_not_exist_cause_a_fetch_in_ten_seconds() -> None:
    places = Places()
    for number in range(100):
        await places.resolve(FIRM, f"{FIRM}#none-{number}")
    assert len(places.fetched) == 1
    places.now_ms += LOOK_AGAIN_MS
    await places.resolve(FIRM, f"{FIRM}#none")
    assert len(places.fetched) == 2


async def test_a_document_is_used_for_an_hour_while_its_place_is_away() -> None:
    places = Places()
    await places.resolve(FIRM)
    kept = places.served.pop(PLACE)
    places.now_ms += KEPT_MS - 1
    assert (await places.resolve(FIRM)).id == FIRM
    places.now_ms += LOOK_AGAIN_MS
    with pytest.raises(AuthenticationUnavailable):
        await places.resolve(FIRM)
    places.served[PLACE] = kept
    places.now_ms += LOOK_AGAIN_MS
    assert (await places.resolve(FIRM)).id == FIRM


async def test_a_place_that_is_away_is_asked_once_in_ten_seconds() -> None:
    places = Places()
    places.served.pop(PLACE)
    for _ in range(20):
        with pytest.raises(AuthenticationUnavailable):
            await places.resolve(FIRM)
    assert len(places.fetched) == 1


async def test_a_clock_that_was_ahead_keeps_no_document_for_longer() -> None:
    places = Places()
    places.now_ms += 10 * KEPT_MS
    await places.resolve(FIRM)
    places.now_ms -= 10 * KEPT_MS
    await places.resolve(FIRM)
    assert len(places.fetched) == 2


@pytest.mark.parametrize(
    ("status", "kind", "body", "fault"),
    [
        (200, "text/html", b"{}", ClaimFault),
        (200, "", b"{}", ClaimFault),
        (200, "application/json", b"{}", ClaimFault),
        (200, "application/json", b'{"id": "did:web:stadt.example"}', ClaimFault),
        (200, "application/json", b" " * (MAX_DOCUMENT + 1), ClaimFault),
        (404, "application/json", b"{}", AuthenticationUnavailable),
        (302, "application/json", b"{}", ClaimFault),
        (500, "application/json", b"{}", AuthenticationUnavailable),
    ],
)
async def test_what_is_not_the_document_is_refused(status: int, kind: str, body: bytes, fault: type[Exception]) -> None:
    places = Places()
    places.served[PLACE] = (status, kind, body)
    with pytest.raises(fault):
        await places.resolve(FIRM)


async def test_a_document_that_became_wrong_is_not_used_any_more() -> None:
    places = Places()
    await places.resolve(FIRM)
    places.put(PLACE, b'{"id": "did:web:stadt.example"}')
    places.now_ms += FRESH_MS
    with pytest.raises(ClaimFault):
        await places.resolve(FIRM)
    places.served.pop(PLACE)
    places.now_ms += LOOK_AGAIN_MS
    with pytest.raises(AuthenticationUnavailable):
        await places.resolve(FIRM)


async def test_a_wrong_document_is_fetched_once_in_ten_seconds_and_then_anew() -> None:
    places = Places()
    kept = places.served[PLACE]
    places.put(PLACE, b'{"id": "did:web:stadt.example"}')
    for _ in range(20):
        with pytest.raises(ClaimFault, match="another identifier"):
            await places.resolve(FIRM)
    assert len(places.fetched) == 1
    places.served[PLACE] = kept
    places.now_ms += LOOK_AGAIN_MS
    assert (await places.resolve(FIRM)).id == FIRM


@pytest.mark.parametrize("did", ["did:web:127.0.0.1", "did:web:evil.example%23.firma.example", "did:key:z6Mk"])
async def test_an_identifier_with_a_second_reading_opens_no_connection(did: str) -> None:
    places = Places()
    with pytest.raises(ClaimFault):
        await places.resolve(did)
    assert places.fetched == []


async def test_names_without_number_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    places = Places()
    monkeypatch.setattr("connector.identity.dcp.resolver.MAX_KEPT", 3)
    for number in range(10):
        with pytest.raises(AuthenticationUnavailable):
            await places.resolve(f"did:web:m{number}.example")
    assert len(places.resolver._places) == 3
