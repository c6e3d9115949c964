"""The status of a credential is what a signed, fresh list of its own issuer says, or unknown."""

import asyncio
import json

import msgspec
import pytest

from connector.identity.dcp.statuses import (
    FRESH_MS,
    LOOK_AGAIN_MS,
    MAX_LISTS,
    MAX_OF_ISSUER,
    StatusLists,
    verify_by_documents,
)
from connector.identity.jws import Rejected, sign
from connector.identity.listing.seen import SeenList, SeenLists
from connector.ports.identity import AuthenticationUnavailable
from connector.protocol.dcp.claims import PresentedCredential, read_claims
from tests.identity.dcp.places import (
    BUDGET,
    CITY,
    FIRM,
    KEYS,
    LIST_URL,
    NOW_S,
    STRANGER,
    Places,
    compact,
    credential,
    key_of,
    pack,
    signed,
    status_at,
    status_list,
)


def held(bit: int = 7, **entry: object) -> PresentedCredential:
    return read_claims(json.dumps(credential(credentialStatus=status_at(bit, **entry))).encode())


async def judge(places: Places, of: PresentedCredential) -> str:
    """Return what the list says about a credential, or the sentence of the refusal."""
    try:
        return await places.statuses.find_ended(of.issuer, of.statuses) or "good"
    except Rejected as rejected:
        return rejected.problem


async def test_a_list_is_fetched_once_for_all_its_credentials() -> None:
    places = Places()
    places.publish_list(3, 90_000)
    said = await asyncio.gather(*(judge(places, held(bit)) for bit in (3, 4, 90_000, 89_999, *range(100, 150))))
    assert said[:4] == ["revocation", "good", "revocation", "good"]
    assert places.fetched.count(LIST_URL) == 1


async def test_many_lists_are_fetched_a_bounded_number_at_a_time() -> None:
    places = Places()
    places.publish_list()
    assert await judge(places, held()) == "good"
    urls = [f"{LIST_URL}-{number}" for number in range(4 * BUDGET)]
    for url in urls:
        places.put(url, signed(status_list()))
    places.fetched.clear()
    assert set(await asyncio.gather(*(judge(places, held(statusListCredential=url)) for url in urls))) == {"good"}
    assert (len(places.fetched), places.most) == (4 * BUDGET, BUDGET)


async def test_the_lists_of_one_issuer_leave_places_for_those_of_others() -> None:
    places = Places()
    verify, budget = verify_by_documents(places.resolve), asyncio.Semaphore(4 * MAX_OF_ISSUER)
    places.statuses = StatusLists(places.client, verify, lambda: places.now_ms, budget)
    places.publish_list()
    assert await judge(places, held()) == "good"
    urls = [f"{LIST_URL}-{number}" for number in range(2 * MAX_OF_ISSUER)]
    for url in urls:
        places.put(url, signed(status_list()))
    assert set(await asyncio.gather(*(judge(places, held(statusListCredential=url)) for url in urls))) == {"good"}
    assert places.most == MAX_OF_ISSUER


async def test_a_revocation_is_seen_when_the_list_is_looked_at_again() -> None:
    places = Places()
    places.publish_list()
    assert await judge(places, held()) == "good"
    places.publish_list(7)
    places.now_ms += FRESH_MS - 1
    assert await judge(places, held()) == "good"
    places.now_ms += 1
    assert await judge(places, held()) == "revocation"


async def test_the_news_of_a_revocation_makes_it_seen_at_once() -> None:
    places = Places()
    places.publish_list()
    assert await judge(places, held()) == "good"
    places.publish_list(7)
    places.statuses.forget(STRANGER)
    assert await judge(places, held()) == "good"
    places.statuses.forget(CITY)
    assert await judge(places, held()) == "revocation"


async def test_until_the_next_look_a_list_is_refused_for_the_same_reason() -> None:
    places = Places()
    places.publish_list(validUntil="2026-02-01T00:00:00Z")
    first = await judge(places, held())
    assert "has expired" in first
    assert await judge(places, held()) == first
    assert places.fetched.count(LIST_URL) == 1


