"""The library compiles a policy once, and forgets those that nobody has used for long."""

import msgspec
import pytest

from connector.controlplane.judging import library
from connector.controlplane.judging.library import Library
from tests.support.plane import SHIPPED


def _write(number: int) -> bytes:
    return msgspec.json.encode({"@type": "Offer", "@id": f"urn:offer:{number}", "permission": [{"action": "use"}]})


def test_a_policy_in_use_is_compiled_once() -> None:
    shelf = Library(SHIPPED, executors={})
    assert shelf.compile(_write(1)) is shelf.compile(_write(1))


def test_what_is_remembered_is_bounded_by_its_size_and_not_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "REMEMBERED", 10 * len(_write(1)))
    shelf = Library(SHIPPED, executors={})
    first = shelf.compile(_write(0))
    for number in range(1, 100):
        shelf.compile(_write(number % 10))
        assert shelf.compile(_write(0)) is first
    second = shelf.compile(_write(1))
    for number in range(100, 120):
        shelf.compile(_write(number))
    assert shelf.compile(_write(1)) is not second
    assert len(shelf._known) <= 10


def test_a_policy_that_is_larger_than_the_shelf_is_compiled_and_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "REMEMBERED", 10)
    shelf = Library(SHIPPED, executors={})
    assert shelf.compile(_write(1)) is not shelf.compile(_write(1))
    assert not shelf._known


def test_a_template_is_read_from_its_file_once() -> None:
    name, *_ = library.template_names()
    assert library.template(name) is library.template(name)
