"""Provider and consumer are killed at random points of transfers of every kind.

Each transfer ends complete and equal by its digest, or failed with a reason, and none hangs. `DATENKONTOR_KILLED` is
how many transfers there are in all.
"""

import hashlib
import json
import os
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from connector.views.assets import AssetOrder, DataClass
from connector.views.transfers import TransferView
from tests.crash.serving import answer_features, answer_object, hold_in_thread, serve_in_thread
from tests.dataplane.portal_servers import serving_files
from tests.e2e.live import TERMS, Live, environment, until

pytestmark = pytest.mark.crash

KILLED = int(os.environ.get("DATENKONTOR_KILLED", "18"))
ROWS = 60_000
LARGE = b"".join(hashlib.shake_128(bytes([at])).digest(1024) * 1024 for at in range(24))
STORE = {"kind": "s3", "bucket": "city", "key": "large.bin", "key_id": "reader", "secret": "key"}
COLLECTION = {"kind": "ogcapi", "collection": "trees", "columns": ["id", "street"], "format": "csv", "size": 10_000}
PASSWORD = "kanarie-4711"
TABLE = b"id,street\r\n" + b"".join(b"%d,Ring %d\r\n" % (one, one % 97) for one in range(ROWS))


class Offered:
    """The datasets of a city, each from another kind of source, with the digest of what has to arrive."""

    def __init__(self, live: Live, backend: str, files: dict[str, Any]) -> None:
        self.live = live
        (live.data / "large.bin").write_bytes(LARGE)
        (live.data / "table.csv").write_bytes(TABLE)
        with closing(sqlite3.connect(live.data / "city.sqlite")) as database:
            database.execute("CREATE TABLE trees (id INTEGER PRIMARY KEY, street TEXT)")
            database.executemany("INSERT INTO trees VALUES (?, ?)", ((one, f"Ring {one % 97}") for one in range(ROWS)))
            database.commit()
        sources: dict[str, tuple[dict[str, Any], bytes]] = {
            "file": ({"kind": "file", "path": "large.bin"}, LARGE),
            "http": ({"kind": "http", "url": f"{backend}/large.bin"}, LARGE),
            "sql": ({"kind": "sql", "path": "city.sqlite", "table": "trees", "order": ["id"]}, TABLE),
            "table": ({"kind": "file", "path": "table.csv"}, TABLE),
            "s3": ({**STORE, "endpoint": backend}, LARGE),
            "sftp": ({**files, "path": "large.bin"}, LARGE),
            "ogcapi": ({**COLLECTION, "url": f"{backend}/api"}, TABLE),
        }
        datasets = {kind: self._publish(kind, source) for kind, (source, _) in sources.items()}
        inputs = [{"name": "trees", "asset": datasets["table"]}]
        datasets["recipe"] = self._publish("recipe", {"kind": "recipe", "inputs": inputs, "every": "week"})
        self.digests = {kind: hashlib.sha256(data).hexdigest() for kind, (_, data) in sources.items()}
        self.digests["recipe"] = self.digests["table"]
        self.agreements = {kind: live.agree(dataset) for kind, dataset in datasets.items()}

    def _publish(self, kind: str, source: dict[str, Any]) -> str:
        order = AssetOrder(
            title={"de": kind}, source=source, policy=TERMS, data_class=DataClass.OPEN, licence="cc-by/4.0"
        )
        return self.live.city.assets.publish(self.live.city.assets.add(order).id).id


