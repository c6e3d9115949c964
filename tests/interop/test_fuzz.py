"""Every endpoint of the protocol against broken requests: a clear refusal, no fault of ours, and nothing kept.

The grammar starts from messages as they should be and breaks them: members left out, doubled, of another type, foreign
pids, other media types, no JSON at all. `FUZZ` in the environment sets how many requests are made.
"""

import asyncio
import copy
import json
import os
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.protocol.dsp.errors import REASON_LIMIT
from tests.interop.deployed import CTX, Deployed, pull_address
from tests.interop.ours import DATASET, HOME, ME, PEER_HOME, TERMS, Ours, call
from tests.support.transport import InProcess

EXAMPLES = int(os.environ.get("FUZZ", "400"))
PIDS = {"consumerPid": "c-1", "providerPid": "p-1"}
OFFER = {"@id": "urn:offer:1", "@type": "Offer", **TERMS, "target": DATASET, "assigner": ME}
THEIR_OFFER = {**OFFER, "assigner": "deployed"}
AGREEMENT = {**THEIR_OFFER, "@type": "Agreement", "assignee": ME, "timestamp": "2025-11-24T02:02:40Z"}
REASON = {"code": "x", "reason": ["why", {"@value": "warum", "@language": "de"}]}

MESSAGES: dict[str, dict[str, Any]] = {
    "catalog/request": {"@type": "CatalogRequestMessage", "filter": [{"theme": "x"}]},
    "negotiations/request": {
        "@type": "ContractRequestMessage",
        "consumerPid": "c-2",
        "offer": OFFER,
        "callbackAddress": PEER_HOME,
    },
    "negotiations/offers": {
        "@type": "ContractOfferMessage",
        "providerPid": "p-2",
        "offer": THEIR_OFFER,
        "callbackAddress": PEER_HOME,
    },
    "negotiations/{pid}/request": {"@type": "ContractRequestMessage", **PIDS, "offer": OFFER},
    "negotiations/{pid}/offers": {"@type": "ContractOfferMessage", **PIDS, "offer": THEIR_OFFER},
    "negotiations/{pid}/agreement": {"@type": "ContractAgreementMessage", **PIDS, "agreement": AGREEMENT},
    "negotiations/{pid}/agreement/verification": {"@type": "ContractAgreementVerificationMessage", **PIDS},
    "negotiations/{pid}/events": {"@type": "ContractNegotiationEventMessage", **PIDS, "eventType": "ACCEPTED"},
    "negotiations/{pid}/termination": {"@type": "ContractNegotiationTerminationMessage", **PIDS, **REASON},
    "transfers/request": {
        "@type": "TransferRequestMessage",
        "agreementId": "agreement-1",
        "format": "HttpData-PULL",
        "callbackAddress": PEER_HOME,
        "consumerPid": "c-3",
        "dataAddress": pull_address("https://deployed.example/public", "token"),
    },
    "transfers/{pid}/start": {
        "@type": "TransferStartMessage",
        **PIDS,
        "dataAddress": pull_address("https://deployed.example/public", "token"),
    },
    "transfers/{pid}/suspension": {"@type": "TransferSuspensionMessage", **PIDS, **REASON},
    "transfers/{pid}/completion": {"@type": "TransferCompletionMessage", **PIDS},
    "transfers/{pid}/termination": {"@type": "TransferTerminationMessage", **PIDS, **REASON},
}

texts = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["", ".", "..", "a" * 2000, "http://10.0.0.1/", "//", "urn:x", "\u0000", "\ud800", "%2e%2e", "null"]
    ),
)
values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), texts, st.sampled_from([10**400, -0.0, {"@id": "x"}, []])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(texts, st.sampled_from(["@id", "@type", "@value", "target"])), inner, max_size=3),
    ),
    max_leaves=6,
)
pids = st.one_of(
    st.sampled_from(["request", "urn:kontor:1", "c-1", "%2F", "%00", "a%2Fb", "..", "%F0%9F%98%80", "x" * 5000]),
    st.text("abc:-_%25", min_size=1, max_size=12),
)
media_types = st.sampled_from(
    ["application/json", "application/json; charset=utf-8", "application/ld+json", "text/html", "", "application/json;"]
)
tokens = st.sampled_from([None, "", "Bearer x", "{}", "[]", '{"clientId": 7}', '{"clientId": []}', "{" * 5000])


