"""The files that commands write: new ones, and never over another."""

from pathlib import Path

import pytest

from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.files import require_new, write_text


def test_a_text_is_written_to_a_new_file(tmp_path: Path) -> None:
    out = str(tmp_path / "new.txt")
    require_new(out)
    assert write_text(out, "ä\n") == Path(out)
    assert Path(out).read_text(encoding="utf-8") == "ä\n"


def test_a_file_that_exists_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "old.txt"
    path.write_text("old")
    for refused in (lambda: require_new(str(path)), lambda: write_text(str(path), "new")):
        with pytest.raises(Failure) as failure:
            refused()
        assert failure.value.code is Code.USAGE
    assert path.read_text() == "old"


def test_a_folder_that_does_not_exist_is_told(tmp_path: Path) -> None:
    with pytest.raises(Failure) as failure:
        write_text(str(tmp_path / "none" / "x"), "new")
    assert failure.value.code is Code.FAILED


def test_a_hyphen_is_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    require_new("-")
    assert write_text("-", "text\n") is None
    assert capsys.readouterr().out == "text\n"
