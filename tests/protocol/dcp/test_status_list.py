"""A status list is expanded within a bound, whatever it is packed as."""

import gzip
import tracemalloc
import zlib
from base64 import b64encode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.protocol.dcp.errors import ClaimFault
from connector.protocol.dcp.status_list import MAX_BYTES, MIN_BYTES, expand_status_list


def pack(bits: bytes) -> str:
    return "u" + urlsafe_b64encode(gzip.compress(bits, mtime=0)).rstrip(b"=").decode()


def with_bit(index: int, length: int = MIN_BYTES) -> bytes:
    bits = bytearray(length)
    bits[index // 8] |= 0x80 >> index % 8
    return bytes(bits)


@given(st.integers(0, MIN_BYTES * 8 - 1))
def test_the_first_bit_of_a_byte_is_its_highest(index: int) -> None:
    found = expand_status_list(pack(with_bit(index)))
    assert found.is_set(index)
    assert not found.is_set(index ^ 1)


def test_both_alphabets_are_read_with_and_without_padding() -> None:
    packed = gzip.compress(bytes(range(256)) * 64)
    forms = [urlsafe_b64encode(packed), b64encode(packed)]
    texts = [text for form in forms for text in (form.decode(), form.decode().rstrip("="), f"u{form.decode()}")]
    assert {expand_status_list(text).bits for text in texts} == {bytes(range(256)) * 64}


def test_an_entry_beyond_the_list_is_refused() -> None:
    found = expand_status_list(pack(bytes(MIN_BYTES)))
    for index in (-1, MIN_BYTES * 8, 1 << 60):
        with pytest.raises(ClaimFault, match="entries"):
            found.is_set(index)


def test_a_list_that_expands_beyond_its_bound_is_refused() -> None:
    with pytest.raises(ClaimFault, match="longer than"):
        expand_status_list(pack(bytes(MAX_BYTES + 1)))
    assert len(expand_status_list(pack(bytes(MAX_BYTES))).bits) == MAX_BYTES


def test_what_is_beyond_the_bound_is_never_made() -> None:
    stream = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    packed = b"".join(stream.compress(bytes(1 << 20)) for _ in range(128)) + stream.flush()
    text = "u" + urlsafe_b64encode(packed).rstrip(b"=").decode()
    tracemalloc.start()
    try:
        with pytest.raises(ClaimFault, match="longer than"):
            expand_status_list(text)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 4 * MAX_BYTES


NO_LISTS = {
    "empty": "",
    "a prefix alone": "u",
    "no stream": "H4sI",
    "another base": "z" + pack(bytes(MIN_BYTES))[1:],
    "cut": pack(bytes(MIN_BYTES))[:-8],
    "too short": pack(bytes(MIN_BYTES - 1)),
    "more behind it": "u" + urlsafe_b64encode(gzip.compress(bytes(MIN_BYTES), mtime=0) + b"more").decode(),
    "two streams": "u" + urlsafe_b64encode(gzip.compress(bytes(MIN_BYTES), mtime=0) * 2).decode(),
    "a sign of no alphabet": "uH4sI*" + pack(bytes(MIN_BYTES))[6:],
    "too long": "uH4sI" + "A" * (3 * 1024 * 1024),
    "not ASCII": "uH4sIäöü",
}


@pytest.mark.parametrize("text", NO_LISTS.values(), ids=NO_LISTS.keys())
def test_what_is_no_list_is_refused(text: str) -> None:
    with pytest.raises(ClaimFault):
        expand_status_list(text)


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: "uH4sI" + urlsafe_b64encode(raw).decode()))
def test_every_text_is_expanded_or_refused(text: str) -> None:
    with pytest.raises(ClaimFault):
        expand_status_list(text)
