"""The place of a photo: as cameras write it, and never out of the data."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.dataplane.inspecting.photos import find_photo_place


def make_photo(order: str = "<", north: bytes = b"N", east: bytes = b"E") -> bytes:
    """Return the head of a JPEG taken at 51°28'43'' and 7°13'12''."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    angles = struct.pack(f"{order}12I", 51, 1, 28, 1, 43, 1, 7, 1, 13, 1, 12, 1)
    first = struct.pack(f"{order}IHHHIII", 8, 1, 0x8825, 4, 1, 26, 0)
    begin = 26 + 2 + 4 * 12 + 4
    gps = struct.pack(f"{order}H", 4)
    for tag, kind, count, value in (
        (1, 2, 2, north.ljust(4, b"\0")),
        (2, 5, 3, struct.pack(f"{order}I", begin)),
        (3, 2, 2, east.ljust(4, b"\0")),
        (4, 5, 3, struct.pack(f"{order}I", begin + 24)),
    ):
        gps += struct.pack(f"{order}HHI", tag, kind, count) + value
    return b"\xff\xd8\xff\xe1\0\0Exif\0\0" + mark + first + gps + b"\0" * 4 + angles


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_position_of_a_photo_is_read_in_both_byte_orders(order: str) -> None:
    place = find_photo_place(make_photo(order))
    assert place is not None
    assert (round(place.longitude, 4), round(place.latitude, 4)) == (7.22, 51.4786)
    south = find_photo_place(make_photo(order, b"S", b"W"))
    assert south is not None
    assert (south.longitude < 0, south.latitude < 0) == (True, True)


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff", make_photo()[1:], make_photo().replace(b"Exif", b"JFIF")])
def test_what_is_no_photo_or_says_no_place_has_none(data: bytes) -> None:
    assert find_photo_place(data) is None


@given(st.binary(max_size=200), st.integers(0, 150), st.integers(0, 150))
def test_a_damaged_photo_is_no_fault(junk: bytes, at: int, cut: int) -> None:
    whole = make_photo()
    find_photo_place(whole[:at] + junk + whole[at + cut :])
