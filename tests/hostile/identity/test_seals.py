"""Attacks on seals (RFC 9421) by their number in docs/attacks.md: a message whose seal does not hold is refused.

Each trick changes one thing about a sealed message whose sender promises seals; as it is, the message is admitted.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Sequence

import msgspec
import pytest

from connector.binding.dsp.gatekeeper import Gatekeeper
from connector.identity.jws import sign_bytes
from connector.identity.roster import RosterIdentity
from connector.identity.seals import FRESH_S
from connector.net.serving.messages import PeerRequest
from connector.ports.identity import Caller
from connector.ports.seals import KeptSeal
from connector.protocol.dsp.errors import RemoteProtocolError
from connector.protocol.seals import LONGEST_FIELD, Seal, compute_digest, write_base, write_fields
from connector.store.memory.store import MemoryStore
from tests.identity.lists import CITY, CITY_KEY, NOW_MS, OTHER_KEY, UTILITY, UTILITY_KEY, Board, identity

OURS = "https://city.example/dsp/2025-1"
TEMPLATE = "/negotiations/{pid}/events"
PID = "urn:uuid:1"
PLACE = f"{OURS}/negotiations/urn%3Auuid%3A1/events"
BODY = b'{"eventType":"ACCEPTED"}'


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A message as it arrives, with the fields of its seal by their names in lower case."""

    headers: dict[str, str]
    body: bytes = BODY
    query: str = ""
    pid: str = PID


SENDER = Caller(participant=UTILITY, claims={}, evidence={}, replay_key=None, seals=True)
"""The caller by its token, which promises a seal."""
Trick = Callable[[Sent], Sent]


def put(name: str, make: Callable[[str], str]) -> Trick:
    """Return what changes a field."""
    return lambda sent: msgspec.structs.replace(sent, headers={**sent.headers, name: make(sent.headers[name])})


def swap(name: str, old: str, new: str) -> Trick:
    def make(text: str) -> str:
        assert old in text, (name, old)
        return text.replace(old, new)

    return put(name, make)


def drop(*names: str) -> Trick:
    return lambda sent: msgspec.structs.replace(
        sent, headers={name: text for name, text in sent.headers.items() if name not in names}
    )


def sha_512(content: bytes) -> str:
    return f"sha-512=:{base64.b64encode(hashlib.sha512(content).digest()).decode()}:"


INPUT, SIGNATURE, DIGEST = "signature-input", "signature", "content-digest"
COVERED = '("@method" "@target-uri" "content-digest")'

