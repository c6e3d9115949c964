"""A private key at rest: PKCS #8, encrypted by a pass phrase with scrypt and AES-256 (RFC 5958, 8018, 7914).

The library that reads keys reads this form too, but writes one whose derivation takes a guesser 2,048 rounds of a
hash. So the frame is written here, and the derivation and the cipher are the library's.
"""

import os
from base64 import encodebytes
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.padding import PKCS7

COST: Final = 2**14
BLOCKS: Final = 8
LANES: Final = 5
"""The parameters of scrypt (RFC 7914, 2): a guess takes 16 MiB of memory, five times over."""
_KEY_BYTES, _SALT_BYTES = 32, 16
_AES_BITS = 128
_SEQUENCE, _INTEGER, _OCTETS = 0x30, 0x02, 0x04
_PBES2 = bytes.fromhex("06092a864886f70d01050d")
_SCRYPT = bytes.fromhex("06092b06010401da47040b")
_AES_256_CBC = bytes.fromhex("060960864801650304012a")


def encrypt_key(plain: bytes, password: bytes) -> bytes:
    """Return a private key (PKCS #8, DER) as the PEM of an encrypted one, which `password` opens."""
    salt, start = os.urandom(_SALT_BYTES), os.urandom(_AES_BITS // 8)
    key = Scrypt(salt=salt, length=_KEY_BYTES, n=COST, r=BLOCKS, p=LANES).derive(password)
    padder, cipher = PKCS7(_AES_BITS).padder(), Cipher(AES(key), CBC(start)).encryptor()
    padded = padder.update(plain) + padder.finalize()
    secret = cipher.update(padded) + cipher.finalize()
    numbers = (_write(_INTEGER, _to_bytes(number)) for number in (COST, BLOCKS, LANES, _KEY_BYTES))
    derivation = _write(_SEQUENCE, _SCRYPT, _write(_SEQUENCE, _write(_OCTETS, salt), *numbers))
    scheme = _write(_SEQUENCE, _AES_256_CBC, _write(_OCTETS, start))
    algorithm = _write(_SEQUENCE, _PBES2, _write(_SEQUENCE, derivation, scheme))
    text = encodebytes(_write(_SEQUENCE, algorithm, _write(_OCTETS, secret))).replace(b"\n", b"")
    lines = (text[at : at + 64] for at in range(0, len(text), 64))
    return b"\n".join((b"-----BEGIN ENCRYPTED PRIVATE KEY-----", *lines, b"-----END ENCRYPTED PRIVATE KEY-----", b""))


def _write(tag: int, *parts: bytes) -> bytes:
    """Return a value in DER (X.690, 8.1): its tag, its length, its content."""
    content = b"".join(parts)
    length = _to_bytes(len(content)) if len(content) < 0x80 else _count(len(content))
    return bytes((tag,)) + length + content


def _count(length: int) -> bytes:
    digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((0x80 | len(digits),)) + digits


def _to_bytes(number: int) -> bytes:
    """Return a number that is not negative: a leading bit would be a sign."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")
