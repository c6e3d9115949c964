"""Mark-up in titles, reasons, names and identifiers of others is text on every page and in every form."""

import json
import re
from pathlib import Path

import pytest

from connector.language.catalogue import LANGUAGES, read_chapter
from connector.ports.changes import PutBlock, PutProcess
from connector.ports.entities import AssetStatus, Block, UserRole
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.machine import Ended
from tests.support.plane import CITY, NOW, OWNER, Desk
from tests.web import getting
from tests.web.office import OFFER, Office, Reading

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><b id=evil>{{7*7}}</b>"
LONG = "Straßenverkehrszählungsanlagen" * 300
NO_PAGES = ("/sprache", "/neues-angebot/saetze/odrl")
ROOT = Path(__file__).resolve().parents[2]
FORBIDDEN = re.compile(r"\b(Asset|Policy|Policies|Negotiation|Transfer Process|Transfer|Connector|Offer|Agreement)\b")


async def _walk(office: Office, language: str) -> dict[str, str]:
    """Open every page that a link leads to, and return the pages by path."""
    browser = await office.sign_in(*UserRole, language=language, person=EVIL[:190])
    found: dict[str, str] = {}
    waiting = ["/", f"/eingang?fertig={EVIL}", "/konto?neu=1", "/none", "/angebote/angebot?id=none"]
    while waiting:
        opened = waiting.pop()
        place = opened.partition("?")[0]
        # Of the many views of one page, some; a download is no page.
        if opened in found or sum(known.partition("?")[0] == place for known in found) > 5 or place.endswith("/datei"):
            continue
        answer = await browser.get(opened)
        if answer.status_code == 303:
            waiting.append(answer.headers["location"])
            continue
        assert answer.status_code in {200, 404}, (opened, answer.text)
        found[opened] = answer.text
        page = Reading(answer.text)
        waiting += [link for link in page.links() if link.startswith("/") and not link.startswith(NO_PAGES)]
        for tag, given in page.elements:
            if tag == "form" and given["action"] not in {"/abmelden", "/konto/abmelden"}:
                data = {"id": f"urn:{EVIL}", "stand": EVIL, "name": EVIL, "teilnehmer": EVIL, "q": EVIL, "thema": EVIL}
                asks = given.get("method") == "get"
                refused = await browser.request(
                    str(given.get("method")), str(given["action"]), **{"params" if asks else "data": data}
                )
                assert refused.status_code in ({200, 404} if asks else {401, 403, 404, 409, 422}), given
                found[f"POST {given['action']}"] = refused.text
    return found


def _check_harmless(pages: dict[str, str]) -> None:
    for opened, text in pages.items():
        page = Reading(text)
        for tag, given in page.elements:
            assert tag != "script" or str(given.get("src")).startswith("/static/"), opened
            assert tag not in {"b", "iframe", "object", "style"}, opened
            assert not any(name.startswith("on") for name in given), opened
            assert given.get("src", "/").startswith("/"), opened
            assert not str(given.get("href", "/")).startswith("javascript"), opened
        assert "49" not in page.text.replace("{{7*7}}", ""), opened


