"""What was delivered, over the API: whole, from a byte on, and nothing beside it."""

import hashlib
import os
from typing import Any

import msgspec
import pytest

from connector.ports.changes import PutProcess
from tests.support.plane import CITY, OWNER, Desk

CSV = b"station;no2\n1;23\n"


async def transfer(desk: Desk, **members: Any) -> str:
    await desk.agree()
    async with desk.client() as client:
        answer = await client.post("/v1/transfers", json={"agreement": "urn:agreement:1", **members})
    return str(answer.json()["id"])


async def folder_of(desk: Desk, pid: str) -> str:
    async with desk.client() as client:
        return str((await client.get(f"/v1/transfers/{pid}")).json()["sink"]["path"])


async def test_a_delivered_file_is_listed_with_its_digest_and_given_out(desk: Desk) -> None:
    pid = await transfer(desk)
    desk.arrive(await folder_of(desk, pid) + "air.csv", CSV)
    async with desk.client("reader") as client:
        files = (await client.get(f"/v1/transfers/{pid}/files")).json()
        content = await client.get(f"/v1/transfers/{pid}/content")
    assert files == {
        "items": [{"path": "air.csv", "size": len(CSV), "sha256": hashlib.sha256(CSV).hexdigest()}],
        "next": None,
    }
    assert content.content == CSV
    assert content.headers["content-length"] == str(len(CSV))
    assert "air.csv" in content.headers["content-disposition"]


@pytest.mark.parametrize(("files", "stated"), [(["air.csv"], True), (["air.csv", "b.csv"], False)])
async def test_a_file_is_given_out_with_the_media_type_that_its_provider_stated(
    desk: Desk, files: list[str], stated: bool
) -> None:
    typed = "text/csv; charset=windows-1252"
    pid = await transfer(desk)
    folder = await folder_of(desk, pid)
    for name in files:
        desk.arrive(folder + name, CSV)
    await desk.become(pid, "COMPLETED", progress=msgspec.json.encode({"media_type": typed}))
    async with desk.client("reader") as client:
        content = await client.get(f"/v1/transfers/{pid}/content", params={"file": "air.csv"})
        shown = (await client.get(f"/v1/transfers/{pid}")).json()["progress"]["media_type"]
    assert content.headers["content-type"] == (typed if stated else "application/octet-stream")
    assert shown == typed


@pytest.mark.parametrize(
    ("asked", "status", "content"),
    [
        ("bytes=8-", 206, CSV[8:]),
        ("bytes=0-3", 206, CSV[:4]),
        ("bytes=8-999", 206, CSV[8:]),
        ("bytes=999-", 416, b""),
        ("bytes=5-2", 416, b""),
        ("bytes=-3", 200, CSV),
        ("bytes=0-1,3-4", 200, CSV),
        ("lines=1-", 200, CSV),
    ],
)
async def test_a_range_gives_a_part(desk: Desk, asked: str, status: int, content: bytes) -> None:
    pid = await transfer(desk, sink={"kind": "file", "path": "air.csv"})
    desk.arrive("air.csv", CSV)
    async with desk.client() as client:
        answer = await client.get(f"/v1/transfers/{pid}/content", headers={"Range": asked})
    assert (answer.status_code, answer.content) == (status, content)


async def test_a_range_of_a_file_that_has_changed_gives_the_whole(desk: Desk) -> None:
    pid = await transfer(desk, sink={"kind": "file", "path": "air.csv"})
    desk.arrive("air.csv", CSV)
    async with desk.client() as client:
        etag = (await client.get(f"/v1/transfers/{pid}/content")).headers["etag"]
        ranged = {"Range": "bytes=8-", "If-Range": etag}
        assert (await client.get(f"/v1/transfers/{pid}/content", headers=ranged)).status_code == 206
        desk.arrive("air.csv", CSV + b"2;24\n")
        assert (await client.get(f"/v1/transfers/{pid}/content", headers=ranged)).status_code == 200


async def test_a_folder_is_given_out_file_by_file(desk: Desk) -> None:
    pid = await transfer(desk)
    folder = await folder_of(desk, pid)
    desk.arrive(folder + "2026/air.csv", CSV)
    desk.arrive(folder + "noise.csv", b"x")
    async with desk.client() as client:
        files = (await client.get(f"/v1/transfers/{pid}/files")).json()["items"]
        assert [entry["path"] for entry in files] == ["2026/air.csv", "noise.csv"]
        assert (await client.get(f"/v1/transfers/{pid}/content")).status_code == 409
        one = await client.get(f"/v1/transfers/{pid}/content", params={"file": "2026/air.csv"})
    assert one.content == CSV


