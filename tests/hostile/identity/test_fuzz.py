"""The parsers of what a stranger may send or serve: any input is read or refused by the one error that is documented.

Inputs are changed from valid ones: in their bytes, in the tree of their JSON, and inside the segments of signed texts.
A batch comes from one seed, which a failure names. A night (`-m nightly`) takes a million for each parser.
"""

import json
import os
import random
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from connector.authority.asking import KIND as JOINING
from connector.authority.asking import SentRequest, read_sent
from connector.authority.inviting import InvitationLink, parse_link
from connector.authority.roster import RosterFault
from connector.identity.dcp.methods import find_key
from connector.identity.dcp.presented import open_credential
from connector.identity.dcp.self_issued import check_key_name
from connector.identity.jws import Rejected, open_signed, sign
from connector.identity.keys import PEER_ALGORITHMS, KeyFault, generate, public_jwk
from connector.identity.listing.certificates import certify, make_certificate, open_list
from connector.identity.listing.sources import MAX_DOCUMENT
from connector.identity.listing.successions import RootSuccession, write_succession
from connector.identity.roster import KIND as ROSTER
from connector.identity.tokens import KIND, MAX_TOKEN, issue, read_token_claims
from connector.protocol.dcp.claims import find_enclosed_presentation, read_claims, read_presentation
from connector.protocol.dcp.did import parse_key_name, parse_web_did
from connector.protocol.dcp.document import Relationship, ServiceType, read_document, write_document
from connector.protocol.dcp.errors import ClaimFault
from connector.protocol.dcp.issuance import (
    CredentialContainer,
    CredentialMessage,
    IssuanceStatus,
    read_credential_message,
    read_credential_offer,
    write_credential_message,
    write_credential_offer,
)
from connector.protocol.dcp.presentations import read_query, read_response, write_query, write_response
from connector.protocol.dcp.requests import (
    RequestStatus,
    SupportedCredential,
    ToldStatus,
    read_credential_request,
    read_metadata,
    read_status,
    write_credential_request,
    write_metadata,
    write_status,
)
from connector.protocol.dcp.scopes import Scope, ScopeKind, parse_scope
from connector.protocol.dcp.status_list import expand_status_list
from connector.protocol.seals import (
    Seal,
    SealMalformed,
    check_body,
    compute_digest,
    read_head,
    write_base,
    write_fields,
)
from tests.identity.dcp.places import (
    CITY,
    FIRM,
    KEYS,
    NOW_MS,
    NOW_S,
    US,
    credential,
    jwk_of,
    pack,
    presentation,
    signed,
    status_at,
    status_list,
)

ROOT, SPARE, APPLICANT = generate(), generate(), generate()
BATCH = 250
BY_DAY = 1_000
BY_NIGHT = int(os.environ.get("FUZZ", "1000000"))
ODD: Sequence[Any] = (
    None, True, 0, -1, 1 << 70, 1e308, "", "\u0000", "\ud7ff", "did:web:a", [], {}, [[]], {"id": 1}, "u" * 3_000,
)  # fmt: skip
WORDS = (
    b"\x00", b"\xff\xfe", b"%3A", b"%2F", b"%00", b"#", b"?", b"@", b"..", b":", b".", b"\n", b"{", b"[" * 40, b'"',
    b"\\u0000", b"did:web:", b"https://", b":read", b":write", b"uH4sI", b"e30", b"-1", b"1e999", "ß".encode(),
)  # fmt: skip


def read_token(text: bytes) -> None:
    opened = open_signed(_text(text), limit=MAX_TOKEN, kinds=(KIND,), algorithms=PEER_ALGORITHMS)
    check_key_name(opened, read_token_claims(opened, audience=US, now_s=NOW_S).iss)


def read_identifier(text: bytes) -> None:
    if b"#" in text:
        parse_key_name(_text(text))
        return
    did = parse_web_did(_text(text))
    place = urlsplit(did.locate_document())
    # One reading: the host of the place is the text of the identifier, and no other.
    assert place.netloc == did.authority
    assert did.text.startswith(f"did:web:{place.hostname}")
    assert place.query == place.fragment == ""
    assert ".." not in place.path.split("/")


def read_did_document(body: bytes) -> None:
    document = read_document(body, FIRM)
    for relationship in Relationship:
        for kid in (None, *document.keys):
            with suppress(KeyFault):
                find_key(document, relationship, kid, take_missing=True)


