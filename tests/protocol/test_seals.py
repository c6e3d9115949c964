"""Seals as header fields: the example of RFC 9421, what is read back, and what is none of ours or malformed."""

import base64
from collections.abc import Mapping

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from connector.identity.jws import has_signed
from connector.identity.keys import from_jwk
from connector.protocol.seals import (
    LONGEST_FIELD,
    Seal,
    SealMalformed,
    check_body,
    compute_digest,
    make_base,
    read_head,
    write_base,
    write_fields,
)

URL, BODY = "https://city.example/dsp/2025-1/negotiations/urn%3Auuid%3A1/agreement", b'{"@type":"x"}'
SEAL = Seal(
    url=URL,
    content_digest=compute_digest(BODY),
    agreement_digest=compute_digest(b"{}"),
    created=1_800_000_000,
    key="k" * 43,
    algorithm="ES256",
    signature=base64.b64encode(b"s" * 64).decode(),
    token_digest=compute_digest(b"a.b.c"),
)


def read_fields(headers: Mapping[str, str], url: str, body: bytes) -> Seal | None:
    """Return the seal of a message, whose body is looked at once the head was read."""
    seal = read_head(headers, url)
    if seal is not None:
        check_body(seal, body)
    return seal


def fields(**changed: str) -> dict[str, str]:
    made = {name.lower(): value for name, value in write_fields(SEAL).items()}
    return made | {name.replace("_", "-"): value for name, value in changed.items()}


def test_the_signature_base_is_that_of_the_example_of_the_standard() -> None:
    # RFC 9421, B.2.6: signing a request using ed25519.
    values = {
        "date": "Tue, 20 Apr 2021 02:07:55 GMT",
        "@method": "POST",
        "@path": "/foo",
        "@authority": "example.com",
        "content-type": "application/json",
        "content-length": "18",
    }
    covered = " ".join(f'"{name}"' for name in values)
    base = make_base(values, f'({covered});created=1618884473;keyid="test-key-ed25519"')
    public = Ed25519PublicKey.from_public_bytes(
        base64.urlsafe_b64decode("JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs=")
    )
    signature = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
    public.verify(base64.b64decode(signature), base)


def test_the_signature_base_is_that_of_the_example_for_p256() -> None:
    # RFC 9421, B.2.4: signing a response using ecdsa-p256-sha256.
    values = {
        "@status": "200",
        "content-type": "application/json",
        "content-digest": (
            "sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:"
        ),
        "content-length": "23",
    }
    covered = " ".join(f'"{name}"' for name in values)
    base = make_base(values, f'({covered});created=1618884473;keyid="test-key-ecc-p256"')
    jwk = {
        "kty": "EC",
        "crv": "P-256",
        "x": "qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA",
        "y": "Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0",
    }
    text = "wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw=="
    signature = base64.b64decode(text)
    assert has_signed(from_jwk(jwk), base, signature)
    assert not has_signed(from_jwk(jwk), base + b" ", signature)


def test_a_seal_without_an_agreement_covers_the_message_alone() -> None:
    plain = msgspec.structs.replace(SEAL, agreement_digest="")
    made = {name.lower(): value for name, value in write_fields(plain).items()}
    assert read_fields(made, URL, BODY) == plain
    assert b"agreement-digest" not in write_base(plain)
    # A digest that nobody has signed says nothing, and neither form is taken for the other.
    assert read_fields(made | {"agreement-digest": f"sha-256=:{'A' * 43}=:"}, URL, BODY) == plain
    assert (
        read_fields({name: value for name, value in fields().items() if name != "agreement-digest"}, URL, BODY) is None
    )


def test_a_seal_is_read_as_it_was_written_also_beside_signatures_of_others() -> None:
    assert read_fields(fields(), URL, BODY) == SEAL
    ours = fields()
    beside = fields(
        signature_input=f'proxy=("@method");created=1;keyid="p", {ours["signature-input"]}',
        signature=f"proxy=:AAAA:, {ours['signature']}",
    )
    assert read_fields(beside, URL, BODY) == SEAL


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"signature-input": 'proxy=("@method");created=1', "signature": "proxy=:AAAA:"},
        {"content-digest": "sha-256=:AAAA:"},
    ],
    ids=["none", "of a proxy", "a digest alone"],
)
def test_what_others_send_is_no_seal(headers: dict[str, str]) -> None:
    assert read_fields(headers, URL, BODY) is None


def change(name: str, old: str, new: str) -> dict[str, str]:
    made = fields()
    assert old in made[name]
    return made | {name: made[name].replace(old, new)}


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        (change("signature-input", '"@method" ', ""), "another form"),
        (change("signature-input", "created=1800000000", "created=01800000000"), "another form"),
        (change("signature-input", "created=1800000000", "created=1800000000000000"), "another form"),
        (change("signature-input", ";created", ";expires=1;created"), "another form"),
        (change("signature-input", "ecdsa-p256-sha256", "hmac-sha256"), "algorithm"),
        (change("signature-input", "ecdsa-p256-sha256", "none"), "algorithm"),
        (fields(signature=""), "another form"),
        (fields(signature="agreement=:AAAA:"), "another form"),
        (fields(agreement_digest="sha-512=:AAAA:"), "another form"),
        (fields(content_digest=""), "another form"),
        (fields(content_digest=f"sha-256=:{compute_digest(b'other')}:"), "body"),
        (fields(signature_input=", ".join([fields()["signature-input"]] * 2)), "another form"),
        (fields(signature="x" * (LONGEST_FIELD + 1)), "longer"),
    ],
)
def test_a_malformed_seal_is_told(headers: dict[str, str], told: str) -> None:
    with pytest.raises(SealMalformed, match=told):
        read_fields(headers, URL, BODY)


@given(st.dictionaries(st.sampled_from(list(fields())), st.text(max_size=300)), st.binary(max_size=40))
def test_any_fields_are_a_seal_none_or_malformed(some: dict[str, str], body: bytes) -> None:
    try:
        seal = read_fields(fields() | some, URL, body)
    except SealMalformed:
        return
    assert seal is None or seal.content_digest == compute_digest(body)


@pytest.mark.parametrize("member", ["url", "content_digest", "token_digest", "agreement_digest", "created", "key"])
def test_what_is_signed_names_each_member(member: str) -> None:
    other = Seal(
        url=URL + "/2",
        content_digest="c",
        token_digest="t",
        agreement_digest="a",
        created=1,
        key="o" * 43,
        algorithm="ES256",
    )
    changed = {name: getattr(SEAL, name) for name in SEAL.__struct_fields__} | {member: getattr(other, member)}
    assert write_base(Seal(**changed)) != write_base(SEAL)
