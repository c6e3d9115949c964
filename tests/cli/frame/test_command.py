"""The declaration of a command: its shared options, its help, and the failures that it expects."""

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import pytest
import typer
from typer.testing import CliRunner

from connector.cli.frame.command import create_noun, create_word, parse_end, parse_time, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure


class Fault(Exception):
    """An error of another room."""


def test_a_command_gets_a_call_and_its_own_options() -> None:
    calls: list[tuple[CommandCall, str | None]] = []
    app = create_noun("Things.")

    @register(app, "show", example="datenkontor thing show --url http://x")
    def show(call: CommandCall, url: Annotated[str | None, typer.Option(help="Its own URL.")] = None) -> None:
        """Show a thing.

        More about it.
        """
        calls.append((call, url))

    arguments = ["show", "--url", "http://data", "--connector", "http://api", "--key", "k", "--json", "--lang", "de"]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    ((call, url),) = calls
    assert (call.connector, call.key, url) == ("http://api", "k", "http://data")
    assert (call.output.json, call.output.lang) == (True, "de")
    shown = CliRunner().invoke(app, ["show", "--help"]).output
    assert "More about it." in shown
    assert "Example:\n    datenkontor thing show --url http://x" in shown
    assert "Show a thing." in CliRunner().invoke(app, ["--help"]).output


@pytest.mark.parametrize(
    ("needs", "absent"), [("connector", set()), ("settings", {"--key"}), ("nothing", {"--key", "--settings"})]
)
def test_a_command_has_only_the_options_that_it_needs(needs: str, absent: set[str]) -> None:
    app = create_word()

    @register(app, "do", needs=needs, example="datenkontor do")
    def do(call: CommandCall) -> None:
        """Do it."""

    shown = CliRunner().invoke(app, ["--help"]).output
    assert {option for option in ("--key", "--settings", "--json", "--lang") if option not in shown} == absent


def test_an_expected_fault_is_a_failure_and_another_error_is_not() -> None:
    app = create_word()

    @register(app, "do", needs="nothing", faults=(Fault,), example="datenkontor do")
    def do(call: CommandCall, odd: Annotated[bool, typer.Option(help="Odd.")] = False) -> None:
        """Do it."""
        raise (ValueError if odd else Fault)("It failed: do this.")

    failure = CliRunner().invoke(app, []).exception
    assert isinstance(failure, Failure)
    assert (failure.code, failure.say("en")) == (Code.FAILED, "It failed: do this.")
    assert isinstance(CliRunner().invoke(app, ["--odd"]).exception, ValueError)


def test_a_day_as_an_end_belongs_to_the_period() -> None:
    zone = ZoneInfo("Europe/Berlin")
    assert parse_end("2027-12-31", zone) == datetime(2028, 1, 1, tzinfo=zone)
    assert parse_end("2026-10-25", zone) == datetime(2026, 10, 25, 23, tzinfo=UTC), "a day of 25 hours"
    assert parse_end("2027-12-31T12:00Z", zone) == datetime(2027, 12, 31, 12, tzinfo=UTC)
    assert parse_end("9999-12-31", zone) == datetime.max.replace(tzinfo=zone)
    assert parse_end(None, zone) is None


def test_a_time_without_a_zone_is_in_the_zone_of_the_call() -> None:
    zone = ZoneInfo("Europe/Berlin")
    assert parse_time(None, zone) is None
    assert parse_time("2026-05-04T14:00", zone) == parse_time("2026-05-04T12:00Z", UTC)
    assert parse_time("2026-05-04", zone) == datetime(2026, 5, 3, 22, tzinfo=UTC)
    with pytest.raises(Failure, match="tomorrow is not a time: write it as 2026-05-04T12:00Z"):
        parse_time("tomorrow", zone)