async def test_nothing_beside_the_delivery_is_given_out(desk: Desk) -> None:
    (desk.received.parent / "secret").write_bytes(b"secret")
    pid = await transfer(desk)
    folder = await folder_of(desk, pid)
    desk.arrive(folder + "air.csv", CSV)
    (desk.received / folder / "link").symlink_to(desk.received.parent / "secret")
    async with desk.client() as client:
        files = (await client.get(f"/v1/transfers/{pid}/files")).json()["items"]
        assert [entry["path"] for entry in files] == ["air.csv"]
        for name in ("link", "../secret", "/etc/passwd", "../../secret", "%2e%2e/secret"):
            assert (await client.get(f"/v1/transfers/{pid}/content", params={"file": name})).status_code == 404
    out = await transfer(desk, sink={"kind": "file", "path": "../secret"})
    linked = await transfer(desk, sink={"kind": "file", "path": folder + "link"})
    async with desk.client() as client:
        for pid in (out, linked):
            answer = await client.get(f"/v1/transfers/{pid}/content")
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "nothing-yet")


async def test_before_something_has_arrived_and_where_it_went_elsewhere_there_is_nothing(desk: Desk) -> None:
    early = await transfer(desk)
    elsewhere = await transfer(desk, sink={"kind": "http", "url": "https://own.example/in"})
    async with desk.client() as client:
        for pid, code in ((early, "nothing-yet"), (elsewhere, "elsewhere")):
            answer = await client.get(f"/v1/transfers/{pid}/content")
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, code)


async def test_a_received_file_names_its_dataset_its_agreement_and_its_provider(desk: Desk) -> None:
    pid = await transfer(desk)
    process = await desk.store.transfer(OWNER, pid)
    assert process is not None
    named = msgspec.structs.replace(process, id="urn:uuid:4711", title={"de": "Luft"}, version=1, peer_pid=None)
    await desk.store.commit([PutProcess(named, None)])
    for path in ("4711/air.csv", "other/air.csv", "loose.csv"):
        desk.arrive(path, CSV)
    os.link(desk.received / "4711/air.csv", desk.received.parent / "kept.csv")
    async with desk.client("reader") as client:
        listed = (await client.get("/v1/received")).json()
    found = {file["path"]: file for file in listed["items"]}
    assert listed["folder"] == str(desk.received)
    ours = found.pop("4711/air.csv")
    assert (ours["transfer"], ours["title"], ours["agreement_id"]) == (named.id, {"de": "Luft"}, named.agreement_id)
    assert (ours["counterparty"], ours["saved"]) == (CITY, True)
    assert {(file["transfer"], file["saved"]) for file in found.values()} == {("", False)}


async def test_received_files_are_on_pages_that_go_on_behind_a_file_that_is_gone(desk: Desk) -> None:
    for number in range(5):
        desk.arrive(f"{number}/air.csv", b"x")
        os.utime(desk.received / f"{number}/air.csv", (number // 2, number // 2))
    async with desk.client() as client:
        whole = (await client.get("/v1/received")).json()
        assert ([file["path"][0] for file in whole["items"]], whole["next"]) == (list("01234"), None)
        seen, after = "", {}
        for _ in range(3):
            page = (await client.get("/v1/received", params={"limit": 2, **after})).json()
            seen += "".join(file["path"][0] for file in page["items"])
            (desk.received / page["items"][-1]["path"]).unlink()
            after = {"after": page["next"]}
        assert (seen, page["next"]) == ("01234", None)
        refused = await client.get("/v1/received", params={"after": "x:y"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "cursor")


async def test_received_files_are_listed_and_removed_by_their_age(desk: Desk) -> None:
    desk.arrive("a/air.csv", CSV)
    desk.arrive("b/air.csv", CSV)
    os.utime(desk.received / "a/air.csv", (0, 0))
    async with desk.client("reader") as client:
        listed = (await client.get("/v1/received")).json()["items"]
        assert [file["path"] for file in listed] == ["a/air.csv", "b/air.csv"]
        assert (await client.post("/v1/received/clean", json={"older_than_days": 1})).status_code == 403
    async with desk.client() as client:
        planned = (await client.post("/v1/received/clean", json={"older_than_days": 1, "dry_run": True})).json()
        assert ([file["path"] for file in planned["files"]], planned["size"]) == (["a/air.csv"], len(CSV))
        assert (desk.received / "a/air.csv").exists()
        await client.post("/v1/received/clean", json={"older_than_days": 1})
        assert (await client.post("/v1/received/clean", json={"older_than_days": -1})).status_code >= 400
    assert not (desk.received / "a").exists()
    assert (desk.received / "b/air.csv").exists()