def read_list(text: bytes) -> None:
    assert expand_status_list(_text(text)).bits


def read_scopes(text: bytes) -> None:
    if text.startswith(b"{"):
        read_query(text)
    else:
        scope = parse_scope(_text(text))
        assert scope.value.isprintable()


def read_credential(text: bytes) -> None:
    payload = text if text.startswith(b"{") else open_credential(_text(text)).payload
    # What takes more comes first: else the refusal of the stricter one hides it.
    read_claims(payload, bearer=True, of_edc=True)
    read_claims(payload)


def read_shown(body: bytes) -> None:
    if find_enclosed_presentation(body) is not None:
        return
    for of_edc in (True, False):
        read_presentation(body, of_edc=of_edc)


def read_invitation(text: bytes) -> None:
    assert parse_link(_text(text)).secret


def read_issuance(body: bytes) -> None:
    """Read a message of an issuer or a holder, by whatever it says that it is: the others refuse it."""
    taken = 0
    for read in (read_credential_message, read_credential_offer, read_credential_request, read_status):
        with suppress(ClaimFault):
            read(body)
            taken += 1
    with suppress(ClaimFault):
        read_metadata(body, CITY)
        taken += 1
    if not taken:
        raise ClaimFault("It is no message about the issuance of credentials.")
    assert taken == 1


def read_application(text: bytes) -> None:
    """Read what somebody sends who wants to join: as it is, or with a valid signature of its content."""
    if b"successor" in text:
        text = msgspec.json.encode(SentRequest(request=sign(APPLICANT, text, kind=JOINING), secret="s"))
    request, _ = read_sent(text, NOW_MS)
    assert request.card.keys


def read_lines(text: bytes) -> None:
    """Read a participant list with what stands before it: certificates, and the word about new roots."""
    roots = (ROOT.verification, SPARE.verification)
    assert open_list(text, kind=ROSTER, roots=roots, limit=MAX_DOCUMENT).roots[:2] == roots


def read_seal(text: bytes) -> None:
    """Read the fields of a sealed message with the body `{}`: without their mark, it has no seal."""
    lines = (line.partition(b": ") for line in text.split(b"\n"))
    seal = read_head({name.decode("latin-1"): value.decode("latin-1") for name, _, value in lines}, US)
    if seal is None:
        raise SealMalformed("The message has no seal.")
    check_body(seal, b"{}")
    write_base(seal)


class Parser(NamedTuple):
    """What reads an input, the error that is documented, and valid inputs."""

    read: Callable[[bytes], None]
    errors: tuple[type[Exception], ...]
    valid: Sequence[bytes]


def old_credential() -> dict[str, Any]:
    inside = {
        "@context": ["https://www.w3.org/2018/credentials/v1"],
        "type": ["VerifiableCredential", "MembershipCredential"],
        "issuer": {"id": CITY},
        "issuanceDate": "2026-03-01T12:00:00Z",
        "credentialSubject": {"id": FIRM},
        "credentialStatus": [status_at(3)],
    }
    return {"iss": CITY, "sub": FIRM, "jti": "urn:1", "nbf": NOW_S, "exp": NOW_S + 60, "vc": inside}


def dumped(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value).encode()


def write_list() -> bytes:
    """Return a list with a certificate and the word of the spare root, as short as it can be."""
    at = datetime(2026, 3, 1, tzinfo=UTC)
    word = write_succession(SPARE, RootSuccession(authority=CITY, roots=(public_jwk(generate()),), issued=at))
    certificate = certify(ROOT, make_certificate(ROOT, authority=CITY, number=1, issued=at, expires=at))
    return "\n".join((word, certificate, sign(ROOT, b"{}", kind=ROSTER))).encode()


def write_seal(agreement: str, token: str) -> bytes:
    """Return the fields of a seal that covers these digests, a line each."""
    seal = Seal(
        url=US,
        content_digest=compute_digest(b"{}"),
        agreement_digest=agreement,
        created=NOW_S,
        key=APPLICANT.kid,
        algorithm="ES256",
        signature="A" * 86 + "==",
        token_digest=token,
    )
    return "\n".join(f"{name.lower()}: {value}" for name, value in write_fields(seal).items()).encode()


