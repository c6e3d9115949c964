"""Where a photo says that it was taken: the position of its Exif data (JEITA CP-3451, GPS attribute information).

Pure. Offsets and counts are those of a stranger: what leads out of the data is no position.
"""

from collections.abc import Mapping
from struct import calcsize, error, unpack_from
from typing import NamedTuple

_JPEG, _EXIF = b"\xff\xd8\xff", b"Exif\0\0"
_SEARCHED = 128 * 1024
_MOST_ENTRIES = 200
_GPS = 0x8825
# GPS attributes: the hemispheres, and degrees, minutes and seconds as fractions.
_LATITUDE, _LONGITUDE = (1, 2, b"S"), (3, 4, b"W")


class PhotoPlace(NamedTuple):
    """A position in degrees (WGS 84)."""

    longitude: float
    latitude: float


def find_photo_place(data: bytes) -> PhotoPlace | None:
    """Return where a JPEG was taken, by its first bytes; None if it does not say so, or is no JPEG."""
    at = data.find(_EXIF, 0, _SEARCHED) if data.startswith(_JPEG) else -1
    if at < 0:
        return None
    tiff = data[at + len(_EXIF) :]
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    try:
        entries = _read_entries(tiff, order, *unpack_from(f"{order}I", tiff, 4)) if order else {}
        place = _read_entries(tiff, order, *unpack_from(f"{order}I", entries[_GPS])) if _GPS in entries else {}
        latitude, longitude = (_read_angle(tiff, order, place, name) for name in (_LATITUDE, _LONGITUDE))
    except (error, KeyError, ZeroDivisionError):
        return None
    inside = abs(latitude) <= 90 and abs(longitude) <= 180 and (latitude, longitude) != (0, 0)
    return PhotoPlace(longitude, latitude) if inside else None


def _read_entries(tiff: bytes, order: str | None, offset: int) -> dict[int, bytes]:
    """Return the values of a directory by their tags; each has four bytes, which can be an offset."""
    (count,) = unpack_from(f"{order}H", tiff, offset)
    size = calcsize("<HHII")
    found: dict[int, bytes] = {}
    for number in range(min(count, _MOST_ENTRIES)):
        begin = offset + 2 + number * size
        (tag,) = unpack_from(f"{order}H", tiff, begin)
        found[tag] = tiff[begin + 8 : begin + size]
    return found


def _read_angle(tiff: bytes, order: str | None, place: Mapping[int, bytes], name: tuple[int, int, bytes]) -> float:
    hemisphere, value, negative = name
    (offset,) = unpack_from(f"{order}I", place[value])
    parts: tuple[int, ...] = unpack_from(f"{order}6I", tiff, offset)
    degrees, minutes, seconds = (over / under for over, under in zip(parts[::2], parts[1::2], strict=True))
    angle = degrees + minutes / 60 + seconds / 3600
    return -angle if place[hemisphere][:1] == negative else angle
