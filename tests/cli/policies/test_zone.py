"""Policies on the command line are read in the zone that `init` writes, or in that of the variable."""

import pytest

from connector.cli.frame.failure import Code, Failure
from connector.cli.policies.zone import VARIABLE, find_zone


def test_the_variable_and_a_name_come_before_the_zone_of_a_new_connector(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert str(find_zone()) == "Europe/Berlin"
    monkeypatch.setenv(VARIABLE, "Europe/Vienna")
    assert str(find_zone()) == "Europe/Vienna"
    assert str(find_zone("UTC")) == "UTC"


@pytest.mark.parametrize("name", ["Europe/Karlsruhe", "../etc/passwd", "/etc/localtime", "x" * 300, "a\0b"])
def test_an_unknown_zone_is_refused_by_name(name: str) -> None:
    with pytest.raises(Failure, match="is no zone") as caught:
        find_zone(name)
    assert caught.value.code == Code.USAGE
