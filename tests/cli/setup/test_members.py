"""Claims as they are typed: NAME=VALUE, and NAME= to remove one."""

import pytest

from connector.cli.frame.failure import Failure
from connector.cli.setup.members import parse_claims


def test_claims_of_one_name_stand_together_and_an_empty_one_removes() -> None:
    assert parse_claims(["seat=DE", "seat=AT", "membership="]) == {"seat": ["DE", "AT"], "membership": []}


@pytest.mark.parametrize("pair", ["seat", "=DE", ""])
def test_what_is_no_claim_is_refused(pair: str) -> None:
    with pytest.raises(Failure):
        parse_claims([pair])
