"""The address of the pages, what comes from it, and where a browser may be sent."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.web.frame.origin import find_local_path, is_own_request, list_cookies, read_origin

HERE = read_origin("https://Daten.example.org")
LOCAL = read_origin("http://127.0.0.1:7084")


def test_an_origin_has_the_hosts_that_mean_it_and_a_cookie_of_its_own() -> None:
    assert (HERE.origin, HERE.secure, HERE.hosts) == ("https://daten.example.org", True, {"daten.example.org"})
    assert LOCAL.hosts == {"127.0.0.1:7084", "localhost:7084", "[::1]:7084"}
    assert LOCAL.cookie != read_origin("http://127.0.0.1:7094").cookie
    assert read_origin("https://daten.example.org:8443").hosts == {"daten.example.org:8443"}


def test_a_cookie_is_bound_to_its_host_and_has_a_second_name_on_this_machine_alone() -> None:
    assert list_cookies(HERE) == {"host": f"__Host-{HERE.cookie}"}
    assert list_cookies(LOCAL) == {"host": f"__Host-{LOCAL.cookie}", "plain": LOCAL.cookie}


@pytest.mark.parametrize(
    ("headers", "own"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site", "origin": "https://daten.example.org"}, False),
        ({"origin": "https://daten.example.org"}, True),
        ({"origin": "http://daten.example.org"}, False),
        ({"origin": "https://daten.example.org.evil.example"}, False),
        ({"origin": "null"}, False),
        ({}, False),
    ],
)
def test_a_change_comes_from_our_own_pages(headers: dict[str, str], own: bool) -> None:
    assert is_own_request(HERE, headers) is own


@settings(deadline=None)
@given(st.one_of(st.text(), st.text("/\\.:@?#%evil", max_size=12).map("/".__add__)))
def test_nobody_is_ever_sent_to_another_site(wanted: str) -> None:
    path = find_local_path(wanted)
    assert path.startswith("/")
    reached = urlsplit(urljoin("https://daten.example.org/anmelden", path))
    assert (reached.scheme, reached.netloc) == ("https", "daten.example.org")
    assert find_local_path(path) == path