async def test_until_the_next_look_a_list_out_of_reach_stays_so_for_the_same_reason() -> None:
    places = Places()
    said = []
    for _ in range(2):
        with pytest.raises(AuthenticationUnavailable) as away:
            await judge(places, held())
        said.append(str(away.value))
    assert said[0] == said[1]
    assert "cannot be fetched" in said[0]
    assert places.fetched.count(LIST_URL) == 1


@pytest.mark.parametrize("news", [True, False])
async def test_an_older_list_undoes_no_revocation(news: bool) -> None:
    places = Places()
    places.publish_list(7, validFrom="2026-03-01T11:59:00Z")
    assert await judge(places, held()) == "revocation"
    places.publish_list(validFrom="2026-03-01T11:58:59Z")
    places.now_ms += FRESH_MS
    if news:
        places.statuses.forget()
    assert await judge(places, held()) == "revocation"
    # Once the newer one has ended, nobody knows.
    places.now_ms += 3 * 86_400_000
    places.publish_list(validFrom="2026-03-01T11:58:59Z", validUntil="2026-03-09T00:00:00Z")
    assert "older than one" in await judge(places, held())
    places.publish_list(validFrom="2026-03-04T11:59:00Z", validUntil="2026-03-09T00:00:00Z")
    places.now_ms += LOOK_AGAIN_MS
    assert await judge(places, held()) == "good"


MADE_BY_EDC = "uH4sIAAAAAAAA_2NhGAWjYBSMglEwCkbBUAcNJKoHAENfpWcACAAA"
"""A list that the code of EDC 0.15.1 has packed, in its size, with the bits 5 and 16,000 set."""


def publish_of_edc(places: Places, **members: object) -> None:
    """Serve a list in the form in which the Issuer Service of EDC signs it: of the data model 1.1, and only a list."""
    subject = {"type": "BitstringStatusList", "statusPurpose": "revocation", "encodedList": MADE_BY_EDC}
    inside = {
        "@context": ["https://www.w3.org/2018/credentials/v1"],
        "type": ["BitstringStatusListCredential"],
        "id": "0b2f1c5e-8a43-4b1e-9d57-0a6c6a3f1d11",
        "issuer": CITY,
        "issuanceDate": "2026-02-01T00:00:00Z",
        "expirationDate": "2027-02-01T00:00:00Z",
        "credentialSubject": {"id": "9d0e5f0a-52e3-4c39-8f6d-4a1d9d1f2b22", **subject},
        **members,
    }
    claims = {
        "iss": CITY,
        "sub": "9d0e5f0a-52e3-4c39-8f6d-4a1d9d1f2b22",
        "jti": "4f1d9a77-1d0c-4c55-8f0b-6b0d5f5a1c33",
        "iat": NOW_S - 60,
        "vc": inside,
    }
    places.put(LIST_URL, sign(KEYS[CITY], msgspec.json.encode(claims), kind="JWT"), kind="application/vc+jwt")


@pytest.mark.parametrize(
    ("index", "judged"), [(4, "good"), (5, "revocation"), (16_000, "revocation"), (16_383, "good")]
)
async def test_a_list_that_edc_has_made_is_read_where_the_data_space_says_so(index: int, judged: str) -> None:
    places = Places()
    verify = verify_by_documents(places.resolve)
    of_edc = [False]
    places.statuses = StatusLists(
        places.client, verify, lambda: places.now_ms, asyncio.Semaphore(8), None, lambda: of_edc[0]
    )
    publish_of_edc(places)
    assert "expected VerifiableCredential" in await judge(places, held(index))
    of_edc[0] = True
    places.now_ms += LOOK_AGAIN_MS
    assert await judge(places, held(index)) == ("revocation" if index in {5, 16_000} else "good")