DIGESTS = ("", compute_digest(b"[]"))
JWK = {**public_jwk(APPLICANT)}
CARD = {"id": FIRM, "name": "Firma", "address": "https://firma.example/dsp", "keys": [JWK]}
APPLICATION = {"authority": CITY, "card": CARD, "at": NOW_MS, "invitation": "a1", "successor": "", "dropped": ["k"]}
OFFERED = SupportedCredential("urn:1", "MembershipCredential", "vc20-bssl/jwt")
ISSUED = CredentialMessage(
    "urn:i", "urn:h", IssuanceStatus.ISSUED, "", (CredentialContainer("MembershipCredential", "a.b.c", "jwt"),)
)
DOCUMENT = write_document(FIRM, [("k1", jwk_of(KEYS[FIRM]))], [("cs", ServiceType.CREDENTIALS, "https://a.example")])
MULTIBASE = "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
MULTIKEYS = {
    **DOCUMENT,
    "verificationMethod": [
        {"id": f"{FIRM}#k1", "type": "Multikey", "controller": FIRM, "publicKeyMultibase": MULTIBASE}
    ],
}
MEMBER = Scope(ScopeKind.TYPE, "MembershipCredential")
PARSERS = {
    "token": Parser(
        read_token,
        (Rejected,),
        [issue(KEYS[FIRM], issuer=FIRM, audience=US, jti="j", now_s=NOW_S, token="opaque").encode()],
    ),
    "did:web": Parser(
        read_identifier,
        (ClaimFault,),
        [b"did:web:daten.stadt.example%3A8443:verkehr:a_b-c", b"did:web:stadt.example", b"did:web:a.example#k1"],
    ),
    "document": Parser(read_did_document, (ClaimFault,), [dumped(DOCUMENT), dumped(MULTIKEYS)]),
    "status list": Parser(
        read_list, (ClaimFault,), [pack(1, 7).encode(), pack(*range(0, 9_000, 7)).removeprefix("u").encode()]
    ),
    "scope": Parser(
        read_scopes, (ClaimFault,), [MEMBER.write().encode(), MEMBER.write(of_edc=True).encode(), write_query([MEMBER])]
    ),
    "credential": Parser(
        read_credential,
        (ClaimFault, Rejected),
        [
            dumped(credential(credentialStatus=status_at(3))),
            dumped(old_credential()),
            dumped(status_list(4)),
            signed(credential()).encode(),
        ],
    ),
    "presentation": Parser(
        read_shown,
        (ClaimFault,),
        [
            dumped(presentation("a.b.c")),
            dumped({"iss": FIRM, "aud": US, "vp": {**old_credential()["vc"], "type": "VerifiablePresentation"}}),
            dumped({"type": "EnvelopedVerifiablePresentation", "id": "data:application/vp+jwt,a.b.c"}),
        ],
    ),
    "answer": Parser(lambda body: read_response(body) and None, (ClaimFault,), [write_response(["a.b.c"])]),
    "issuance": Parser(
        read_issuance,
        (ClaimFault,),
        [
            write_credential_message(ISSUED),
            write_credential_offer(CITY, [OFFERED], reason="reissue"),
            write_credential_request("urn:h", ["urn:1", "urn:2"]),
            write_status(ToldStatus("urn:i", "urn:h", RequestStatus.ISSUED)),
            write_metadata(CITY, [OFFERED]),
        ],
    ),
    "application": Parser(
        read_application,
        (RosterFault,),
        [dumped(APPLICATION), dumped({"request": sign(APPLICANT, dumped(APPLICATION), kind=JOINING), "secret": "s"})],
    ),
    "seal": Parser(
        read_seal, (SealMalformed,), [write_seal(agreement, token) for agreement in DIGESTS for token in DIGESTS]
    ),
    "list": Parser(read_lines, (Rejected,), [write_list()]),
    "invitation": Parser(
        read_invitation,
        (RosterFault,),
        [InvitationLink("https://daten.stadt.example/authority", "a1b2", "s" * 43, "t" * 43).write().encode()],
    ),
}


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def change(chance: random.Random, raw: bytes) -> bytes:
    """Return a valid input with some changes, at the places where its form is understood."""
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        kind = chance.random()
        if raw.count(b".") == 2 and kind < 0.5:
            raw = _change_segment(chance, raw)
        elif raw.startswith(b"{") and kind < 0.7:
            raw = _change_tree(chance, raw)
        else:
            raw = _change_bytes(chance, raw)
    return raw


