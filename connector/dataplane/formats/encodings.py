"""The encoding of a text by its first bytes."""

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def find_encoding(sample: bytes) -> str | None:
    """Return the encoding of a text by its first bytes; None for data that is not text."""
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return name
    zeros = sample.count(0)
    if zeros:
        # Text of western Europe in UTF-16 has a zero in nearly every second place.
        even = sample[::2].count(0)
        if max(even, zeros - even) * 10 < len(sample) * 3 or min(even, zeros - even) * 20 > len(sample):
            return None
        return "utf-16-be" if even > zeros - even else "utf-16-le"
    try:
        sample[: _cut_utf8(sample)].decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8"
    try:
        sample.decode("windows-1252")
    except UnicodeDecodeError:
        return "iso-8859-1"
    return "windows-1252"


def _cut_utf8(sample: bytes) -> int:
    """Return the length without a last character that may be cut."""
    for back in range(1, min(4, len(sample)) + 1):
        byte = sample[-back]
        if byte >= 0xC0:
            return len(sample) - back
        if byte < 0x80:
            break
    return len(sample)
