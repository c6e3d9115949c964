"""Days and instants as portals write them, in the form of XML Schema. Pure.

XML Schema Part 2, section 3.3 (`dateTime`, `date`, `gYearMonth`, `gYear`); DIN 5008, dates in figures.
"""

import re

_GERMAN = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?:,?\s+(\d{1,2}):(\d\d)(?::(\d\d))?(?:\s+Uhr)?)?", re.ASCII)
_LOOSE = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:T|\s+)(\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\s?(?:(Z|UTC)|([+-]\d\d):?(\d\d))?", re.ASCII
)
_DCMI = re.compile(r"\b(start|end)\s*=\s*([^;]{1,40})", re.IGNORECASE)


def mend_date(text: str) -> str:
    """Return a German date, or an instant of ISO 8601, as XML Schema writes it; any other text is returned unchanged.

    An instant can have a blank for `T`, no seconds, or a zone without a colon.

    >>> mend_date("27.3.2020"), mend_date("2019-03-27 10:11:12"), mend_date("Frühjahr 2020")
    ('2020-03-27', '2019-03-27T10:11:12', 'Frühjahr 2020')
    >>> mend_date("2012-05-10T21:04"), mend_date("2012-05-10T21:04:05.1234567+0200")
    ('2012-05-10T21:04:00', '2012-05-10T21:04:05.123456+02:00')
    """
    text = text.strip()
    if found := _GERMAN.fullmatch(text):
        day, month, year, hour, minute, second = found.groups()
        date = f"{year}-{month:0>2}-{day:0>2}"
        return f"{date}T{hour:0>2}:{minute}:{second or '00'}" if hour else date
    if found := _LOOSE.fullmatch(text):
        date, time, second, fraction, utc, hours, minutes = found.groups()
        part = f".{fraction[:6]}" if fraction else ""
        return f"{date}T{time}:{second or '00'}{part}{'Z' if utc else f'{hours}:{minutes}' if hours else ''}"
    return text


def split_period(text: str) -> tuple[str, str]:
    """Return the ends of a period that is a text: an interval of ISO 8601 or of DCMI; empty if it is neither.

    DCMI Period Encoding Scheme.

    >>> split_period("2001-01-01/2002-12-31"), split_period("name=x; start=2001; end=2002;"), split_period("2001")
    (('2001-01-01', '2002-12-31'), ('2001', '2002'), ('', ''))
    """
    if text.count("/") == 1 and len(text) <= 100:
        first, last = (mend_date(end) for end in text.split("/"))
        return ("" if first == ".." else first), ("" if last == ".." else last)
    stated = {name.lower(): mend_date(value) for name, value in _DCMI.findall(text[:300])}
    return stated.get("start", ""), stated.get("end", "")
