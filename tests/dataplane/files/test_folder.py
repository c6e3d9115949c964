import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.dataplane.files.folder import UnsafePath, check_path, read_listing


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
