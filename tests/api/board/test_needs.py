"""Needs at the broker over HTTP: posted, seen, matched, answered and closed."""

from pathlib import Path

from connector.broker.board.needs import ANSWERS_OF_ONE, NEEDS_OPEN
from connector.store.sqlite.board.board import open_board
from tests.api.board.conftest import AIR, ROADS, BoardWorld

NEED = {
    "question": "Wie viele Fahrräder zählen die Zählstellen?",
    "contact": "verkehr@stadt.example",
    "frequency": "täglich",
}
NONE = {"kind": "none", "text": "Das haben wir nicht."}


async def test_a_need_is_posted_and_seen_by_all_participants(broker: BoardWorld) -> None:
    posted = await broker.said("POST", "needs", NEED)
    assert (posted["owner"], posted["state"], posted["frequency"]) == (ROADS, "open", "DAILY")
    seen = await broker.said("GET", f"needs/{posted['id']}", by=AIR)
    assert seen == posted
    assert (await broker.said("GET", "needs", by=AIR))["items"] == [posted]
    assert (await broker.said("GET", "needs", owner=AIR))["items"] == []
    assert (await broker.ask("GET", "needs", by="nobody")).status_code == 401
    assert await broker.refused("GET", "needs/x") == (404, "no-need")
    assert (await broker.ask("GET", "needs", after="+")).status_code == 400


async def test_an_open_broker_shows_needs_to_everybody_without_the_contact(tmp_path: Path) -> None:
    board = await open_board(tmp_path / "board.db")
    broker = BoardWorld(board, is_open=True)
    await broker.crawl()
    posted = await broker.said("POST", "needs", NEED)
    anybody = await broker.http.get(f"/v1/needs/{posted['id']}")
    assert (anybody.status_code, anybody.json()["contact"], posted["contact"]) == (200, "", "verkehr@stadt.example")
    assert (await broker.http.get("/v1/needs")).json()["items"][0]["contact"] == ""
    assert (await broker.http.get(f"/v1/needs/{posted['id']}/matches")).status_code == 200
    assert (await broker.http.get(f"/v1/needs/{posted['id']}/answers")).status_code == 401
    assert (await broker.http.post("/v1/needs", json=NEED)).status_code == 401
    await broker.http.aclose()
    await broker.searching.index.close()
    await board.close()


async def test_offers_match_with_a_score_and_reasons(broker: BoardWorld) -> None:
    posted = await broker.said("POST", "needs", NEED)
    (match,) = await broker.said("GET", f"needs/{posted['id']}/matches")
    assert (match["participant"], match["dataset"], match["fits"]) == (AIR, "counts", True)
    assert 0 < match["score"] <= 1
    (reason,) = match["reasons"]
    assert (reason["condition"], reason["met"]) == ("frequency", None)
    assert reason["text"]["de"] == "Sagt nicht, wie oft aktualisiert wird; nötig: täglich"


async def test_owner_and_providers_are_told_in_order(broker: BoardWorld) -> None:
    posted = await broker.said("POST", "needs", NEED)
    await broker.teller.follow()
    offer = {"kind": "offer", "text": "Seit heute.", "dataset": "counts"}
    answer = await broker.said("POST", f"needs/{posted['id']}/answers", offer, by=AIR)
    await broker.said("POST", f"needs/{posted['id']}/close", {"served_by": answer["id"]})
    told = await broker.said("GET", "notices")
    assert [notice["kind"] for notice in told] == ["matched", "answered"]
    assert told[1]["answer"] == answer["id"]
    wanted, closed = await broker.said("GET", "notices", by=AIR)
    assert (wanted["kind"], wanted["dataset"]) == ("wanted", "counts")
    assert (closed["kind"], closed["answer"]) == ("closed", answer["id"])
    assert await broker.said("GET", "notices", by=AIR, after=wanted["number"]) == [closed]


async def test_answers_are_seen_by_the_owner_and_by_who_answered(broker: BoardWorld) -> None:
    path = f"needs/{(await broker.said('POST', 'needs', NEED))['id']}"
    draft = {"kind": "draft", "text": "Ab Mai.", "ready_at": "2027-05-01T00:00:00Z"}
    first = await broker.said("POST", f"{path}/answers", NONE, by=AIR)
    second = await broker.said("POST", f"{path}/answers", draft, by=AIR)
    assert await broker.said("GET", f"{path}/answers") == [first, second]
    assert await broker.said("GET", f"{path}/answers", by=AIR) == [first, second]
    assert await broker.refused("POST", f"{path}/answers", NONE) == (409, "own-need")
    other = {"kind": "offer", "text": "x", "dataset": "roads"}
    assert await broker.refused("POST", f"{path}/answers", other, by=AIR) == (422, "no-dataset")
    assert await broker.refused("POST", f"{path}/answers", {"kind": "draft", "text": "x"}, by=AIR) == (422, "answer")
    for _ in range(ANSWERS_OF_ONE - 2):
        await broker.said("POST", f"{path}/answers", NONE, by=AIR)
    assert await broker.refused("POST", f"{path}/answers", NONE, by=AIR) == (409, "limit")


async def test_only_the_owner_changes_and_closes_a_need(broker: BoardWorld) -> None:
    path = f"needs/{(await broker.said('POST', 'needs', NEED))['id']}"
    assert await broker.refused("PUT", path, NEED, by=AIR) == (403, "not-owner")
    assert await broker.refused("POST", f"{path}/close", {}, by=AIR) == (403, "not-owner")
    changed = await broker.said("PUT", path, {"question": "Wie gut ist die Luftqualität?"})
    assert (changed["question"], changed["frequency"]) == ("Wie gut ist die Luftqualität?", None)
    assert [match["dataset"] for match in await broker.said("GET", f"{path}/matches")] == ["air"]
    assert await broker.refused("POST", f"{path}/close", {"served_by": "x"}) == (422, "no-answer")
    closed = await broker.said("POST", f"{path}/close", {})
    assert (closed["state"], closed["served_by"]) == ("closed", None)
    assert await broker.refused("PUT", path, NEED) == (409, "need-closed")
    assert await broker.refused("POST", f"{path}/answers", NONE, by=AIR) == (409, "need-closed")
    assert (await broker.said("GET", "needs"))["items"] == []
    assert len((await broker.said("GET", "needs", open=False))["items"]) == 1


async def test_needs_are_bounded_for_each_participant_and_expire(broker: BoardWorld) -> None:
    for _ in range(NEEDS_OPEN):
        await broker.said("POST", "needs", NEED)
    assert await broker.refused("POST", "needs", NEED) == (409, "limit")
    await broker.said("POST", "needs", NEED, by=AIR)
    broker.space.now += 91 * 86_400_000
    assert (await broker.said("GET", "needs"))["items"] == []
    await broker.said("POST", "needs", NEED)


async def test_a_need_that_cannot_be_read_is_refused(broker: BoardWorld) -> None:
    assert await broker.refused("POST", "needs", {"question": "\u202e\u200b\u200b"}) == (422, "need")
    assert (await broker.ask("POST", "needs", {"question": "x" * 10_000})).status_code == 422
    assert (await broker.ask("POST", "needs", {**NEED, "unknown": 1})).status_code == 422
