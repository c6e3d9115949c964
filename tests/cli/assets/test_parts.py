"""The parts of a description on the command line: one KEY=VALUE for each member."""

import doctest
import shlex

import msgspec
import pytest

from connector.cli.assets import parts
from connector.cli.assets.parts import PARTS, parse_part, write_part
from connector.cli.frame.failure import Failure
from connector.views.descriptions import Contact, CoveredPlace
from tests.cli.conftest import Cli
from tests.cli.management import Management, asset


def test_examples_come_out_as_written() -> None:
    assert doctest.testmod(parts).failed == 0


def test_options_state_the_members_of_a_part() -> None:
    assert parse_part("contact", ["name=Amt", "email=amt@stadt.example"]) == Contact(
        name="Amt", email="amt@stadt.example"
    )
    assert parse_part("place", ["box=8.2,48.9,8.6,49.1", "name=a=b"]) == CoveredPlace(
        name="a=b", box=(8.2, 48.9, 8.6, 49.1)
    )
    assert parse_part("period", None) is None


@pytest.mark.parametrize(
    ("name", "options", "key"),
    [
        ("contact", ["amt@stadt.example"], "errors.part-pair"),
        ("contact", ["email="], "errors.part-pair"),
        ("contact", ["mail=amt@stadt.example"], "errors.part-key"),
        ("period", ["start=2025", "start=2026"], "errors.given-twice"),
        ("place", ["box=here"], "errors.part-box"),
    ],
)
def test_an_option_that_states_no_member_is_wrong_use(name: str, options: list[str], key: str) -> None:
    with pytest.raises(Failure) as failed:
        parse_part(name, options)
    assert failed.value.key == key


@pytest.mark.parametrize(
    "part",
    [
        CoveredPlace(name="Am 'Ring' 5", key="08", box=(8.25, 48.0, 8.6, 49.1)),
        Contact(name="Amt", telephone="+49 721 1330"),
    ],
)
def test_what_is_written_is_read_again(part: msgspec.Struct) -> None:
    (name,) = (name for name, kind in PARTS.items() if isinstance(part, kind))
    words = [shlex.split(option) for option in write_part(name, msgspec.to_builtins(part))]
    assert all(word[0] == f"--{name}" for word in words)
    assert parse_part(name, [word[1] for word in words]) == part


def test_a_part_is_ordered_changed_member_by_member_and_removed(cli: Cli, management: Management) -> None:
    management.answer("POST", "/v1/assets", asset(), status=201)
    management.answer("GET", "/v1/assets/air", asset())
    management.answer("PATCH", "/v1/assets/air", asset())
    added = cli("asset", "add", "--file", "a.csv", "--place", "name=Markt", "--place", "key=08212000")
    assert (added.code, management.bodies("POST", "/v1/assets")[0]["place"]) == (
        0,
        {"name": "Markt", "key": "08212000"},
    )
    changed = cli("asset", "edit", "air", "--contact", "email=amt@stadt.example", "--remove", "place", "--lang", "de")
    assert "Gebiet" in changed.out
    assert management.bodies("PATCH", "/v1/assets/air")[0]["change"] == {
        "contact": {"email": "amt@stadt.example"},
        "place": None,
    }
