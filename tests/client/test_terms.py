"""What the client reads of the terms of an agreement."""

from typing import Any

import pytest

from connector.client.terms import lasts_until_changed, list_purposes

COUNT = {"leftOperand": "count", "operator": "lteq", "rightOperand": 1}


def permit(*constraints: dict[str, Any], **more: object) -> dict[str, object]:
    return {"permission": [{"action": "use", "constraint": list(constraints), **more}]}


@pytest.mark.parametrize(
    ("policy", "lasts"),
    [
        (permit(COUNT), True),
        ({"odrl:permission": {"odrl:constraint": {"odrl:leftOperand": {"@id": "odrl:count"}}}}, True),
        ({"permission": [{"action": "use"}]}, True),
        (permit(COUNT, {"leftOperand": "dateTime", "operator": "lt", "rightOperand": "2030-01-01"}), True),
        (permit({"leftOperand": "dateTime", "operator": "gteq", "rightOperand": "2030-01-01"}), False),
        (permit({"leftOperand": "https://example.org/usesPerDay", "operator": "lteq", "rightOperand": 1}), False),
        (permit({"or": [COUNT]}), False),
        (permit(COUNT, duty=[{"action": "compensate"}]), False),
        ({**permit(COUNT), "prohibition": [{"action": "use"}]}, False),
    ],
)
def test_a_refusal_lasts_unless_time_or_a_deed_can_lift_it(policy: dict[str, object], lasts: bool) -> None:
    assert lasts_until_changed(policy) is lasts


def test_a_constraint_without_a_value_names_no_purpose() -> None:
    assert list_purposes({"permission": {"constraint": {"leftOperand": "purpose", "operator": "eq"}}}) == []
