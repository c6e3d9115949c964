"""What a broker answers about needs."""

from typing import Any

import msgspec

AT = "2027-01-15T08:00:00Z"
NEED = {
    "id": "urn:need:1",
    "owner": "https://city.example",
    "state": "open",
    "question": "How many bicycles pass?",
    "opens": AT,
    "closes": "2027-04-15T08:00:00Z",
    "created_at": AT,
    "changed_at": AT,
}
ANSWER = {
    "id": "urn:answer:1",
    "need": "urn:need:1",
    "participant": "https://works.example",
    "kind": "none",
    "text": "We do not have it.",
    "at": AT,
}
MATCH = {
    "participant": "https://city.example",
    "dataset": "urn:dataset:counts",
    "title": {"en": "Bicycle counters"},
    "publisher": "Works",
    "score": 0.9,
    "fits": True,
    "words": ["bicycles"],
    "reasons": [
        {"condition": "frequency", "met": True, "text": {"en": "Is updated often", "de": "Wird oft aktualisiert"}}
    ],
}
NOTICE = {"number": 4, "kind": "matched", "need": "urn:need:1", "at": AT, "text": {"en": "An offer matches your need."}}
SEARCH = {
    "id": "urn:search:1",
    "name": "Bicycles",
    "parameters": {"q": "bicycles"},
    "created_at": AT,
    "changed_at": AT,
    "seen": 3,
}
FEED = "https://data.city.example/v1/feeds/a-secret"
WEBHOOK = {"url": "https://city.example/hooks/bicycles", "state": "active", "created_at": AT}
NEW = {"items": [{"participant": "https://city.example", "id": "urn:dataset:counts"}], "next": 7, "more": False}
_BY_ENDING: dict[str, Any] = {"answers": [ANSWER], "matches": [MATCH], "notices": [NOTICE]}


def answer_board(method: str, path: str) -> bytes:
    """Return the answer to a request that succeeds."""
    ending = path.rpartition("/")[2]
    if path.startswith("searches"):
        return _answer_search(method, ending)
    if method == "GET" and path == "needs":
        return msgspec.json.encode({"items": [NEED], "next": None})
    if method == "POST" and ending == "answers":
        return msgspec.json.encode(ANSWER)
    return msgspec.json.encode(_BY_ENDING.get(ending, NEED))


def _answer_search(method: str, ending: str) -> bytes:
    if ending == "new":
        return msgspec.json.encode(NEW)
    if method == "GET":
        return msgspec.json.encode([SEARCH])
    if ending == "webhook" and method == "PUT":
        return msgspec.json.encode(SEARCH | {"webhook": WEBHOOK | {"secret": "whsec_a-secret"}})
    with_feed = ending == "feed" or (method == "POST" and ending == "searches")
    return msgspec.json.encode(SEARCH | ({"feed": FEED} if with_feed else {}))
