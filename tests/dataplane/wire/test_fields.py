import pytest

from connector.dataplane.wire.fields import (
    read_content_range,
    read_http_date,
    read_number,
    read_range,
    read_repr_digest,
    repr_digest,
    strong_etag,
)
from connector.views.conversion import moment
from tests.dataplane.world import sha256


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("bytes=0-0", (0, 0)),
        ("bytes=5-", (5, None)),
        ("bytes=-3", (None, 3)),
        ("bytes=-", None),
        ("bytes=5-4", None),
        ("bytes=0-1,3-4", None),
        ("bytes=" + ",".join(["0-"] * 5000), None),
        ("lines=1-2", None),
        ("bytes=-1-2", None),
        ("bytes=" + "9" * 40 + "-", None),
        ("bytes=٣-٤", None),
        (None, None),
    ],
)
def test_a_range_is_one_well_formed_range_or_ignored(value: str | None, expected: object) -> None:
    assert read_range(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("bytes 2-4/10", (2, 5, 10)),
        ("bytes 2-4/*", (2, 5, None)),
        ("bytes */10", (None, None, 10)),
        ("bytes 4-2/10", None),
        ("bytes 2-10/10", None),
        ("bytes 2-4", None),
        ("2-4/10", None),
    ],
)
def test_a_content_range_is_read_strictly(value: str, expected: object) -> None:
    assert read_content_range(value) == expected


def test_digests_travel_and_odd_fields_are_nothing() -> None:
    digest = sha256(b"data")
    assert read_repr_digest("md5=:AAAA:, " + repr_digest(digest)) == digest
    assert read_repr_digest("sha-256=:short:") is read_repr_digest(None) is None
    assert strong_etag('"abc"') == '"abc"'
    assert strong_etag('W/"abc"') is strong_etag('"a"b"') is strong_etag('""') is strong_etag(None) is None
    assert read_number("12") == 12
    assert read_number("-1") is read_number("1e3") is read_number("9" * 30) is None


@pytest.mark.parametrize(
    ("value", "year"),
    [
        ("Fri, 31 Dec 9999 23:59:59 GMT", 9999),
        ("Fri, 31 Dec 9999 23:59:59 -1400", 9999),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 1970),
        ("Thu, 01 Jan 1970 00:00:00 +0000", 1970),
        ("Mon, 01 Jan 0001 00:00:00 GMT", None),
        ("Mon, 01-Jan-0001 00:00:00 GMT", None),
        ("never", None),
        (None, None),
    ],
)
def test_a_date_of_a_backend_is_a_time_of_the_calendar_or_none(value: str | None, year: int | None) -> None:
    found = read_http_date(value)
    assert (None if found is None else moment(found).year) == year
