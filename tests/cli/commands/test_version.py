"""`version`: the versions of the product and of the protocol."""

import platform

from tests.cli.conftest import Cli


def test_the_versions_are_shown_for_people_and_for_programs(cli: Cli) -> None:
    value = cli("version", "--json").json
    assert value["dataspace-protocol"] == "2025-1"
    assert value["python"] == platform.python_version()
    done = cli("version")
    line = f"datenkontor {value['datenkontor']} (Dataspace Protocol 2025-1, Python {value['python']})\n"
    assert (done.code, done.out, done.err) == (0, line, "")