@pytest.mark.parametrize(
    "wrong", [{"issuer": FIRM}, {"expirationDate": "2026-02-02T00:00:00Z"}, {"type": ["MembershipCredential"]}]
)
async def test_of_a_list_of_edc_its_issuer_its_end_and_its_type_count(
    wrong: dict[str, object],
) -> None:
    places = Places()
    verify = verify_by_documents(places.resolve)
    budget = asyncio.Semaphore(8)
    places.statuses = StatusLists(places.client, verify, lambda: places.now_ms, budget, None, lambda: True)
    publish_of_edc(places, **wrong)
    assert await judge(places, held(4)) not in {"good", "revocation"}


def restart(places: Places, stored: bytes) -> None:
    """Let another process read lists, which knows of the first one what was stored."""
    seen = SeenLists(msgspec.json.decode(stored, type=dict[str, dict[str, SeenList]]))
    verify = verify_by_documents(places.resolve)
    places.statuses = StatusLists(places.client, verify, lambda: places.now_ms, asyncio.Semaphore(8), seen)


async def test_a_list_that_is_rolled_back_is_refused_by_the_next_process_too() -> None:
    places, stored = Places(), [b"{}"]
    seen = SeenLists({}, lambda lists: stored.append(msgspec.json.encode(lists)))
    verify = verify_by_documents(places.resolve)
    places.statuses = StatusLists(places.client, verify, lambda: places.now_ms, asyncio.Semaphore(8), seen)
    places.publish_list(validFrom="2026-03-01T11:58:00Z")
    assert await judge(places, held()) == "good"
    places.publish_list(7, validFrom="2026-03-01T11:59:00Z")
    places.statuses.forget()
    assert await judge(places, held()) == "revocation"
    # The same bits, signed anew, are no reason to write.
    places.publish_list(7, validFrom="2026-03-01T11:59:30Z")
    places.statuses.forget()
    assert (await judge(places, held()), len(stored)) == ("revocation", 3)

    restart(places, stored[-1])
    places.publish_list(validFrom="2026-03-01T11:58:00Z")
    assert "older than one" in await judge(places, held())
    # Another process of the issuer has signed the same bits before: that undoes nothing.
    places.now_ms += LOOK_AGAIN_MS
    places.publish_list(7, validFrom="2026-03-01T11:58:59Z")
    assert await judge(places, held()) == "revocation"
    restart(places, stored[-1])
    places.publish_list(validFrom="2026-03-01T11:59:01Z")
    assert await judge(places, held()) == "good"


async def test_a_list_that_one_reader_has_seen_is_older_for_the_other_reader_too() -> None:
    places, seen = Places(), SeenLists()
    verify, budget = verify_by_documents(places.resolve), asyncio.Semaphore(8)
    first, second = (StatusLists(places.client, verify, lambda: places.now_ms, budget, seen) for _ in range(2))
    places.publish_list(validFrom="2026-03-01T11:58:00Z")
    for places.statuses in (first, second):
        assert await judge(places, held()) == "good"
    places.publish_list(7, validFrom="2026-03-01T11:59:00Z")
    first.forget()
    places.statuses = first
    assert await judge(places, held()) == "revocation"
    places.publish_list(validFrom="2026-03-01T11:58:00Z")
    second.forget()
    places.statuses = second
    assert "older than one" in await judge(places, held())


async def test_a_list_that_was_seen_while_the_clocks_were_ahead_hides_no_later_revocation() -> None:
    places = Places()
    places.now_ms += 3 * 3_600_000
    places.publish_list(validFrom="2026-03-01T14:59:00Z")
    assert await judge(places, held()) == "good"
    places.now_ms -= 3 * 3_600_000
    places.publish_list(7, validFrom="2026-03-01T11:59:00Z")
    assert await judge(places, held()) == "revocation"
    places.publish_list(validFrom="2026-03-01T11:58:00Z")
    places.statuses.forget()
    assert await judge(places, held()) == "revocation"


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({"id": f"{LIST_URL}0"}, "another address"),
        ({"validFrom": "2026-03-01T12:00:31Z"}, "not valid yet"),
    ],
)
async def test_a_list_of_another_place_or_time_says_nothing(members: dict[str, str], problem: str) -> None:
    places = Places()
    places.publish_list(**members)
    assert problem in await judge(places, held())
    places.publish_list(id=LIST_URL, validFrom="2026-03-01T12:00:30Z")
    places.now_ms += LOOK_AGAIN_MS
    assert await judge(places, held()) == "good"


