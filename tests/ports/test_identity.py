from connector.ports.identity import find_name
from tests.support.plane import CITY, Listed


def test_who_is_not_in_the_participant_list_has_no_name() -> None:
    assert find_name(Listed(), CITY) == "City"
    assert find_name(Listed(), "did:web:stranger.example") == ""
