"""A page as a strict reader sees it: its elements, its forms, and its faults."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5rdf

_CONTROLS = frozenset({"input", "select", "textarea"})
_NEVER = frozenset({"style", "iframe", "frame", "object", "embed", "applet", "base", "marquee", "x-evil"})
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_ADDRESSES = ("href", "src", "action", "formaction", "data-live", "data-follow")
_POINTERS = ("aria-labelledby", "aria-describedby", "aria-controls", "for", "form", "list")
_CHILDREN = {"ul": {"li"}, "ol": {"li"}, "dl": {"div", "dt", "dd"}, "tr": {"th", "td"}}
_FAULTS = {"das hat nicht geklappt", "this did not work"}
_OTHERS = re.compile(r"https?://", re.IGNORECASE)
_COUNT = re.compile(r"[\d.,]+(?:\s?(?:%|B|[kMGT]B))?")
_WAYS_ON = frozenset({"a", "button"})


@dataclass(frozen=True)
class Form:
    """A form of a page: where it is sent, and what it is sent with if nobody types.

    `texts` are the fields in which a person types, `choices` the last option of each list, `days` those of a day.
    """

    method: str
    action: str
    fields: Mapping[str, str]
    texts: tuple[str, ...]
    choices: Mapping[str, str]
    upload: bool = False
    days: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        return self.action.partition("#")[0].partition("?")[0]


class Page:
    """The elements of a page, from a parser of the HTML standard that notes each error."""

    def __init__(self, text: str) -> None:
        parser = html5rdf.HTMLParser(namespaceHTMLElements=False)
        self.source = text
        self.root: Element = parser.parse(text)
        self._errors = [(place, code) for place, code, _ in parser.errors]
        self.elements = [one for one in self.root.iter() if isinstance(one.tag, str)]
        self._parents = {child: parent for parent in self.root.iter() for child in parent}

    @cached_property
    def text(self) -> str:
        """All words of the page."""
        return read_text(self.root)

    def all(self, *tags: str) -> list[Element]:
        return [one for one in self.elements if one.tag in tags]

    def links(self) -> list[str]:
        """The addresses of these pages to which links lead."""
        return [href for one in self.all("a") if (href := one.get("href", "")).startswith("/")]

    def streams(self) -> list[str]:
        """The addresses that the script of the page opens by itself: streams of events."""
        given = [(name, value) for one in self.elements for name, value in one.attrib.items()]
        return [value for name, value in given if name.startswith("data-") and value.startswith("/")]

    def forms(self) -> Iterator[Form]:
        """The forms, one for each button that says something of its own."""
        for form in self.all("form"):
            fields: dict[str, str] = {}
            texts, choices = [], dict[str, str]()
            days = [one.get("name", "") for one in form.iter("input") if one.get("type") == "date"]
            upload = any(one.get("type") == "file" for one in form.iter("input"))
            for one in form.iter():
                name = one.get("name")
                if not name or not isinstance(one.tag, str) or "disabled" in one.attrib:
                    continue
                if one.tag in _CONTROLS and (value := _read_default(one)) is not None:
                    fields[name] = value
                if one.tag == "textarea" or (one.tag == "input" and one.get("type", "text") in {"text", "search"}):
                    texts.append(name)
                if one.tag == "select" and (options := list(one.iter("option"))):
                    choices[name] = options[-1].get("value", "")
            method, action = form.get("method", "get").lower(), form.get("action", "")
            buttons = [one for one in form.iter("button") if one.get("type", "submit") == "submit"]
            for said in {(one.get("formaction") or action, one.get("name"), one.get("value", "")) for one in buttons}:
                sent = {**fields, said[1]: said[2]} if said[1] else fields
                yield Form(method, said[0], sent, tuple(texts), choices, upload, tuple(days))

    def list_faults(self) -> list[str]:
        """Return what no page may have; empty if there is nothing."""
        return [
            *(f"HTML {place}: {code}" for place, code in self._errors),
            *self._list_active(),
            *self._list_structure(),
            *self._list_nameless(),
            *self._list_broken_references(),
            *self._list_carelessness(),
        ]

    def _list_active(self) -> Iterator[str]:
        """Mark-up that does something or comes from elsewhere: nothing of others may become one."""
        for one in self.elements:
            if one.tag in _NEVER:
                yield f"the element {one.tag}"
            if one.tag == "script" and one.get("type") == "application/ld+json" and not one.get("src"):
                continue  # data, which no browser runs
            if one.tag == "script" and (not one.get("src", "").startswith("/static/") or one.text):
                yield "a script within the page"
            for name, value in one.attrib.items():
                if name == "style" or name.startswith("on") or "evil" in name:
                    yield f"the attribute {name} of {one.tag}"
                if name in _ADDRESSES and not _is_harmless(one.tag, name, value):
                    yield f"{one.tag} {name}={value!r}"

    def _list_structure(self) -> Iterator[str]:
        """Language, title, headings in order, and lists and tables that are ones."""
        if self.root.get("lang") not in {"de", "en"}:
            yield "no language"
        if not all(_read_words(one) for one in self.all("title")) or not self.all("title"):
            yield "no title"
        if len(self.all("main")) != 1:
            yield "not one main part"
        levels = [_HEADINGS[str(one.tag)] for one in self.all(*_HEADINGS)]
        if levels[:1] != [1] or levels.count(1) != 1:
            yield f"the first heading is not the only one of the first level: {levels}"
        for before, after in pairwise(levels):
            if after > before + 1:
                yield f"a heading of level {after} after one of level {before}"
        for one in self.elements:
            strays = {child.tag for child in one} - _CHILDREN.get(str(one.tag), {child.tag for child in one})
            if strays:
                yield f"{sorted(map(str, strays))} in {one.tag}"
            if one.tag == "th" and one.get("scope") not in {"col", "row", "colgroup", "rowgroup"}:
                yield "a heading of a table without scope"
            if one.tag == "img" and "alt" not in one.attrib:
                yield f"an image without alt: {one.get('src')}"

    def _list_nameless(self) -> Iterator[str]:
        """Controls without a label, and links and buttons without words."""
        labelled = {one.get("for") for one in self.all("label") if _read_words(one)}
        for one in self.elements:
            named = _read_words(one) or one.get("aria-label") or one.get("aria-labelledby")
            if one.tag in {"a", "button", "summary", "label", "legend", *_HEADINGS} and not named:
                yield f"{one.tag} without words: {one.attrib}"
            unseen = (
                one.get("type") in {"hidden", "submit"} or "hidden" in one.attrib or one.get("aria-hidden") == "true"
            )
            if one.tag not in _CONTROLS or unseen:
                continue
            within = any(parent.tag == "label" for parent in self._list_above(one))
            if not (within or one.get("id") in labelled or one.get("aria-label") or one.get("aria-labelledby")):
                yield f"a control without a label: {one.get('name')}"

    def _list_broken_references(self) -> Iterator[str]:
        """Identifiers that occur twice, and references to none."""
        ids = Counter(found for one in self.elements if (found := one.get("id")) is not None)
        for known, times in ids.items():
            if times > 1 or not known or re.search(r"\s", known):
                yield f"the identifier {known!r} is empty, has a blank or occurs twice"
        for one in self.elements:
            named = {known for name in _POINTERS for known in one.get(name, "").split()}
            if one.tag == "a" and (href := one.get("href", "")).startswith("#"):
                named.add(href[1:])
            for known in sorted(named - ids.keys()):
                yield f"{one.tag} refers to {known!r}, which is not on the page"

    def _list_carelessness(self) -> Iterator[str]:
        """Numbers that do not stand under numbers, an empty place without a way on, a heading of another name than
        that of the link, and several main deeds."""
        for one in self.all("td"):
            counted = any("counted" in parent.get("class", "").split() for parent in self._list_above(one))
            if _COUNT.fullmatch(read_text(one)) and not counted and not _has(one, "number-cell"):
                yield f"a number that is not right-aligned: {read_text(one)} of {one.get('data-label')}"
        for one in self.elements:
            if one.tag == "div" and _has(one, "empty"):
                parts = list(one.iter())
                if not any(part.tag in _WAYS_ON or _has(part, "quiet") for part in parts):
                    yield f"an empty place does not say what comes next: {read_text(one)}"
        heading = " ".join(read_text(one) for one in self.all("h1")).casefold()
        for one in self.all("a"):
            # The first page has a question in the place of its name.
            words = read_text(one).casefold().split()
            # An address that cannot be read is answered with what is wrong.
            named = not words or words[0] in heading or heading in _FAULTS
            if one.get("aria-current") == "page" and one.get("href") != "/" and not named:
                yield f"the heading {heading!r} does not say {words[0]!r}, which leads here"
        buttons = [one for part in self.all("main") for one in part.iter() if _has(one, "button")]
        main = [one for one in buttons if not (_has(one, "second") or _has(one, "danger") or self._is_folded(one))]
        if len(main) > 1:
            yield f"several main deeds: {[read_text(one) for one in main]}"
        opened = [one for one in self.elements if "autofocus" in one.attrib]
        if len(opened) > 1:
            yield f"the page opens at several places: {[read_text(one) for one in opened]}"

    def _is_folded(self, one: Element) -> bool:
        return any(parent.tag == "details" for parent in self._list_above(one))

    def _list_above(self, one: Element) -> Iterator[Element]:
        while (parent := self._parents.get(one)) is not None:
            yield parent
            one = parent


def _has(one: Element, name: str) -> bool:
    return isinstance(one.tag, str) and name in one.get("class", "").split()


def read_text(one: Element) -> str:
    """Return the words of an element and of all within it; data for machines is none."""
    return " ".join(" ".join(_walk_text(one)).split())


def _walk_text(one: Element) -> Iterator[str]:
    if one.tag != "script":
        yield one.text or ""
        for part in one:
            yield from _walk_text(part)
            yield part.tail or ""


def _read_default(one: Element) -> str | None:
    """Return what a control sends if nobody touches it; None if it sends nothing."""
    if one.tag == "textarea":
        return one.text or ""
    if one.tag == "select":
        options = list(one.iter("option"))
        chosen = next((option for option in options if "selected" in option.attrib), options[0] if options else None)
        return None if chosen is None else chosen.get("value", chosen.text or "")
    if one.get("type") in {"checkbox", "radio"} and "checked" not in one.attrib:
        return None
    return None if one.get("type") in {"file", "submit"} else one.get("value", "")


def _read_words(one: Element) -> str:
    alts = " ".join(image.get("alt", "") for image in one.iter("img"))
    return ("".join(one.itertext()) + alts).strip()


def _is_harmless(tag: object, name: str, value: str) -> bool:
    """Whether an address is one of these pages, or a link to another site that learns nothing from it."""
    if name == "href" and str(tag).rpartition("}")[2] == "a":
        parts = urlsplit(value)
        return value.startswith("#") or _is_local(value) or parts.scheme in {"https", "http", "mailto", "tel"}
    return _is_local(value) or (tag == "link" and bool(_OTHERS.match(value)))


def _is_local(value: str) -> bool:
    return value.startswith("/") and not value.startswith(("//", "/\\"))
