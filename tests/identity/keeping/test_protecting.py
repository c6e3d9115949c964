"""Keys at rest: what is written opens with its password alone, here and with other programs."""

import base64

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.identity.keeping.protecting import BLOCKS, COST, LANES, encrypt_key

PLAIN = base64.b64decode("MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f")
"""A private key of Ed25519 (PKCS #8)."""


@settings(max_examples=5, deadline=None)
@given(st.binary(min_size=1, max_size=200))
def test_a_key_opens_with_its_password(password: bytes) -> None:
    assert load_pem_private_key(encrypt_key(PLAIN, password), password) is not None


def test_a_key_does_not_open_with_another_password() -> None:
    pem = encrypt_key(PLAIN, b"right")
    with pytest.raises(ValueError, match="assword"):
        load_pem_private_key(pem, b"wrong")
    with pytest.raises(TypeError):
        load_pem_private_key(pem, None)


def test_a_guess_costs_the_work_of_scrypt_and_two_files_differ() -> None:
    one, other = encrypt_key(PLAIN, b"p"), encrypt_key(PLAIN, b"p")
    assert one != other
    # A guess takes 16 MiB, five times over.
    assert (COST * BLOCKS * 128, LANES) >= (16 * 1024 * 1024, 5)
    content = base64.b64decode(b"".join(one.splitlines()[1:-1]))
    assert bytes.fromhex("2b06010401da47040b") in content
    assert b"\x02\x02" + COST.to_bytes(2, "big") in content
    assert PLAIN[-32:] not in content
