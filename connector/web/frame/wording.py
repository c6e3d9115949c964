"""Texts of the pages in the reader's language and zone: sentences, times, numbers, and the texts of data. Pure."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal

import msgspec

from connector.language.catalogue import LANGUAGES, Language, find_sentence, read_grammar, say, translate_text
from connector.semantic.codes import find_file_type
from connector.views.conversion import in_zone, moment
from connector.web.typed import is_number

MANY = 100
_LONG_DAYS = 2
_IDENTIFIER = re.compile(r"(?:\S+ )?(?:urn:|did:|https?://)\S+", re.IGNORECASE)
_DRAWN = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SHORTEST = 3
_DAY_MS, _HOUR_MS, _MINUTE_MS = 86_400_000, 3_600_000, 60_000


def read_name(identifier: str, otherwise: str) -> str:
    """Return the part of an identifier that a person reads; `otherwise` if it has none, and other texts as they are.

    >>> read_name("https://works.example/participant", ""), read_name("urn:participant:roads-office", "")
    ('works.example', 'roads-office')
    >>> read_name("did:web:daten.stadt.example%3A8443", ""), read_name("urn:uuid:" + "0" * 32, "untitled")
    ('daten.stadt.example', 'untitled')
    """
    if not _IDENTIFIER.fullmatch(identifier):
        return identifier
    # The key of an agreement names its counterparty before it.
    identifier = identifier.rpartition(" ")[2]
    if "://" in identifier:
        named = identifier.partition("://")[2]
        named = re.split(r"[/?#]", named, maxsplit=1)[0].rpartition("@")[2]
    elif identifier.lower().startswith("did:web:"):
        named = identifier.split(":")[2].partition("%")[0]
    else:
        named = identifier.rpartition(":")[2]
    return otherwise if len(named) < _SHORTEST or _DRAWN.fullmatch(named) else named


class PageWords(msgspec.Struct, frozen=True):
    """What templates write texts with; `find_name` has the names of participants by their identifiers."""

    language: Language
    zone: tzinfo
    find_name: Callable[[str], str | None] | None = None

    def say(self, key: str, /, **values: object) -> str:
        """Return a sentence of the chapter `pages`, or of the chapter that a key names with a dot."""
        # Three dots alone on a line tell nobody what they belong to.
        return say(self.language, _complete(key), **values).replace(" …", "\u00a0…")

    def find(self, key: str) -> str:
        """Return a sentence that may not exist, else nothing; the key is one as for `say`."""
        return find_sentence(self.language, _complete(key)) or ""

    def capitalise(self, phrase: str) -> str:
        """Write a phrase as a label."""
        return read_grammar(self.language).capitalise(phrase)

    def pick(self, texts: Mapping[str, str] | None, otherwise: str = "") -> str:
        """Return a text of data in the reader's language, else in any, else something else.

        An identifier is nothing that a person reads: its place has the name in it, or the word for what has no title.
        """
        found = texts or {}
        return found.get(self._choose(found), "") or read_name(otherwise, self.say("untitled"))

    def party(self, participant: str) -> str:
        """Return what names a participant that the participant list does not name, by its identifier."""
        return read_name(participant, self.say("unlisted"))

    def spoken(self, texts: Mapping[str, str] | None) -> str:
        """Return the language (BCP 47) of the text that is picked, if it is known and not that of the page.

        WCAG 2.1, 3.1.2: a screen reader reads each part in its language.
        """
        chosen = self._choose(texts or {})
        return "" if chosen.partition("-")[0] in {self.language, "und", ""} else chosen

    def _choose(self, texts: Mapping[str, str]) -> str:
        """Return the language to read texts in: the reader's, of whatever country, else one of the pages, else any."""
        known = (self.language, *LANGUAGES)
        own = (
            tag for wanted in known for tag in (wanted, *texts) if tag.partition("-")[0] == wanted and texts.get(tag)
        )
        return next(own, next(filter(texts.get, texts), ""))

    def translate(self, text: str) -> str:
        """Return sentences that the connector writes in English in the reader's language, as far as known."""
        return translate_text(self.language, text)

    def name_parties(self, text: str) -> str:
        """Write the names of participants in the place of their quoted identifiers."""
        if self.find_name is None:
            return text
        find, quote = self.find_name, read_grammar(self.language).quote
        opening, closing = map(re.escape, read_grammar(self.language).quotation_marks)
        return re.sub(
            f"{opening}([^{opening}{closing}\\s]+){closing}",
            lambda found: quote(name) if (name := find(found[1])) else found[0],
            text,
        )

    def media_type(self, text: str) -> str:
        """Name a media type as the lists of formats do, such as `CSV`; one that they do not have stays as it is."""
        known = find_file_type(text)
        return self.pick(known.labels, known.code) if known else text

    def waiting(self, count: int) -> str:
        """Write how many requests wait; from 100 on they are many."""
        return self.say("menu-waiting", count=count) if count < MANY else self.say("menu-many")

    def number(self, value: int) -> str:
        """Write a number."""
        return read_grammar(self.language).write_number(Decimal(value))

    def decimal(self, value: float) -> str:
        """Write a number with at most a few decimals."""
        return read_grammar(self.language).write_number(Decimal(f"{value:.6g}"))

    def length(self, km: float) -> str:
        """Write a length in kilometres, with one decimal place below ten."""
        rounded = round(km) if km >= 10 else max(round(km, 1), 0.1)
        return f"{read_grammar(self.language).write_number(Decimal(str(rounded)))} km"

    def degrees(self, value: float) -> str:
        """Write degrees, exact to some ten metres."""
        return f"{read_grammar(self.language).write_number(Decimal(str(round(value, 4))))}°"

    def size(self, count: int) -> str:
        """Write a number of bytes."""
        return read_grammar(self.language).write_size(count)

    def price(self, amount: str, currency: str) -> str:
        """Write an amount of money that is given as `250.00`; another currency than the euro by its code."""
        # A counterparty may state anything.
        written = read_grammar(self.language).write_money(Decimal(amount)) if is_number(amount) else amount
        return f"{written} {'€' if currency == 'EUR' else currency}"

    def day(self, at: datetime | int) -> str:
        """Write the day of a time."""
        return read_grammar(self.language).write_day(self._local(at))

    def month(self, text: str) -> str:
        """Write a month that is given as `2026-11`."""
        year, _, month = text.partition("-")
        return read_grammar(self.language).write_month(int(year), int(month))

    def stated_day(self, at: datetime | int) -> str:
        """Write a day that a description states: without a zone, it begins and ends as a day in UTC.

        Its end is its last millisecond.
        """
        ms = at if isinstance(at, int) else round(at.timestamp() * 1000)
        whole = ms % _DAY_MS in {0, _DAY_MS - 1}
        return read_grammar(self.language).write_day(in_zone(moment(ms), UTC)) if whole else self.day(ms)

    def stated(self, text: str) -> str:
        """Write a value that a description states: a day as people write it, everything else as it is."""
        try:
            return read_grammar(self.language).write_day(datetime.fromisoformat(text)) if _DAY.fullmatch(text) else text
        except ValueError:
            return text

    def time(self, at: datetime | int) -> str:
        """Write a day with the time of it."""
        local, grammar = self._local(at), read_grammar(self.language)
        return f"{grammar.write_day(local)}, {grammar.write_time(f'{local:%H:%M}')}"

    def end(self, at: datetime | int) -> str:
        """Write the end of a period: one that ends at midnight names its last day."""
        local = self._local(at)
        whole = (local.hour, local.minute, local.second) == (0, 0, 0) and local > local.min.replace(tzinfo=local.tzinfo)
        return self.day(local - timedelta(hours=12)) if whole else self.time(at)

    def since(self, at: datetime | int, now: int) -> str:
        """Write how long something lasts that began at a time, in the largest unit that is over."""
        return self._write_passed("since", at, now)

    def ago(self, at: datetime | int, now: int) -> str:
        """Write how long ago a time is, in the largest unit that is over."""
        return self._write_passed("ago", at, now)

    def coming(self, at: datetime | int, now: int) -> str:
        """Write a time to come; what was due before is due now."""
        ms = at if isinstance(at, int) else int(at.timestamp() * 1000)
        return self.time(at) if ms > now else self.say("due-now")

    def is_old(self, at: datetime, now: int) -> bool:
        """Return whether somebody has waited for days."""
        return now - int(at.timestamp() * 1000) >= _LONG_DAYS * _DAY_MS

    def _write_passed(self, key: str, at: datetime | int, now: int) -> str:
        at_ms = at if isinstance(at, int) else int(at.timestamp() * 1000)
        passed = max(0, now - at_ms)
        for unit, length in (("days", _DAY_MS), ("hours", _HOUR_MS), ("minutes", _MINUTE_MS)):
            if passed >= length:
                return self.say(f"{key}-{unit}", count=passed // length)
        return self.say(f"{key}-now")

    def _local(self, at: datetime | int) -> datetime:
        return in_zone(moment(at) if isinstance(at, int) else at, self.zone)


def _complete(key: str) -> str:
    return key if "." in key else f"pages.{key}"
