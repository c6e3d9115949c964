"""Lines are appended whole, each once, and no other file is touched."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.dataplane.backends.appending import append_lines
from connector.ports.flow import SourceError
from connector.ports.stream_sink import StreamMessage


def message(number: int, width: int = 1) -> StreamMessage:
    line = b'{"id":"7f.%d","at":"","data":"%s"}' % (number, b"x" * width)
    return StreamMessage(f"7f.{number}", "", line)


@given(cuts=st.lists(st.integers(0, 300), max_size=6), width=st.sampled_from([1, 70, 70_000]))
@settings(max_examples=15, deadline=None)
def test_whatever_a_crash_leaves_each_message_is_there_once(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int], width: int
) -> None:
    root = tmp_path_factory.mktemp("lines")
    place = root / "a/b.ndjson"
    for cut in cuts:
        append_lines(root, "a/b.ndjson", [message(number, width) for number in range(1, 8)])
        whole = place.read_bytes()
        place.write_bytes(whole[: len(whole) - cut] if cut < len(whole) else b"")
    append_lines(root, "a/b.ndjson", [message(number, width) for number in range(1, 8)])
    assert place.read_bytes() == b"".join(message(number, width).line + b"\n" for number in range(1, 8))


@pytest.mark.parametrize(
    "content", [b"a,b\n1,2\n", b"no line", b'{"id": "x"}\n', b"{}\n", b"\n", b"[" * 100_000 + b"\n"]
)
def test_a_file_of_something_else_is_left_alone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other").write_bytes(content)
    with pytest.raises(SourceError, match="something else"):
        append_lines(tmp_path, "other", [message(1)])
    assert (tmp_path / "other").read_bytes() == content


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "secret").write_bytes(b"")
    (tmp_path / "root/link").symlink_to(tmp_path / "secret")
    with pytest.raises((SourceError, OSError)):
        append_lines(tmp_path / "root", "link", [message(1)])
    assert (tmp_path / "secret").read_bytes() == b""
