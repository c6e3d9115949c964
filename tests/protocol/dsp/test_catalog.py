"""The service of a Dataset that negotiations go to."""

from connector.protocol.dsp.catalog import choose_service, find_services

SERVICES = {"#inner": "https://inner.example/dsp", "#ours": "https://ours.example/dsp"}


def is_allowed(url: str) -> bool:
    return "inner" not in url


LISTED = "https://listed.example/dsp/2025-1"


def choose(*services: object) -> str:
    dataset = {"distribution": [{"accessService": service} for service in services]}
    return choose_service(*find_services(dataset), SERVICES, is_allowed, LISTED)


def test_the_first_service_that_may_be_dialled_is_chosen_and_stated_urls_come_first() -> None:
    stated = {"@id": "#x", "endpointURL": "https://stated.example/dsp"}
    assert choose("#ours", stated) == "https://stated.example/dsp"
    assert choose("#inner", "#ours") == "https://ours.example/dsp"
    assert choose({"endpointURL": "https://inner.example/other"}, {"@id": "#ours"}) == "https://ours.example/dsp"


def test_without_a_service_that_is_known_and_allowed_it_is_the_listed_address() -> None:
    assert choose("#inner", "#unknown", {"endpointURL": 7}, None) == LISTED
    assert choose_service((), (), {}, is_allowed, LISTED) == LISTED


def test_below_a_service_above_all_versions_it_is_the_listed_address() -> None:
    for url in ("https://listed.example/dsp", "https://listed.example/dsp/", "https://listed.example"):
        assert choose({"endpointURL": url}) == LISTED
    assert choose({"endpointURL": "https://listed.example/ds"}) == "https://listed.example/ds"