TRICKS: dict[str, Sequence[Trick]] = {
    "33a another body": [
        lambda sent: msgspec.structs.replace(sent, body=BODY + b" "),
        lambda sent: msgspec.structs.replace(sent, body=b""),
        # With a digest that fits, the signature is not that of this message.
        lambda sent: put(DIGEST, lambda _: f"sha-256=:{compute_digest(b'{}')}:")(
            msgspec.structs.replace(sent, body=b"{}")
        ),
    ],
    "33b another place": [
        lambda sent: msgspec.structs.replace(sent, query="a=1"),
        lambda sent: msgspec.structs.replace(sent, query="/"),
        lambda sent: msgspec.structs.replace(sent, pid="urn:uuid:2"),
        lambda sent: msgspec.structs.replace(sent, pid="urn:uuid:1/"),
        lambda sent: msgspec.structs.replace(sent, pid="urn%3Auuid%3A1"),
    ],
    "33c fewer or other components": [
        swap(INPUT, COVERED, "()"),
        swap(INPUT, COVERED, '("@method")'),
        swap(INPUT, COVERED, '("@method" "@target-uri")'),
        swap(INPUT, COVERED, '("@method" "content-digest" "@target-uri")'),
        swap(INPUT, COVERED, '("@method" "@path" "content-digest")'),
        swap(INPUT, COVERED, '("@method" "@method" "@target-uri" "content-digest")'),
        swap(INPUT, '"content-digest"', '"content-digest";sf'),
        swap(INPUT, '"content-digest"', '"content-digest";req'),
        swap(INPUT, '"content-digest"', '"content-digest";bs'),
        swap(INPUT, '"content-digest"', '"Content-Digest"'),
    ],
    "33d two signatures of one name": [
        put(INPUT, lambda text: f"{text}, {text}"),
        put(SIGNATURE, lambda text: f"{text}, {text}"),
        put(INPUT, lambda text: f'message=("@method");created=1;tag="datenkontor-message", {text}'),
        put(INPUT, lambda text: f'{text}, message=("@method");created=1'),
        put(INPUT, lambda text: f"{text},message"),
        put(SIGNATURE, lambda text: f"message=:{'A' * 86}==:, {text}"),
        put(SIGNATURE, lambda text: f"{text}, message=:AAAA:"),
    ],
    "33e another time": [
        put(INPUT, lambda text, off=off: re.sub(r"created=\d+", f"created={NOW_MS // 1000 + off}", text))
        for off in (-FRESH_S - 1, FRESH_S + 1, 1, 10**9)
    ]
    + [
        swap(INPUT, "created=", "created=-"),
        swap(INPUT, "created=", "created=0"),
        put(INPUT, lambda text: re.sub(r";created=\d+", "", text)),
        swap(INPUT, ";keyid", ";expires=99999999999;keyid"),
        swap(INPUT, ";keyid", ';nonce="n";keyid'),
    ],
    "33f another key or algorithm": [
        swap(INPUT, UTILITY_KEY.kid, OTHER_KEY.kid),
        swap(INPUT, UTILITY_KEY.kid, CITY_KEY.kid),
        swap(INPUT, UTILITY_KEY.kid, "../../dev/null"),
        swap(INPUT, "ed25519", "ecdsa-p256-sha256"),
        swap(INPUT, "ed25519", "hmac-sha256"),
        swap(INPUT, "ed25519", "none"),
        put(INPUT, lambda text: re.sub(r';alg="[^"]*"', "", text)),
    ],
    "33g another digest of the body": [
        put(DIGEST, lambda _: sha_512(BODY)),
        put(DIGEST, lambda text: f"{text}, {sha_512(BODY)}"),
        put(DIGEST, lambda text: f"{sha_512(b'other')}, {text}"),
        put(DIGEST, lambda text: f"{text}, {text}"),
        put(DIGEST, lambda text: text.replace("sha-256", "md5")),
        put(DIGEST, lambda text: text.replace("=:", ":")),
        drop(DIGEST),
    ],
    "33h a seal that is taken away": [
        drop(INPUT),
        drop(SIGNATURE),
        drop(INPUT, SIGNATURE),
        drop(INPUT, SIGNATURE, DIGEST),
        swap(INPUT, "message=", "sig1="),
        swap(INPUT, 'tag="datenkontor-message"', 'tag="other"'),
        put(SIGNATURE, lambda text: text.replace("message=", "sig1=")),
    ],
    "33i fields that are no structured fields": [
        put(INPUT, lambda text: text + "x"),
        put(INPUT, lambda text: text.replace(";", "; ;")),
        put(SIGNATURE, lambda text: text.replace(":", "")),
        put(SIGNATURE, lambda text: text[:-4] + "===:"),
        put(SIGNATURE, lambda _: "message=?1"),
        put(SIGNATURE, lambda _: "message"),
        put(INPUT, lambda text: text + ", proxy=" + "x" * LONGEST_FIELD),
        put(INPUT, lambda text: text.replace('tag="', 'tag="\xdf')),
    ],
}


async def admit(change: Trick) -> KeptSeal | None:
    """Let a member seal a message, change it, and return the seal that the receiver keeps."""
    board = Board()
    us, them = await identity(board, CITY, CITY_KEY), await identity(board, UTILITY, UTILITY_KEY)
    fields = {name.lower(): text for name, text in them.seals.seal(PLACE, BODY, None).items()}
    return _open(us, change(Sent(headers=fields)))


