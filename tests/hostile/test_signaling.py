"""A control plane that keeps to nothing: every verb in any order, with odd bodies, and with the flows of another."""

import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from connector.app.planes.dataplane import DataPlaneServer
from connector.protocol.dps.profiles import HTTP_PULL, HTTP_PUSH
from tests.binding.dps.world import FIRM, OtherControlPlane, data_plane, find_property, plane_settings

DATA = b"tree;height\noak;12\n"
SOURCE = {"kind": "file", "path": "trees.csv"}
VERBS = ["prepare", "start", "started", "suspend", "resume", "terminate", "completed", "lease", "status", "unheard"]
OWN = [f"urn:flow:own:{number}" for number in range(4)]
THEIRS = "urn:flow:theirs"
IDS = [*OWN, *OWN, THEIRS, "urn:flow:nobody", "..", "%2e%2e%2f", "a" * 3_000, "%00", "urn:flow:own:0%20"]
ODD: list[Any] = [None, "", 0, -1, 1e308, True, [], {}, [[]], "x" * 70_000, "\ud800", "\0", {"@id": "x"}, "urn:plane:a"]
NESTED = b'{"metadata":' + b"[" * 50_000 + b"]" * 50_000 + b"}"
RAW = [b"", b"null", b"[]", b"{", b"\xff\xfe", b'{"messageId":1e400}', b'{"messageId":"1","messageId":"2"}', NESTED]


@pytest.fixture
async def plane(tmp_path: Path) -> AsyncIterator[DataPlaneServer]:
    settings = plane_settings(tmp_path / "a")
    (tmp_path / "a" / "offered" / "trees.csv").write_bytes(DATA)
    async with data_plane(settings) as server:
        yield server


async def pull(address: dict[str, Any]) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        token = find_property(address, "authorization")
        return await client.get(address["endpoint"], headers={"Authorization": f"Bearer {token}"})


def make_body(chance: random.Random, sender: OtherControlPlane, flow: str) -> Any:
    """Return a message, with some of its members in another form, or something else."""
    if chance.random() < 0.2:
        return chance.choice(RAW)
    made = sender.base(flow, metadata=dict(SOURCE), messageId=chance.choice(["1", "2", f"{chance.random()}"]))
    made["profile"] = chance.choice([HTTP_PULL, HTTP_PUSH, "HttpData-PULL", "HttpData-PUSH", "none"])
    if chance.random() < 0.3:
        made["dataAddress"] = {
            "endpointType": HTTP_PULL,
            "endpoint": chance.choice(["http://127.0.0.1:1/x", "file:/x"]),
        }
    for name in chance.sample(sorted(made), chance.choice([0, 0, 1, 2])):
        made[name] = chance.choice(ODD)
    if chance.random() < 0.2:
        made["metadata"] = {"kind": "file", "path": chance.choice(["../settings", "/etc/passwd", "", "trees.csv\0"])}
    return made


@pytest.mark.parametrize("seed", range(2))
async def test_whatever_a_control_plane_says_is_answered_and_harms_no_other(plane: DataPlaneServer, seed: int) -> None:
    chance, hostile, firm = random.Random(seed), OtherControlPlane(), OtherControlPlane(FIRM)
    signaling = plane.listeners.addresses["signaling"]
    async with hostile.listening(), firm.listening():
        for sender in (hostile, firm):
            assert (await sender.register(signaling)).status_code == 200
        started = await firm.send(plane, "/dataflows/start", firm.base(THEIRS, metadata=SOURCE))
        address, ended = started.json()["dataAddress"], dict[str, str]()
        for _ in range(100):
            verb, flow = chance.choice(VERBS), chance.choice(IDS)
            path = f"/dataflows/{verb}" if verb in {"prepare", "start"} else f"/dataflows/{flow}/{verb}"
            method = "GET" if verb == "status" else "POST"
            body = None if verb == "status" else make_body(chance, hostile, flow)
            answer = await hostile.send(plane, path, body, method=method)
            assert answer.status_code < 500, (path, body, answer.text)
            if answer.status_code >= 400:
                assert set(answer.json()) >= {"error", "message"}, (path, answer.text)
            for one in OWN:
                known = await plane.store.flow(hostile.id, one)
                if known and one in ended:
                    # What has ended stays as it ended.
                    assert known.state == ended[one]
                if known and known.state in {"COMPLETED", "TERMINATED"}:
                    ended[one] = known.state
        # The same token of the same control plane still opens what is asked properly.
        after = await hostile.send(plane, "/dataflows/start", hostile.base("urn:flow:after", metadata=SOURCE))
        assert (await pull(after.json()["dataAddress"])).content == DATA
        assert (await pull(address)).content == DATA
        kept = await plane.store.flow(firm.id, THEIRS)
        assert kept
        assert kept.state == "STARTED"
