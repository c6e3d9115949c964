"""A file of a stream: where it continues, and what is no such file."""

from pathlib import Path

import pytest

from connector.cli.frame.failure import Failure
from connector.cli.processes.following import StreamFile, open_file
from connector.client.stream import StreamLine


def test_a_file_continues_behind_its_last_whole_line(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_bytes(b'{"id":"a.1","data":1}\n{"id":"a.2","data":2}\n{"id":"a.3","da')
    file = StreamFile(path)
    assert file.position == "a.2"
    file.write(StreamLine(line=b'{"id":"a.3","data":3}'))
    file.close()
    assert [line[:11] for line in path.read_bytes().splitlines()] == [b'{"id":"a.1"', b'{"id":"a.2"', b'{"id":"a.3"']


@pytest.mark.parametrize("content", [b"", b'{"id":"a.1"'])
def test_a_file_without_a_whole_line_begins_anew(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.ndjson"
    path.write_bytes(content)
    file = StreamFile(path)
    assert file.position == ""
    file.close()
    assert path.read_bytes() == b""


def test_a_long_last_line_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    line = b'{"id":"a.9","data":"' + b"x" * 200_000 + b'"}\n'
    path.write_bytes(b'{"id":"a.8"}\n' + line)
    file = StreamFile(path)
    assert file.position == "a.9"
    file.close()
    assert path.read_bytes().endswith(line)


def test_a_file_of_something_else_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(b"shopping\n")
    with pytest.raises(Failure, match="other lines"):
        StreamFile(path)
    assert path.read_bytes() == b"shopping\n"
    with pytest.raises(Failure, match="cannot be written"):
        open_file(str(tmp_path))
