"""The output of commands, for people and for programs."""

from tests.cli.conftest import Cli
from tests.cli.management import Management, asset


def test_what_a_peer_wrote_cannot_steer_the_terminal(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/assets/air", asset(title={"en": "Air\x1b[31m\x07\u202e\nred"}))
    out = cli("asset", "show", "air").out
    assert not {"\x1b", "\x07", "\u202e"} & set(out)