async def test_a_list_needs_no_name_for_its_bits_and_may_say_its_kind_in_the_header() -> None:
    places = Places()
    subject = {name: value for name, value in status_list(7)["credentialSubject"].items() if name != "id"}
    head = {"alg": "ES256", "cty": "vc", "kid": KEYS[CITY].kid, "typ": "vc+jwt"}
    places.put(LIST_URL, compact(head, status_list(credentialSubject=subject), KEYS[CITY]))
    assert await judge(places, held()) == "revocation"


async def test_a_list_is_used_no_longer_than_it_is_valid() -> None:
    places = Places()
    places.publish_list(validUntil="2026-03-01T12:00:10Z")
    assert await judge(places, held()) == "good"
    assert places.statuses.used_until(held().issuer, held().statuses) == places.now_ms + 10_000
    places.now_ms += 10_000
    assert "expired" in await judge(places, held())


async def test_a_list_that_made_room_for_others_is_used_no_longer() -> None:
    places = Places()
    places.publish_list()
    assert await judge(places, held()) == "good"
    for number in range(MAX_LISTS):
        with pytest.raises(AuthenticationUnavailable):
            await judge(places, held(statusListCredential=f"{LIST_URL}{number}"))
    assert places.statuses.used_until(held().issuer, held().statuses) == 0
    harmless = held(statusPurpose="refresh")
    assert places.statuses.used_until(harmless.issuer, harmless.statuses) is None


async def test_a_list_out_of_reach_says_nothing_and_is_asked_in_bounds() -> None:
    places = Places()
    for _ in range(5):
        with pytest.raises(AuthenticationUnavailable):
            await judge(places, held())
    assert places.fetched == [LIST_URL]
    places.publish_list()
    places.now_ms += LOOK_AGAIN_MS
    assert await judge(places, held()) == "good"


async def test_an_entry_that_ends_nothing_causes_no_fetch() -> None:
    places = Places()
    assert await judge(places, held(statusPurpose="refresh")) == "good"
    assert places.fetched == []


async def test_a_bit_that_nobody_here_knows_the_meaning_of_ends_the_credential() -> None:
    places = Places()
    places.publish_list(7)
    assert "not about Revocation" in await judge(places, held(statusPurpose="Revocation"))
    places.publish_list(credentialSubject={**status_list(7)["credentialSubject"], "statusPurpose": "renewal"})
    places.statuses.forget()
    assert await judge(places, held(7, statusPurpose="renewal")) == "renewal"
    assert await judge(places, held(8, statusPurpose="renewal")) == "good"


async def test_a_list_is_about_what_its_entry_says() -> None:
    places = Places()
    places.publish_list(7)
    assert "not about suspension" in await judge(places, held(statusPurpose="suspension"))
    subject = {**status_list(7)["credentialSubject"], "statusPurpose": ["revocation", "suspension"]}
    places.publish_list(credentialSubject=subject)
    places.statuses.forget()
    assert await judge(places, held(statusPurpose="suspension")) == "suspension"


async def test_a_list_of_another_issuer_says_nothing_about_a_credential() -> None:
    places = Places()
    places.publish_list()
    stranger = read_claims(json.dumps(credential(issuer=STRANGER, credentialStatus=status_at(7))).encode())
    assert "another participant" in await judge(places, stranger)
    assert await judge(places, held()) == "good"