async def _get_from_evil(office: Office) -> None:
    """A broker, a provider and files whose every text is mark-up."""
    texts = {"de": EVIL, "en": EVIL}
    match = {"field": "title", "text": EVIL, "marks": [[0, 9], [3, 7], [20, 30], [-4, 2], [5, 9**9]]}
    office.desk.found = getting.make_results(
        {"title": texts, "publisher": EVIL, "terms_in_words": texts, "matches": [match], "only_for": [EVIL],
         "data_formats": [EVIL], "frequency": EVIL, "prices": [EVIL], "liveness": EVIL},
        facets={"theme": [{"value": EVIL, "count": 1, "label": texts}], "licence": [{"value": EVIL, "count": 1}]},
        corrected=True,
    )  # fmt: skip
    listed = [{"@value": EVIL, "@language": tag} for tag in texts]
    office.desk.peer.datasets = [
        getting.make_dataset(
            {**OFFER, "@id": EVIL},
            **{"dct:title": listed, "dct:description": listed, "dcat:keyword": [EVIL], "dct:license": {"@id": EVIL},
               "dct:publisher": {"foaf:name": EVIL}, "dct:spatial": {"skos:prefLabel": EVIL, "dcat:bbox": EVIL},
               "dcat:contactPoint": {"vcard:fn": EVIL, "vcard:hasURL": "javascript:alert(1)"}},
        )
    ]  # fmt: skip
    ended = Ended("refused", EVIL, CITY)
    request = getting.make_request(title=texts, state="TERMINATED", ended=ended)
    delivery = getting.make_delivery(title=texts, dataset=EVIL)
    await office.store.commit([PutProcess(request, None), PutProcess(delivery, None)])
    folder = office.desk.received / delivery.id.rpartition(":")[2]
    folder.mkdir(parents=True)
    (folder / f"{EVIL.replace('/', '')}.csv").write_text(f'a,b\n"{EVIL.replace(chr(34), "")}",1\n', encoding="utf-8")
    feature = {"type": "Feature", "properties": {EVIL: EVIL}, "geometry": {"type": EVIL, "coordinates": [EVIL]}}
    (folder / "evil.geojson").write_text(json.dumps({"features": [feature]}), encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_hostile_mark_up_is_text_everywhere(tmp_path: Path, language: str) -> None:
    office = Office(Desk(tmp_path), title={"de": EVIL, "en": EVIL})
    purpose = {"leftOperand": "purpose", "operator": "isA", "rightOperand": f"https://evil.example/{EVIL.split()[0]}"}
    policy = {**OFFER, "permission": [{"action": "use", "constraint": [purpose]}]}
    await office.offer(EVIL, description={"de": EVIL, "en": EVIL})
    await office.offer("urn:draft", status=AssetStatus.DRAFT)
    await office.ask(EVIL, dataset=EVIL, asked=policy, peer=EVIL, reason={"de": EVIL, "en": EVIL})
    await office.ask("urn:n:2", dataset=EVIL, role=Role.CONSUMER, peer="urn:peer", state="OFFERED")
    await office.agree("urn:a:1", dataset=EVIL, withdrawn_at=NOW, withdrawn_because=EVIL)
    await office.agree("urn:a:2", dataset=EVIL, counterparty=EVIL)
    await office.store.commit([PutBlock(Block(owner=OWNER, participant=EVIL, at=NOW, by=EVIL, reason=EVIL))])
    office.desk.warning = EVIL
    await _get_from_evil(office)
    pages = await _walk(office, language)
    assert len(pages) > 15
    assert sum("&lt;script&gt;" in text for text in pages.values()) > 6
    _check_harmless(pages)


async def test_very_long_texts_break_no_page(tmp_path: Path) -> None:
    office = Office(Desk(tmp_path), title={"de": LONG, "en": LONG})
    await office.furnish()
    assert len(await _walk(office, "de")) > 10


async def test_german_pages_have_no_word_of_the_standards(office: Office) -> None:
    await office.furnish()
    for opened, text in (await _walk(office, "de")).items():
        # What others read in English is shown in English, beside the German.
        german = re.sub(r'<div lang="en">.*?</details>', "", text, flags=re.DOTALL)
        assert not FORBIDDEN.findall(Reading(german).text.replace(EVIL[:190], "")), opened
    for chapter in ("pages", "offering", "terms", "finding", "receiving", "privacy", "consents", "operation"):
        for key, sentence in read_chapter("de", chapter).items():
            assert not FORBIDDEN.findall(sentence), key


@pytest.mark.parametrize(
    "template", sorted((ROOT / "connector" / "web" / "templates").glob("*.html")), ids=lambda t: t.stem
)
def test_a_template_has_no_text_of_its_own(template: Path) -> None:
    """Every word that a person reads is in the catalogue."""
    bare = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", template.read_text(encoding="utf-8"), flags=re.DOTALL)
    text = Reading(bare).text
    assert re.findall(r"[^\W\d_]{2,}", text) == []
