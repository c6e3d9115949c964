"""The list of tenants: read whole or refused, changed by one at a time, and names that fit into addresses."""

import json
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


@pytest.mark.parametrize("content", ["nonsense", "{}", '[{"name":"aa","since":1},{"name":"aa","since":2}]'])
def test_a_damaged_list_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / LIST).write_text(content)
    with pytest.raises(SettingsError, match="list of the tenants"):
        read_list(tmp_path)


@pytest.mark.parametrize("name", ["../x", "../../home/parks", "Parks", ".parks", "a" * 80, "default", "dsp"])
def test_a_list_with_a_name_that_no_tenant_can_have_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / LIST).write_text(json.dumps([{"name": name, "since": 1, "state": "leaving"}]))
    with pytest.raises(SettingsError, match="a name that none can have"):
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