def _open(us: RosterIdentity, sent: Sent) -> KeptSeal | None:
    gatekeeper = Gatekeeper(identity=us, store=MemoryStore(), seals=us.seals, find_addresses=lambda: (OURS,))
    request = PeerRequest(method="POST", path="", query=sent.query, headers=sent.headers, names={"pid": sent.pid})
    return gatekeeper.open_seal(request, SENDER, TEMPLATE, sent.body).seal


@pytest.mark.parametrize("off_s", [-FRESH_S - 1, FRESH_S + 1])
async def test_33e_a_seal_that_its_sender_made_at_another_time_is_refused(off_s: int) -> None:
    board = Board()
    us = await identity(board, CITY, CITY_KEY)
    for late_s in (0, off_s):
        them = await identity(board, UTILITY, UTILITY_KEY, now_ms=NOW_MS + late_s * 1000)
        sent = Sent(headers={name.lower(): text for name, text in them.seals.seal(PLACE, BODY, None).items()})
        if not late_s:
            assert _open(us, sent) is not None
            continue
        with pytest.raises(RemoteProtocolError, match="compare the clocks"):
            _open(us, sent)


async def test_33f_a_seal_under_the_name_of_another_algorithm_is_refused_although_its_sender_signed_it() -> None:
    us = await identity(Board(), CITY, CITY_KEY)
    for algorithm in ("EdDSA", "ES256"):
        seal = Seal(
            url=PLACE,
            content_digest=compute_digest(BODY),
            agreement_digest="",
            created=NOW_MS // 1000,
            key=UTILITY_KEY.kid,
            algorithm=algorithm,
        )
        signature = base64.b64encode(sign_bytes(UTILITY_KEY, write_base(seal))).decode()
        fields = write_fields(msgspec.structs.replace(seal, signature=signature))
        sent = Sent(headers={name.lower(): text for name, text in fields.items()})
        if algorithm == UTILITY_KEY.algorithm:
            assert _open(us, sent) is not None
            continue
        with pytest.raises(RemoteProtocolError, match="does not verify"):
            _open(us, sent)


async def test_a_message_as_it_was_sealed_is_admitted() -> None:
    kept = await admit(lambda sent: sent)
    assert kept is not None
    assert kept.seal.url == PLACE


async def test_what_a_proxy_adds_beside_a_seal_says_nothing() -> None:
    def add(sent: Sent) -> Sent:
        beside = put(INPUT, lambda text: f'proxy=("@status");created=1;keyid="p",\t{text}, last=()')(sent)
        return put(SIGNATURE, lambda text: f"proxy=:AAAA:,{text} , last=:AAAA:")(beside)

    assert await admit(add) is not None


@pytest.mark.parametrize(("name", "at"), [(name, at) for name, tricks in TRICKS.items() for at in range(len(tricks))])
async def test_a_message_whose_seal_does_not_hold_is_refused(name: str, at: int) -> None:
    with pytest.raises(RemoteProtocolError) as refused:
        await admit(TRICKS[name][at])
    assert (refused.value.code, refused.value.status) == ("seal", 400)
    # One sentence, which is that for any stranger too: it repeats nothing of what was sent.
    assert refused.value.reason.count(". ") == 0
    assert OTHER_KEY.kid not in refused.value.reason


async def test_33j_a_sealed_message_for_one_participant_does_not_count_at_another_of_the_same_process() -> None:
    board = Board()
    us, them = await identity(board, CITY, CITY_KEY), await identity(board, UTILITY, UTILITY_KEY)
    fields = {name.lower(): text for name, text in them.seals.seal(PLACE, BODY, None).items()}
    request = PeerRequest(method="POST", path="", headers=fields, names={"pid": PID})
    for other in (OURS + "/tenant", OURS.replace("city", "other"), OURS.replace("https", "http"), OURS + ":8443"):
        gatekeeper = Gatekeeper(
            identity=us, store=MemoryStore(), seals=us.seals, find_addresses=lambda place=other: (place,)
        )
        with pytest.raises(RemoteProtocolError, match="does not verify"):
            gatekeeper.open_seal(request, SENDER, TEMPLATE, BODY)
