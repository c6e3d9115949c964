"""Attacks on seals (RFC 9421) by their number in docs/attacks.md: a message whose seal does not hold is refused.

Each trick changes one thing about a sealed message whose sender promises seals; as it is, the message is admitted.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence

import msgspec
import pytest

from connector.binding.dsp.gatekeeper import Gatekeeper
from connector.identity.jws import sign_bytes
from connector.identity.roster import RosterIdentity
from connector.identity.seals import FRESH_S
from connector.net.serving.messages import PeerRequest
from connector.ports.identity import Intent, Unauthenticated
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
COVERED = '("@method" "@target-uri" "content-digest" "token-digest")'
TOKEN_DIGEST = "token-digest"

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
        swap(INPUT, COVERED, '("@method" "@target-uri" "content-digest")'),
        swap(INPUT, COVERED, '("@method" "@target-uri" "token-digest" "content-digest")'),
        swap(INPUT, COVERED, '("@method" "@path" "content-digest" "token-digest")'),
        swap(INPUT, COVERED, '("@method" "@method" "@target-uri" "content-digest" "token-digest")'),
        swap(INPUT, '"content-digest"', '"content-digest";sf'),
        swap(INPUT, '"content-digest"', '"content-digest";req'),
        swap(INPUT, '"content-digest"', '"content-digest";bs'),
        swap(INPUT, '"content-digest"', '"Content-Digest"'),
    ],
    "33d two signatures of one name": [
        put(INPUT, lambda text: f"{text}, {text}"),
        put(SIGNATURE, lambda text: f"{text}, {text}"),
        put(INPUT, lambda text: f'message=("@method");created=1;tag="datenkontor-message-with-token", {text}'),
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
    "33k another token": [
        put(TOKEN_DIGEST, lambda _: f"sha-256=:{compute_digest(b'other')}:"),
        put(TOKEN_DIGEST, lambda text: f"{text}, {text}"),
        put(TOKEN_DIGEST, lambda text: text.replace("sha-256", "sha-512")),
        put(TOKEN_DIGEST, lambda _: ""),
        drop(TOKEN_DIGEST),
        # The form of before, which covers no token, with the signature of the new one.
        lambda sent: swap(INPUT, "-with-token", "")(swap(INPUT, ' "token-digest"', "")(sent)),
    ],
    "33h a seal that is taken away": [
        drop(INPUT),
        drop(SIGNATURE),
        drop(INPUT, SIGNATURE),
        drop(INPUT, SIGNATURE, DIGEST),
        swap(INPUT, "message=", "sig1="),
        swap(INPUT, 'tag="datenkontor-message-with-token"', 'tag="other"'),
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
    return await take(us, change(await send(them)))


async def send(them: RosterIdentity) -> Sent:
    """Return a message as its sender sealed it."""
    token = await them.issue_token(CITY, Intent.NEGOTIATION)
    return put_seal(token, them.seals.seal(PLACE, BODY, None, token))


def put_seal(token: str, fields: Mapping[str, str]) -> Sent:
    return Sent(headers={"authorization": token, **{name.lower(): text for name, text in fields.items()}})


async def take(us: RosterIdentity, sent: Sent, place: str = OURS) -> KeptSeal | None:
    """Return the seal of a message that the receiver admits and opens, as its endpoints do."""
    gatekeeper = Gatekeeper(identity=us, store=MemoryStore(), seals=us.seals, find_addresses=lambda: (place,))
    request = PeerRequest(method="POST", path="", query=sent.query, headers=sent.headers, names={"pid": sent.pid})
    head = gatekeeper.find_head(request, TEMPLATE)
    caller = await gatekeeper.admit(request, Intent.NEGOTIATION, head)
    return gatekeeper.open_seal(head, caller, sent.body).seal


@pytest.mark.parametrize("off_s", [-FRESH_S - 1, FRESH_S + 1])
async def test_33e_a_seal_that_its_sender_made_at_another_time_is_refused(off_s: int) -> None:
    board = Board()
    us = await identity(board, CITY, CITY_KEY)
    for late_s in (0, off_s):
        them = await identity(board, UTILITY, UTILITY_KEY, now_ms=NOW_MS + late_s * 1000)
        # The token is of now: it is the seal alone that was made at another time.
        token = await (await identity(board, UTILITY, UTILITY_KEY)).issue_token(CITY, Intent.NEGOTIATION)
        sent = put_seal(token, them.seals.seal(PLACE, BODY, None, token))
        if not late_s:
            assert await take(us, sent) is not None
            continue
        with pytest.raises(RemoteProtocolError, match="compare the clocks"):
            await take(us, sent)


async def test_33f_a_seal_under_the_name_of_another_algorithm_is_refused_although_its_sender_signed_it() -> None:
    us, them = await identity(Board(), CITY, CITY_KEY), await identity(Board(), UTILITY, UTILITY_KEY)
    for algorithm in ("EdDSA", "ES256"):
        token = await them.issue_token(CITY, Intent.NEGOTIATION)
        seal = Seal(
            url=PLACE,
            content_digest=compute_digest(BODY),
            token_digest=compute_digest(token.removeprefix("Bearer ").encode()),
            agreement_digest="",
            created=NOW_MS // 1000,
            key=UTILITY_KEY.kid,
            algorithm=algorithm,
        )
        signature = base64.b64encode(sign_bytes(UTILITY_KEY, write_base(seal))).decode()
        sent = put_seal(token, write_fields(msgspec.structs.replace(seal, signature=signature)))
        if algorithm == UTILITY_KEY.algorithm:
            assert await take(us, sent) is not None
            continue
        with pytest.raises(RemoteProtocolError, match="does not verify"):
            await take(us, sent)


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
    for other in (OURS + "/tenant", OURS.replace("city", "other"), OURS.replace("https", "http"), OURS + ":8443"):
        with pytest.raises(RemoteProtocolError, match="does not verify"):
            await take(us, await send(them), other)


async def test_33k_a_token_of_its_sender_that_was_sealed_with_another_message_is_refused() -> None:
    board = Board()
    us, them = await identity(board, CITY, CITY_KEY), await identity(board, UTILITY, UTILITY_KEY)
    first, second = await send(them), await send(them)
    with pytest.raises(RemoteProtocolError, match="own token"):
        await take(us, put("authorization", lambda _: second.headers["authorization"])(first))


def forge(token: str) -> str:
    """Return a token with what it says, and a signature that nobody has made."""
    return token.rpartition(".")[0] + "." + "A" * 86


async def test_33l_a_seal_proves_its_token_by_the_key_of_the_issuer_alone() -> None:
    board = Board()
    us, them = await identity(board, CITY, CITY_KEY), await identity(board, UTILITY, UTILITY_KEY)
    stranger = await identity(board, UTILITY, OTHER_KEY)
    token = forge(await them.issue_token(CITY, Intent.NEGOTIATION))
    # Its sender has signed it, with the request: nothing more would be proved by the signature within.
    assert await take(us, put_seal(token, them.seals.seal(PLACE, BODY, None, token))) is not None
    sealed = put_seal(token, them.seals.seal(PLACE, BODY, None, token))
    with pytest.raises(RemoteProtocolError, match="body"):
        await take(us, msgspec.structs.replace(sealed, body=b"{}"))
    late = await identity(board, UTILITY, UTILITY_KEY, now_ms=NOW_MS - (FRESH_S + 1) * 1000)
    other = forge(await them.issue_token(CITY, Intent.NEGOTIATION))
    for fields in (
        {},
        stranger.seals.seal(PLACE, BODY, None, token),
        us.seals.seal(PLACE, BODY, None, token),
        them.seals.seal(PLACE, BODY, None, other),
        them.seals.seal(PLACE + "x", BODY, None, token),
        late.seals.seal(PLACE, BODY, None, token),
    ):
        with pytest.raises(Unauthenticated, match="signature"):
            await take(us, put_seal(token, fields))
