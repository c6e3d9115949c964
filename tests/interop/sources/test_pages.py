"""A table of a real PostgreSQL and an object of a real S3, offered and got by people on the pages of both sides."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

pytest.importorskip("playwright.sync_api")

from tests.browser.partners import Partners, open_partners
from tests.interop.sources.runtime import KEY, PASSWORD, SECRET, Gateway, Postgres

pytestmark = pytest.mark.sources
TREES = "CREATE TABLE park (id int PRIMARY KEY, name text); INSERT INTO park VALUES (1, 'Sommerlinde'), (2, 'Ulme')"


@pytest.fixture(scope="module")
def partners(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres, gateway: Gateway) -> Iterator[Partners]:
    secrets = {
        "table": (f"127.0.0.1:{postgres.port}", PASSWORD),
        "store": (f"127.0.0.1:{gateway.port}", SECRET),
    }
    assert postgres.act(f"{TREES}; CREATE TABLE got (LIKE park INCLUDING ALL)") is not None
    assert postgres.act("GRANT SELECT ON park TO reader; GRANT ALL ON got TO reader") is not None
    folder = gateway.folder / "data" / "air"
    folder.mkdir()
    (folder / "air.csv").write_text("station,pm10\nMarktplatz,12\n", "utf-8")
    with open_partners(tmp_path_factory.mktemp("partners"), secrets) as opened:
        yield opened


def _name_database(postgres: Postgres) -> dict[str, str]:
    return {
        "server": f"127.0.0.1:{postgres.port}",
        "name": "postgres",
        "benutzer": "reader",
        "zugang": "table",
        "tabelle": "park",
        "verbindung": "nein",
    }


def test_a_table_is_offered_got_and_read(partners: Partners, postgres: Postgres) -> None:
    dataset = partners.offer("datenbank", _name_database(postgres), "Bäume der Stadt")
    partners.read_rows(partners.order(dataset), "Sommerlinde")


def test_an_object_is_offered_got_and_read(partners: Partners, gateway: Gateway) -> None:
    place = {"server": gateway.url, "eimer": "air", "objekt": "air.csv", "benutzer": KEY, "zugang": "store"}
    partners.read_rows(partners.order(partners.offer("objekt", place, "Luft")), "Marktplatz")


def test_a_delivery_becomes_rows_of_the_company(partners: Partners, postgres: Postgres) -> None:
    dataset = partners.offer("datenbank", _name_database(postgres), "Bäume für eine Tabelle")
    target = {
        "ziel": "ziel-sql",
        "ziel-sql.table": "got",
        "ziel-sql.host": "127.0.0.1",
        "ziel-sql.port": str(postgres.port),
        "ziel-sql.database": "postgres",
        "ziel-sql.user": "reader",
        "ziel-sql.secret": "table",
        "ziel-sql.key": "id",
        "ziel-sql.tls": "false",
    }
    page = partners.order(dataset, target=target)
    (ordered,) = parse_qs(urlsplit(page.url).query)["id"]
    partners.live.completed(ordered)
    assert postgres.act("SELECT name FROM got ORDER BY id") == "Sommerlinde\nUlme\n"
