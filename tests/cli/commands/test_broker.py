"""`broker status`: a broker that is ready, not ready, or not reachable."""

import asyncio
import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from connector.language.catalogue import Language, find_sentence, say
from connector.ports.broker_store import CrawlSource, Liveness
from connector.settings import load
from connector.store.sqlite.record.record import open_record
from connector.views.health import ListView
from tests.cli.conftest import Cli
from tests.cli.management import Management, served


def test_a_broker_is_asked_how_it_is_doing(cli: Cli) -> None:
    with served(Management()) as broker:
        broker.answer("GET", "/ready", {"ready": True, "checks": {"record": "ok"}})
        done = cli("broker", "status", "--api", broker.url, "--json")
        assert (done.code, done.json["ready"], done.json["checks"]) == (0, True, {"record": "ok"})
        end = datetime(2026, 7, 1, 22, tzinfo=UTC)
        listed = msgspec.to_builtins(ListView(version=4, expires_at=end, days_left=12, key="signs", has_key=True))
        broker.answer("GET", "/ready", {"ready": True, "participant_list": listed})
        told = cli("broker", "status", "--api", broker.url, "--lang", "de").out
        assert "Version 4, gültig bis 2026-07-02 00:00:00, noch 12 Tage" in told
        broker.answer("GET", "/ready", {"ready": False}, status=503)
        assert cli("broker", "status", "--api", broker.url).code == 1
    assert cli("broker", "status", "--api", "http://127.0.0.1:9").code == 5


def test_with_a_key_the_whole_broker_is_on_one_screen(cli: Cli, management: Management) -> None:
    cli("init", "broker", "--role", "broker")
    status = {"sources": {"ONLINE": 2}, "marks": {"hidden": 1}, "entries": 9, "withheld": 1, "tests": 0}
    status |= {"last_change": 41, "index_at": 40, "building_at": 12, "active": 1, "due": 3}
    management.answer("GET", "/ready", {"ready": True})
    management.answer("GET", "/v1/status", status)
    with served(Management()) as broker:
        broker.answer("GET", "/ready", {"ready": True})
        port = broker.url.rpartition(":")[2]
        text = Path("broker/datenkontor.toml").read_text()
        Path("broker/datenkontor.toml").write_text(re.sub(r"(\[broker\][^\[]*?port = )\d+", rf"\g<1>{port}", text))
        done = cli("broker", "status", "--settings", "broker/datenkontor.toml", "--lang", "de")
    assert (done.code, "erreichbar: 2" in done.out, "ausgeblendet: 1" in done.out) == (0, True, True)
    assert "40 (12)" in done.out


def test_a_broker_is_found_by_the_settings(cli: Cli) -> None:
    cli("init", "broker", "--role", "broker")
    done = cli("broker", "status", "--settings", "broker/datenkontor.toml", "--json")
    assert (done.code, done.out, done.err.count("\n")) == (5, "", 1)
    assert "cannot be reached" in done.err


def test_the_answer_of_another_program_is_not_a_report(cli: Cli) -> None:
    with served(Management()) as other:
        other.answer("GET", "/ready", b"[1, 2]")
        done = cli("broker", "status", "--api", other.url, "--json")
    assert done.json == {"address": other.url, "ready": True}
    assert cli("broker", "status", "--settings", "missing.toml").code == 1
    assert cli("broker", "serve", "--settings", "missing.toml").code == 1


@pytest.mark.parametrize("lang", ["de", "en"])
def test_every_state_of_a_source_is_explained_in_words(cli: Cli, lang: Language) -> None:
    told = cli("broker", "source", "list", "--help", "--lang", lang).out
    assert {find_sentence(lang, f"cli.source-{state}") is not None for state in Liveness} == {True}
    assert all(say(lang, f"values.{state}") in told for state in Liveness)


async def _fill(path: Path) -> None:
    record = await open_record(path)
    failing = {"liveness": Liveness.OFFLINE, "failures": 3, "error": "The source did not answer: 503"}
    await record.put_source(
        CrawlSource(participant="urn:a", name="Tiefbauamt", address="https://a.example", datasets=7)
    )
    await record.put_source(CrawlSource(participant="urn:b", name="Firma", address="https://b.example", **failing))
    await record.close()


def test_the_sources_of_a_broker_are_listed_with_their_errors(cli: Cli) -> None:
    cli("init", "broker", "--role", "broker")
    settings = ("--settings", "broker/datenkontor.toml")
    missing = cli("broker", "source", "list", *settings)
    assert (missing.code, "start its connector or broker once" in missing.err) == (1, True)
    asyncio.run(_fill(load(Path("broker/datenkontor.toml")).broker.record))
    listed = cli("broker", "source", "list", *settings)
    assert "Tiefbauamt" in listed.out
    assert "The source did not answer: 503" in listed.out
    assert "NEW: not crawled yet." in listed.err
    german = cli("broker", "source", "list", *settings, "--failing", "--lang", "de")
    assert "nicht erreichbar: Das Einlesen ist dreimal" in german.err
    assert "neu:" not in german.err
    (failing,) = cli("broker", "source", "list", *settings, "--failing", "--json").json["items"]
    assert (failing["participant"], failing["liveness"]) == ("urn:b", "OFFLINE")


def test_an_index_is_built_anew_by_a_running_broker_only(cli: Cli) -> None:
    cli("init", "broker", "--role", "broker")
    done = cli("broker", "reindex", "--settings", "broker/datenkontor.toml")
    assert (done.code, "cannot be reached" in done.err) == (5, True)
    cli("init", "city")
    other = cli("broker", "reindex", "--settings", "city/datenkontor.toml")
    assert (other.code, "settings of a connector" in other.err) == (3, True)


def test_the_sources_of_a_connector_are_not_those_of_a_broker(cli: Cli) -> None:
    cli("init", "firma")
    told = cli("broker", "source", "list", "--settings", "firma/datenkontor.toml", "--lang", "en")
    assert (told.code, "the settings of a connector" in told.err) == (3, True)
