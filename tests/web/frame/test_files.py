import re
from collections import Counter
from pathlib import Path

import pytest

from connector.web.frame import files
from connector.web.frame.files import find_file_path
from tests.web.office import Office

STATIC = Path(files.__file__).parents[1] / "static"


async def test_a_file_is_kept_by_browsers_under_its_digest_only(office: Office) -> None:
    browser = office.visitor()
    for name, kind in (("pages.css", "text/css"), ("pages.js", "text/javascript"), ("mark.svg", "image/svg+xml")):
        answer = await browser.get(find_file_path(name))
        assert answer.headers["content-type"].startswith(kind)
        assert "immutable" in answer.headers["cache-control"]
    for wrong in ("/static/0123456789ab/pages.css", "/static/x/none", "/static/x/..%2fpages.py"):
        assert (await browser.get(wrong)).status_code == 404


async def test_a_first_visit_is_one_page_three_files_and_small(office: Office) -> None:
    browser = office.visitor()
    page = await browser.get("/anmelden")
    named = sorted(set(re.findall(r'"(/static/[^"]+)"', page.text)))
    assert [name.rpartition("/")[2] for name in sorted(named, key=lambda path: path.rpartition("/")[2])] == [
        "mark.svg",
        "pages.css",
        "pages.js",
    ]
    answers = [await browser.get(path, headers={"accept-encoding": "gzip, br"}) for path in named]
    assert {answer.headers["content-encoding"] for answer in answers} == {"gzip"}
    assert sum(int(answer.headers["content-length"]) for answer in (page, *answers)) < 16_000


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "x-gzip2"])
async def test_a_file_is_sent_as_it_is_to_who_reads_no_gzip(office: Office, accepted: str) -> None:
    answer = await office.visitor().get(find_file_path("pages.css"), headers={"accept-encoding": accepted})
    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.content == b"".join((STATIC / name).read_bytes() for name in ("tokens.css", "components.css"))


def test_a_class_of_the_styles_stands_for_one_thing() -> None:
    styles = re.sub(r"/\*.*?\*/", "", (STATIC / "components.css").read_text(encoding="utf-8"), flags=re.DOTALL)
    # Rules for some screens change what a rule outside of them has said.
    everywhere = re.sub(r"@[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", styles)
    named = Counter(
        name
        for rule in re.findall(r"([^{}]*)\{", everywhere)
        for name in re.findall(r"^\s*(\.[\w-]+)\s*$", rule, re.MULTILINE)
    )
    assert len(named) > 50
    assert {name for name, count in named.items() if count > 1} == set()
