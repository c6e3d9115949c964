"""What stands in front of every page: hosts, other sites, and the headers of each answer."""

import pytest

from connector.ports.entities import UserRole
from connector.web.pages import PAGES
from tests.web.office import Office

STRICT = {
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "strict-transport-security": "max-age=31536000",
}
CHANGING = sorted(path for method, path, *_ in PAGES if method == "POST")


@pytest.mark.parametrize(
    "opened", ["/", "/anmelden", "/none", "/eingang", "/static/0/none.css", "/angebote/angebot?id=x"]
)
async def test_no_answer_can_be_framed_sniffed_or_stored(office: Office, opened: str) -> None:
    browser = await office.sign_in(UserRole.RELEASE)
    for answer in (await browser.get(opened), await office.visitor().get(opened)):
        assert answer.headers.items() >= STRICT.items()
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"


async def test_a_failure_nobody_foresaw_has_the_headers_too(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = await office.sign_in(UserRole.RELEASE)
    monkeypatch.setattr(office.store, "assets", None)
    answer = await browser.get("/angebote")
    assert answer.status_code == 500
    assert "Protokoll" in answer.text
    assert answer.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("path", CHANGING)
@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "", "origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site", "origin": "https://pages.example"},
    ],
)
async def test_no_other_site_can_change_anything(office: Office, path: str, headers: dict[str, str]) -> None:
    await office.furnish()
    browser = await office.sign_in(*UserRole)
    form = {"id": "urn:n:1", "stand": "1", "begruendung": "x", "name": "a.kaya", "passwort": "x"}
    answer = await browser.post(path, data=form, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_a_request_without_fetch_metadata_needs_our_origin(office: Office) -> None:
    browser = office.visitor()
    del browser.headers["sec-fetch-site"]
    form = {"name": "nobody", "passwort": "x"}
    assert (await browser.post("/anmelden", data=form)).status_code == 403
    assert (await browser.post("/anmelden", data=form, headers={"origin": "https://pages.example"})).status_code == 401


async def test_pages_answer_to_their_own_host_only(office: Office) -> None:
    answer = await office.visitor().get("/anmelden", headers={"host": "evil.example"})
    assert answer.status_code == 421
    assert "https://pages.example" in answer.text
