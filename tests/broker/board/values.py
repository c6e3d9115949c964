"""A board for tests, and needs as a participant hands them in."""

from typing import Any

from connector.broker.board.needs import read_need
from connector.ports.board import Need
from connector.views.needs import NeedOrder
from tests.contract.test_record import NOW, WORKS

QUESTION = "Wie viele Fahrräder zählen die Zählstellen am Tag?"


def need(id: str = "n", *, owner: str = WORKS, now: int = NOW, **stated: Any) -> Need:
    """Return a need as the broker reads it; the department of works asks."""
    return read_need(NeedOrder(**({"question": QUESTION} | stated)), owner=owner, id=id, now=now)