@pytest.fixture(scope="module")
def offered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Offered]:
    async def answer(request: web.Request) -> web.Response:
        if request.path.startswith("/city/"):
            return answer_object(request, LARGE)
        if request.path.startswith("/api/"):
            return answer_features(request, ROWS, lambda one: f"Ring {one % 97}")
        return web.Response(body=LARGE, headers={"ETag": '"1"', "Accept-Ranges": "bytes"})

    made = Live(tmp_path_factory.mktemp("crash-transfers"))
    served, secret = tmp_path_factory.mktemp("sftp"), tmp_path_factory.mktemp("secrets") / "key"
    (served / "large.bin").write_bytes(LARGE)
    secret.write_text(PASSWORD)
    secret.chmod(0o600)
    quick = {"RETRY_MOST_SECONDS": "0.5", "LOOK_SECONDS": "2"}
    with (
        serve_in_thread(answer) as backend,
        hold_in_thread(lambda: serving_files(served, PASSWORD)) as files,
        environment(
            **{f"DATENKONTOR_LIMITS__{name}": value for name, value in quick.items()},
            DATENKONTOR_NET__HOSTS='["127.0.0.1:*"]',
            DATENKONTOR_NET__PLAIN_HTTP='["127.0.0.1:*"]',
            DATENKONTOR_SECRETS=_list_secret(secret, backend.removeprefix("http://"), f"127.0.0.1:{files['port']}"),
        ),
    ):
        made.start("city", "firm")
        yield Offered(made, backend, files)
        made.close()


def _list_secret(file: Path, *hosts: str) -> str:
    return f'[{{name = "key", hosts = {json.dumps(hosts)}, secret_file = {json.dumps(str(file))}}}]'


KINDS = [
    ("file", "pull", "folder"),
    ("file", "push", "folder"),
    ("http", "pull", "folder"),
    ("http", "push", "folder"),
    ("sql", "pull", "folder"),
    ("sql", "push", "folder"),
    ("table", "pull", "table"),
    ("table", "push", "table"),
    ("sql", "pull", "table"),
    ("recipe", "pull", "folder"),
    ("recipe", "push", "folder"),
    ("s3", "pull", "folder"),
    ("s3", "push", "folder"),
    ("sftp", "pull", "folder"),
    ("sftp", "push", "folder"),
    ("ogcapi", "pull", "folder"),
    ("ogcapi", "push", "folder"),
]


@pytest.mark.parametrize("seed", range(KILLED))
def test_a_transfer_ends_complete_and_equal_or_failed_with_a_reason(
    offered: Offered, seed: int, tmp_path: Path
) -> None:
    chance, live = random.Random(seed), offered.live
    kind, way, place = KINDS[seed % len(KINDS)]
    name = f"city-{seed}.sqlite"
    create = {"id": "integer", "street": "text"}
    sink = {"kind": "sql", "path": name, "table": "trees", "key": ["id"], "create": create}
    begun = live.firm.transfers.start(
        offered.agreements[kind], push=way == "push", sink=sink if place == "table" else None
    )
    if chance.random() < 0.7:
        until(lambda: live.arriving() > 0 or live.firm.transfers.show(begun.id).ended or _has_moved(live, begun.id))
    for victim in chance.sample(["city", "firm"], chance.choice([1, 1, 2])):
        time.sleep(chance.random() * 0.2)
        live.kill(victim)
        live.start(victim)
    ended = live.firm.transfers.wait(begun.id, timeout_s=60)
    assert ended.state in {"COMPLETED", "TERMINATED"}, f"it hangs: {ended}"
    print(f"{kind} by {way} to a {place}: {ended.state}")
    if ended.state == "TERMINATED":
        assert ended.ended
        assert ended.ended.reason
        return
    if place == "table":
        _check_rows(live.stage.actors["firm"].directory / "received" / name)
    else:
        saved = live.firm.transfers.download(ended.id, tmp_path / "arrived")
        assert saved.files[0].sha256 == offered.digests[kind]


def _has_moved(live: Live, pid: str) -> bool:
    found: TransferView = live.firm.transfers.show(pid)
    return found.state != "REQUESTED"


def _check_rows(place: Path) -> None:
    with closing(sqlite3.connect(place)) as database:
        found = database.execute("SELECT id, street FROM trees ORDER BY id").fetchall()
    assert found == [(one, f"Ring {one % 97}") for one in range(ROWS)]
