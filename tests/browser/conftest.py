"""The browser of all tests; each has contexts of its own."""

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    # Only here, because the other tests run without its library too.
    from tests.browser.served import open_browser

    with open_browser() as opened:
        yield opened
