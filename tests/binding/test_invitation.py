"""The page behind the link of an invitation: for whoever opens it, without a script, and without using anything up."""

from pathlib import Path

import pytest

from connector.authority import keeping
from connector.authority.inviting import find_invitation, invite, parse_link
from connector.binding.invitation import show_invitation
from tests.authority.folders import DID, NOW, NOW_MS, Applicant, found
from tests.binding.test_authority import Door
from tests.pages.page import Page


@pytest.mark.parametrize(("asked", "language", "word"), [("de-DE,de;q=0.9", "de", "Datenraum"), ("en", "en", "join")])
def test_the_page_says_what_to_do_in_the_language_of_the_browser(asked: str, language: str, word: str) -> None:
    answer = show_invitation("did:web:<b>evil</b>", asked)
    page = Page(answer.body.decode())
    assert page.list_faults() == []
    assert (page.root.get("lang"), answer.headers["Content-Language"]) == (language, language)
    assert word in page.text
    command = page.text.partition("datenkontor ")[2].partition("\n")[0]
    assert command.startswith("join 'LINK' ")
    assert b"<b>evil" not in answer.body
    assert b"<script" not in answer.body
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


async def test_who_opens_a_link_uses_nothing_up(tmp_path: Path) -> None:
    authority = found(tmp_path)
    link = parse_link(invite(authority, "Firma", now=NOW))
    door, before = Door(authority, Applicant()), keeping.show(authority)
    for method in ("GET", "HEAD"):
        answer = await door.ask(method, "/authority/join", **{"accept-language": "de"})
        assert (answer.status, answer.media_type) == (200, "text/html; charset=utf-8")
    assert DID.encode() in answer.body
    assert (keeping.show(authority), door.changes) == (before, 0)
    assert find_invitation(before, link.id, link.secret, NOW_MS).name == "Firma"
