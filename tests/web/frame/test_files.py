from connector.web.frame.files import find_file_path
from tests.web.office import Office


async def test_a_file_is_kept_by_browsers_under_its_digest_only(office: Office) -> None:
    browser = office.visitor()
    for name, kind in (("tokens.css", "text/css"), ("pages.js", "text/javascript"), ("mark.svg", "image/svg+xml")):
        answer = await browser.get(find_file_path(name))
        assert answer.headers["content-type"].startswith(kind)
        assert "immutable" in answer.headers["cache-control"]
    for wrong in ("/static/0123456789ab/tokens.css", "/static/x/none", "/static/x/..%2fpages.py"):
        assert (await browser.get(wrong)).status_code == 404


async def test_a_first_visit_is_small(office: Office) -> None:
    browser = office.visitor()
    page = await browser.get("/anmelden")
    files = [
        await browser.get(find_file_path(name)) for name in ("tokens.css", "components.css", "pages.js", "mark.svg")
    ]
    assert sum(len(answer.content) for answer in (page, *files)) < 50_000
