"""The last act: links that answer, a request that waits for a person, and stations that name what the pages say."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from connector.cli.demo import visiting
from connector.cli.demo.show import NotShown, OpenPage, Show
from connector.cli.demo.stage import Actor
from connector.cli.demo.visiting import PEOPLE, let_wait, list_stations, open_pages
from connector.cli.frame.output import Output
from connector.language.catalogue import LANGUAGES, Language, say
from tests.cli.management import KEY, NOW, Management, asset, negotiation, served


@pytest.fixture
def pages() -> Iterator[Management]:
    """The pages of all participants: they need no key."""
    with served(Management(takes_key=False)) as running:
        yield running


@pytest.fixture
def visited(show: Show, management: Management, pages: Management, tmp_path: Path) -> Show:
    """A demonstration with people to invite."""
    port, managed = urlsplit(pages.url).port or 0, urlsplit(management.url).port or 0
    for word in ("broker", "firm", "other"):
        show.stage.actors[word] = Actor(
            name=word.title(), id=f"urn:{word}", directory=tmp_path, ports={"web": port, "management": managed}, key=KEY
        )
    user = {"name": "a", "person": "A", "roles": ["provider"], "has_password": False, "link_until": None,
            "signed_in_at": None, "disabled_at": None, "created_at": NOW}  # fmt: skip
    management.answer("POST", "/v1/users", {"user": user, "link": f"{pages.url}/willkommen"}, status=201)
    return show


def test_each_person_has_a_link_and_each_address_answers(
    visited: Show, management: Management, pages: Management
) -> None:
    pages.answer("GET", "/", {})
    pages.answer("GET", "/willkommen", {})
    assert open_pages(visited).startswith("9 addresses in the browser answer")
    invited = management.bodies("POST", "/v1/users")
    assert [(one["name"], one["roles"]) for one in invited] == [(one.name, [one.role]) for one in PEOPLE]
    assert [page.person for page in visited.pages] == [None, *PEOPLE]


def test_a_page_that_does_not_answer_fails_with_its_address(visited: Show, pages: Management) -> None:
    pages.answer("GET", "/", {})
    with pytest.raises(NotShown, match=r"The page http://.*/willkommen should answer and does not: 404"):
        open_pages(visited)


def test_a_request_for_confidential_data_has_to_wait(
    show: Show, management: Management, monkeypatch: pytest.MonkeyPatch
) -> None:
    management.answer("POST", "/v1/policies/templates/purpose", {"policy": {"permission": []}, "sentence": {}})
    management.answer("POST", "/v1/assets", asset(), status=201)
    management.answer("POST", "/v1/assets/air/publish", asset(status="published"))
    management.answer("POST", "/v1/negotiations", negotiation(None), status=202)
    waiting = negotiation("REQUESTED", hold="Confidential.")
    management.answer("GET", "/v1/negotiations", {"items": [waiting], "next": None})
    assert "so a person decides" in let_wait(show)
    (order,) = management.bodies("POST", "/v1/assets")
    assert order["data_class"] == "confidential"
    monkeypatch.setattr(visiting, "WAIT_S", 0.01)
    management.answer("GET", "/v1/negotiations", {"items": [negotiation("REQUESTED")], "next": None})
    with pytest.raises(NotShown, match="should wait for a person"):
        let_wait(show)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_station_names_the_link_the_person_and_the_buttons(show: Show, language: Language) -> None:
    links = [OpenPage("Amt", f"http://pages/{person.name}", person) for person in PEOPLE]
    told = replace(show, output=Output(json=False, lang=language), pages=[OpenPage("Stadt", "http://all/"), *links])
    stations = dict(list_stations(told))
    assert list(stations) == ["offer", "get", "answer", "public", "operate"]
    assert "http://pages/a.kaya" in stations["offer"]
    assert "http://pages/k.fuchs" in stations["get"]
    assert "http://pages/b.adler" in stations["answer"]
    assert "http://all/" in stations["public"]
    assert "http://pages/e.berg" in stations["operate"]
    assert say(language, "brokering.deed-ausblenden") in stations["operate"]
    assert say(language, "pages.offer-publish") in stations["offer"]
    assert say(language, "finding.send") in stations["get"]
    assert say(language, "pages.request-agree") in stations["answer"]
    assert (show.stage.base / visiting.TREES).read_text(encoding="utf-8").startswith("Art,")