def places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of all values inside a document."""
    inner = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    return [found for key, value in inner for found in ((*path, key), *places(value, (*path, key)))]


@st.composite
def bodies(draw: st.DrawFn, message: dict[str, Any]) -> bytes:
    """A message with up to three breaks in it, or something else altogether."""
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return draw(st.one_of(st.binary(max_size=64), values.map(lambda value: encoded(value))))
    if kind == 1:
        depth = draw(st.sampled_from([50, 99, 101, 5000]))
        return encoded(message)[:-1] + b', "deep": ' + b"[" * depth + b"]" * depth + b"}"
    document = copy.deepcopy({**message, "@context": CTX})
    for _ in range(draw(st.integers(0, 3))):
        at = places(document)
        if not at:
            break
        *way, last = draw(st.sampled_from(at))
        holder: Any = document
        for key in way:
            holder = holder[key]
        if draw(st.booleans()):
            holder[last] = copy.deepcopy(draw(values))
        else:
            del holder[last]
    body = encoded(document)
    if kind == 2:
        return body[:-1] + b',"@type":"TwiceMessage"}'
    return body[: draw(st.integers(0, len(body)))] if kind == 3 else body


def encoded(value: Any) -> bytes:
    return json.dumps(value).encode("utf-8", "surrogatepass")


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, str, bytes, dict[str, str]]:
    template = draw(st.sampled_from(sorted(MESSAGES)))
    path = template.replace("{pid}", draw(pids))
    method = draw(st.sampled_from(["POST"] * 12 + ["GET", "PUT", "DELETE", "HEAD"]))
    if method != "POST" and draw(st.booleans()):
        path = draw(st.sampled_from(["negotiations/", "transfers/", "catalog/datasets/"])) + draw(pids)
    if template == "catalog/request":
        path += draw(
            st.sampled_from(["", "?after=x", "?limit=0", "?limit=x", "?after=%00&limit=9999999999", "?limit=3"])
        )
    headers = {"Content-Type": draw(media_types)} if draw(st.integers(0, 9)) == 0 else {}
    token = draw(tokens) if draw(st.integers(0, 9)) == 0 else None
    if token is not None:
        headers["Authorization"] = token
    if draw(st.integers(0, 19)) == 0:
        headers["Content-Encoding"] = draw(st.sampled_from(["gzip", "br", ""]))
    return method, path, draw(bodies(MESSAGES[template])), headers


def kept(us: Ours) -> int:
    """Return how many rows the store holds."""
    return sum(len(table) for name, table in vars(us.store).items() if isinstance(table, dict) and name != "_apply")


async def answered(us: Ours, request: tuple[str, str, bytes, dict[str, str]]) -> tuple[httpx.Response, int]:
    method, path, body, headers = request
    before = kept(us)
    answer = await call(us.app, method, f"{HOME}/{path}", body, **headers)
    return answer, kept(us) - before


def check(answer: httpx.Response, grown: int) -> None:
    assert answer.status_code < 500, answer.text
    if answer.status_code < 400:
        return
    assert grown == 0, answer.text
    if answer.request.method == "HEAD":
        return  # an answer without a body
    if answer.status_code in {404, 405} and not answer.headers.get("content-type", "").startswith("application/json"):
        return  # no endpoint of the protocol
    document = answer.json()
    assert document["@type"] in {"CatalogError", "ContractNegotiationError", "TransferError"}
    assert all(len(reason) <= REASON_LIMIT for reason in document["reason"])


async def prepared() -> Ours:
    """Return a connector with processes in which messages of the grammar can be right."""
    wire = InProcess()
    us, peer = Ours(wire), Deployed(wire)
    await us.provides()
    for path in ("negotiations/offers", "transfers/request"):
        body = {**MESSAGES[path], "@context": CTX}
        body.pop("dataAddress", None)
        assert (await call(us.app, "POST", f"{HOME}/{path}", body)).status_code == 201
    assert peer.received == []
    return us


@settings(
    max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(st.lists(requests(), min_size=1, max_size=3))
def test_no_request_is_a_fault_of_ours_and_no_refusal_leaves_a_trace(
    broken: list[tuple[str, str, bytes, dict[str, str]]],
) -> None:
    async def scenario() -> None:
        us = await prepared()
        for request in broken:
            check(*await answered(us, request))

    asyncio.run(scenario())


def test_the_grammar_knows_messages_that_are_right() -> None:
    async def scenario() -> None:
        us = await prepared()
        taken = []
        for row in [*(await us.negotiations()), *(await us.transfers())]:
            chapter = "negotiations" if hasattr(row, "offer") else "transfers"
            ours, theirs = ("providerPid", "consumerPid") if row.role == "provider" else ("consumerPid", "providerPid")
            for template, message in MESSAGES.items():
                if template.startswith(f"{chapter}/{{pid}}"):
                    body = {**message, ours: row.id, theirs: row.peer_pid, "@context": CTX}
                    answer = await call(us.app, "POST", f"{HOME}/{template.replace('{pid}', row.id)}", body)
                    taken += [template] if answer.status_code == 200 else []
        assert "negotiations/{pid}/termination" in taken
        assert "transfers/{pid}/termination" in taken

    asyncio.run(scenario())
