"""The list of tenants: read whole or refused, changed by one at a time, and names that fit into addresses."""

from pathlib import Path

import pytest

from connector.app.tenants.listing import LIST, Tenant, TenantState, change_list, check_name, read_list, stamp_list
from connector.settings import SettingsError


def test_a_change_is_written_whole_and_seen_by_its_stamp(tmp_path: Path) -> None:
    assert read_list(tmp_path) == {}
    before = stamp_list(tmp_path)
    with change_list(tmp_path) as tenants:
        tenants["parks"] = Tenant(name="parks", since=1)
    assert stamp_list(tmp_path) != before
    assert read_list(tmp_path)["parks"].state is TenantState.ACTIVE


def test_a_change_that_fails_changes_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with change_list(tmp_path) as tenants:
            tenants["parks"] = Tenant(name="parks", since=1)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert read_list(tmp_path) == {}


@pytest.mark.parametrize(
    "content", ["nonsense", "{}", '[{"name": "../x", "since": 1}]', '[{"name":"aa","since":1},{"name":"aa","since":2}]']
)
def test_a_damaged_list_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / LIST).write_text(content)
    with pytest.raises(SettingsError, match="list of the tenants"):
        read_list(tmp_path)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("parks", None), ("a1", None), ("rad-club-2", None), ("", "form"), ("a", "form"), ("-a", "form"),
        ("a-", "form"), ("a--b", "form"), ("Parks", "form"), ("a/b", "form"), ("..", "form"), ("a\n", "form"),
        ("a" * 41, "form"), ("dsp", "reserved"), ("flows", "reserved"), ("default", "reserved"),
    ],
)  # fmt: skip
def test_a_name_fits_into_addresses_and_is_no_path_of_the_process(name: str, fault: str | None) -> None:
    assert check_name(name) == fault
