"""One city and one firm for all tests that do not need processes of their own."""

from collections.abc import Iterator

import pytest

from tests.e2e.live import Live, environment


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live(tmp_path_factory.mktemp("live"))
    with environment(DATENKONTOR_LIMITS__RETRY_MOST_SECONDS="0.5"):
        made.start("city", "firm")
        yield made
        made.close()
