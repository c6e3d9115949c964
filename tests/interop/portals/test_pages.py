"""What real portals and file servers have, offered and got by people on the pages of both sides."""

import os
import pwd
from collections.abc import Iterator

import pytest

pytest.importorskip("playwright.sync_api")

from tests.browser.partners import Partners, open_partners
from tests.interop.portals.runtime import MapServer, PyGeoApi, Sshd

pytestmark = pytest.mark.portals


@pytest.fixture(scope="module")
def partners(tmp_path_factory: pytest.TempPathFactory, sshd: Sshd) -> Iterator[Partners]:
    key = "".join(line for line in sshd.key.read_text("ascii").splitlines() if "-----" not in line)
    with open_partners(tmp_path_factory.mktemp("partners"), {"files": (f"127.0.0.1:{sshd.port}", key)}) as opened:
        yield opened


def test_a_collection_is_offered_got_and_read(partners: Partners, pygeoapi: PyGeoApi) -> None:
    dataset = partners.offer("ogcapi", {"url": pygeoapi.url, "collection": "trees", "format": "csv"}, "Bäume")
    partners.read_rows(partners.order(dataset), "Bäume 7")


def test_a_feature_type_is_offered_got_and_read(partners: Partners, mapserver: MapServer) -> None:
    typed = {"url": f"{mapserver.url}/wfs", "type_name": "trees", "format": "csv"}
    partners.read_rows(partners.order(partners.offer("wfs", typed, "Bäume als WFS")), "Bäume 7")


def test_a_file_at_a_server_is_offered_got_and_read(partners: Partners, sshd: Sshd) -> None:
    (sshd.root / "air.csv").write_text("station,pm10\nMarktplatz,12\n", "utf-8")
    typed = {
        "host": "127.0.0.1",
        "user": pwd.getpwuid(os.getuid()).pw_name,
        "host_key": sshd.host_key.with_name("host.pub").read_text("ascii").strip(),
        "secret": "files",
        "path": f"{sshd.root}/air.csv",
        "port": str(sshd.port),
    }
    partners.read_rows(partners.order(partners.offer("sftp", typed, "Luft vom Server")), "Marktplatz")
