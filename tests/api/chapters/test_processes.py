"""What holds for negotiations, transfers and agreements alike."""

from typing import Any

import pytest

from tests.api.calls import ASKED, begin
from tests.support.plane import Desk


@pytest.mark.parametrize("path", ["/v1/negotiations/none", "/v1/transfers/none", "/v1/agreements/none"])
async def test_what_is_not_ours_is_404(desk: Desk, path: str) -> None:
    async with desk.client() as client:
        assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize(("path", "body"), [("negotiations", ASKED), ("transfers", {"agreement": "urn:agreement:1"})])
async def test_a_page_costs_one_read_of_processes_and_one_of_holds(
    desk: Desk, path: str, body: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.agree()
    reads: list[str] = []

    def counted(name: str) -> None:
        method = getattr(desk.store, name)

        def read(*args: Any, **more: Any) -> Any:
            reads.append(name)
            return method(*args, **more)

        monkeypatch.setattr(desk.store, name, read)

    async with desk.client() as client:
        pids = [await begin(client, path, body) for _ in range(3)]
        await desk.hold(pids[1], "A person decides.")
        for name in ("hold", "holds_of", "holds", "negotiations", "transfers"):
            counted(name)
        listed = (await client.get(f"/v1/{path}")).json()["items"]
    assert reads == [path, "holds_of"]
    assert [entry["hold"] and entry["hold"]["reason"] for entry in listed] == [None, "A person decides.", None]
