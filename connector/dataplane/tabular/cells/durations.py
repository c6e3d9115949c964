"""Durations as text (ISO 8601)."""

_DAY, _HOUR, _MINUTE = 86_400, 3_600, 60


def write_duration(seconds: int, nanoseconds: int = 0) -> str:
    """Return a duration of whole seconds and a part of one as text.

    >>> write_duration(108_000), write_duration(-90, 500_000_000), write_duration(0)
    ('P1DT6H', '-PT1M29.5S', 'PT0S')
    """
    total = seconds * 10**9 + nanoseconds
    whole, part = divmod(abs(total), 10**9)
    days, rest = divmod(whole, _DAY)
    hours, rest = divmod(rest, _HOUR)
    minutes, rest = divmod(rest, _MINUTE)
    last = f"{rest}.{part:09d}".rstrip("0") if part else str(rest)
    clock = "".join(
        f"{text}{unit}" for text, unit in ((str(hours), "H"), (str(minutes), "M"), (last, "S")) if text != "0"
    )
    date = f"{days}D" if days else ""
    return f"{'-' if total < 0 else ''}P{date}{'T' + clock if clock else ''}" if date or clock else "PT0S"
