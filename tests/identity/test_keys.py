import os
import stat

import msgspec
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from connector.identity.keys import KeyFault, from_jwk, generate, load_private, public_jwk, save_private


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
        with pytest.raises(KeyFault, match="pass phrase"):
            load_private(tmp_path / "key.pem")


def test_the_thumbprint_is_that_of_the_standard():
    # RFC 8037, appendix A.3
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    assert from_jwk(jwk).kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


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


def test_the_name_of_a_new_key_is_no_option_on_a_command_line() -> None:
    # One of 64 thumbprints begins with a hyphen: all of 512 others, by chance, about one time in 3,000.
    assert not any(generate().kid.startswith("-") for _ in range(512))


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


def test_a_pipe_in_place_of_a_key_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "key.pem", 0o600)
    with pytest.raises(KeyFault, match="not a regular file"):
        load_private(tmp_path / "key.pem")


def test_the_jwk_of_a_key_that_was_handed_out_and_changed_stays_as_it_was() -> None:
    key = generate().verification
    before = public_jwk(key)
    public_jwk(key)["x"] = "another"
    assert public_jwk(key) == before
    assert from_jwk(before) == key
