"""The evidence of an agreement: what it proves, and that no byte of it can be changed."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pytest
from jwt.utils import base64url_decode

from connector.identity.evidence import EvidenceBroken, ProvenAgreement, verify_evidence
from connector.identity.jws import sign
from connector.identity.keys import SigningKey, VerificationKey, public_jwk
from connector.identity.seals import FRESH_S, STATEMENT, ListedSeals
from connector.protocol.dsp.common import Role
from connector.protocol.evidence import AgreementEvidence, AgreementStatement, SealedMessage
from connector.protocol.seals import compute_digest, read_head
from tests.identity.lists import CITY, CITY_KEY, NOW_MS, OTHER_KEY, UTILITY, UTILITY_KEY

DOCUMENT = msgspec.json.encode({"@type": "Agreement", "@id": "urn:a", "assigner": CITY, "assignee": UTILITY, "ä": "ö"})
URL, BODY = "https://city.example/dsp/negotiations/1/agreement/verification", b"{}"
TOKEN = "Bearer a.token.of-this-request"
LISTED = {CITY: (CITY_KEY.verification,), UTILITY: (UTILITY_KEY.verification,)}


def say(key: SigningKey = UTILITY_KEY, at: int = NOW_MS) -> SealedMessage:
    """Return a sealed message of the utility."""
    seals, url = ListedSeals(key, lambda: LISTED, lambda: at), "https://city.example/dsp/negotiations/request"
    seal = read_head({name.lower(): value for name, value in seals.seal(url, BODY, None, TOKEN).items()}, url)
    assert seal is not None
    return SealedMessage(name="ContractRequestMessage", process="urn:n", at=at, seal=seal, jwk=public_jwk(key))


def make(
    *,
    sealed: bool = True,
    sealed_at: int = NOW_MS,
    document: bytes = DOCUMENT,
    messages: Sequence[SealedMessage] = (),
    **changed: Any,
) -> AgreementEvidence:
    seals = ListedSeals(UTILITY_KEY, lambda: LISTED, lambda: sealed_at)
    headers = {name.lower(): value for name, value in seals.seal(URL, BODY, document, TOKEN).items()}
    seal = read_head(headers, URL) if sealed else None
    stated: dict[str, Any] = {
        "holder": CITY,
        "counterparty": UTILITY,
        "role": Role.PROVIDER,
        "agreement_digest": compute_digest(document),
        "seal_digest": compute_digest(msgspec.json.encode(seal)) if seal else "",
        "agreed_at": NOW_MS,
        "finalized_at": NOW_MS,
        "withdrawn_at": None,
        "stated_at": NOW_MS,
        "messages_digest": compute_digest(msgspec.json.encode(tuple(messages))) if messages else "",
    }
    statement = AgreementStatement(**(stated | changed))
    holder = ListedSeals(CITY_KEY, lambda: LISTED, lambda: NOW_MS)
    keys = {CITY: holder.show_key(), **({UTILITY: seals.show_key()} if sealed else {})}
    signed = holder.state(msgspec.json.encode(statement)).decode()
    return AgreementEvidence(
        agreement=document.decode(), seal=seal, statement=signed, keys=keys, messages=tuple(messages)
    )


MESSAGES = (say(), say(at=NOW_MS + 2000))


def verify(content: bytes, listed: Mapping[str, Sequence[VerificationKey]] | None = None) -> ProvenAgreement:
    return verify_evidence(content, listed, now=NOW_MS + 2000)


def render(evidence: AgreementEvidence) -> bytes:
    return msgspec.json.encode(evidence)


def test_both_sides_have_signed_and_their_keys_are_listed() -> None:
    proven = verify(render(make()), LISTED)
    assert (proven.listed, proven.sealed_at, proven.statement.role) == ((CITY, UTILITY), NOW_MS // 1000, Role.PROVIDER)
    assert proven.agreement["@id"] == "urn:a"


def test_without_a_list_no_key_is_known_and_without_a_seal_one_side_has_signed() -> None:
    assert verify(render(make())).listed == ()
    alone = verify(render(make(sealed=False)), LISTED)
    assert (alone.sealed_at, alone.listed) == (None, (CITY,))


def test_no_byte_can_be_changed() -> None:
    content = render(make(messages=(say(),)))
    for place in range(len(content)):
        changed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        with pytest.raises(EvidenceBroken):
            verify(changed, LISTED)


@pytest.mark.parametrize(
    ("member", "value", "part"),
    [
        ("agreement", DOCUMENT.decode() + " ", "agreement"),
        ("seal", None, "seal"),
        ("seal", make(document=DOCUMENT + b" ").seal, "seal"),
        ("statement", make(agreed_at=1, sealed=False).statement, "seal"),
        ("statement", "a.b.c", "statement"),
        ("keys", {CITY: public_jwk(CITY_KEY), UTILITY: public_jwk(OTHER_KEY)}, "seal"),
        ("keys", {CITY: public_jwk(OTHER_KEY), UTILITY: public_jwk(UTILITY_KEY)}, "statement"),
        ("keys", {UTILITY: public_jwk(UTILITY_KEY)}, "statement"),
        ("keys", {"urn:x": public_jwk(CITY_KEY), UTILITY: public_jwk(UTILITY_KEY)}, "keys"),
        ("keys", {CITY: public_jwk(UTILITY_KEY), UTILITY: public_jwk(CITY_KEY)}, "statement"),
        ("format", "another", "file"),
        ("messages", (), "messages"),
        ("messages", (say(),), "messages"),
        ("messages", (MESSAGES[1], MESSAGES[0]), "messages"),
    ],
)
def test_what_was_changed_is_told(member: str, value: Any, part: str) -> None:
    with pytest.raises(EvidenceBroken) as broken:
        verify(render(msgspec.structs.replace(make(messages=MESSAGES), **{member: value})), LISTED)
    assert broken.value.part == part


def test_a_holder_cannot_state_what_the_other_side_has_signed_for_another_agreement() -> None:
    other = make(document=DOCUMENT.replace(b"urn:a", b"urn:b")).seal
    stated = make(seal_digest=compute_digest(msgspec.json.encode(other)))
    with pytest.raises(EvidenceBroken, match=f"{UTILITY} has signed another agreement"):
        verify(render(msgspec.structs.replace(stated, seal=other)), LISTED)


def test_each_message_is_proven_with_the_key_that_it_was_signed_with() -> None:
    former = (say(OTHER_KEY), say())
    proven = verify(render(make(messages=former)), LISTED)
    assert proven.messages == former
    assert proven.unlisted == (OTHER_KEY.kid,)
    both = {**LISTED, UTILITY: (UTILITY_KEY.verification, OTHER_KEY.verification)}
    assert verify(render(make(messages=former)), both).unlisted == ()


@pytest.mark.parametrize(
    "said",
    [
        msgspec.structs.replace(say(), jwk=public_jwk(OTHER_KEY)),
        msgspec.structs.replace(say(), jwk={"kty": "EC"}),
        msgspec.structs.replace(say(), seal=say(at=NOW_MS + 1000).seal, jwk=public_jwk(OTHER_KEY)),
    ],
    ids=["another key", "no key", "another seal"],
)
def test_a_message_that_nobody_has_signed_is_told_although_it_is_stated(said: SealedMessage) -> None:
    with pytest.raises(EvidenceBroken) as broken:
        verify(render(make(messages=(said,))), LISTED)
    assert broken.value.part == "messages"


@pytest.mark.parametrize(
    "made",
    [
        make(role=Role.CONSUMER),
        make(counterparty="urn:other", sealed=False),
        make(document=b'{"assigner":"a","assignee":"b"}'),
        make(document=b'{"assigner":"a"}'),
        make(document=b"[]"),
    ],
    ids=["the other role", "another side", "other parties", "one party", "no object"],
)
def test_a_statement_about_other_sides_proves_nothing(made: AgreementEvidence) -> None:
    with pytest.raises(EvidenceBroken):
        verify(render(made), LISTED)


@pytest.mark.parametrize("content", [b"", b"{}", b"[" * 5000, b"\xff", b"x" * (2 * 1024 * 1024 + 1)])
def test_other_files_are_no_evidence(content: bytes) -> None:
    with pytest.raises(EvidenceBroken) as broken:
        verify(content)
    assert broken.value.part == "file"


def test_a_key_that_is_no_longer_listed_is_not_named() -> None:
    fewer: dict[str, tuple[VerificationKey, ...]] = {CITY: LISTED[CITY]}
    assert verify(render(make()), fewer).listed == (CITY,)


def sign_over(evidence: AgreementEvidence, payload: bytes) -> AgreementEvidence:
    return msgspec.structs.replace(evidence, statement=sign(CITY_KEY, payload, kind=STATEMENT))


DEEP = b"[" * 200 + b"]" * 200


@pytest.mark.parametrize(
    "more",
    [b'"target":"b"', b'"n":1e999', b'"n":' + b"1" * 40 + b".5e300", b'"n":NaN', b'"n":"\\ud800"', b'"n":' + DEEP],
    ids=["a member twice", "a number without an end", "a sum without an end", "no number", "half a character", "depth"],
)
def test_an_agreement_that_two_readers_read_in_two_ways_proves_nothing(more: bytes) -> None:
    document = DOCUMENT[:-1] + b',"target":"a",' + more + b"}"
    with pytest.raises(EvidenceBroken, match="The agreement cannot be read in one way alone"):
        verify(render(make(document=document)), LISTED)


def test_a_statement_with_a_member_twice_proves_nothing() -> None:
    made = make()
    payload = base64url_decode(made.statement.split(".")[1])
    assert verify(render(sign_over(made, payload)), LISTED)
    with pytest.raises(EvidenceBroken, match="The statement or its key was changed"):
        verify(render(sign_over(made, payload[:-1] + b',"agreed_at":5}')), LISTED)


LATE = NOW_MS + 2 * FRESH_S * 1000


@pytest.mark.parametrize("time", [LATE, 2**62, -1])
@pytest.mark.parametrize("member", ["agreed_at", "finalized_at", "withdrawn_at", "stated_at"])
def test_a_stated_time_that_has_not_come_proves_nothing(member: str, time: int) -> None:
    with pytest.raises(EvidenceBroken, match=f"{CITY} has signed a time that has not come"):
        verify(render(make(**{member: time})), LISTED)


def test_a_seal_of_a_time_that_has_not_come_proves_nothing() -> None:
    with pytest.raises(EvidenceBroken, match=f"{UTILITY} has signed a time that has not come"):
        verify(render(make(messages=(msgspec.structs.replace(say(at=LATE), at=NOW_MS),))), LISTED)
    with pytest.raises(EvidenceBroken, match=f"{UTILITY} has signed a time that has not come"):
        verify(render(make(sealed_at=LATE)), LISTED)
