"""The data of a flow leaves as its lease says: by pull and push, whole and in part, and not after it changed."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.dataplane.control.gate import LeaseEnded
from connector.dataplane.listener.serve import Accel
from connector.dataplane.treating.treatment import WHOLE
from connector.policy.deciding.consent import WITHDRAWN
from connector.policy.model.decision import RowFilter
from connector.policy.model.policy import DK, AtomicConstraint
from connector.policy.model.values import Iri
from connector.ports.entities import FlowDirection
from connector.ports.flow import PERSON, Untreatable
from connector.ports.treatment import Records, TransformStep, Treatment
from connector.store.memory.store import MemoryStore
from tests.dataplane.records import (
    CONSENTING,
    CSV,
    JSON,
    SECRET,
    TREATING,
    consented,
    content,
    deliver,
    encoded,
    treat,
    treated,
)
from tests.dataplane.world import Side, flow_request, lease, side, url_and_token

DPV = "https://w3id.org/dpv#"
DROP = treat(CSV, TransformStep(name="drop", fields=("name",)))
SUPPRESS = treat(CSV, TransformStep(name="suppress", fields=("street",), smallest_group=2))
PEOPLE = b"name,street\nAnna,A\nBert,A\nCem,B\n"
AGREED = AtomicConstraint(
    left=DK + "consentStatus",
    operator="isAnyOf",
    right=(Iri(DPV + "ConsentGiven"), Iri(DPV + "RenewedConsentGiven")),
)
WITH_CONSENT = Treatment(
    records=Records(format="csv", subject="name"), rows=RowFilter(keep=(AGREED,)), consent=CONSENTING
)
IN_GERMANY = AtomicConstraint(left=DK + "recordRegion", operator="isPartOf", right=(Iri("DE"),))


@pytest.fixture
async def provider(tmp_path: Path) -> AsyncIterator[Side]:
    async with side(tmp_path / "provider", treating=TREATING) as made:
        yield made


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def test_a_pull_gets_the_treated_data_with_its_own_length_and_digest(
    provider: Side, http: aiohttp.ClientSession
) -> None:
    source = provider.give("people.csv", PEOPLE)
    url, token = url_and_token(await provider.serve(source, lease(treatment=encoded(DROP)), media_type="text/csv"))
    async with http.get(url, headers=token) as answer:
        assert (answer.status, await answer.read()) == (200, b"street\nA\nA\nB\n")
        assert answer.headers["Content-Length"] == "13"
        assert answer.headers["Content-Type"] == "text/csv"
        etag = answer.headers["ETag"]
    async with http.head(url, headers=token) as answer:
        assert answer.headers["ETag"] == etag
    resumed = {**token, "Range": "bytes=7-", "If-Range": etag}
    async with http.get(url, headers=resumed) as answer:
        assert (answer.status, await answer.read()) == (206, b"A\nA\nB\n"[0:])
    report = await provider.plane.report("city", flow_request(FlowDirection.SERVE).flow_id)
    assert report is not None
    assert report.bytes_moved == 13 + 6, "what left is counted, not what lies there"


async def test_what_is_too_large_to_be_made_whole_has_no_ranges(provider: Side, http: aiohttp.ClientSession) -> None:
    data = b"name,street\n" + b"".join(b"person %d,street %d\n" % (at, at % 9) for at in range(150_000))
    source = provider.give("people.csv", data)
    url, token = url_and_token(await provider.serve(source, lease(treatment=encoded(DROP))))
    expected = b"street\n" + b"".join(b"street %d\n" % (at % 9) for at in range(150_000))
    async with http.get(url, headers={**token, "Range": "bytes=10-20"}) as answer:
        assert answer.status == 200
        assert not {"ETag", "Accept-Ranges", "Content-Length", "Repr-Digest"} & answer.headers.keys()
        assert await answer.read() == expected


async def test_a_proxy_is_never_pointed_at_the_raw_file(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    accel = Accel("/protected")
    async with side(tmp_path / "p", accel=accel, treating=TREATING) as provider:
        source = provider.give("people.csv", PEOPLE)
        for treatment, redirected in ((DROP, False), (None, True)):
            granted = lease(9 if treatment is None else 1, treatment=encoded(treatment) if treatment else b"")
            url, token = url_and_token(await provider.serve(source, granted))
            async with http.get(url, headers=token) as answer:
                assert ("X-Accel-Redirect" in answer.headers) is redirected
                assert b"Anna" not in await answer.read()


async def test_a_push_delivers_the_treated_data(tmp_path: Path, provider: Side) -> None:
    async with side(tmp_path / "consumer") as consumer:
        sink = {"kind": "file", "path": "arrived.csv"}
        ready = await consumer.plane.prepare(flow_request(FlowDirection.RECEIVE, sink=sink))
        assert ready.error is None
        await consumer.plane.renew(lease())
        source = provider.give("people.csv", PEOPLE)
        await provider.plane.start(flow_request(FlowDirection.PUSH, source=source, endpoint=ready.data_address))
        await provider.plane.renew(lease(treatment=encoded(SUPPRESS)))
        done = await provider.wait_for_end()
        assert done.error is None
        expected = b"name,street\nAnna,A\nBert,A\n"
        assert (done.size, done.sha256) == (len(expected), hashlib.sha256(expected).hexdigest())
        assert consumer.got("arrived.csv") == expected


@pytest.mark.parametrize(
    ("data", "treatment", "said"),
    [
        (PEOPLE, treat(CSV, TransformStep(name="drop", fields=("email",))), "no field 'email'"),
        (b"\x89PNG\r\n\x1a\n\xff", DROP, "not UTF-8"),
        (PEOPLE, treat(JSON, TransformStep(name="drop", fields=("name",))), "no array of objects"),
        (PEOPLE + b"broken\n", DROP, "Line 5"),
        (PEOPLE, treat(CSV, TransformStep(name="encrypt")), "no transform"),
        (PEOPLE, treat(Records(format="csv", fields=("street",)), TransformStep(name="drop")), "does not declare"),
    ],
)
async def test_data_that_cannot_be_treated_is_refused_before_the_first_byte_with_the_reason(
    provider: Side, http: aiohttp.ClientSession, data: bytes, treatment: Treatment, said: str
) -> None:
    source = provider.give("people.csv", data)
    url, token = url_and_token(await provider.serve(source, lease(treatment=encoded(treatment))))
    async with http.get(url, headers=token) as answer:
        body = await answer.json()
    assert (answer.status, body["error"]) == (422, "untreatable")
    assert said in body["message"]


async def test_a_folder_is_not_treated(provider: Side, http: aiohttp.ClientSession) -> None:
    provider.give("many/people.csv", PEOPLE)
    url, token = url_and_token(await provider.serve({"kind": "file", "path": "many"}, lease(treatment=encoded(DROP))))
    for path in ("", "/people.csv"):
        async with http.get(url + path, headers=token) as answer:
            assert answer.status == 422


@pytest.mark.parametrize(
    "treatment", [b"{", b'{"records": {"format": "xml"}}', b'{"records": {"format": "csv", "new": 1}}']
)
async def test_a_treatment_that_is_not_understood_lets_nothing_leave(
    provider: Side, http: aiohttp.ClientSession, treatment: bytes
) -> None:
    url, token = url_and_token(await provider.serve(provider.give("people.csv", PEOPLE), lease(treatment=treatment)))
    async with http.get(url, headers=token) as answer:
        assert answer.status == 422


async def test_without_a_secret_nothing_is_treated(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    async with side(tmp_path) as provider:
        url, token = url_and_token(
            await provider.serve(provider.give("people.csv", PEOPLE), lease(treatment=encoded(DROP)))
        )
        async with http.get(url, headers=token) as answer:
            assert answer.status == 422


async def test_only_people_who_agreed_are_in_the_delivery(provider: Side, http: aiohttp.ClientSession) -> None:
    await consented(provider.store, "Anna", "Bert", "Cem")
    await consented(provider.store, "Bert", state=WITHDRAWN)
    url, token = url_and_token(
        await provider.serve(provider.give("people.csv", PEOPLE), lease(treatment=encoded(WITH_CONSENT)))
    )
    async with http.get(url, headers=token) as answer:
        assert await answer.read() == b"name,street\nAnna,A\nCem,B\n"


async def test_consent_to_something_else_or_that_has_ended_is_none() -> None:
    store = MemoryStore()
    await consented(store, "Anna", dataset="urn:other")
    await consented(store, "Bert", purpose="https://w3id.org/dpv#Marketing")
    await consented(store, "Cem", until=999_999)
    assert await content([PEOPLE], WITH_CONSENT, store=store) == b"name,street\n"
    await consented(store, "Cem", until=1_000_001)
    assert await content([PEOPLE], WITH_CONSENT, store=store) == b"name,street\nCem,B\n"
    nowhere = msgspec.structs.replace(WITH_CONSENT, consent=None)
    assert await content([PEOPLE], nowhere, store=store) == b"name,street\n"


async def test_records_are_left_out_by_what_their_fields_say() -> None:
    regions = Records(format="csv", facts={DK + "recordRegion": "land"})
    data = b"id,land\n1,DE-BW\n2,FR\n3,\n4,Atlantis\n5,DE\n"
    only = Treatment(records=regions, rows=RowFilter(keep=(IN_GERMANY,)))
    assert await content([data], only) == b"id,land\n1,DE-BW\n5,DE\n"
    outside = Treatment(records=regions, rows=RowFilter(drop=((IN_GERMANY,),)))
    assert await content([data], outside) == b"id,land\n2,FR\n", "what is not known is left out as well"
    with pytest.raises(Untreatable, match="'land'"):
        await content([b"id\n1\n"], only)


@given(
    rows=st.lists(
        st.tuples(st.sampled_from(["", "DE", "DE-BW", "FR", "x"]), st.sampled_from(["", "given", "withdrawn"]))
    ),
    outside=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_the_records_that_leave_are_those_that_a_person_would_pick(rows: list[tuple[str, str]], outside: bool) -> None:
    states = {"given": DPV + "ConsentGiven", "withdrawn": DPV + "ConsentWithdrawn", "": ""}
    facts = {DK + "recordRegion": "land", DK + "consentStatus": "state"}
    rule = RowFilter(keep=(AGREED,), drop=((IN_GERMANY,),)) if outside else RowFilter(keep=(AGREED, IN_GERMANY))
    data = "land,state\n" + "".join(f"{land},{states[state]}\n" for land, state in rows)
    made = deliver(data.encode(), Treatment(records=Records(format="csv", facts=facts), rows=rule)).decode()
    fitting = {"FR"} if outside else {"DE", "DE-BW"}
    expected = [f"{land},{states[state]}" for land, state in rows if land in fitting and state == "given"]
    assert made.splitlines()[1:] == expected


async def test_the_data_itself_cannot_say_whose_consent_counts() -> None:
    store, forged = MemoryStore(), SECRET.person("city", "Anna")
    await consented(store, "Anna")
    json = Treatment(records=Records(format="json", subject="name"), rows=RowFilter(keep=(AGREED,)), consent=CONSENTING)
    rows = [{"name": "Anna"}, {"name": "", PERSON: forged}, {"name": "Bert", PERSON: forged}]
    left = msgspec.json.decode(await content([msgspec.json.encode(rows)], json, store=store))
    assert left == [{"name": "Anna"}]
    with pytest.raises(Untreatable, match="rename it"):
        await content([b"name,\0person\nAnna,1\n"], WITH_CONSENT, store=store)
    plain = treat(Records(format="json"), TransformStep(name="drop", fields=("name",)))
    assert msgspec.json.decode(await content([msgspec.json.encode(rows)], plain)) == [{}, {}, {}]


async def test_a_person_who_withdraws_is_not_in_what_leaves_afterwards() -> None:
    store = MemoryStore()
    people = [f"person {number}" for number in range(200)]
    await consented(store, *people)
    line = b"%s," + b"x" * 1000 + b"\n"
    rounds = [b"".join(line % person.encode() for person in people) for _ in range(20)]
    async with treated([b"name,street\n", *rounds], WITH_CONSENT, store=store).open({}) as found:
        assert found.size is None
        chunks, taken = aiter(found.chunks), 0
        while taken <= 2 * WHOLE:
            taken += len(await anext(chunks))
        await consented(store, "person 7", state=WITHDRAWN)
        rest = [chunk async for chunk in chunks]
        assert not any(b"person 7," in chunk for chunk in rest)
        assert sum(chunk.count(b"person 8,") for chunk in rest) > 5, "the others go on"


async def test_what_was_made_whole_before_a_withdrawal_does_not_leave() -> None:
    store = MemoryStore()
    await consented(store, "Anna", "Bert")
    async with treated([PEOPLE], WITH_CONSENT, store=store).open({}) as found:
        await consented(store, "Cem", state=WITHDRAWN)  # nobody in the delivery
        await consented(store, "Anna", state=WITHDRAWN)
        with pytest.raises(LeaseEnded, match="what may leave has changed"):
            [chunk async for chunk in found.chunks]
    async with treated([PEOPLE], WITH_CONSENT, store=store).open({}) as found:
        await consented(store, "Zoe")
        assert [chunk async for chunk in found.chunks] == [b"name,street\nBert,A\n"]


async def test_a_stream_ends_when_its_lease_demands_another_treatment(
    provider: Side, http: aiohttp.ClientSession
) -> None:
    data = b"name,street\n" + b"Anna,A\n" * 8_000_000
    url, token = url_and_token(await provider.serve(provider.give("people.csv", data)))
    async with http.get(url, headers=token) as answer:
        assert (await answer.content.readexactly(12)) == b"name,street\n"
        await provider.plane.renew(lease(2, treatment=encoded(SUPPRESS)))
        with pytest.raises(aiohttp.ClientError):
            await answer.read()
    await provider.plane.renew(lease(3, treatment=encoded(SUPPRESS)))
    async with http.get(url, headers=token) as answer:
        assert answer.status == 422, "too large to be made whole"
        assert "more than 250000 records" in (await answer.json())["message"]


async def test_a_treatment_survives_a_restart(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    store = MemoryStore()
    async with side(tmp_path, store=store, treating=TREATING) as provider:
        url, token = url_and_token(
            await provider.serve(provider.give("people.csv", PEOPLE), lease(treatment=encoded(DROP)))
        )
    async with side(tmp_path, store=store, treating=TREATING) as provider:
        path = url.partition("/flows/")[2]
        async with http.get(f"{provider.url}/flows/{path}", headers=token) as answer:
            assert await answer.read() == b"street\nA\nA\nB\n"
