"""Files are replaced as a whole, and a fault names the one that was to be written."""

from pathlib import Path

import pytest

from connector.identity.files import replace_atomically


def test_a_fault_of_the_disk_names_the_file_that_was_to_be_written_and_leaves_no_draft(tmp_path: Path) -> None:
    taken = tmp_path / "record.json"
    (taken / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match="record") as fault:
        replace_atomically(taken, b"{}", mode=0o600)
    assert fault.value.filename == str(taken)
    assert [path.name for path in tmp_path.iterdir()] == ["record.json"]
