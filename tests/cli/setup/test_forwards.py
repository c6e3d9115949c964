"""What has to lead to a folder from outside."""

from dataclasses import replace
from pathlib import Path

import pytest

from connector.cli.setup.forwards import list_forwards
from tests.cli.setup.test_folder import plan


def test_nothing_leads_to_a_folder_that_only_its_machine_reaches(tmp_path: Path) -> None:
    assert list_forwards(plan(tmp_path)) == {}


@pytest.mark.parametrize(("is_broker", "second"), [(False, 7081), (True, 7083)])
def test_the_two_public_addresses_lead_to_the_ports_of_the_folder(tmp_path: Path, is_broker: bool, second: int) -> None:
    chosen = plan(tmp_path, url="https://a.example", is_broker=is_broker)
    assert list_forwards(chosen) == {"https://a.example": 7080, f"https://a.example:{second}": second}
    own = replace(chosen, second_url="https://b.example")
    assert list_forwards(own) == {"https://a.example": 7080, "https://b.example": second}
