from typing import Any

from connector.broker.search import list_readers


def test_offers_for_certain_parties_only_are_marked() -> None:
    def offered(*assignees: str | None) -> list[dict[str, Any]]:
        return [
            {"@id": f"o{place}", "permission": [{"action": "use"}], **({"assignee": assignee} if assignee else {})}
            for place, assignee in enumerate(assignees)
        ]

    assert list_readers(offered("urn:a", "urn:b", "urn:a")) == ("urn:a", "urn:b")
    assert list_readers(offered("urn:a", None)) == ()
    assert list_readers([{"@id": "o", "permission": [{"action": "use", "assignee": "urn:c"}]}]) == ("urn:c",)
    assert list_readers([{"@id": "o", "permission": 3}]) == ()
