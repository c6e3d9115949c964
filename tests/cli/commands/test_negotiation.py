"""`negotiation`: start, follow and answer, against a management API at the edge of HTTP."""

from pathlib import Path
from typing import Any

import pytest

from connector.client.chapters.negotiations import Decision
from tests.cli.conftest import Cli
from tests.cli.management import NOW, Management, negotiation


def test_a_person_decides_about_a_negotiation(cli: Cli, management: Management, tmp_path: Path) -> None:
    (tmp_path / "terms.json").write_text('{"permission": []}')
    base = "/v1/negotiations/urn:n"
    for verb in ("approve", "reject", "counter"):
        management.answer("POST", f"{base}/{verb}", negotiation("AGREED"))
    assert cli("negotiation", "approve", "urn:n").code == 0
    assert cli("negotiation", "reject", "urn:n", "--reason", "Nein", "--yes").code == 0
    assert cli("negotiation", "counter", "urn:n", "--policy", "terms.json").code == 0
    assert management.bodies("POST", f"{base}/reject") == [{"reason": "Nein"}]
    assert management.bodies("POST", f"{base}/counter") == [{"policy": {"permission": []}}]
    assert cli("negotiation", "counter", "urn:n").code == 2


@pytest.mark.parametrize(
    ("found", "code", "said"),
    [
        (negotiation("FINALIZED"), 0, ""),
        (negotiation("TERMINATED", ended="Purpose is not navigation."), 4, "Purpose is not navigation."),
        (negotiation("OFFERED", hold="The provider makes an offer."), 6, "The provider makes an offer."),
        (negotiation("REQUESTED"), 6, "REQUESTED"),
    ],
)
def test_the_end_of_a_wait_is_its_exit_code(cli: Cli, management: Management, found: Any, code: int, said: str) -> None:
    management.answer("GET", "/v1/negotiations/urn:n/wait", found)
    done = cli("negotiation", "wait", "urn:n", "--timeout", 0, "--json")
    assert (done.code, done.json["id"], said in done.err) == (code, "urn:n", True)


def test_what_was_decided_in_a_negotiation_is_shown_with_the_reasons(cli: Cli, management: Management) -> None:
    texts = {"de": ("Die Regeln erlauben es nicht.", "Zweck: nicht erfüllt."), "en": ("No.",)}
    denied = Decision(at=NOW, event="decided terminate", record={"verdict": "deny"}, texts=texts)
    management.answer("GET", "/v1/negotiations/urn:n", negotiation("TERMINATED", decisions=(denied,)))
    shown = cli("negotiation", "show", "urn:n", "--lang", "de")
    assert "decided terminate: Die Regeln erlauben es nicht. Zweck: nicht erfüllt." in shown.out
    assert cli("negotiation", "show", "urn:n", "--json").json["decisions"][0]["record"] == {"verdict": "deny"}
