"""Signed texts: the examples of the standards for JWS verify by the keys of theirs, and no changed one does."""

from pathlib import Path
from typing import Any, Final

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from jwt.utils import base64url_decode, base64url_encode

from connector.identity.dcp.methods import read_key
from connector.identity.jws import Rejected, has_signed, open_signed, sign, sign_bytes, verify_signature
from connector.identity.keys import ALGORITHMS, PEER_ALGORITHMS, generate, load_private

LIMIT = 4096
PAYLOAD: Final = (
    "It\u2019s a dangerous business, Frodo, going out your door. You step onto the road, and if you don't keep your "
    "feet, there\u2019s no knowing where you might be swept off to."
)
"""The payload of all examples of RFC 7520."""
RSA: Final = {
    "kty": "RSA",
    "e": "AQAB",
    "n": (
        "n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRB"
        "SFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD"
        "1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_"
        "qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw"
    ),
}
"""RFC 7520, 3.3."""
P521: Final = {
    "kty": "EC",
    "crv": "P-521",
    "x": "AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRXYgCF5cj0Kt",
    "y": "AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgDPrwQrJmbnX9cwlGfP-HqHZR1",
}
"""RFC 7520, 3.1."""
P256: Final = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}
"""RFC 7515, A.3."""
ED25519: Final = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
"""RFC 8037, A.2."""
RS256_SIGNATURE: Final = (
    "MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi8"
    "4wnB-BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocS"
    "adnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJu"
    "shZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg"
)
PS384_SIGNATURE: Final = (
    "cu22eBqkYDKgIlTpzDXGvaFfz6WGoz7fUDcfT0kkOy42miAh2qyBzk1xEsnk2IpN6-tPid6VrklHkqsGqDqHCdP6O8TTB5dDDItl"
    "lVo6_1OLPpcbUrhiUSMxbbXUvdvWXzg-UD8biiReQFlfz28zGWVsdiNAUf8ZnyPEgVFn442ZdNqiVJRmBqrYRXe8P_ijQ7p8Vdz0"
    "TTrxUeT3lm8d9shnr2lfJT8ImUjvAA2Xez2Mlp8cBE5awDzT0qI0n6uiP1aCN_2_jLAeQTlqRHtfa64QQSUmFAAjVKPbByi7xho0"
    "uTOcbH510a6GYmJUAfmWjwZ6oD4ifKo8DYM-X72Eaw"
)
ES512_SIGNATURE: Final = (
    "AE_R_YZCChjn4791jSQCrdPZCNYqHXCTZH0-JZGYNlaAjP2kqaluUIIUnC9qvbu9Plon7KRTzoNEuT4Va2cmL1eJAQy3mtPBu_u_"
    "sDDyYjnAMDxXPn7XrT0lw-kvAD890jl8e2puQens_IEKBpHABlsbEPX6sFY8OcGDqoRuBomu9xQ2"
)
ES256_SIGNATURE: Final = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
EDDSA_SIGNATURE: Final = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
JOE: Final = '{"iss":"joe",\r\n "exp":1300819380,\r\n "http://example.com/is_root":true}'
BILBO: Final = "bilbo.baggins@hobbiton.example"
EXAMPLES: Final[dict[str, tuple[str, str, dict[str, Any], str]]] = {
    "RFC 7520, 4.1": (f'{{"alg":"RS256","kid":"{BILBO}"}}', PAYLOAD, RSA, RS256_SIGNATURE),
    "RFC 7520, 4.2": (f'{{"alg":"PS384","kid":"{BILBO}"}}', PAYLOAD, {**RSA, "alg": "PS384"}, PS384_SIGNATURE),
    "RFC 7520, 4.3": (f'{{"alg":"ES512","kid":"{BILBO}"}}', PAYLOAD, P521, ES512_SIGNATURE),
    "RFC 7515, A.3": ('{"alg":"ES256"}', JOE, P256, ES256_SIGNATURE),
    "RFC 8037, A.4": ('{"alg":"EdDSA"}', "Example of Ed25519 signing", ED25519, EDDSA_SIGNATURE),
}
"""The header, the payload, the public key and the signature of an example."""


