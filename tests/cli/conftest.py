"""A command line for each test: its own folder, no settings from outside, a management API, and outcomes as values."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from connector.cli.main import main
from connector.views.transfers import DeliveryView
from tests.cli.management import CONTENT, DIGEST, KEY, RESULTS, Management, negotiation, served, transfer


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Cli = Callable[..., Outcome]


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    for name in ("SETTINGS", "URL", "KEY", "LANG", "TRACE"):
        monkeypatch.delenv(f"DATENKONTOR_{name}", raising=False)
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    # Bounds the lines of usage errors whatever terminal the tests run in.
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Outcome:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return Outcome(int(code), printed.out, printed.err)

    return run


@pytest.fixture
def management(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Iterator[Management]:
    """A management API that the command line calls."""
    with served(Management()) as running:
        monkeypatch.setenv("DATENKONTOR_URL", running.url)
        monkeypatch.setenv("DATENKONTOR_KEY", KEY)
        yield running


@pytest.fixture
def here(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a connector with a file to offer."""
    cli("init", "city")
    folder = tmp_path / "city"
    (folder / "offered/counts").mkdir()
    (folder / "offered/air.csv").write_text("time,value\n")
    monkeypatch.setenv("DATENKONTOR_SETTINGS", str(folder / "datenkontor.toml"))
    return folder


@pytest.fixture
def provider(management: Management) -> Management:
    """A management API whose counterparty agrees and delivers."""
    base = "/v1/transfers/urn:t"
    management.answer("GET", "/v1/search", {"items": RESULTS, "total": 2})
    management.answer("GET", "/v1/agreements", {"items": [], "next": None})
    management.answer("GET", "/v1/negotiations", {"items": [], "next": None})
    management.answer("POST", "/v1/negotiations", negotiation(None), status=202)
    management.answer("GET", "/v1/negotiations/urn:n/wait", negotiation("FINALIZED"))
    management.answer("GET", "/v1/transfers", {"items": [], "next": None})
    management.answer("POST", "/v1/transfers", transfer(None), status=202)
    delivered = DeliveryView(bytes_moved=len(CONTENT), size=len(CONTENT), sha256=DIGEST)
    management.answer("GET", f"{base}/wait", transfer("COMPLETED", delivered=delivered))
    file = {"path": "air.csv", "size": len(CONTENT), "sha256": DIGEST}
    management.answer("GET", f"{base}/files", {"items": [file], "next": None})
    management.answer("GET", f"{base}/content", CONTENT)
    return management
