import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.dataplane.files.folder import (
    UnsafePath,
    check_path,
    is_plain_path,
    name_delivery,
    name_flow,
    read_listing,
)
from connector.dataplane.wire.fields import attachment, read_filename


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
        check_path(path)


@given(st.text(alphabet="ab./\\\x00~ü", max_size=12))
@settings(max_examples=200, deadline=None)
def test_a_safe_path_never_has_a_segment_that_climbs(path: str) -> None:
    try:
        safe = check_path(path)
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


def carriable(name: str) -> bool:
    try:
        return check_path(name) == name
    except UnsafePath:
        return False


@given(st.text(min_size=1, max_size=260).filter(carriable))
@settings(max_examples=300, deadline=None)
def test_every_name_that_is_offered_can_be_carried_and_stored(name: str) -> None:
    last = name.rpartition("/")[2]
    assert read_filename(attachment(last)) == last
    assert len(last.encode()) <= 255


@pytest.mark.parametrize("name", ["ü" * 127, "\U0001f600" * 63, "x" * 255, "Grün & Blau; 50 %.csv", "a\u202eb.csv"])
def test_the_longest_and_the_strangest_names_are_carried(name: str) -> None:
    assert check_path(name) == name
    assert read_filename(attachment(name)) == name


@pytest.mark.parametrize(
    "name",
    [
        "ü" * 128,
        "\U0001f600" * 64,
        "x" * 256,
        "a\udcffb",
        "a\x85b",
        "a\u2028b",
        "CON",
        "con.csv",
        "Nul",
        "COM1.txt",
        "a:b",
    ],
)
def test_names_that_a_receiver_cannot_store_are_refused(name: str) -> None:
    assert not carriable(name)
    assert not carriable(f"folder/{name}")


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("attachment; filename=\"a.csv\"; filename*=UTF-8''%C3%BC.csv", "ü.csv"),
        ("attachment; filename*=utf-8'de'%C3%BC.csv", "ü.csv"),
        ("attachment;filename=a.csv", "a.csv"),
        ('inline; filename="a b.csv"', "a b.csv"),
        ("attachment; filename*=UTF-8''%FF.csv", None),
        ("attachment", None),
        (None, None),
    ],
)
def test_names_of_other_senders_are_read(field: str | None, name: str | None) -> None:
    assert read_filename(field) == name


@pytest.mark.parametrize("stated", [None, "", "..", "a/..", ".hidden", "air\n.csv", "nul"])
def test_a_delivery_without_a_plain_name_is_named_after_its_flow(stated: str | None) -> None:
    assert name_delivery(stated, "urn:flow:1") == name_flow("urn:flow:1")
    assert is_plain_path(name_flow("../urn:flow:1"))


def test_a_delivery_has_the_last_part_of_the_name_that_its_sender_states() -> None:
    assert name_delivery("2026/05/air.csv", "urn:flow:1") == "air.csv"
