"""The words that no German text of a page has, and texts that are in the catalogue alone."""

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


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.stem)
def test_a_template_has_no_text_of_its_own(template: Path) -> None:
    """Every word that a person reads is in the catalogue."""
    bare = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", template.read_text(encoding="utf-8"), flags=re.DOTALL)
    text = Reading(bare).text
    assert re.findall(r"[^\W\d_]{2,}", text) == []
