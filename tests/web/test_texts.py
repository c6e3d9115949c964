"""The words that no German text of a page has, and texts that are in the catalogue alone."""

import ast
import re
from pathlib import Path

import pytest

from connector.language.catalogue import read_chapter
from tests.web.office import Reading

ROOT = Path(__file__).resolve().parents[2]
FORBIDDEN = re.compile(r"\b(Asset|Policy|Policies|Negotiation|Transfer Process|Transfer|Connector|Offer|Agreement)\b")
TEMPLATES = sorted((ROOT / "connector" / "web" / "templates").glob("*.html"))
CHAPTERS = sorted(
    {"pages", "terms"}.union(*(re.findall(r"say\('(\w+)\.", one.read_text(encoding="utf-8")) for one in TEMPLATES))
)
"""The chapters of the catalogue that the templates name, and those that fill them."""


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_german_texts_have_no_word_of_the_standards(chapter: str) -> None:
    for key, sentence in read_chapter("de", chapter).items():
        assert not FORBIDDEN.findall(sentence), key


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_english_texts_have_one_word_for_an_agreement(chapter: str) -> None:
    for key, sentence in read_chapter("en", chapter).items():
        assert not re.findall(r"\bcontracts?\b", sentence, re.IGNORECASE), key


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_english_texts_have_one_word_for_a_delivery(chapter: str) -> None:
    """The transfer of the standard is a delivery on pages, as it is a Lieferung in German."""
    for key, sentence in read_chapter("en", chapter).items():
        assert not re.findall(r"\btransfers?\b", sentence, re.IGNORECASE), key


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.stem)
def test_a_template_has_no_text_of_its_own(template: Path) -> None:
    """Every word that a person reads is in the catalogue."""
    bare = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", template.read_text(encoding="utf-8"), flags=re.DOTALL)
    text = Reading(bare).text
    assert re.findall(r"[^\W\d_]{2,}", text) == []


def test_the_frame_of_pages_sets_no_name_that_a_page_is_given() -> None:
    """A name that `base.html` sets hides the value of a page from its own blocks."""
    base = (ROOT / "connector" / "web" / "templates" / "base.html").read_text(encoding="utf-8")
    names = set(re.findall(r"{%-? set (\w+)", base))
    given = {
        keyword.arg
        for file in (ROOT / "connector" / "web").rglob("*.py")
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in {"render", "fill"}
        for keyword in call.keywords
    }
    assert names
    assert len(given) > 50
    assert names & given == set()
