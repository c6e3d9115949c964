"""`audit`: the log is read, exported and verified."""

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from connector import controlplane
from connector.audit.export import export
from connector.audit.leaves import leaf
from connector.cli.frame.output import Output
from connector.views.agreements import AuditExportView, LeafView
from tests.cli.conftest import Cli
from tests.cli.management import NOW, Management

LEAF = LeafView(id="urn:l", at=NOW, kind="participant blocked", process_id="urn:firma", body={"by": "x"}, hash="ab")


def lines() -> tuple[str, ...]:
    made = [leaf(owner="o", id=f"l{n}", salt=bytes(16), at=n, kind="k", process_id="p", fields={}) for n in range(5)]
    sealed = [replace(one, position=number) for number, one in enumerate(made)]
    return tuple(line.decode().rstrip() for line in export("o", sealed, 0, 10))


def test_the_log_is_listed_and_shown(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/audit", {"items": [LEAF], "next": None})
    assert "participant blocked" in cli("audit", "list").out
    assert '{"by":"x"}' in cli("audit", "show", "urn:firma").out
    management.answer("GET", "/v1/audit", {"items": [], "next": None})
    assert cli("audit", "show", "urn:nobody").code == 3


def test_an_export_says_what_it_has(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/audit/export", AuditExportView(lines=lines()))
    assert cli("audit", "export", "-o", "log.jsonl", "--lang", "de").out == "log.jsonl ist geschrieben. Einträge: 5.\n"


@pytest.mark.parametrize(
    "words", [("audit", "export", "-o", "log.jsonl"), ("agreement", "uses"), ("agreement", "uses", "--csv")]
)
def test_a_period_that_ends_before_it_begins_is_refused(cli: Cli, management: Management, words: list[str]) -> None:
    done = cli(*words, "--from", "2026-12-31", "--until", "2026-01-01")
    assert (done.code, done.out, "ends before it begins" in done.err) == (2, "", True)
    assert management.asked == []


EVENTS = re.compile(r'(?:event ?= ?|record\([^")]+, )f?"([a-z][^"]*)"')
"""An entry of the audit log where the code writes it."""
ENGLISH = {"by", "a", "asset", "flow", "ended", "decided", "event", "duty", "payment", "refused", "again", "received"}


def test_every_event_has_words_in_every_language() -> None:
    files = (Path(controlplane.__file__).parent).rglob("*.py")
    written = {event for file in files for event in EVENTS.findall(file.read_text(encoding="utf-8"))}
    assert len(written) > 25
    for event in written:
        said = Output(json=False, lang="de").name_event(re.sub(r" ?\{.*?\}", "", event))
        assert not set(said.split()) & ENGLISH, event
    spoken = Output(json=False, lang="de").name_event
    assert spoken("asset drafted") == "Angebot entworfen"
    assert spoken("acknowledged ContractRequestMessage") == "bestätigt: Anfrage"
    assert spoken("ended of-another-kind") == "beendet of-another-kind"


def test_an_export_is_written_once_and_verified_without_a_connector(
    cli: Cli, management: Management, tmp_path: Path
) -> None:
    management.answer("GET", "/v1/audit/export", AuditExportView(lines=lines()))
    assert cli("audit", "export", "-o", "log.jsonl", "--from", "2026-01-01").code == 0
    assert management.asked[-1].query["start"] == ["2026-01-01T00:00:00+01:00"]
    assert cli("audit", "export", "-o", "log.jsonl").code == 2, "a file was overwritten"
    assert cli("audit", "verify", "log.jsonl", "--json").json["entries"] == 5
    assert cli("audit", "export", "-o", "-").out.count("\n") == 6


@pytest.mark.parametrize("change", ["x", "moved", "missing"])
def test_a_changed_export_is_broken(cli: Cli, management: Management, tmp_path: Path, change: str) -> None:
    rows = list(lines())
    if change == "x":
        rows[2] = rows[2].replace('\\"p\\"', '\\"q\\"')
    elif change == "moved":
        rows[2], rows[3] = rows[3], rows[2]
    else:
        del rows[3]
    (tmp_path / "log.jsonl").write_text("\n".join(rows))
    done = cli("audit", "verify", "log.jsonl")
    assert (done.code, "is broken" in done.err) == (1, True)
    assert cli("audit", "verify", "none.jsonl").code == 3
