import os
import stat
from base64 import urlsafe_b64decode

import msgspec
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from connector.identity.keys import (
    KeyFault,
    from_jwk,
    generate,
    is_signed,
    load_private,
    make_signature,
    public_jwk,
    save_private,
)


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
@pytest.mark.parametrize("password", [None, b"geheim"])
def test_a_key_survives_being_written_and_read(tmp_path, algorithm, password):
    key = generate(algorithm)
    save_private(tmp_path / "key.pem", key, password=password)
    assert stat.S_IMODE((tmp_path / "key.pem").stat().st_mode) == 0o600
    assert load_private(tmp_path / "key.pem", password=password).kid == key.kid
    with pytest.raises(KeyFault, match="exists"):
        save_private(tmp_path / "key.pem", key)
    if password:
        with pytest.raises(KeyFault, match="password"):
            load_private(tmp_path / "key.pem")


def test_the_thumbprint_is_that_of_the_standard():
    # RFC 8037, appendix A.3
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    assert from_jwk(jwk).kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


# RFC 7515, appendix A.3, and RFC 8037, appendix A.4
EXAMPLES = {
    "ES256": (
        {
            "kty": "EC",
            "crv": "P-256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        },
        b"eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
    ),
    "EdDSA": (
        {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
        b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
    ),
}


@pytest.mark.parametrize("algorithm", EXAMPLES)
def test_the_signatures_of_the_standards_are_taken_and_no_others(algorithm):
    jwk, data, text = EXAMPLES[algorithm]
    key, signature = from_jwk(jwk), urlsafe_b64decode(text + "==")
    assert is_signed(key, data, signature)
    assert not is_signed(key, data + b"x", signature)
    for other in (b"", signature[:-1], signature + b"\0", b"\0" + signature, bytes(64), b"\xff" * 64, signature[::-1]):
        assert not is_signed(key, data, other)
    if algorithm == "ES256":
        halves = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
        assert not is_signed(key, data, encode_dss_signature(*halves)), "the form of certificates is not that of tokens"


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
def test_a_signature_has_64_bytes_and_holds_for_its_data_and_key_alone(algorithm):
    key = generate(algorithm)
    for number in range(200):
        # Small numbers are padded: one of 256 signatures begins with a zero.
        data = b"%d" % number
        signature = make_signature(key, data)
        assert len(signature) == 64
        assert is_signed(key.verification, data, signature)
    assert not is_signed(generate(algorithm).verification, data, signature)
    assert not is_signed(generate("EdDSA" if algorithm == "ES256" else "ES256").verification, data, signature)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_private_key_that_others_can_read_is_refused(tmp_path, mode):
    save_private(tmp_path / "key.pem", generate())
    (tmp_path / "key.pem").chmod(mode)
    with pytest.raises(KeyFault, match="0600"):
        load_private(tmp_path / "key.pem")


def private_jwk(key) -> dict[str, str]:
    jwk = public_jwk(key)
    raw = key.private.private_numbers().private_value.to_bytes(32, "big") if jwk["kty"] == "EC" else None
    raw = raw or key.private.private_bytes_raw()
    return {**jwk, "d": msgspec.json.encode(raw).decode().strip('"').rstrip("=").replace("+", "-").replace("/", "_")}


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
def test_a_private_jwk_is_read_and_its_halves_must_belong_together(tmp_path, algorithm):
    key, file = generate(algorithm), tmp_path / "key.json"
    file.touch(0o600)
    file.write_bytes(msgspec.json.encode(private_jwk(key)))
    assert load_private(file).kid == key.kid
    file.write_bytes(msgspec.json.encode({**private_jwk(key), **public_jwk(generate(algorithm))}))
    with pytest.raises(KeyFault):
        load_private(file)


def test_other_kinds_of_key_and_damaged_files_are_refused(tmp_path):
    file = tmp_path / "key.pem"
    file.touch(0o600)
    for private in (ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)):
        pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        file.write_bytes(private.private_bytes(*pem))
        with pytest.raises(KeyFault, match="not supported"):
            load_private(file)
    for content in (b"", b"noise", b"{}", b"{" * 9000, b"x" * 20_000):
        file.write_bytes(content)
        with pytest.raises(KeyFault):
            load_private(file)
    with pytest.raises(KeyFault, match="cannot be read"):
        load_private(tmp_path / "missing.pem")
    os.mkfifo(tmp_path / "pipe", 0o600)
    writer = os.open(tmp_path / "pipe", os.O_RDWR)
    with pytest.raises(KeyFault, match="regular"):
        load_private(tmp_path / "pipe")
    os.close(writer)
    with pytest.raises(KeyFault, match="RS256"):
        generate("RS256")


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
@pytest.mark.parametrize(
    "change",
    [
        {"kty": "RSA"},
        {"crv": "P-384"},
        {"x": "AA"},
        {"x": "!" * 43},
        {"x": "_" * 43},
        {"alg": "HS256"},
        {"use": "enc"},
        {"kid": "mine"},
        {"d": "AA"},
    ],
)
def test_a_public_jwk_that_is_not_exactly_one_is_refused(algorithm, change):
    with pytest.raises(KeyFault):
        from_jwk({**public_jwk(generate(algorithm)), **change})


def test_a_key_does_not_show_its_secret():
    key = generate()
    assert "private" not in repr(key)
    assert "d" not in public_jwk(key)
