"""The browser of the tests of one file."""

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    # Only here, because the other tests run without its library too.
    from tests.browser.served import open_browser

    with open_browser() as opened:
        yield opened
