import json
from typing import Any

import pytest
from msgspec.structs import replace

from connector.broker.finding import Hit
from connector.broker.search import list_readers, render_result, render_source
from connector.ports.broker_store import Liveness
from connector.protocol.credential import name_description
from tests.broker.world import titled
from tests.contract.test_record import CITY, NOW, entry, source


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


@pytest.mark.parametrize("kind", ["source", "portal"])
def test_what_the_address_of_a_source_means_inside_is_for_the_operator_alone(kind: str) -> None:
    fault = f"The {kind} was not asked: hidden.example resolves to 10.0.0.1, which is not a public address."
    crawled = replace(source(), error=fault)
    assert render_source(crawled)["error"] == f"The {kind} was not asked."
    assert render_source(crawled, whole=True)["error"] == fault
    assert render_source(replace(crawled, error="The source refused: why"))["error"] == "The source refused: why"


@pytest.mark.parametrize("described", [True, False])
def test_a_result_leads_to_what_its_provider_has_signed(described: bool) -> None:
    found = replace(entry("a"), document=json.dumps(titled("a", "Wald")).encode())
    hit = Hit(entry=found, liveness=Liveness.ONLINE, score=1.0, described=described)
    path = f"/v1/self-descriptions/{name_description(CITY, 'a')}" if described else None
    assert render_result(hit, (), lang=None, now=NOW)["self_description"] == path