def compact(header: str, payload: str, signature: str) -> str:
    return f"{base64url_encode(header.encode()).decode()}.{base64url_encode(payload.encode()).decode()}.{signature}"


def verify(text: str, jwk: dict[str, Any]) -> bytes:
    """Return the payload of a text that a key has signed; raises Rejected."""
    opened = open_signed(text, limit=LIMIT, kinds=("JWT",), algorithms=PEER_ALGORITHMS)
    verify_signature(opened, [read_key(BILBO, jwk)])
    return opened.payload


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_of_the_standard_verifies(example: str) -> None:
    header, payload, jwk, signature = EXAMPLES[example]
    assert verify(compact(header, payload, signature), jwk) == payload.encode()


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_that_was_changed_does_not_verify(example: str) -> None:
    header, payload, jwk, signature = EXAMPLES[example]
    changed = bytearray(base64url_decode(signature))
    changed[len(changed) // 2] ^= 1
    for text in (
        compact(header, payload + " ", signature),
        compact(header, payload, base64url_encode(bytes(changed)).decode()),
    ):
        with pytest.raises(Rejected, match=r"^signature"):
            verify(text, jwk)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_under_the_key_of_another_is_refused_by_its_algorithm(example: str) -> None:
    header, payload, jwk, signature = EXAMPLES[example]
    other = P256 if jwk is not P256 else ED25519
    with pytest.raises(Rejected, match=r"^key-algorithm"):
        verify(compact(header, payload, signature), other)


def test_the_signature_of_ed25519_is_that_of_the_standard(tmp_path: Path) -> None:
    # RFC 8037, A.1 and A.4
    file = tmp_path / "key.json"
    file.touch(0o600)
    file.write_text(
        '{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",'
        '"x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}'
    )
    header, payload, _, signature = EXAMPLES["RFC 8037, A.4"]
    signed = compact(header, payload, "")[:-1].encode()
    assert base64url_encode(sign_bytes(load_private(file), signed)).decode() == signature


def test_a_header_that_was_read_before_is_refused_where_it_is_not_allowed() -> None:
    signed = sign(generate(), b"{}", kind="a", content="b")
    assert open_signed(signed, limit=LIMIT, kinds=("a",), content="b") == open_signed(
        signed, limit=LIMIT, kinds=("a",), content="b"
    )
    for _ in range(2):
        with pytest.raises(Rejected, match=r"^header"):
            open_signed(signed, limit=LIMIT, kinds=("a",))


@pytest.mark.parametrize("text", ["e31.e30.e30", "e30.e31.e30", "e30.e30.e31"])
def test_a_segment_in_a_second_spelling_is_refused_each_time(text: str) -> None:
    for _ in range(2):
        with pytest.raises(Rejected, match=r"^form"):
            open_signed(text, limit=LIMIT, kinds=("a",))


def test_what_a_key_signs_others_verify_and_the_reverse() -> None:
    key = generate()
    assert isinstance(key.private, EllipticCurvePrivateKey)
    other = jwt.PyJWS(algorithms=["ES256"]).get_algorithm_by_name("ES256")
    for content in (b"", b"content", bytes(1000)):
        assert other.verify(content, key.private.public_key(), sign_bytes(key, content))
        assert has_signed(key.verification, content, other.sign(content, key.private))


@pytest.mark.parametrize("signature", [b"", bytes(63), bytes(64), bytes(65), b"\xff" * 64, b"\xff" * 32 + bytes(32)])
def test_bytes_that_are_no_signature_are_none_of_any_key(signature: bytes) -> None:
    for algorithm in ALGORITHMS:
        assert not has_signed(generate(algorithm).verification, b"content", signature)