def _change_bytes(chance: random.Random, raw: bytes) -> bytes:
    at = chance.randrange(len(raw) + 1)
    end = min(len(raw), at + chance.choice((1, 1, 4, 40)))
    match chance.randrange(5):
        case 0:
            return raw[:at] + raw[end:]
        case 1:
            return raw[:at] + chance.choice(WORDS) + raw[end:]
        case 2:
            return raw[:end] + raw[at:]
        case 3:
            return raw[:at]
        case _:
            return raw[:at] + bytes([chance.randrange(256)]) + raw[at + 1 :]


def _change_tree(chance: random.Random, raw: bytes) -> bytes:
    try:
        tree = json.loads(raw)
    except (ValueError, RecursionError):
        return _change_bytes(chance, raw)
    node: Any = tree
    while isinstance(node, dict | list) and node:
        key = chance.choice(list(node)) if isinstance(node, dict) else chance.randrange(len(node))
        if not isinstance(node[key], dict | list) or not node[key] or chance.random() < 0.4:
            _change_member(chance, node, key)
            break
        node = node[key]
    return json.dumps(tree).encode()


def _change_member(chance: random.Random, node: Any, key: Any) -> None:
    match chance.randrange(5):
        case 0:
            del node[key]
        case 1:
            node[key] = [node[key], node[key]]
        case 2 if isinstance(node[key], str):
            node[key] = _change_bytes(chance, node[key].encode("utf-8", "replace")).decode("utf-8", "replace")
        case 3 if isinstance(node, dict):
            node[chance.choice(("id", "type", "@context", "iss", "aud", "vc", "vp", "kid"))] = chance.choice(ODD)
        case _:
            node[key] = chance.choice(ODD)


def _change_segment(chance: random.Random, raw: bytes) -> bytes:
    segments = raw.split(b".")
    number = chance.randrange(3)
    try:
        inside = urlsafe_b64decode(segments[number] + b"=" * (-len(segments[number]) % 4))
    except ValueError:
        return _change_bytes(chance, raw)
    changed = _change_tree(chance, inside) if number < 2 and chance.random() < 0.7 else _change_bytes(chance, inside)
    segments[number] = urlsafe_b64encode(changed).rstrip(b"=")
    return b".".join(segments)


def try_batch(name: str, seed: int, seen: Counter[str]) -> None:
    """Read a batch of changed inputs; whatever comes out beside the documented errors names its input."""
    parser, chance = PARSERS[name], random.Random(f"{name}/{seed}")
    for _ in range(BATCH):
        raw = change(chance, chance.choice(parser.valid))
        try:
            parser.read(raw)
            seen["read"] += 1
        except parser.errors:
            seen["refused"] += 1
        except Exception as error:
            raise AssertionError(f"{name}, seed {seed}: {error!r} comes from {raw[:2_000]!r}") from error


VERIFIED = {"list"}
"""Parsers that verify signatures: any change of a valid input is refused."""


def fuzz(name: str, count: int) -> Counter[str]:
    """Try so many inputs, or the rest of a batch more; return how many were read and how many refused."""
    seen: Counter[str] = Counter()

    @settings(max_examples=-(-count // BATCH), deadline=None, database=None, derandomize=True, phases=[Phase.generate])
    @given(st.integers(min_value=0, max_value=2**62))
    def tried(seed: int) -> None:
        try_batch(name, seed, seen)

    tried()
    return seen


@pytest.mark.parametrize("name", PARSERS)
def test_every_input_is_read_or_refused_by_the_documented_error(name: str) -> None:
    for raw in PARSERS[name].valid:
        PARSERS[name].read(raw)
    seen = fuzz(name, BY_DAY)
    assert seen["refused"] > BY_DAY / 4
    assert seen["read"] > 0 or name in VERIFIED


@pytest.mark.nightly
@pytest.mark.parametrize("name", PARSERS)
def test_a_night_of_inputs_is_read_or_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    began = time.monotonic()
    seen = fuzz(name, BY_NIGHT)
    with capsys.disabled():
        print(f"\n{name}: {dict(sorted(seen.items()))} in {time.monotonic() - began:.0f} s")
    assert seen.total() >= BY_NIGHT