SUBJECT = status_list()["credentialSubject"]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (json.dumps(status_list()), "three segments"),
        ("", "three segments"),
        (sign(key_of(CITY), json.dumps(status_list()).encode(), kind="vc+jwt"), "signature"),
        (sign(KEYS[STRANGER], json.dumps(status_list()).encode(), kind="vc+jwt"), "another participant"),
        (sign(KEYS[CITY], json.dumps(status_list()).encode(), kind="roster+jws"), "typ"),
        (sign(KEYS[CITY], json.dumps(credential()).encode(), kind="vc+jwt"), "no status list"),
        (signed(status_list(type=["VerifiableCredential", "MembershipCredential"])), "no status list"),
        (signed(status_list(issuer=STRANGER)), "another issuer"),
        (
            sign(
                KEYS[CITY],
                json.dumps(status_list(credentialSubject={**SUBJECT, "encodedList": 1})).encode(),
                kind="JWT",
            ),
            "no status list",
        ),
        (
            sign(
                KEYS[CITY],
                json.dumps(
                    status_list(credentialSubject={**SUBJECT, "encodedList": pack(length=9 * 1024 * 1024)})
                ).encode(),
                kind="JWT",
            ),
            "longer than",
        ),
    ],
)
async def test_what_is_no_list_of_the_issuer_is_refused(body: str, problem: str) -> None:
    places = Places()
    places.put(LIST_URL, body)
    assert problem in await judge(places, held())


async def test_an_entry_beyond_the_list_is_refused() -> None:
    places = Places()
    places.publish_list()
    assert "entries" in await judge(places, held(10**9))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_list_behind_a_redirect_is_refused_and_its_issuer_named(status: int) -> None:
    places = Places()
    places.served[LIST_URL] = (status, "text/plain", b"")
    said = await judge(places, held())
    assert "redirect" in said
    assert CITY in said


@pytest.mark.parametrize("url", ["file:///etc/passwd", "https://user:word@stadt.example/status", "https://127.0.0.1/"])
async def test_a_list_at_a_place_that_is_never_asked_is_refused(url: str) -> None:
    places = Places()
    assert CITY in await judge(places, held(statusListCredential=url))
    assert places.fetched == []


async def test_a_list_that_is_too_large_is_refused() -> None:
    places = Places()
    places.put(LIST_URL, "a" * 3 * 1024 * 1024)
    assert "more than" in await judge(places, held())


@pytest.mark.parametrize("status", [201, 204, 206, 404, 410, 429, 500])
async def test_a_place_that_answers_without_a_list_is_named_with_its_answer(status: int) -> None:
    places = Places()
    places.served[LIST_URL] = (status, "application/vc+jwt", sign_list())
    with pytest.raises(AuthenticationUnavailable, match=rf"{CITY} cannot be fetched: .* status {status}"):
        await judge(places, held())


def sign_list() -> bytes:
    return sign(KEYS[CITY], json.dumps(status_list()).encode(), kind="vc+jwt").encode()


async def test_lists_that_come_together_leave_no_more_than_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    places = Places()
    monkeypatch.setattr("connector.identity.dcp.statuses.MAX_KEPT_BYTES", 40 * 1024)
    urls = [f"{LIST_URL}-{number}" for number in range(12)]
    for url in urls:
        places.put(url, sign_list().decode())
    said = await asyncio.gather(*(judge(places, held(statusListCredential=url)) for url in urls))
    assert set(said) == {"good"}
    kept = [place.kept for place in places.statuses._places.values() if place.kept]
    assert sum(len(each.bits.bits) for each in kept) <= 40 * 1024


async def test_lists_of_a_hostile_issuer_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    places = Places()
    monkeypatch.setattr("connector.identity.dcp.statuses.MAX_KEPT_BYTES", 40 * 1024)
    for number in range(6):
        url = f"{LIST_URL}-{number}"
        places.put(url, sign(KEYS[CITY], json.dumps(status_list()).encode(), kind="vc+jwt"))
        assert await judge(places, held(statusListCredential=url)) == "good"
    assert len(places.statuses._places) <= 3
