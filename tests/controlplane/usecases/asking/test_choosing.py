"""Of several offers of a dataset, the first that this participant can agree to is asked for."""

from typing import Any

import pytest

from connector.controlplane.core.errors import Invalid, NoSuchEntity
from connector.controlplane.usecases.asking.choosing import MOST_TRIED, choose_offer
from connector.policy.reading.frame import Frame
from tests.controlplane.agreements import atom
from tests.support.plane import Desk

Json = dict[str, Any]
OURS, OTHER = "urn:participant:us", "urn:participant:other"
FRAME = Frame(target="urn:dataset:air", assigner="urn:participant:city", assignee=OURS)
USE = {"action": "use"}


def offer(id: str, *rules: Json, **more: Any) -> Json:
    return {"@type": "Offer", "@id": id, "permission": list(rules or (USE,)), **more}


UNREADABLE = offer("unreadable", {**USE, "constraint": [atom("https://example.org/inForceDate", "gteq", "x")]})
MALFORMED = {"@type": "Offer", "@id": "malformed", "permission": 3}
WHOLE = offer("whole", assignee=OTHER)
BY_RULE = offer("by-rule", {**USE, "assignee": OTHER})
GOOD = offer("good", {**USE, "assignee": OTHER}, {**USE, "assignee": OURS})
FOR_ALL = offer("for-all")


def choose(desk: Desk, offers: Any, offer_id: str | None = None, **more: Any) -> str:
    return str(choose_offer(desk.rooms.evaluator, {"hasPolicy": offers, **more}, FRAME, offer_id)["@id"])


@pytest.mark.parametrize("hidden", [UNREADABLE, MALFORMED, WHOLE, BY_RULE, "text", None, {}])
@pytest.mark.parametrize("wanted", [GOOD, FOR_ALL])
def test_an_offer_that_cannot_be_agreed_hides_no_other(desk: Desk, hidden: Any, wanted: Json) -> None:
    assert choose(desk, [hidden, wanted]) == wanted["@id"]
    assert choose(desk, [wanted, hidden]) == wanted["@id"]


@pytest.mark.parametrize("only", [WHOLE, BY_RULE])
def test_an_offer_for_another_party_is_refused_with_its_name(desk: Desk, only: Json) -> None:
    for offer_id in (None, only["@id"]):
        with pytest.raises(Invalid, match=OTHER) as refused:
            choose(desk, [only], offer_id)
        assert "gilt nur f\u00fcr" in refused.value.reasons["de"]


def test_why_no_offer_can_be_agreed_is_said_of_each_kind(desk: Desk) -> None:
    with pytest.raises(Invalid) as refused:
        choose(desk, [UNREADABLE, WHOLE, BY_RULE])
    assert "No offer of the dataset" in refused.value.reason
    assert "inForceDate" in refused.value.reason
    assert refused.value.reason.count(OTHER) == 1


def test_a_single_offer_and_the_offers_of_a_distribution_are_found(desk: Desk) -> None:
    assert choose(desk, FOR_ALL) == "for-all"
    assert choose(desk, [], distribution=[{"hasPolicy": [FOR_ALL]}]) == "for-all"


def test_a_named_offer_is_the_one_and_an_unknown_one_is_none(desk: Desk) -> None:
    assert choose(desk, [FOR_ALL, GOOD], "good") == "good"
    with pytest.raises(NoSuchEntity):
        choose(desk, [FOR_ALL], "urn:gone")


def test_terms_of_our_own_need_an_offer_only_for_its_identifier(desk: Desk) -> None:
    found = choose_offer(desk.rooms.evaluator, {"hasPolicy": [WHOLE]}, FRAME, None, other_terms=True)
    assert found == WHOLE


def test_the_offers_that_are_tried_are_bounded(desk: Desk) -> None:
    with pytest.raises(Invalid):
        choose(desk, [WHOLE] * MOST_TRIED + [FOR_ALL])
