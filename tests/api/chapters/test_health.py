"""Whether the process runs and can work, as the system that starts it asks."""

from connector.ports.identity import ListInUse
from tests.api.calls import read_code
from tests.support.plane import NOW, Desk


async def test_a_store_that_fails_is_503_and_the_process_is_not_ready(desk: Desk) -> None:
    async with desk.client() as client:
        well = {"ready": True, "checks": {"store": "ok", "worker": "ok"}, "warnings": {}, "participant_list": None}
        assert (await client.get("/ready")).json() == well
        await desk.store.close()
        answer = await client.get("/v1/assets")
        assert (answer.status_code, read_code(answer)) == (503, "store")
        ready = await client.get("/ready")
        assert ready.status_code == 503
        assert ready.json()["checks"] == {
            "store": "The store does not accept writes: check its disk and permissions, or its database server.",
            "worker": "ok",
        }
        assert (await client.get("/health")).json() == {"status": "ok"}
        for path in ("/health", "/ready"):
            head = await client.head(path)
            assert (head.status_code, head.content) == ((await client.get(path)).status_code, b"")


async def test_a_worker_that_does_not_run_makes_the_process_unready(desk: Desk) -> None:
    desk.unready = "The worker has stopped."
    async with desk.client(None) as client:
        answer = await client.get("/ready")
    assert (answer.status_code, answer.json()["checks"]["worker"]) == (503, "The worker has stopped.")


async def test_what_somebody_should_look_at_is_told_and_keeps_nobody_out(desk: Desk) -> None:
    desk.warning = "1 processes cannot go on."
    async with desk.client(None) as client:
        answer = await client.get("/ready")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)
    assert answer.json()["warnings"] == {"processes": "1 processes cannot go on."}


async def test_the_participant_list_in_use_is_shown_with_the_days_that_are_left(desk: Desk) -> None:
    for left, days in ((3.5, 3), (0.5, 0), (-2.0, 0)):
        desk.list_in_use = ListInUse(version=7, expires_at=NOW + int(left * 86_400_000))
        async with desk.client(None) as client:
            listed = (await client.get("/ready")).json()["participant_list"]
        assert (listed["version"], listed["days_left"]) == (7, days)
        assert listed["expires_at"].startswith("2025-11-")
