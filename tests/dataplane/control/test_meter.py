import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.dataplane.control.meter import Meter, Uses
from connector.dataplane.control.tokens import hash_token, matches, new_token, parse_token
from connector.dataplane.files.folder import UnsafePath, read_listing, safe_path
from connector.dataplane.wire.fields import (
    read_content_range,
    read_number,
    read_range,
    read_repr_digest,
    repr_digest,
    strong_etag,
)
from tests.dataplane.world import sha256


async def test_bytes_are_booked_in_batches_and_at_the_end() -> None:
    booked: list[int] = []

    async def book(count: int) -> None:
        booked.append(count)

    meter = Meter(book)
    for _ in range(130):
        await meter.add(1024 * 1024)
    assert booked == [64 * 1024 * 1024] * 2
    await meter.flush()
    await meter.flush()
    assert sum(booked) == 130 * 1024 * 1024


async def test_bytes_that_could_not_be_booked_are_booked_later() -> None:
    booked: list[int] = []

    async def book(count: int) -> None:
        if not booked:
            booked.append(0)
            raise OSError("disk full")
        booked.append(count)

    meter = Meter(book)
    await meter.add(7)
    with pytest.raises(OSError, match="disk full"):
        await meter.flush()
    await meter.flush()
    assert booked == [0, 7]


def test_a_resumption_continues_a_use_and_a_new_beginning_is_a_new_one() -> None:
    uses = Uses()
    assert uses.is_new("", 0)
    uses.begin("", new=True)
    assert not uses.is_new("", 5), "a resumption was taken for a new use"
    assert uses.is_new("", 0)
    uses.finish("")
    assert uses.is_new("", 5), "data that was delivered whole was read again for nothing"


def test_the_members_of_a_folder_are_one_use_until_one_is_read_again() -> None:
    uses = Uses()
    for part in ("a", "b"):
        new = uses.is_new(part, 0)
        assert new is (part == "a")
        uses.begin(part, new=new)
        uses.finish(part)
    assert uses.is_new("a", 0)


def test_a_token_is_found_in_both_forms_and_kept_as_a_hash() -> None:
    token = new_token()
    assert len(token) == 43
    assert parse_token(f"Bearer {token}") == parse_token(token) == parse_token(f"bearer  {token} ") == token
    assert matches(token, hash_token(token))
    assert not matches(token, hash_token(new_token()))
    assert not matches(token, None)


@pytest.mark.parametrize("value", [None, "", "Basic abc", "Bearer a b", "x" * 600, "Bearer ü"])
def test_what_cannot_be_a_token_is_none(value: str | None) -> None:
    assert parse_token(value) is None


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
    assert strong_etag('W/"abc"') is strong_etag('"a"b"') is strong_etag(None) is None
    assert read_number("12") == 12
    assert read_number("-1") is read_number("1e3") is read_number("9" * 30) is None


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "..",
        "a/../b",
        "./a",
        "a//b",
        "a/",
        ".hidden",
        "a\\b",
        "C:x",
        "a\x00b",
        "a\nb",
        " a",
        "x" * 2000,
    ],
)
def test_paths_that_lead_elsewhere_are_refused(path: str) -> None:
    with pytest.raises(UnsafePath):
        safe_path(path)


@given(st.text(alphabet="ab./\\\x00~ü", max_size=12))
@settings(max_examples=200, deadline=None)
def test_a_safe_path_never_has_a_segment_that_climbs(path: str) -> None:
    try:
        safe = safe_path(path)
    except UnsafePath:
        return
    assert not {"", ".", ".."} & set(safe.split("/"))
    assert "\\" not in safe
    assert "\x00" not in safe


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b'{"members":[{"path":"../x","size":1}]}',
        b'{"members":[{"path":"a","size":-1}]}',
        b'{"members":[{"path":"a","size":1},{"path":"a","size":1}]}',
        b'{"members":' + b"[" * 5000,
    ],
)
def test_a_hostile_listing_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="folder"):
        read_listing(body)
