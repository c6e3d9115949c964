"""Codes in what people read: words of the form in which programs name things, and which no catalogue has.

A place that is meant for one is marked: the class `code`, or an element for what is typed or quoted as it is.
"""

import re
from functools import cache
from xml.etree.ElementTree import Element

from connector.controlplane.judging.library import operands
from connector.language.catalogue import LANGUAGES, read_chapter
from tests.pages.page import Page
from tests.pages.readability import SHOWN

CODE = re.compile(
    r"""(?<![\w/.@:+-])(?:
      [a-z][a-z0-9]*(?:-[a-z0-9]+)+              # kebab-case
    | [A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+     # snake_case
    | [a-z]+(?:[A-Z][a-z0-9]+)+                  # camelCase
    | [A-Z]{6,}                                  # states
    | [a-z][a-z0-9+.-]*:[A-Za-z/][^\s)“”„,]+     # IRIs, and terms with a prefix
    | [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{9,}      # UUIDs
    )(?![\w-])""",
    re.VERBOSE,
)
MARKED = frozenset({"textarea", "pre", "code", "script"})


def list_codes(page: Page) -> set[str]:
    """Return the codes that a page has where a person reads sentences."""
    return set(CODE.findall(read_prose(page.root))) - _read_known()


def read_prose(one: Element, unread: frozenset[str] = frozenset({"code"})) -> str:
    """Return what a person reads as sentences: nothing of the classes `unread`."""
    return " ".join(_walk(one, unread))


def _walk(one: Element, unread: frozenset[str]) -> list[str]:
    if one.tag in MARKED or not unread.isdisjoint(one.get("class", "").split()):
        return []
    texts = [one.text or ""]
    for part in one:
        texts += [*_walk(part, unread), part.tail or ""]
    return texts


@cache
def _read_known() -> frozenset[str]:
    """Return what looks like a code in sentences and names of the catalogues, such as `non-profit` in English."""
    chapters = (*SHOWN, "names")
    said = [text for one in LANGUAGES for chapter in chapters for text in read_chapter(one, chapter).values()]
    registry = operands()
    terms = [term for taxonomy in registry.taxonomies.values() for term in taxonomy.terms.values()]
    named = [label for row in (*terms, *registry.operands.values()) for label in (row.de, row.en)]
    return frozenset(code for text in (*said, *named) for code in CODE.findall(text))
